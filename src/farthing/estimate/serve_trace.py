"""Recorded requests as demand: how many come when, how long they are, how uneven.

Reads what people publish: a CSV with a time and two token counts (Azure, BurstGPT), JSON lines (Mooncake),
a folder of ServeGen clients, and request lengths without times (Vidur). Columns are told by their names.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from farthing.units.problem import InputError, Problem, quoted
from farthing.units.types import FloatArray

LARGEST_BYTE: Final = 2 * 1024**3
_HOUR_S, _TEN_MIN_S, _MIN_S = 3600.0, 600.0, 60.0
_TIMES: Final = ("timestamp", "at", "time", "arrivaltime", "arrivedat", "starttime", "start")
_INPUTS: Final = (
    *("contexttokens", "requesttokens", "inputlength", "inputtokens", "prompttokens", "numprefilltokens"),
    *("promptlen", "inputlen", "prompttokencount", "input"),
)
_OUTPUTS: Final = (
    *("generatedtokens", "responsetokens", "outputlength", "outputtokens", "completiontokens"),
    *("numdecodetokens", "outputlen", "generatedlen", "output"),
)
_UNITS: Final = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))  # moments since 1970 in ns, µs and ms
_CHUNK: Final = re.compile(r"chunk-(\d+)-trace\.csv")


@dataclass(frozen=True, slots=True)
class Trace:
    """Demand of a recording: mean rate and its course over the mean, mean lengths, squared variations.

    `mean_per_s` and `hours` are None where the recording has no times.
    """

    name: str
    requests: float
    input_tokens: float
    output_tokens: float
    input_variation: float
    output_variation: float
    mean_per_s: float | None = None
    hours: FloatArray | None = None
    bin_s: float = _HOUR_S
    arrival_variation: float | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def bin_words(self) -> str:
        """How long a bin of `hours` is."""
        return {_HOUR_S: "hour", _TEN_MIN_S: "ten minutes", _MIN_S: "minute"}[self.bin_s]


def read_trace(path: str) -> Trace:
    """The demand that a file or folder records. Raises InputError for what cannot be read."""
    place = Path(path)
    try:
        if place.is_dir():
            return _servegen(place)
        if not place.is_file():
            raise InputError([_unusable(path, "there is no such file", "check the path")])
        if place.stat().st_size > LARGEST_BYTE:
            raise InputError([_unusable(path, "it is larger than 2 GiB", "give a part of it")])
        rows = _json_lines(place) if place.suffix in (".jsonl", ".ndjson", ".json") else _csv_rows(place)
        return _of_rows(place.name, *rows)
    except (OSError, ValueError, csv.Error) as error:
        raise InputError([_unusable(path, str(error), "see docs/verbs/serve.md for what is read")]) from error


def binned(times_s: FloatArray) -> tuple[FloatArray, float, float]:
    """Requests a second in each bin over the mean, the bin's length, the mean rate.

    Bins are an hour for two days or more, ten minutes for three hours or more, else a minute.
    """
    start, span = float(times_s.min()), float(np.ptp(times_s))
    size = _HOUR_S if span >= 48 * _HOUR_S else _TEN_MIN_S if span >= 3 * _HOUR_S else _MIN_S
    count = max(1, int(span // size))
    places = np.minimum(((times_s - start) / size).astype(np.intp), count - 1)
    counts = np.bincount(places, minlength=count).astype(np.float64)
    mean = len(times_s) / max(span, size)
    return np.asarray(counts / counts.mean()), size, mean


def _of_rows(name: str, times: FloatArray | None, prompts: FloatArray, answers: FloatArray) -> Trace:
    kept = (prompts > 0) & (answers > 0)
    if not kept.any():
        raise InputError([_unusable(name, "no request has tokens in and out", "check the columns")])
    dropped = int((~kept).sum())
    found = Trace(
        name=name,
        requests=float(kept.sum()),
        input_tokens=float(prompts[kept].mean()),
        output_tokens=float(answers[kept].mean()),
        input_variation=_uneven(prompts[kept]),
        output_variation=_uneven(answers[kept]),
        problems=(_dropped(name, dropped, len(kept)),) if dropped else (),
    )
    if times is None or kept.sum() < 2 or np.ptp(times[kept]) == 0:
        return replace(found, problems=(*found.problems, _timeless(name)))
    moments = np.sort(times[kept])
    hours, size, mean = binned(moments)
    uneven = _burstiness(moments, size)
    return replace(found, mean_per_s=mean, hours=hours, bin_s=size, arrival_variation=uneven)


def _uneven(values: FloatArray) -> float:
    """Squared coefficient of variation."""
    return float(values.var() / values.mean() ** 2)


def _burstiness(moments: FloatArray, size: float) -> float:
    """Squared variation of the gaps between requests, within bins so that the day's course is left out.

    Recordings have pauses of their own: the median over bins tells what is usual.
    """
    places = ((moments - moments[0]) / size).astype(np.intp)
    gaps, where = np.diff(moments), places[1:]
    found = []
    for place in np.unique(where):
        these = gaps[where == place]
        if len(these) >= 20 and these.mean() > 0:
            found.append(float(these.var() / these.mean() ** 2))
    return float(np.median(found)) if found else 1.0


def _csv_rows(place: Path) -> tuple[FloatArray | None, FloatArray, FloatArray]:
    with place.open(newline="", encoding="utf-8-sig") as handle:
        reader = csv.reader(handle)
        head = next(reader, [])
        at, prompt, answer = _columns(place.name, head)
        needed = [column for column in (at, prompt, answer) if column is not None]
        rows = [row for row in reader if len(row) > max(needed)]
    if not rows:
        raise InputError([_unusable(place.name, "it has no rows", "give one with requests")])
    times = None if at is None else _moments(place.name, [row[at] for row in rows])
    tokens = [_numbers(place.name, [row[column] for row in rows]) for column in (prompt, answer)]
    return times, tokens[0], tokens[1]


def _json_lines(place: Path) -> tuple[FloatArray | None, FloatArray, FloatArray]:
    with place.open(encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle if line.strip()]
    if not rows or not isinstance(rows[0], dict):
        raise InputError([_unusable(place.name, "it has no JSON objects on its lines", "give JSON lines")])
    keys = list(rows[0])
    at, prompt, answer = _columns(place.name, keys)
    read = {
        column: [str(row.get(keys[column], "")) for row in rows]
        for column in (at, prompt, answer)
        if column is not None
    }
    times = None if at is None else _moments(place.name, read[at], milliseconds="hash_ids" in rows[0])
    return times, _numbers(place.name, read[prompt]), _numbers(place.name, read[answer])


def _columns(name: str, head: Sequence[str]) -> tuple[int | None, int, int]:
    """Places of time, input and output among the names of the columns."""
    plain = [re.sub(r"[^a-z]", "", str(column).lower()) for column in head]
    places = [
        next((plain.index(known) for known in names if known in plain), None)
        for names in (_TIMES, _INPUTS, _OUTPUTS)
    ]
    at, prompt, answer = places
    if prompt is None or answer is None:
        what = f"its columns are {', '.join(map(str, head[:8]))}"
        fix = "name the columns timestamp, input_tokens and output_tokens"
        raise InputError([_unusable(name, what, fix)])
    return at, prompt, answer


def _numbers(name: str, texts: Sequence[str]) -> FloatArray:
    try:
        return np.array([float(text) if text.strip() else 0.0 for text in texts])
    except ValueError as error:
        raise InputError([_unusable(name, f"a number of tokens is not one: {error}", "repair it")]) from error


def _moments(name: str, texts: Sequence[str], *, milliseconds: bool = False) -> FloatArray:
    """Times in seconds: numbers since some start, or since 1970 in any usual unit, or dates."""
    try:
        values = np.array([float(text) for text in texts])
    except ValueError:
        return _dates(name, texts)
    size = next((divisor for least, divisor in _UNITS if values.max() >= least), 1.0)
    return np.asarray(values / (1e3 if milliseconds and size == 1.0 else size))


def _dates(name: str, texts: Sequence[str]) -> FloatArray:
    try:
        return np.array([_date(text) for text in texts])
    except ValueError as error:
        raise InputError([_unusable(name, f"a time cannot be read: {error}", "write ISO 8601")]) from error


def _date(text: str) -> float:
    found = re.fullmatch(r"\s*([\d-]+[ T][\d:]+)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?\s*", text)
    if found is None:
        raise ValueError(quoted(text))
    moment = datetime.fromisoformat(f"{found[1]}{(found[3] or '+00:00').replace('Z', '+00:00')}")
    return moment.astimezone(UTC).timestamp() + float(found[2] or 0)


def _servegen(folder: Path) -> Trace:
    """ServeGen's clients: rates and burstiness in rows of ten minutes, lengths as histograms of six hours."""
    files = sorted(place for place in folder.rglob("chunk-*-trace.csv") if _CHUNK.fullmatch(place.name))
    if not files:
        what = "the folder has no chunk-N-trace.csv"
        raise InputError([_unusable(str(folder), what, "give a ServeGen folder or a file")])
    rates: dict[float, float] = {}
    bursts: list[tuple[float, float]] = []
    lengths = _Lengths()
    for file in files:
        served = 0.0
        for start, rate, variation in _client(file):
            rates[start] = rates.get(start, 0.0) + rate
            served += rate
            if rate > 0:
                bursts.append((rate, variation**2))
        lengths.add(file.with_name(file.name.replace("-trace.csv", "-dataset.json")), served)
    starts = np.array(sorted(rates))
    course = np.array([rates[start] for start in starts])
    size = float(np.min(np.diff(starts))) if len(starts) > 1 else _TEN_MIN_S
    hours, bin_s = _hourly(course, size)
    means, uneven = lengths.summary(folder.name)
    return Trace(
        name=folder.name,
        requests=float(course.sum() * size),
        input_tokens=means[0],
        output_tokens=means[1],
        input_variation=uneven[0],
        output_variation=uneven[1],
        mean_per_s=float(course.mean()),
        hours=np.asarray(hours / hours.mean()),
        bin_s=bin_s,
        arrival_variation=_usual(bursts),
    )


