"""The query that adds events up by what decides their rates, so that sums can be priced exactly."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from farthing.ledger.connection import name, text
from farthing.ledger.events import BY_NAME, COUNTS
from farthing.ledger.files import Files
from farthing.pricing.cells import is_input
from farthing.pricing.cube import Beyond, Layout
from farthing.pricing.windows import MINUTE_US, WEEK_MINUTES
from farthing.track.dimensions import Asked, filters, grouped

LINE_COLUMNS: Final = ("provider", "model", "service_tier", "region", "accelerator")
COLUMN_OF: Final = {column.meter: column.name for column in COUNTS if column.meter}
GPU_TIME: Final = "gpu_time"
REQUEST: Final = "request"
REASONING: Final = "reasoning"
OUTPUT: Final = "output"
WRITTEN: Final = "written"  # output without its reasoning
_DAY_US: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MONDAY: Final = date(1970, 1, 5)
_WEEK: Final = 7
_LETTER: Final = ord("0")
_MOST_LETTERS: Final = 40  # no quotes or backslashes among them
_DAY_MINUTES: Final = 1_440
_NONE: Final[frozenset[str]] = frozenset()
_LARGEST: Final = 2**62
_SUMMED: Final = ("requests", *COLUMN_OF.values())


class LineNames(NamedTuple):
    """The words of events by which a line of the layout is known, in the order of `LINE_COLUMNS`."""

    provider: str
    model: str
    service_tier: str
    region: str
    accelerator: str


@dataclass(frozen=True)
class CubeQuery:
    """A question as one pass over events.

    `lines` are the words of the layout's lines, in its order; `timed` and `stepped` name the models that
    have prices by the hour or by the length of the input. With `apart` only those models are asked for,
    and events are told apart by what they used and by what was billed: so many more groups that it
    pays only for models that lack a price.
    """

    asked: Asked
    files: Files
    layout: Layout
    lines: Sequence[LineNames]
    timed: frozenset[str]
    stepped: frozenset[str]
    apart: frozenset[str] = frozenset()

    @property
    def summed(self) -> tuple[str, ...]:
        """Columns that are added up: those that hold anything."""
        return tuple(column for column in _SUMMED if column not in self.files.empty)

    @property
    def billed(self) -> bool:
        """Whether the answer says what was billed."""
        return bool(self.apart) and "billed_amount" not in self.files.empty

    @property
    def gpu(self) -> bool:
        """Whether some events paid for an accelerator's time."""
        return "gpu_seconds" not in self.files.empty

    @property
    def brackets(self) -> list[Beyond]:
        """Meters and counts of one request beyond which some line charges another rate.

        Output counts with its reasoning and without, as lines have one price for both or two.
        """
        found = [one for one in self.layout.brackets if COLUMN_OF.get(one[0]) in self.summed]
        if COLUMN_OF[REASONING] in self.summed:
            found += [(WRITTEN, above) for meter, above in found if meter == OUTPUT]
        return found

    @property
    def sql(self) -> str:
        """The query: groups in order, each with its line and cell, its sums and its number of events."""
        by = [f"by_{place}" for place in range(len(self.asked.by))]
        rank = f"DENSE_RANK() OVER (ORDER BY {', '.join(by)})" if by else "1"
        told = self._telling
        joined = " AND ".join(f"c.{name(column)} = l.{name(column)}" for column in told) or "TRUE"
        titles = [*by, "stretch", "code", "length", *self._apart, *self._sums]
        shown = ", ".join([f"{rank} AS place", "l.line", *(f"c.{name(title)}" for title in titles)])
        known = ", ".join(
            f"({', '.join([str(place), *(text(getattr(one, column)) for column in told)])})"
            for place, one in enumerate(self.lines)
        )
        listed = ", ".join(map(name, ("line", *told)))
        return (
            f"SELECT {shown} FROM ({self._cube}) AS c"
            f" JOIN (VALUES {known}) AS l({listed}) ON {joined} ORDER BY place"
        )

    @cached_property
    def _telling(self) -> tuple[str, ...]:
        """As few columns as tell the lines apart: keys cost time."""
        kept = [column for column in LINE_COLUMNS if column not in self.files.empty]
        for column in ("accelerator", "region", "provider", "service_tier"):
            fewer = [one for one in kept if one != column]
            if len({tuple(getattr(one, told) for told in fewer) for one in self.lines}) == len(self.lines):
                kept = fewer
        return tuple(kept)

    @property
    def _cube(self) -> str:
        """Sums of events in one pass: to read some models by themselves costs more than it saves."""
        condition = _is_in(self.apart) if self.apart else "TRUE"
        code, length = self._of(self.timed, self._code), self._of(self.stepped, self._length)
        return self._part(condition, code, length)

    def _of(self, models: frozenset[str], value: str) -> str:
        """A value for some models, 0 for the others, which then make no groups of their own."""
        if value == "0" or models >= {one.model for one in self.lines}:
            return value
        # DuckDB looks a function of one column up once for each of its words, IN once for each row.
        listed = ", ".join(map(text, sorted(models)))
        return f"CASE WHEN list_position([{listed}], {name('model')}) > 0 THEN {value} ELSE 0 END"

    def _part(self, condition: str, code: str, length: str) -> str:
        keys = [f"{grouped(one, BY_NAME)} AS by_{place}" for place, one in enumerate(self.asked.by)]
        keys += [name(column) for column in self._telling]
        keys += [f"{self._stretch} AS stretch", f"{code} AS code", f"{length} AS length"]
        keys += [f"{sql} AS {name(title)}" for title, sql in self._apart.items()]
        sums = [f"{sql} AS {name(title)}" for title, sql in self._sums.items()]
        where = f"({filters(self.asked, BY_NAME)}) AND {condition}"
        return f"SELECT {', '.join([*keys, *sums])} FROM events WHERE {where} GROUP BY ALL"

    @property
    def _apart(self) -> dict[str, str]:
        """What else events are told apart by: which meters they used, what was billed for them."""
        if not self.apart:
            return {}
        used = [column for column in self.summed if column != "requests"]
        found = {f"has_{column}": f"{name(column)} > 0" for column in used}
        if COLUMN_OF[REASONING] in used:
            found["has_written"] = f"{_counted(WRITTEN)} > 0"
        if self.gpu:
            found["has_gpu"] = f"COALESCE({name('gpu_seconds')}, 0) > 0"
        if self.billed:
            currency, day = f"UPPER({name('billed_currency')})", name("day")
            found["is_billed"] = f"{name('billed_amount')} IS NOT NULL"
            found["currency"] = currency
            found["billed_on"] = f"CASE WHEN {currency} NOT IN ('', 'USD') THEN {day} END"
        return found

    @cached_property
    def _sums(self) -> dict[str, str]:
        sums = {"events": "COUNT(*)", **{column: self._sum(column) for column in self.summed}}
        for meter, above in self.brackets:
            beyond = self._beyond(_counted(meter), above)
            sums[beyond_name(meter, above)] = self._sum(_whole_of(meter), beyond)
        if self.gpu:
            sums["gpu_ms"] = f"CAST(SUM({name('gpu_seconds')}) * 1000 AS DECIMAL(38, 0))"
        if self.billed:
            sums["billed"] = f"SUM({name('billed_amount')})"
        return sums

    def _beyond(self, counted: str, above: int) -> str:
        """What requests had beyond a count each: several that one event stands for had as much each."""
        if self.files.largest.get("requests") == 1:
            return f"GREATEST({counted} - {above}, 0)"
        requests = f"GREATEST({name('requests')}, 1)"
        # Divided first: the product may pass 64 bits where it is not reached.
        reached = f"({counted}) // {requests} >= {above}"
        return f"CASE WHEN {reached} THEN ({counted}) - {above} * {requests} ELSE 0 END"

    def _sum(self, column: str, value: str = "") -> str:
        """The sum of a column, or of a value that is never more than it."""
        summed, largest = value or name(column), self.files.largest.get(column)
        if largest is not None and largest * max(1, self.files.rows) < _LARGEST:
            return f"CAST(SUM({summed}) AS BIGINT)"
        return f"SUM(CAST({summed} AS DECIMAL(38, 0)))"

    @property
    def _stretch(self) -> str:
        """How many changes of price had happened: most fall on midnight, where the day decides."""
        return _tree(self.layout.cuts, _has_passed)

    @property
    def _code(self) -> str:
        """The kind of hours of the week; of the day, where every day has the same."""
        codes, period = self.layout.codes, WEEK_MINUTES
        if len(codes) == WEEK_MINUTES and (codes.reshape(_WEEK, -1) == codes[:_DAY_MINUTES]).all():
            codes, period = codes[:_DAY_MINUTES], _DAY_MINUTES
        changes = [int(minute) + 1 for minute in np.flatnonzero(np.diff(codes))]
        if not changes or not self.timed:
            return "0"
        # Counted from the day, which is one value for whole files: no division for each event.
        days = f"date_diff('day', DATE '{_MONDAY}', {name('day')})"
        whole_days = days if period == _DAY_MINUTES else f"({days} - {days} % {_WEEK})"
        passed = f"(epoch_us({name('at')}) - ({_us(_MONDAY)} + {_DAY_US} * {whole_days}))"
        values = [int(codes[start]) for start in (0, *changes)]
        if max(values) >= _MOST_LETTERS:
            return _tree(changes, lambda change: f"{passed} >= {change * MINUTE_US}", values)
        # One look-up: each step of a tree costs something for every thousand events, however few it is for.
        step = math.gcd(period, *changes)
        letters = "".join(chr(_LETTER + int(code)) for code in codes[::step])
        place = f"1 + CAST({passed} // {step * MINUTE_US} AS INTEGER)"
        return f"(ascii(substr({text(letters)}, {place}, 1)) - {_LETTER})"

    @property
    def _length(self) -> str:
        """How many of the layout's lengths the input of a request exceeds."""
        inputs = [column for meter, column in COLUMN_OF.items() if is_input(meter) and column in self.summed]
        most = sum(_known(self.files.largest.get(column)) for column in inputs)
        told = "context_tokens" not in self.files.empty
        reached = [length for length in self.layout.lengths if told or length < most]
        if not reached or not self.stepped:
            return "0"
        total = self._of_one(" + ".join(map(name, inputs)) or "0")
        return _tree(reached, lambda length: f"{total} > {length}")

    @property
    def _one_by_one(self) -> bool:
        """Whether every event is one request."""
        return self.files.largest.get("requests") == 1 and "context_tokens" in self.files.empty

    def _of_one(self, total: str) -> str:
        """Tokens of input of one request: as the source says, else the mean of those an event stands for."""
        if self._one_by_one:
            return f"({total})"
        return f"COALESCE({name('context_tokens')}, ({total}) // GREATEST({name('requests')}, 1))"


