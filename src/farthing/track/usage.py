"""Events priced: one pass over them for any number of price books, exact to the last decimal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from farthing.ledger.answer import Answer, Cells, Engine
from farthing.ledger.connection import name
from farthing.ledger.events import BY_NAME
from farthing.ledger.files import Files
from farthing.pricing.book import Book
from farthing.pricing.cube import Amounts, Beyond, Cube, Layout, layout
from farthing.pricing.rows import STANDARD, Row
from farthing.pricing.table import Int, Line, Whole, rows_within
from farthing.track.cube_query import (
    COLUMN_OF,
    GPU_TIME,
    LINE_COLUMNS,
    OUTPUT,
    REASONING,
    REQUEST,
    WRITTEN,
    CubeQuery,
    LineNames,
    beyond_name,
)
from farthing.track.dimensions import Asked, filters, shown

_DAY_US: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("", "default", "auto", "on_demand", "standard", "standard_only"), STANDARD),
    "batches": "batch",
    "flex_discount": "flex",
    "priority_on_demand": "priority",
}


@dataclass(frozen=True)
class Priced:
    """Usage in rows of a cube, in the order of their groups.

    `keys` names the groups, `group` leads from a row to its group, `line` to what was bought. `counts`
    are sums of the ledger's columns, `amounts` what the book asks, `answer` the columns as they came.
    """

    keys: tuple[tuple[str, ...], ...]
    group: Int
    line: Int
    lines: tuple[Line, ...]
    counts: Mapping[str, Whole]
    amounts: Amounts
    answer: Answer
    priced_as: tuple[Layout, Cube] | None = None

    @property
    def events(self) -> Whole:
        """How many events each row stands for."""
        return whole(self.answer.columns["events"])

    @property
    def lacking(self) -> Int:
        """The places of lines of which some use has no price."""
        return np.unique(self.line[self.amounts.unpriced])

    def why(self, row: int) -> str:
        """Why a row lacks a price."""
        assert self.priced_as is not None, "a row was priced"
        found, cube = self.priced_as
        return found.why(cube, int(self.amounts.cells[row]), row)


Find: TypeAlias = Callable[[str, str], Line]


@dataclass(frozen=True)
class Question:
    """What is asked of which events, and who answers."""

    engine: Engine
    files: Files
    asked: Asked

    def priced(self, books: Sequence[Find], apart: frozenset[str] = frozenset()) -> list[Priced]:
        """The events priced by each book: one pass over them, whatever the number of books.

        A book is what finds a line of it by provider and model; `lines_of` makes one of a price book.
        With `apart`, events of those models alone, told apart by what they used (`CubeQuery`).
        """
        words = self.words
        if not words:
            return [_nothing()] * len(books)
        lines = [_in_tier(find, one) for find in books for one in words]
        different, places = _different(lines)
        first_us, last_us = self._span
        query = CubeQuery(
            asked=self.asked,
            files=self.files,
            layout=_layout(different, self._meters, first_us, last_us),
            lines=words,
            timed=self._models(lines, lambda row: row.hours is not None),
            stepped=self._models(lines, lambda row: bool(row.above_tokens and not row.bracket)),
            apart=apart,
        )
        read = _Read(query, self.engine.ask(query.sql, {"events": self.files}))
        count = len(words)
        return [
            _priced(read, tuple(lines[first : first + count]), places[first : first + count])
            for first in range(0, len(lines), count)
        ]

    @cached_property
    def words(self) -> tuple[LineNames, ...]:
        """Every combination of words that decides a rate, of all rows of these days.

        What `asked` leaves out may be among them: so all questions of the same days ask for the same words.
        """
        listed = ", ".join(
            f"'' AS {name(column)}" if column in self.files.empty else name(column) for column in LINE_COLUMNS
        )
        sql = (
            f"SELECT DISTINCT {listed} FROM events WHERE {filters(Asked(window=self.asked.window), BY_NAME)}"
        )
        found = self.engine.ask(f"{sql} ORDER BY ALL", {"events": self.files}).columns
        columns = (found[column].tolist() for column in LINE_COLUMNS)
        return tuple(LineNames(*words) for words in zip(*columns, strict=True))

    def _models(self, lines: Sequence[Line], what: Callable[[Row], bool]) -> frozenset[str]:
        """Models, as the ledger calls them, of which some line has such a price while events happened."""
        first, last = self._span
        count = len(self.words)
        return frozenset(
            self.words[place % count].model
            for place, line in enumerate(lines)
            if any(map(what, rows_within(line, first, last)))
        )

    @property
    def _meters(self) -> tuple[str, ...]:
        used = (meter for meter, column in COLUMN_OF.items() if column not in self.files.empty)
        gpu = () if "gpu_seconds" in self.files.empty else (GPU_TIME,)
        return (*used, *gpu, REQUEST)

    @property
    def _span(self) -> tuple[int, int]:
        """The first and the last moment that an event can have."""
        days = [day for day in self.files.days if self.asked.window.has(day)] or [_EPOCH.date()]
        return _us(days[0]), _us(days[-1] + timedelta(days=1)) - 1


def lines_of(book: Book, at: date | None = None) -> Find:
    """Finds what a provider and a model (or accelerator) are in a book; with `at`, at that day's prices."""
    fixed_us = None if at is None else _us(at) + _DAY_US // 2

    def find(provider: str, bought: str) -> Line:
        return Line(book.find(bought, provider) if bought else None, asked=bought, fixed_us=fixed_us)

    return find


