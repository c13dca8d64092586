"""Tokens from the metrics of one OTLP request: counters and histograms of what calls of models used.

A metric adds up calls, so that how many they were and how long each was is often not known. Totals that
run on from a start (cumulative temporality) count by what they grew since the point before. The tag `since`
is when the time begins that a point covers, in microseconds. Histograms of
`gen_ai.client.inference.operation` count all tokens, not those that are billed, and are not read.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import msgspec

from farthing.importers.genai_attributes import model_of, operation_of, owners, provider_of
from farthing.importers.genai_usage import Row, disjoint
from farthing.importers.otlp_values import Attribute, Plain, Said, integer, microseconds, said

_DELTA: Final = (1, "1", "AGGREGATION_TEMPORALITY_DELTA")
_CLAUDE_TOKENS: Final = "claude_code.token.usage"
_CLAUDE_COST: Final = "claude_code.cost.usage"
_HISTOGRAM: Final = "gen_ai.client.token.usage"
_COUNTERS: Final = "gen_ai.client.inference.usage."
_KINDS: Final[Mapping[str, str]] = {
    "input": "input",
    "output": "output",
    "completion": "output",
    "cacheRead": "cache_read",
    "cacheCreation": "cache_write",
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read.input_tokens": "cache_read",
    "cache_write.input_tokens": "cache_write",
    "cache_creation.input_tokens": "cache_write",
    "reasoning.output_tokens": "reasoning",
}
_MODALITIES: Final = ("audio", "image", "video")
_APART: Final = ("type", "gen_ai.token.type", "gen_ai.token.modality")
Key: TypeAlias = tuple[str, ...]
Heard: TypeAlias = tuple[str, str, float, int]


class Point(msgspec.Struct, frozen=True, rename="camel"):
    """A data point: the value of a counter, or the sum and the count of a histogram."""

    attributes: list[Attribute] = []
    start_time_unix_nano: int | str = 0
    time_unix_nano: int | str = 0
    as_int: int | str | None = None
    as_double: float | None = None
    sum: float | None = None
    count: int | str | None = None


class Data(msgspec.Struct, frozen=True, rename="camel"):
    """The points of a metric, and whether each is a total that runs on."""

    data_points: list[Point] = []
    aggregation_temporality: int | str = 0


class Metric(msgspec.Struct, frozen=True):
    """What is read of a metric."""

    name: str = ""
    sum: Data | None = None
    histogram: Data | None = None


class Last(Protocol):
    """Of each series where it began, when it was last heard, and its value and count then."""

    def get(self, key: Key, default: Heard, /) -> Heard:
        """What is known of a series."""
        ...

    def __setitem__(self, key: Key, heard: Heard, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _Grown:
    """What a total grew by, in tokens or calls, and since when, in microseconds."""

    value: float
    count: int
    since: str


@dataclass
class Totals:
    """Totals that run on, by their series: where each began, when it was last heard and what it was then."""

    last: Last = field(default_factory=dict[Key, Heard])

    def grown(self, key: Key, point: Point, value: float, count: int) -> _Grown:
        """What a total grew by since the point before, nothing where the point is an old one."""
        start, moment = (
            str(point.start_time_unix_nano),
            microseconds(point.time_unix_nano).rjust(20, "0"),
        )
        began, before, old, old_count = self.last.get(key, ("", "", 0.0, 0))
        if began == start and moment <= before:
            return _Grown(0.0, 0, "")
        self.last[key] = (start, moment, value, count)
        # Another start, or less than there was: the program began anew.
        if began == start and value >= old:
            return _Grown(value - old, count - old_count, before.lstrip("0"))
        return _Grown(value, count, microseconds(point.start_time_unix_nano))


@dataclass
class _Sums:
    """What one export says of calls alike: counts by kind, the cost, how many calls and since when."""

    point: Point
    given: Said
    resource: Said
    counts: dict[str, Plain] = field(default_factory=dict)
    cost: float | None = None
    calls: int = 0
    since: set[str] = field(default_factory=set)

    def add(self, kind: str, value: float) -> None:
        """Add tokens of a kind; a fraction is left, for the checks to name."""
        known = self.counts.get(kind, 0)
        self.counts[kind] = integer(float(known) + value)


def metric_rows(metrics: Sequence[tuple[Metric, Said]], totals: Totals) -> Iterator[Row]:
    """Sums of calls as rows; each metric comes with the attributes of its resource."""
    found: dict[Key, _Sums] = {}
    for metric, resource in metrics:
        data = metric.sum or metric.histogram
        if data is not None and _is_read(metric.name):
            for point in data.data_points:
                _add(metric.name, data, point, resource, found, totals)
    for key, sums in found.items():
        if (row := _row(key, sums)) is not None:
            yield row


def _is_read(name: str) -> bool:
    return name in (_CLAUDE_TOKENS, _CLAUDE_COST, _HISTOGRAM) or name.startswith(_COUNTERS)


def _add(
    name: str, data: Data, point: Point, resource: Said, found: dict[Key, _Sums], totals: Totals
) -> None:
    given = said(point.attributes)
    alike = {key: value for key, value in given.items() if key not in _APART}
    key = _key(resource, alike, name.partition(".")[0], microseconds(point.time_unix_nano))
    value, calls = _value(point), integer(point.count or 0)
    calls = calls if isinstance(calls, int) else 0
    since = microseconds(point.start_time_unix_nano)
    if data.aggregation_temporality not in _DELTA:
        grown = totals.grown(_key(resource, given, name, ""), point, value, calls)
        value, calls, since = grown.value, grown.count, grown.since
    sums = found.setdefault(key, _Sums(point, alike, resource))
    if value:
        sums.since.add(since)
    if name == _CLAUDE_COST:
        sums.cost = (sums.cost or 0.0) + value
    elif (kind := _kind(name, given)) is not None:
        sums.add(kind, value)
        sums.calls = max(sums.calls, calls)


def _kind(name: str, given: Said) -> str | None:
    """Which tokens a point counts, in our words."""
    named = given.get("gen_ai.token.type") or given.get("type") or name.removeprefix(_COUNTERS)
    kind, modality = _KINDS.get(str(named)), given.get("gen_ai.token.modality")
    if modality in _MODALITIES and kind in ("input", "output"):
        return f"{kind}_{modality}"
    return kind


def _value(point: Point) -> float:
    given = next((one for one in (point.as_int, point.as_double, point.sum) if one is not None), 0)
    return float(given)


def _row(key: Key, sums: _Sums) -> Row | None:
    operation, claude = operation_of(sums.given), key[-2] == "claude_code"
    if operation == "" or not any(sums.counts.values()):
        return None
    columns: Row = {
        "event_id": _id(key, sums),
        "at": microseconds(sums.point.time_unix_nano),
        "provider": provider_of(sums.given) or ("anthropic" if claude else ""),
        "model": model_of(sums.given) or sums.given.get("model", ""),
        "operation": operation or "chat",
        "status": "ok",
        "requests": sums.calls,
        # How long each input was is not known: without a number the sum would be taken for one.
        "context_tokens": None if sums.calls else 0,
        "reported_usd": sums.cost,
    }
    columns |= disjoint(_whole(sums.counts, claude=claude)) | owners(sums.given, sums.resource)
    tags = columns["tags"]
    assert isinstance(tags, dict), "tags are a mapping"
    since = {"since": min(sums.since, key=int)} if all(map(str.isdecimal, sums.since)) else {}
    return columns | {"tags": tags | {"signal": "metrics"} | since}


def _id(key: Key, sums: _Sums) -> str:
    """The same for the same export again; another where a collector sent its kinds of tokens apart."""
    whole = "\0".join((*key, *sorted(sums.counts)))
    return "otlp:" + hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()


def _whole(counts: Mapping[str, Plain], *, claude: bool) -> dict[str, Plain]:
    """Counts whose input holds its parts: Claude Code's stand beside it, those of a modality are apart."""
    beside = ("cache_read", "cache_write") if claude else ()
    whole = dict(counts)
    for kind in ("input", "output"):
        parts = [f"{kind}_{modality}" for modality in _MODALITIES] + list(beside if kind == "input" else ())
        known = [counts[part] for part in (kind, *parts) if part in counts]
        if known and all(isinstance(count, int) for count in known):
            whole[kind] = sum(count for count in known if isinstance(count, int))
    return whole


def _key(resource: Said, given: Said, name: str, moment: str) -> Key:
    listed = sorted(f"{key}={value}" for said_ in (resource, given) for key, value in said_.items())
    return (*listed, name, moment)
