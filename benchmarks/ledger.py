"""Measure the ledger on a synthetic one of 20 million events, as ratios in one run: docs/benchmarks.md.

python benchmarks/ledger.py [--events 20000000] [--folder F] [--only pricing|books|import|spend|spark]

`--folder` keeps what is made (1 to 2 GB, and 2 GB of logs) and uses it again; without it all goes at the
end. The page is renewed only by a whole run of 20 million events or more. Files of the set are in the
system's cache when they are read, ours and the bare scan's alike. Every time is the best of several
rounds, beside the median and the time of all processors, which other work on the machine changes less.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import ledger_log
import ledger_set
from ledger_pricing import Times, bare, in_turns, money, price_points, priced, told
from page import PAGE, Measured, machine, renew

from farthing.ledger.engine import engine
from farthing.ledger.files import Files
from farthing.pricing.book import book

EVENTS: Final = 20_000_000
LOG_BYTE: Final = 1_000_000_000
ROUNDS: Final = 5
STARTS: Final = 3
CHILD: Final = Path(__file__).with_name("ledger_child.py")
TITLE: Final = "The ledger"
IMPORTS: Final = {"csv": (150, 100), "jsonl": (90, 60)}


@dataclass(frozen=True)
class Bench:
    """A set of so many events, and a folder for what is made on the way."""

    kept: Path
    folder: Path
    events: int

    @property
    def ledger(self) -> Path:
        """Where the synthetic ledger lies."""
        return self.kept / f"ledger-{self.events}"

    @cached_property
    def files(self) -> Files:
        """Its events, made where they are not there yet."""
        return ledger_set.made(self.ledger, self.events).events.files()

    def log(self, kind: str) -> Path:
        """A log of LiteLLM: 1 GB beside 20 million events, less beside fewer."""
        return ledger_log.written(self.kept / "logs", kind, LOG_BYTE * self.events // EVENTS)

    def child(self, *words: object, home: str = "home", **more: str) -> dict[str, Any]:
        """What a process of its own prints, and `whole_s`, the seconds that it took from start to end.

        What it keeps between runs lies in `home`, below the folder.
        """
        environment = {key: value for key, value in os.environ.items() if not key.startswith("FARTHING_")}
        own = {"XDG_CACHE_HOME": "cache", "FARTHING_DATA": "data", "FARTHING_STATE": "state"}
        environment |= {key: str(self.folder / home / value) for key, value in own.items()} | more
        command = [sys.executable, CHILD, *map(str, words)]
        started = time.perf_counter()
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        whole_s = time.perf_counter() - started
        if done.returncode:
            raise SystemExit(f"{words[0]} failed: {done.stderr[-2000:]}")
        return {**json.loads(done.stdout.splitlines()[-1]), "whole_s": whole_s}


def pricing(bench: Bench) -> Iterator[Measured]:
    """Exact money by team and day, beside a scan that adds up the same columns and prices nothing."""
    duckdb, files = engine(None), bench.files
    (once,) = priced(duckdb, files, [book()])
    if once.amounts.unpriced.any():
        raise SystemExit("some of the events have no price")
    columns = list(once.counts)
    if bare(duckdb, files, columns) != [int(once.counts[column].sum()) for column in columns]:
        raise SystemExit("not every event was counted once")
    ours, scan = in_turns(
        ROUNDS, lambda: money(duckdb, files, [book()]), lambda: bare(duckdb, files, columns)
    )
    assert once.priced_as is not None
    shape = once.priced_as[0].table.shape
    kinds = f"{shape.stretches - 1} changes of price, {shape.hours} kinds of hours, {shape.lengths} lengths"
    ratio, a_second = scan.best_s / ours.best_s, bench.events / ours.best_s
    yield Measured(
        f"{bench.events:,} events priced exactly by team and day ({len(once.lines)} lines, {kinds}): part of "
        f"the speed of one grouped scan that adds up the same {len(columns)} columns",
        "0.65",
        f"{ratio:.2f} ({ours}; scan {scan}; by processor time {min(scan.cpu_s) / min(ours.cpu_s):.2f})",
        "≥ 0.6",
        ratio >= 0.6,
    )
    yield Measured(
        "the same, events a second",
        "",
        f"{a_second / 1e6:.1f} M",
        "≥ 8 M on two quiet cores",
        a_second >= 8e6,
    )


def books(bench: Bench) -> Iterator[Measured]:
    """A hundred price points in one pass, beside one."""
    duckdb, files = engine(None), bench.files
    points = price_points(bench.folder)
    one, all_of_them = in_turns(
        STARTS, lambda: money(duckdb, files, points[:1]), lambda: money(duckdb, files, points)
    )
    times = all_of_them.best_s / one.best_s
    yield Measured(
        f"{len(points)} price points over the same events, times as long as one",
        "2.5",
        f"{times:.2f} ({all_of_them}; one {one})",
        "≤ 3",
        times <= 3,
    )


def imports(bench: Bench) -> Iterator[Measured]:
    """LiteLLM's log into an empty ledger, beside DuckDB that only counts its rows."""
    for kind, (expected, bar) in IMPORTS.items():
        log = bench.log(kind)
        scan = bench.child("scan", log)
        found = bench.child("import", log, bench.folder / f"imported-{kind}")
        if found["stored"] != scan["read"] or found["set_aside"]:
            raise SystemExit(f"{found['stored']:,} of {scan['read']:,} rows of {log} were stored")
        shutil.rmtree(bench.folder / f"imported-{kind}")
        size_mb = log.stat().st_size / 1e6
        rate, counting = size_mb / found["wall_s"][0], size_mb / scan["wall_s"][0]
        said = f"{rate:.0f} ({took(found)}; DuckDB counts its rows at {counting:.0f} MB/s, {took(scan)})"
        what = f"import of {size_mb:,.0f} MB of LiteLLM's log as {kind.upper()}, {found['read']:,} rows, MB/s"
        yield Measured(what, str(expected), said, f"≥ {bar}", rate >= bar)
        peak = found["peak_mb"]
        yield Measured(
            "the same, memory of the process", "600 MB", f"{peak:,.0f} MB", "< 1,000 MB", peak < 1000
        )