def whole(cells: Cells) -> Whole:
    """A column of an answer as integers, nulls as 0."""
    if cells.dtype.kind in "iu":
        return cells.astype(np.int64, copy=False)
    listed = np.empty(len(cells), dtype=object)
    listed[:] = [0 if value is None else int(value) for value in cells.tolist()]
    return listed


def added(values: Whole, group: Int) -> list[int]:
    """Sums of a column by group, exactly; rows lie in the order of their groups."""
    if not len(group):
        return []
    first = np.flatnonzero(np.diff(group, prepend=-1))
    wide = values.astype(object) if _could_overflow(values) else values
    return [int(value) for value in np.add.reduceat(wide, first).tolist()]


_LAYOUTS: Final[dict[tuple[object, ...], Layout]] = {}
_MOST_LAYOUTS: Final = 8


def _layout(lines: Sequence[Line], meters: tuple[str, ...], first_us: int, last_us: int) -> Layout:
    """The layout for lines, made once: an answer asks several questions of the same models and days.

    Models are known by their identity, which holds for as long as a layout that has them is kept.
    """
    words = tuple((id(line.sku), line.tier, line.region, line.asked, line.fixed_us) for line in lines)
    key = (words, meters, first_us, last_us)
    if key not in _LAYOUTS:
        if len(_LAYOUTS) >= _MOST_LAYOUTS:
            _LAYOUTS.clear()
        _LAYOUTS[key] = layout(lines, meters, first_us, last_us)
    return _LAYOUTS[key]


def _different(lines: Sequence[Line]) -> tuple[list[Line], Int]:
    """Lines each once, and the place of each line among them: books have most of theirs in common."""
    known: dict[tuple[object, ...], int] = {}
    found: list[Line] = []
    places = np.empty(len(lines), dtype=np.int64)
    for number, line in enumerate(lines):
        key = (id(line.sku), line.tier, line.region, line.fixed_us, "" if line.sku else line.asked)
        if key not in known:
            known[key] = len(found)
            found.append(line)
        places[number] = known[key]
    return found, places


@dataclass(frozen=True)
class _Read:
    """What an answer says, whichever book prices it."""

    query: CubeQuery
    answer: Answer

    @cached_property
    def line(self) -> Int:
        return self._place("line")

    @cached_property
    def group(self) -> Int:
        return self._place("place") - 1

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        return _keys(self.query, self.answer, self.group)

    @cached_property
    def counts(self) -> dict[str, Whole]:
        counts = {column: whole(self.answer.columns[column]) for column in self.query.summed}
        if self.query.gpu:
            counts["gpu_ms"] = whole(self.answer.columns["gpu_ms"])
        return counts

    @cached_property
    def place(self) -> Cube:
        """Where each row lies, of no line yet."""
        stretch, code, length = (self._place(title) for title in ("stretch", "code", "length"))
        return Cube(self.line, stretch, code, length, {}, {})

    @cached_property
    def beyond(self) -> dict[Beyond, Whole]:
        return {one: whole(self.answer.columns[beyond_name(*one)]) for one in self.query.brackets}

    @cached_property
    def own(self) -> frozenset[str]:
        """Which of the meters that others cover have a price of their own somewhere."""
        return frozenset(meter for meter in (REASONING, REQUEST) if self.query.layout.is_own(meter))

    @cached_property
    def by_time(self) -> npt.NDArray[np.bool_]:
        """Rows of an accelerator that is paid by the time."""
        return np.array([bool(one.accelerator) for one in self.query.lines])[self.line]

    def _place(self, title: str) -> Int:
        return whole(self.answer.columns[title]).astype(np.int64)