def _usual(weighed: Sequence[tuple[float, float]]) -> float:
    """Median of values, each with a weight; 1 where there are none."""
    if not weighed:
        return 1.0
    weights, values = np.array(sorted(weighed, key=lambda pair: pair[1])).T
    place = int(np.searchsorted(np.cumsum(weights), weights.sum() / 2))
    return float(values[min(place, len(values) - 1)])


def _hourly(course: FloatArray, size: float) -> tuple[FloatArray, float]:
    """Rates by the hour where the rows are finer and there are two days of them."""
    each = round(_HOUR_S / size)
    if each > 1 and len(course) * size >= 48 * _HOUR_S:
        whole = len(course) // each * each
        return np.asarray(course[:whole].reshape(-1, each).mean(1)), _HOUR_S
    return course, _TEN_MIN_S if size < _HOUR_S else _HOUR_S


def _client(file: Path) -> Iterator[tuple[float, float, float]]:
    """Start, rate and variation of each row of one client."""
    with file.open(newline="", encoding="utf-8") as handle:
        for row in csv.reader(handle):
            try:
                yield float(row[0]), float(row[1]), float(row[2] or 0)
            except (ValueError, IndexError) as error:
                raise InputError(
                    [_unusable(file.name, f"a row cannot be read: {error}", "repair it")]
                ) from error


