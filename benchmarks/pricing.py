"""What we time of pricing: ten million requests, a bare pass, rivals on the same rows, the book's load."""

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from farthing.pricing.book import book
from farthing.pricing.own import moment_us
from farthing.pricing.price import Usage, price
from farthing.pricing.table import Line

ROWS = 10_000_000
SAMPLE = 2_000
ROUNDS = 25
SINCE, UNTIL = "2026-09-01", "2026-11-22"
METERS = ("input", "cache_read", "cache_write_5m", "output", "reasoning")
OPENAI = ("gpt-5", "gpt-5-mini", "gpt-5.4", "gpt-5.6-luna", "gpt-5.6-terra", "gpt-5.6-sol")
CLAUDE = ("claude-sonnet-4-5", "claude-opus-4-6", "claude-haiku-4-5", "claude-sonnet-4-6")
SOLD = (
    *itertools.product(("openai",), OPENAI, ("standard", "batch", "flex", "priority")),
    *itertools.product(("anthropic",), CLAUDE, ("standard", "batch")),
    *itertools.product(("google",), ("gemini-2.5-pro", "gemini-2.5-flash"), ("standard", "batch")),
    ("deepseek", "deepseek-v4-pro", "standard"),
    ("deepseek", "deepseek-v4-flash", "standard"),
    ("mistral", "mistral-large-latest", "standard"),
    ("mistral", "mistral-medium-latest", "standard"),
)
RIVAL = Path(__file__).with_name("pricing_rival.py")
LOAD = """
import sys, time
from farthing.pricing import compiled
started = time.perf_counter()
compiled.load()
print(time.perf_counter() - started)
"""
FIRST = """
import time
started = time.perf_counter()
from farthing.pricing.book import book
assert book().find("gpt-4o") is not None
print(time.perf_counter() - started)
"""


@dataclass(frozen=True, slots=True)
class Pass:
    """Seconds of ours and of a bare multiply-sum over the same columns, best of alternating rounds."""

    ours_s: float
    bare_s: float
    cuts: int
    hours: int
    lengths: int

    @property
    def ratio(self) -> float:
        """How fast we are, the bare pass being 1."""
        return self.bare_s / self.ours_s


def requests(count: int) -> Usage:
    """Requests of 40 kinds at random moments: changes of price, hours, tiers and long inputs among them."""
    draw = np.random.default_rng(7)
    lines = tuple(Line(book().find(model, provider), tier, "", model) for provider, model, tier in SOLD)
    total = np.minimum(draw.lognormal(8.5, 1.3, count), 400_000).astype(np.int64)
    cached = (total * draw.choice([0, 0, 0.5, 0.9], count)).astype(np.int64)
    wrote = (cached * draw.choice([0, 0, 0, 0.1], count)).astype(np.int64)
    output = np.minimum(draw.lognormal(6, 1, count), 8000).astype(np.int64)
    thought = np.where(draw.random(count) < 0.3, output // 2, 0)
    columns = (total - cached, cached - wrote, wrote, output - thought, thought)
    at = draw.integers(moment_us(SINCE), moment_us(UNTIL), count)
    line = draw.integers(0, len(lines), count).astype(np.intp)
    return Usage(lines, line, at, dict(zip(METERS, columns, strict=True)))


def whole_pass(usage: Usage) -> Pass:
    """Ours beside the bare pass, in turns; both leave an amount for each request."""
    once = price(usage)
    if not once.complete:
        raise ValueError("some of the requests have no price")
    columns = list(usage.quantities.values())
    pairs = [(timed(lambda: price(usage)), timed(lambda: bare(columns))) for _ in range(ROUNDS)]
    ours_s, bare_s = (min(times) for times in zip(*pairs, strict=True))
    shape = once.table.shape
    return Pass(ours_s, bare_s, shape.stretches - 1, shape.hours, shape.lengths)


def bare(columns: list[np.ndarray]) -> np.ndarray:
    """One integer multiply-sum: each column times one number, added up for each row, without new arrays."""
    total, room = np.empty_like(columns[0]), np.empty_like(columns[0])
    np.multiply(columns[0], 1_250, out=total)
    for rate, column in enumerate(columns[1:], start=3):
        np.multiply(column, rate, out=room)
        total += room
    return total


def timed(work: Callable[[], object]) -> float:
    """Seconds of one round."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def rival(name: str, usage: Usage, python: str = sys.executable) -> dict[str, float] | str:
    """Requests a second of a rival on the first of the rows, its import and first price; or why not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        path.write_text(json.dumps(list(itertools.islice(plain(usage), SAMPLE))), "utf-8")
        command = [python, str(RIVAL), name, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"did not run ({' '.join(done.stderr.strip().splitlines()[-1:])})"
    return dict(json.loads(done.stdout.splitlines()[-1]))


def plain(usage: Usage) -> Iterator[dict[str, str | int]]:
    """The rows as a rival's caller has them: provider, model, tier, moment, inclusive counts."""
    for place in range(len(usage)):
        provider, model, tier = SOLD[usage.line[place]]
        counts = {meter: int(column[place]) for meter, column in usage.quantities.items()}
        at = datetime.fromtimestamp(int(usage.at[place]) / 1e6, UTC).isoformat()
        yield {"provider": provider, "model": model, "tier": tier, "at": at, **counts}


def load_s() -> tuple[float, float]:
    """Seconds to load the compiled book and to find a first model; medians of new processes."""
    book()
    runs = [(fresh(LOAD), fresh(FIRST)) for _ in range(9)]
    return statistics.median(one for one, _ in runs), statistics.median(two for _, two in runs)


def fresh(code: str) -> float:
    """What a new process prints."""
    return float(subprocess.check_output([sys.executable, "-c", code]))