def _priced(read: _Read, lines: tuple[Line, ...], places: Int) -> Priced:
    found = read.query.layout
    cube = _cube(read, places[read.line])
    return Priced(
        keys=read.keys,
        group=read.group,
        line=read.line,
        lines=lines,
        counts=read.counts,
        amounts=found.price(cube),
        answer=read.answer,
        priced_as=(found, cube),
    )


def _cube(read: _Read, line: Int) -> Cube:
    """The columns of an answer as quantities of meters, for the lines of one book.

    An accelerator that is paid by the time is priced by its time alone, whatever it generated.
    """
    counts, found, place = read.counts, read.query.layout, replace(read.place, line=line)
    meters = {meter: counts[column] for meter, column in COLUMN_OF.items() if column in counts}
    beyond = dict(read.beyond)
    if REASONING in meters and REASONING in read.own:
        _tell_reasoning(meters, beyond, found.has_own(REASONING, found.cells(place)))
    elif REASONING in meters:
        _leave_reasoning(meters, beyond)
    if "requests" in counts and REQUEST in read.own:
        meters[REQUEST] = np.where(found.has_own(REQUEST, found.cells(place)), counts["requests"], 0)
    if read.by_time.any():
        meters = {meter: np.where(read.by_time, 0, count) for meter, count in meters.items()}
        beyond = {one: np.where(read.by_time, 0, count) for one, count in beyond.items()}
    if read.query.gpu:
        meters[GPU_TIME] = np.where(read.by_time, counts["gpu_ms"], 0)
    return replace(place, counts=meters, beyond=beyond)


def _tell_reasoning(
    meters: dict[str, Whole], beyond: dict[Beyond, Whole], own: npt.NDArray[np.bool_]
) -> None:
    """Take reasoning out of the output where it has a price of its own; elsewhere it is output like any."""
    reasoning = meters[REASONING]
    meters[OUTPUT] = np.where(own, meters[OUTPUT] - reasoning, meters[OUTPUT])
    meters[REASONING] = np.where(own, reasoning, 0)
    for meter, above in tuple(beyond):
        if meter == REASONING:
            beyond[meter, above] = np.where(own, beyond[meter, above], 0)
        elif meter == WRITTEN:
            written = beyond.pop((WRITTEN, above))
            beyond[OUTPUT, above] = np.where(own, written, beyond[OUTPUT, above])


def _leave_reasoning(meters: dict[str, Whole], beyond: dict[Beyond, Whole]) -> None:
    """Nowhere has reasoning a price of its own: it is output like any."""
    del meters[REASONING]
    for place in tuple(beyond):
        if place[0] in (REASONING, WRITTEN):
            del beyond[place]


def _in_tier(find: Find, one: LineNames) -> Line:
    """What a combination of words buys: an accelerator's time where one is named, else a model."""
    bought = find(one.provider, one.accelerator or one.model)
    tier = _TIERS.get(one.service_tier.lower(), one.service_tier.lower())
    return replace(bought, tier=tier, region=one.region)


def _keys(query: CubeQuery, answer: Answer, group: Int) -> tuple[tuple[str, ...], ...]:
    """The values of each group, from its first row."""
    if not len(group) or not query.asked.by:
        return ((),) if len(group) else ()
    first = np.flatnonzero(np.diff(group, prepend=-1))
    values = (
        [shown(one, value) for value in answer.columns[f"by_{place}"][first]]
        for place, one in enumerate(query.asked.by)
    )
    return tuple(zip(*values, strict=True))


def _nothing() -> Priced:
    none = np.empty(0, dtype=np.int64)
    return Priced((), none, none, (), {}, Amounts(1, none, none.astype(bool), none), Answer({"events": none}))


def _could_overflow(values: Whole) -> bool:
    if values.dtype == object:
        return False
    return int(np.abs(values).max(initial=0)) * len(values) >= 2**62


def _us(day: date) -> int:
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) - _EPOCH) / timedelta(microseconds=1))