class _Lengths:
    """Lengths of the requests of all clients, weighed by how many each sent."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._sums = np.zeros((2, 2))  # input and output: mean, mean of squares

    def add(self, file: Path, served: float) -> None:
        """Add a client's histograms, of all its stretches alike."""
        if served <= 0 or not file.is_file():
            return
        stretches: Mapping[str, Mapping[str, str]] = json.loads(file.read_text("utf-8"))
        rows = [moments for stretch in stretches.values() if (moments := _moments_of(stretch)) is not None]
        if rows:
            self._weight += served
            self._sums += served * np.mean(rows, axis=0)

    def summary(self, name: str) -> tuple[tuple[float, float], tuple[float, float]]:
        """Means, and squared variations, of input and output."""
        if not self._weight:
            raise InputError([_unusable(name, "no client has lengths", "give its chunk-N-dataset.json")])
        mean, square = (self._sums / self._weight).T
        uneven = square / mean**2 - 1
        return (float(mean[0]), float(mean[1])), (float(uneven[0]), float(uneven[1]))


def _moments_of(stretch: Mapping[str, str]) -> FloatArray | None:
    """Mean and mean of squares of the lengths of one stretch of time, or None where there is nothing."""
    found = []
    for side in ("input_tokens", "output_tokens"):
        pairs = re.split(r"[:,]", stretch.get(side, "").strip("{} \n"))
        if len(pairs) < 2:
            return None
        numbers = np.array(pairs, dtype=np.float64)
        sizes, shares = numbers[::2], numbers[1::2] / numbers[1::2].sum()
        found.append([float(sizes @ shares), float(sizes**2 @ shares)])
    return np.array(found)


def _dropped(name: str, dropped: int, count: int) -> Problem:
    what = f"{dropped:,} of {count:,} requests have no tokens in or out and are left out"
    return Problem("left-out", "note", name, what, "they cost nothing to answer", "")


def _timeless(name: str) -> Problem:
    what = "it has lengths and no times"
    fix = "give --arrival or --demand"
    return Problem("no-times", "note", name, what, "how many requests there are is not in it", fix)


def _unusable(path: str, why: str, fix: str) -> Problem:
    return Problem("bad-file", "error", "--trace", f"{quoted(path)} cannot be read", why, fix)
