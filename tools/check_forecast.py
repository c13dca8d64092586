"""Measure forecasts and anomalies on generated courses and recorded traces: docs/forecast-accuracy.md.

    python tools/check_forecast.py [SHARED_FOLDER] [--seed N] [--courses N] [--months N]

The generators are those of the tests and share no code with the product; give a seed that nothing was chosen
with. Takes minutes.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from farthing.track.anomaly import anomalies
from farthing.track.forecast import Forecast, forecast
from farthing.track.series import Series
from farthing.units.types import FloatArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "track"))

from made_seasons import KINDS, MONDAY, Course, daily, hourly  # noqa: E402
from planted import PLANTED, Traffic, clean, planted  # noqa: E402

OUT = ROOT / "docs" / "forecast-accuracy.md"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TEN = 10 * MINUTE
TRAFFIC_DAYS, MONTH = 90, 30.4
IN_USD, OUT_USD = 3e-6, 15e-6
HEAD = "| data | forecasts | ours | last season again | mean of late | periods in 80% | sums in 80% |"


@dataclass
class Tried:
    """Sums of absolute errors of ours and of the naive ways, and what fell into the ranges."""

    ours: float = 0.0
    naive: float = 0.0
    mean: float = 0.0
    spent: float = 0.0
    periods: list[float] = field(default_factory=list)
    sums: list[bool] = field(default_factory=list)

    def add(self, made: Forecast, usd: FloatArray, known: int, season: int) -> None:
        """Take in a forecast from `known` periods on, beside what happened."""
        ahead = len(made.usd_mid)
        actual = usd[known : known + ahead]
        again = np.array([usd[known - season + place % season] for place in range(ahead)])
        self.ours += float(np.abs(made.usd_mid - actual).sum())
        self.naive += float(np.abs(again - actual).sum())
        self.mean += float(np.abs(usd[max(0, known - 4 * season) : known].mean() - actual).sum())
        self.spent += float(actual.sum())
        inside = (made.usd_low80 - 1e-9 <= actual) & (actual <= made.usd_high80 + 1e-9)
        self.periods.append(float(inside.mean()))
        total = made.total()
        self.sums.append(total.p10 - 1e-9 <= actual.sum() <= total.p90 + 1e-9)

    def row(self, name: str) -> str:
        """A line of the table."""
        errors = (self.ours / self.spent, self.naive / self.spent, self.mean / self.spent)
        told = " | ".join(f"{error:.1%}" for error in errors)
        return (
            f"| {name} | {len(self.sums)} | {told} | {np.mean(self.periods):.0%} | {np.mean(self.sums):.0%} |"
        )


def series(course: Course, known: int, step: timedelta, start: datetime = MONDAY) -> Series:
    """The first periods of a course."""
    rows = (values[None, :known] for values in (course.requests, course.tokens, course.usd))
    return Series(start, step, (("model",),), *rows)


def generated(rng: np.random.Generator, courses: int) -> Iterator[str]:
    """Courses with known seasons: 28 to 200 days known, 7, 14 or 30 ahead; short ones; hours."""
    for kind in KINDS:
        tried = Tried()
        for _ in range(courses):
            known, ahead = int(rng.integers(28, 200)), int(rng.choice([7, 14, 30]))
            course = daily(kind, known + ahead, rng)
            tried.add(forecast(series(course, known, DAY), ahead), course.usd, known, 7)
        yield tried.row(f"days, {kind}")
    short, hours = Tried(), Tried()
    for _ in range(courses):
        known = int(rng.integers(3, 15))
        course = daily("office week", known + 14, rng)
        short.add(forecast(series(course, known, DAY), 14), course.usd, known, 7 if known >= 7 else 1)
    for _ in range(courses // 2):
        days, ahead = int(rng.integers(8, 30)), int(rng.choice([24, 72, 168]))
        course = hourly(days + 7, rng)
        hours.add(forecast(series(course, days * 24, HOUR), ahead), course.usd, days * 24, 168)
    yield short.row("days, office week, 3 to 14 known")
    yield hours.row("hours, day and week, 8 to 30 days known")


def azure(file: Path) -> tuple[Course, datetime]:
    """Whole minutes of a recorded hour, at $3 and $15 a million tokens."""
    with file.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    at = [datetime.fromisoformat(row["TIMESTAMP"][:26]).replace(tzinfo=UTC) for row in rows]
    first = min(at).replace(second=0, microsecond=0)
    place = np.array([(one - first) // MINUTE for one in at])
    read, written = (
        np.array([float(row[name]) for row in rows]) for name in ("ContextTokens", "GeneratedTokens")
    )
    sums = (np.ones(len(rows)), read + written, read * IN_USD + written * OUT_USD)
    whole = (np.bincount(place, one)[1:-1] for one in sums)
    return Course(*whole), first + MINUTE


def clients(folder: Path) -> Iterator[tuple[int, Course]]:
    """ServeGen's clients: ten-minute rates, lengths as the means of six hours, at DeepSeek R1's price."""
    for file in sorted(folder.rglob("chunk-*-trace.csv")):
        with file.open(newline="", encoding="utf-8") as handle:
            requests = np.array([float(row[1]) * 600 for row in csv.reader(handle)])
        lengths = json.loads(
            file.with_name(file.name.replace("-trace.csv", "-dataset.json")).read_text("utf-8")
        )
        told = {int(start): _means(stretch) for start, stretch in lengths.items()}
        read, written = np.array([_at(told, place * 600) for place in range(len(requests))]).T
        usd = requests * (read * 0.55e-6 + written * 2.19e-6)
        yield int(file.name.split("-")[1]), Course(requests, requests * (read + written), usd)


def _means(stretch: dict[str, str]) -> tuple[float, float] | None:
    found = []
    for side in ("input_tokens", "output_tokens"):
        pairs = re.split(r"[:,]", stretch.get(side, "").strip("{} \n"))
        if len(pairs) < 2:
            return None
        numbers = np.array(pairs, dtype=float)
        found.append(float(numbers[::2] @ numbers[1::2] / numbers[1::2].sum()))
    return found[0], found[1]


def _at(told: dict[int, tuple[float, float] | None], second: int) -> tuple[float, float]:
    before = [means for start, means in sorted(told.items()) if start <= second and means is not None]
    return before[-1] if before else (0.0, 0.0)


def recorded(shared: Path) -> Iterator[str]:
    """Azure's hours, ten minutes ahead; the clients of ServeGen's day and all of them, six hours ahead."""
    traces = shared / "data" / "traces"
    for name in ("code", "conv"):
        course, start = azure(traces / f"azure_llm_2023_{name}.csv")
        for season, words in ((1, "the last minute"), (10, "the last ten minutes")):
            tried = Tried()
            for known in range(20, len(course.usd) - 10, 3):
                tried.add(forecast(series(course, known, MINUTE, start), 10), course.usd, known, season)
            yield tried.row(f"Azure {name}, minutes, against {words}")
    known = list(clients(traces / "servegen_deepseek_r1"))
    for season, words in ((1, "the last ten minutes"), (36, "the last six hours")):
        for title, parts, every in (("even", [0], 18), ("odd", [1], 18), ("all", [0, 1], 4)):
            meant = [course for number, course in known if number % 2 in parts]
            courses = [together(meant)] if title == "all" else meant
            tried = Tried()
            for course in courses:
                for origin in range(60, 109, every):
                    if course.usd[:origin].any():
                        tried.add(forecast(series(course, origin, TEN), 36), course.usd, origin, season)
            name = "all clients together" if title == "all" else f"each {title} client"
            yield tried.row(f"ServeGen, {name}, against {words}")


def together(courses: Sequence[Course]) -> Course:
    """The sums of courses."""
    return Course(*(sum(getattr(one, name) for one in courses) for name in ("requests", "tokens", "usd")))


def traffic_series(traffic: Traffic) -> Series:
    """Traffic of several models as a series."""
    names = tuple(("maker", f"model-{place}") for place in range(len(traffic.usd)))
    tokens = traffic.inputs + traffic.outputs
    rows = (traffic.requests, tokens, traffic.usd)
    return Series(MONDAY, DAY, names, *rows, inputs=traffic.inputs, cached=traffic.cached)


def found(rng: np.random.Generator, months: int) -> Iterator[str]:
    """False alarms on clean traffic, then recall for each kind that is planted."""
    courses = max(1, round(months * MONTH / TRAFFIC_DAYS))
    alarms = sum(len(anomalies(traffic_series(clean(TRAFFIC_DAYS, rng)))) for _ in range(courses))
    span = courses * TRAFFIC_DAYS / MONTH
    yield f"| nothing (clean traffic) | {span:.0f} | | | {alarms / span:.2f} |"
    for kind in PLANTED:
        hits = named = others = 0
        for _ in range(courses):
            traffic = planted(kind, TRAFFIC_DAYS, rng)
            ((_, first, last, _model),) = traffic.planted
            told = anomalies(traffic_series(traffic))
            near = [one for one in told if one.first <= last + 3 and one.last >= first - 3]
            hits += bool(near)
            named += any(one.kind == kind for one in near)
            others += len(told) - bool(near)
        yield f"| {kind} | {span:.0f} | {hits / courses:.0%} | {named / courses:.0%} | {others / span:.2f} |"


PAGE = """# How far off forecasts are, and what anomalies are found
Written by `tools/check_forecast.py`; nothing here is edited by hand. Errors are WAPE: the sum of absolute
errors of all periods over the sum of what was spent. A range is an 80% one and should hold 80%, of single
periods and of sums over the horizon.

