"""Measure our speed beside a rival and the machine's own limit, in one run, for docs/benchmarks.md.

python benchmarks/run.py            # prints and renews its section
python benchmarks/run.py --no-rival # leaves llm-analysis and litellm out

llm-analysis pins old libraries and litellm brings many, so each gets an environment of its own, in a
temporary folder unless FARTHING_RIVAL_PYTHON or FARTHING_LITELLM_PYTHON names an interpreter that has
it. Where one cannot be installed its rows say why.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import ours
import serving
from page import Measured, machine, renew

import pricing

HERE = Path(__file__).parent
INSTALL_SECONDS = 300
TITLE = "Estimates and prices"


@contextlib.contextmanager
def interpreter(package: str, variable: str) -> Iterator[Path | str]:
    """A Python that has a package, for as long as it is needed; or why there is none."""
    if "--no-rival" in sys.argv:
        yield "was left out"
        return
    if python := os.environ.get(variable):
        yield Path(python)
        return
    with tempfile.TemporaryDirectory() as folder:
        python_here = Path(folder) / "bin" / "python"
        install = [python_here, "-m", "pip", "install", "--quiet", package]
        try:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
            subprocess.run(install, check=True, capture_output=True, timeout=INSTALL_SECONDS)
        except (subprocess.SubprocessError, OSError) as error:
            yield f"could not be installed ({type(error).__name__})"
            return
        yield python_here


def rival_per_second() -> tuple[float, float] | str:
    """Layouts a second of llm-analysis, those that fit and all, or why it was not measured."""
    with interpreter("llm-analysis>=0.2", "FARTHING_RIVAL_PYTHON") as python:
        if isinstance(python, str):
            return python
        done = subprocess.run([python, HERE / "rival.py"], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"did not run ({done.stderr.strip().splitlines()[-1:]})"
    found = json.loads(done.stdout.splitlines()[-1])
    return float(found["per_second"]), float(found["all"])


def measured() -> Iterator[Measured]:
    """Every line, in the order of the page."""
    yield from layouts()
    yield from answers()
    yield from prices()
    yield from copies()


def layouts() -> Iterator[Measured]:
    """How many layouts a second, beside the rival and a bare pass over the columns."""
    places, ours_per_second, search_s = ours.layouts_per_second()
    yield Measured(
        "training layouts a second, one process, speed and memory of each",
        "about 400,000",
        f"{ours_per_second:,.0f}",
        "≥ 100,000",
        ours_per_second >= 100_000,
    )
    mixed = ours.mixed_per_second()
    yield Measured(
        "the same where every row is another model, device and format",
        "about 150,000",
        f"{mixed:,.0f}",
        "≥ 100,000",
        mixed >= 100_000,
    )
    rival = rival_per_second()
    if not isinstance(rival, str):
        whole, all_of_them = rival
        told = f"{whole:,.0f} a second of layouts that fit, {all_of_them:,.0f} of all"
        yield Measured(
            "times as fast as llm-analysis in the same run",
            "300 (from 1,400 a second)",
            f"{ours_per_second / whole:,.0f} ({told})",
            "> 1",
            ours_per_second > whole,
        )
    else:
        yield Measured(
            "times as fast as llm-analysis in the same run", "300", f"llm-analysis {rival}", "> 1", None
        )
    bare = ours.bare_pass_per_second()
    yield Measured(
        "times as slow as only adding up the columns that vary",
        "20",
        f"{bare / ours_per_second:,.0f} ({bare / 1e6:,.0f} M rows a second)",
        "",
        None,
    )
    yield Measured(
        f"full search for GPT-3 175B on 512 GPUs ({places:,} layouts)",
        "0.02 s",
        f"{search_s:.4f} s",
        "< 1 s",
        search_s < 1,
    )


def answers() -> Iterator[Measured]:
    """How long a person waits."""
    warm, first = ours.estimate_warm(), ours.estimate_first()
    yield Measured(
        "16,384-draw estimate with its search, warm", "40 ms", f"{warm * 1e3:.0f} ms", "≤ 100 ms", warm <= 0.1
    )
    yield Measured(
        "the same as the first answer of a process, after import",
        "95 ms",
        f"{first * 1e3:.0f} ms",
        "≤ 100 ms",
        first <= 0.1,
    )
    help_s, click_s = ours.start_up()
    yield Measured(
        "`farthing --help` against `python -c 'import click'`",
        "2.0 times",
        f"{help_s / click_s:.2f} times ({help_s * 1e3:.0f} ms, {click_s * 1e3:.0f} ms)",
        "≤ 3 times",
        help_s <= 3 * click_s,
    )


def prices() -> Iterator[Measured]:
    """Money for ten million requests, beside a bare pass and two rivals, and how soon the book is there."""
    usage = pricing.requests(pricing.ROWS)
    once = pricing.whole_pass(usage)
    kinds = f"{once.cuts} changes of price, {once.hours} kinds of hours, {once.lengths} lengths of input"
    yield Measured(
        f"10 million requests of {len(pricing.SOLD)} kinds ({kinds}), priced exactly: part of the speed of a "
        "bare integer multiply-sum over the same columns",
        "0.6",
        f"{once.ratio:.2f} ({once.ours_s * 1e3:.0f} ms, {once.bare_s * 1e3:.0f} ms)",
        "≥ 0.5",
        once.ratio >= 0.5,
    )
    genai = pricing.rival("genai-prices", usage)
    with interpreter("litellm>=1.80", "FARTHING_LITELLM_PYTHON") as python:
        litellm = python if isinstance(python, str) else pricing.rival("litellm", usage, str(python))
    rivals = {"genai_prices.calc_price": genai, "litellm.cost_per_token": litellm}
    yield from (faster(name, found, once) for name, found in rivals.items())
    warm, first = pricing.load_s()
    yield Measured("load of the compiled price book, new process", "20 ms", ms(warm), "≤ 50 ms", warm <= 0.05)
    yield from (sooner(name, found, first) for name, found in rivals.items())


def copies() -> Iterator[Measured]:
    """How many ways to serve a second, and a week of hours."""
    per_second = serving.estimates_per_second()
    yield Measured(
        "servings estimated a second, one process: memory, batch, latency and throughput of mixed copies",
        "5,000,000",
        f"{per_second:,.0f}",
        "≥ 1,000,000",
        per_second >= 1_000_000,
    )
    week = serving.week_s() / serving.FLEETS
    yield Measured(
        "copies by the hour for a week of hourly demand",
        "1 ms",
        f"{week * 1e3:.3f} ms",
        "≤ 200 ms",
        week <= 0.2,
    )


def faster(name: str, found: dict[str, float] | str, ours: pricing.Pass) -> Measured:
    """How many times as many requests a second as a rival prices of the same rows."""
    what = f"times as many requests a second as {name} on {pricing.SAMPLE:,} of these rows"
    if isinstance(found, str):
        return Measured(what, "10,000", found, "≥ 1,000", None)
    times = pricing.ROWS / ours.ours_s / found["per_second"]
    told = f"{times:,.0f} ({found['per_second']:,.0f} a second)"
    return Measured(what, "10,000", told, "≥ 1,000", times >= 1000)


def sooner(name: str, found: dict[str, float] | str, ours_s: float) -> Measured:
    """How soon the first model is found, beside the import and first price of a rival."""
    package = name.partition(".")[0]
    what = f"import and first model found, against import and first price of {package}"
    told = found if isinstance(found, str) else f"{ms(ours_s)}, {ms(found['first_s'])}"
    return Measured(what, "", told, "", None)


def ms(seconds: float) -> str:
    """Milliseconds in words."""
    return f"{seconds * 1e3:,.0f} ms"


def section_told() -> list[str]:
    """What stands above the table."""
    return [
        f"Written by `python benchmarks/run.py` ({machine()}). What was expected was noted",
        "before anything was timed, but for the two estimates of 40 and 95 ms, which come from profiling,",
        "and the mixed table, the two rivals of prices and the load of the book, which were guessed after",
        "a first figure was seen.",
    ]


if __name__ == "__main__":
    found = list(measured())
    for row in found:
        print(f"{row.what}: {row.found} (expected {row.expected}; bar {row.bar or 'none'})", flush=True)
    renew(TITLE, section_told(), found)
