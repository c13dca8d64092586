"""Sums of events, as an engine answered them, priced by one book after another."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from farthing.ledger.answer import Answer, Cells
from farthing.pricing.cube import Amounts, Beyond, Cube, Layout
from farthing.pricing.table import Int, Line, Whole
from farthing.track.cube_query import (
    COLUMN_OF,
    GPU_TIME,
    OUTPUT,
    REASONING,
    REQUEST,
    WRITTEN,
    CubeQuery,
    beyond_name,
)
from farthing.track.dimensions import shown


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


@dataclass(frozen=True)
class Read:
    """What an answer says, whichever book prices it."""

    query: CubeQuery
    answer: Answer

    @cached_property
    def line(self) -> Int:
        """What each row bought: its place among the words of the question."""
        return self._place("line")

    @cached_property
    def group(self) -> Int:
        """The group of each row."""
        return self._place("place") - 1

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The values of each group."""
        return _keys(self.query, self.answer, self.group)

    @cached_property
    def counts(self) -> dict[str, Whole]:
        """Sums of the ledger's columns, and accelerators' time in milliseconds."""
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
        """Sums of what requests had of a meter beyond a count."""
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


def priced(read: Read, lines: tuple[Line, ...], places: Int) -> Priced:
    """An answer priced by one book, whose lines lie in these places of the layout."""
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


def nothing() -> Priced:
    """What a question without events costs."""
    none = np.empty(0, dtype=np.int64)
    return Priced((), none, none, (), {}, Amounts(1, none, none.astype(bool), none), Answer({"events": none}))


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


def _cube(read: Read, line: Int) -> Cube:
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


def _could_overflow(values: Whole) -> bool:
    if values.dtype == object:
        return False
    return int(np.abs(values).max(initial=0)) * len(values) >= 2**62