## Generated courses
Synthetic, seed {seed}, from `tests/track/made_seasons.py`, which shares no code with the product; this seed
was never used to choose anything. `sparse` has days without any request at random: of those nothing but
their share can be known.

{head}
{forecasts}

## Recorded traces
An hour of Azure's code and conversation services (2023) in minutes, ten minutes ahead, and a day of
ServeGen's clients of DeepSeek R1 in ten minutes, six hours ahead. Neither holds a season twice, so the
naive way is the last period again, or a stretch as long as is forecast. Settings were chosen with these
traces in view (the rule for levels that jump came when the odd clients showed that it was missing): this is
no test on unseen data. Origins overlap: a dozen forecasts of one hour or one day are three independent ones.

{head}
{traces}

## Anomalies
Planted in synthetic noisy traffic of three or four models over 90 days (`tests/track/planted.py`): a week,
growth or decline, heavy tails, levels that wander, holidays, traffic that moves to a new model at the same
price. One is planted a course, on the model that costs most: a spike of 1 to 3 days by 2 to 5 times, drift of
1.5% to 4% a day, a new model with 15% to 60% of the requests on top, a cache that loses 75% to 100% of its
reads. Found means within three days; the last column has what else was reported.

| planted | months of data | found | of the right kind | false alarms a month |
|---|---:|---:|---:|---:|
{alarms}
"""


def page(seed: int, forecasts: Sequence[str], traces: Sequence[str], alarms: Sequence[str]) -> str:
    """The page."""
    return PAGE.format(
        seed=seed,
        head=f"{HEAD}\n|---|---:|---:|---:|---:|---:|---:|",
        forecasts="\n".join(forecasts),
        traces="\n".join(traces),
        alarms="\n".join(alarms),
    )


def main(arguments: Sequence[str]) -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description="Measure forecasts and anomalies.")
    parser.add_argument("shared", nargs="?", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--courses", type=int, default=40)
    parser.add_argument("--months", type=int, default=150)
    given = parser.parse_args(arguments)
    parts = (
        list(generated(np.random.default_rng([given.seed, 1]), given.courses)),
        list(recorded(given.shared)),
        list(found(np.random.default_rng([given.seed, 2]), given.months)),
    )
    OUT.write_text(page(given.seed, *parts), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
