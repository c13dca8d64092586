"""Requests that were added up: by what decides their rates, so that a sum costs what its parts do.

A rate depends on the line, the stretch of time between two changes of price, the kind of hour of the
week and the length of the input. Requests that agree in all four can be added up first and priced
once: exact, and as fast as adding up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from farthing.pricing.price import whole_sum
from farthing.pricing.table import NO_METER, WHY, Int, Line, Table, Whole, table

Beyond = tuple[str, int]


@dataclass(frozen=True)
class Cube:
    """Sums of requests as columns of equal length.

    `line` says which line was bought, `stretch` in which stretch of time (how many of the layout's
    cuts had passed), `code` in which kind of hours, `length` how many of the layout's lengths the
    input exceeded. `counts` are sums of each meter; `beyond` sums of what each request had of a meter
    beyond a count, for the rates that rise within a request.
    """

    line: Int
    stretch: Int
    code: Int
    length: Int
    counts: Mapping[str, Whole]
    beyond: Mapping[Beyond, Whole]


@dataclass(frozen=True)
class Amounts:
    """Money of each row of a cube: dollars times `scale`, and which rows lack a price for something."""

    scale: int
    amounts: Whole
    unpriced: npt.NDArray[np.bool_]
    cells: Int

    @property
    def total(self) -> int:
        """The sum of all amounts, in dollars times `scale`."""
        return whole_sum(self.amounts)


@dataclass(frozen=True)
class Layout:
    """How requests must be added up so that they can be priced: what a query has to tell apart."""

    table: Table

    @property
    def cuts(self) -> tuple[int, ...]:
        """Moments (microseconds since 1970) at which some price changes."""
        return tuple(int(cut) for cut in self.table.clock.cuts)

    @property
    def codes(self) -> npt.NDArray[np.int64]:
        """The kind of hours of each minute of the week from Monday 00:00 UTC; one 0 where none count."""
        return self.table.clock.codes

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Every length of input beyond which some line costs another rate, in order."""
        return tuple(sorted({int(step) for step in self.table.lengths.ravel()} - {_NEVER}))

    @cached_property
    def brackets(self) -> tuple[Beyond, ...]:
        """Meters and counts of one request beyond which some line charges another rate."""
        found = self.table.brackets
        return tuple(
            (meter, int(above))
            for meter, (aboves, more) in found.items()
            for above in np.unique(aboves[more != 0])
        )

    @cached_property
    def gaps(self) -> frozenset[str]:
        """Meters that some line has no price for although it has others."""
        return frozenset(
            meter for meter, missing in self.table.missing.items() if (missing & ~self.table.empty).any()
        )

    def is_own(self, meter: str) -> bool:
        """Whether a meter has a price of its own anywhere, not only a parent's."""
        return any(meter in card.rates for card in self.table.cards)

    def has_own(self, meter: str, cells: Int) -> npt.NDArray[np.bool_]:
        """In which cells a meter has a price of its own, not only a parent's."""
        if meter not in self._own:
            cards = np.array([meter in card.rates for card in self.table.cards], dtype=bool)
            self._own[meter] = cards[self.table.card_of]
        return np.asarray(self._own[meter][cells], dtype=bool)

    @cached_property
    def _own(self) -> dict[str, npt.NDArray[np.bool_]]:
        """By meter the cells in which it has a price of its own, as far as they were asked for."""
        return {}

    def cells(self, cube: Cube) -> Int:
        """The cell of each row of a cube."""
        shape = self.table.shape
        exceeded = np.array([0, *self.lengths], dtype=np.int64)[cube.length]
        place = (cube.stretch * shape.hours + cube.code) * shape.lengths
        cells = cube.line * self.table.cells_per_line + place
        long = np.flatnonzero(exceeded)  # an input that exceeds nothing passes no step of any line
        cells[long] += (self.table.lengths[cube.line[long]] <= exceeded[long, None]).sum(axis=1)
        return cells

    def price(self, cube: Cube) -> Amounts:
        """What the rows of a cube cost. Rows that lack a price are marked, and cost what is priced."""
        cells = self.cells(cube)
        unpriced = np.zeros(len(cells), dtype=bool)
        for meter, missing in self.table.missing.items():
            if meter in cube.counts:
                unpriced |= missing[cells] & (cube.counts[meter] > 0)
        return Amounts(self.table.scale, self._weighed(cube, cells), unpriced, cells)

    def by_meter(self, cube: Cube) -> dict[str, tuple[Whole, npt.NDArray[np.bool_]]]:
        """Money of each row by meter, dollars times the table's scale, and where it has no price."""
        cells = self.cells(cube)
        found: dict[str, tuple[Whole, npt.NDArray[np.bool_]]] = {}
        for meter, count in cube.counts.items():
            alone = replace(
                cube,
                counts={meter: count},
                beyond={place: more for place, more in cube.beyond.items() if place[0] == meter},
            )
            missing = self.table.missing.get(meter)
            lacking = np.zeros(len(cells), dtype=bool) if missing is None else missing[cells]
            found[meter] = (self._weighed(alone, cells), lacking)
        return found

    def why(self, cube: Cube, cell: int, row: int) -> str:
        """Why a row of a cube lacks a price."""
        if reason := self.table.card(cell).reason:
            return WHY[reason]
        lacking = [
            meter
            for meter, missing in self.table.missing.items()
            if meter in cube.counts and missing[cell] and cube.counts[meter][row] > 0
        ]
        return f"{WHY[NO_METER]}: {', '.join(lacking)}"

    def _weighed(self, cube: Cube, cells: Int) -> Whole:
        """Sums of count times rate: in 64 bits where no sum can pass them, else in Python's integers."""
        largest = sum(_most(count) * self.table.largest(meter) for meter, count in cube.counts.items())
        kind = np.int64 if largest < _LARGEST else object
        total = np.zeros(len(cells), dtype=kind)
        for meter, count in cube.counts.items():
            total += self.table.rates[meter].astype(kind, copy=False)[cells] * count.astype(kind, copy=False)
        for (meter, above), count in cube.beyond.items():
            aboves, more = self.table.brackets[meter]
            extra = np.where(aboves[cells] == above, more.astype(kind, copy=False)[cells], 0)
            total += extra * count.astype(kind, copy=False)
        return total


def layout(lines: Sequence[Line], meters: Sequence[str], first_us: int, last_us: int) -> Layout:
    """The layout for requests of some lines between two moments, both in microseconds since 1970."""
    return Layout(table(lines, meters, first_us, last_us))


def _most(count: Whole) -> int:
    return max(map(int, count), default=0) if count.dtype == object else int(np.max(count, initial=0))


_NEVER = int(np.iinfo(np.int64).max)
_LARGEST = 2**62