def took(found: dict[str, Any]) -> str:
    """The times of a process in words."""
    return str(Times(tuple(found["wall_s"]), tuple(found["cpu_s"])))


def spend(bench: Bench) -> Iterator[Measured]:
    """The main question: in a process that finds nothing kept, in one that does, and asked again."""
    _ = bench.files
    cold = [bench.child("spend", bench.ledger, 1, home=f"cold-{turn}") for turn in range(STARTS)]
    bench.child("spend", bench.ledger, 1)
    fresh = [bench.child("spend", bench.ledger, 1) for _ in range(STARTS)]
    again = bench.child("spend", bench.ledger, ROUNDS + 1)
    if len({one["total_usd"] for one in (*cold, *fresh, again)}) != 1:
        raise SystemExit("the same question had different answers")
    rows = again["rows"]
    by = f"`spend --by team,day` of {bench.events:,} events ({rows:,} rows)"
    yield _asked(f"{by}, whole process, nothing kept before", "1.0 s", _starts(cold), 1.5)
    yield _asked("the same after another process was asked", "", _starts(fresh), 0.15)
    warm = Times(tuple(again["wall_s"][1:]), tuple(again["cpu_s"][1:]))
    yield _asked("asked again in the same process", "60 ms", warm, 0.15)


def _starts(found: list[dict[str, Any]]) -> Times:
    return Times(tuple(one["whole_s"] for one in found), tuple(one["cpu_s"][0] for one in found))


def _asked(what: str, expected: str, times: Times, bar_s: float) -> Measured:
    return Measured(what, expected, str(times), f"< {told(bar_s)}", times.best_s < bar_s)


def spark(bench: Bench) -> Iterator[Measured]:
    """Spark with two processes beside DuckDB: the same to the last digit."""
    what = "Spark (`local-cluster[2,1,1024]`) and DuckDB: the same groups, counts and money to the last digit"
    _ = bench.files
    try:
        home = _spark_home(bench.folder / "spark")
    except ImportError:
        yield Measured(what, "yes", "Spark is not installed", "yes", None)
        return
    if shutil.which("java") is None:
        yield Measured(what, "yes", "Java is not installed", "yes", None)
        return
    found = bench.child("spark", bench.ledger, SPARK_HOME=str(home), SPARK_LOCAL_IP="127.0.0.1")
    said = (
        f"{'yes' if found['same'] else 'no'}: {found['groups']:,} groups, ${found['total_usd']} "
        f"({told(found['wall_s'][0])} after {told(found['start_s'])} to start)"
    )
    yield Measured(what, "yes", said, "yes", found["same"])


def _spark_home(home: Path) -> Path:
    """Spark as it is installed, but for what it writes beside itself."""
    import pyspark

    (home / "conf").mkdir(parents=True)
    for part in Path(pyspark.__file__).parent.iterdir():
        if part.name != "conf":
            (home / part.name).symlink_to(part)
    return home


MEASURES: Final[dict[str, Callable[[Bench], Iterator[Measured]]]] = {
    "pricing": pricing,
    "books": books,
    "import": imports,
    "spend": spend,
    "spark": spark,
}


def asked() -> argparse.Namespace:
    """What the command line says."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--events", type=int, default=EVENTS, help="how many events the set has")
    reader.add_argument("--folder", type=Path, help="where the set is kept, and found again")
    reader.add_argument("--only", choices=MEASURES, action="append", help="measure this; repeatable")
    return reader.parse_args()


def section_told(events: int) -> list[str]:
    """What stands above the table."""
    who = f"{ledger_set.TEAMS} teams, {ledger_set.CUSTOMERS:,} customers"
    return [
        f"Written by `python benchmarks/ledger.py` ({machine()}). The events are synthetic: {events:,} in",
        f"{ledger_set.DAYS} days, {len(ledger_set.MODELS)} models of five providers, {who}, tiers, caches,",
        "prices by the hour; so are the logs, which have LiteLLM's columns. The best of several rounds",
        "counts, by the clock on the wall; the median and the time of all processors stand beside it.",
    ]


def main() -> None:
    """Measure what was asked for, print it, and renew the page after a whole run."""
    said = asked()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="farthing-benchmark-")))
        # Prices that the user keeps have no place here.
        os.environ["FARTHING_DATA"] = str(folder / "data")
        bench = Bench((said.folder or folder / "kept").absolute(), folder, said.events)
        rows = []
        for name in said.only or MEASURES:
            for row in MEASURES[name](bench):
                rows.append(row)
                before = f"expected {row.expected or 'nothing'}; bar {row.bar or 'none'}"
                print(f"{row.what}: {row.found} ({before}) {row.verdict}".strip(), flush=True)
    if said.only or said.events < EVENTS:
        print(f"{PAGE.name} stays as it is: this was not a whole run of {EVENTS:,} events")
    else:
        renew(TITLE, section_told(said.events), rows)


if __name__ == "__main__":
    main()