def _whole_of(meter: str) -> str:
    """The column that holds at least what is counted of a meter."""
    return COLUMN_OF[OUTPUT if meter == WRITTEN else meter]


def _counted(meter: str) -> str:
    """What an event has of a meter."""
    whole = name(_whole_of(meter))
    return f"{whole} - {name(COLUMN_OF[REASONING])}" if meter == WRITTEN else whole


def beyond_name(meter: str, above: int) -> str:
    """The column with what requests had of a meter beyond a count."""
    return f"beyond_{meter}_{above}"


def _is_in(models: frozenset[str]) -> str:
    return f"{name('model')} IN ({', '.join(map(text, sorted(models)))})"


def _known(largest: int | None) -> int:
    return _LARGEST if largest is None else largest


def _tree(steps: Sequence[int], passed: Callable[[int], str], values: Sequence[int] = ()) -> str:
    """The number of steps that were passed (or the value for it) by halving, as nested CASEs."""
    found = values or range(len(steps) + 1)

    def between(low: int, high: int) -> str:
        if low == high:
            return str(found[low])
        middle = (low + high) // 2
        more, less = between(middle + 1, high), between(low, middle)
        return f"CASE WHEN {passed(steps[middle])} THEN {more} ELSE {less} END"

    return between(0, len(steps))


def _us(day: date) -> int:
    return (day - _EPOCH.date()).days * _DAY_US


def _has_passed(cut: int) -> str:
    at = _EPOCH + timedelta(microseconds=cut)
    if cut % _DAY_US == 0:
        return f"{name('day')} >= DATE '{at.date()}'"
    return f"epoch_us({name('at')}) >= {cut}"
