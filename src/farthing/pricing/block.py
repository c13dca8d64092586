"""The inner loop of pricing: blocks of requests against a table of rates, in a few passes over each.

Most requests need one look-up: the cell of their line. Only those that lie beyond a change of price,
in a line with hours, or beyond a length of input are looked at again. Where a product could pass 64
bits, a block is counted in Python's integers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.pricing.table import Int, Table, Whole
from farthing.pricing.windows import minute_of_week
from farthing.units.meters import METERS

_LARGEST: Final = 2**62
_TOP_BIT: Final = 2**63


@dataclass
class Blocks:
    """Requests, the table they are priced by, and what comes out: cells, amounts, what has no price."""

    table: Table
    line: npt.NDArray[np.intp]
    at: Int
    quantities: Mapping[str, Int]
    negative: set[str] = field(default_factory=set)
    large: dict[int, npt.NDArray[np.object_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.line)
        self.cells = np.empty(count, dtype=np.intp)
        self.amounts = np.empty(count, dtype=np.int64)
        self.unpriced = np.zeros(count, dtype=bool)
        self.inputs = tuple(meter for meter in self.quantities if is_input(meter))

    def run(self, starts: Iterable[int], size: int) -> None:
        """Work through the blocks that begin at `starts`."""
        room = np.empty((2, size), dtype=np.int64)
        for start in starts:
            block = slice(start, min(start + size, len(self.line)))
            columns = {meter: column[block] for meter, column in self.quantities.items()}
            largest = {meter: int(column.view(np.uint64).max()) for meter, column in columns.items()}
            if bad := [meter for meter, most in largest.items() if most >= _TOP_BIT]:
                self.negative.update(bad)
                return
            cells = self._find_cells(block, columns, largest, room[0])
            if sum(most * self.table.largest(meter) for meter, most in largest.items()) < _LARGEST:
                used = [meter for meter, most in largest.items() if most]
                self._add_up(block, columns, used, cells, room[1])
            else:
                self.large[start] = self._large_amounts(columns, cells)
            self._mark_unpriced(block, columns, cells)

    def whole_amounts(self) -> Whole:
        """The amounts of all blocks."""
        if not self.large:
            return self.amounts
        whole = self.amounts.astype(object)
        for start, block in self.large.items():
            whole[start : start + len(block)] = block
        return whole

    def _find_cells(
        self, block: slice, columns: Mapping[str, Int], largest: Mapping[str, int], room: Int
    ) -> npt.NDArray[np.intp]:
        cells = self.cells[block]
        np.multiply(self.line[block], self.table.cells_per_line, out=cells)
        self._add_stretch(cells, self.at[block], room[: len(cells)])
        if self.table.shape.hours > 1:
            timed = np.flatnonzero(self.table.has_hours.take(self.line[block]))
            codes = self.table.codes[minute_of_week(self.at[block][timed])]
            cells[timed] += codes * self.table.shape.lengths
        if sum(largest[meter] for meter in self.inputs) > self.table.shortest_step:
            self._add_step(cells, self.line[block], columns, largest)
        return cells

    def _add_stretch(self, cells: npt.NDArray[np.intp], at: Int, room: Int) -> None:
        """Move on to the stretch of time; a block that lies in a single one is not looked at twice."""
        cuts = self.table.cuts
        if not len(cuts):
            return
        first, last = np.searchsorted(cuts, (at.min(), at.max()), side="right")
        cells += first * self.table.cells_per_stretch
        for cut in cuts[first:last]:
            np.greater_equal(at, cut, out=room, casting="unsafe")
            room *= self.table.cells_per_stretch
            cells += room

    def _add_step(
        self,
        cells: npt.NDArray[np.intp],
        line: npt.NDArray[np.intp],
        columns: Mapping[str, Int],
        largest: Mapping[str, int],
    ) -> None:
        """Move on to the rates of long inputs; a sum can pass a step only if a part passes its share."""
        share = self.table.shortest_step // len(self.inputs)
        suspects = np.zeros(len(cells), dtype=bool)
        for meter in self.inputs:
            if largest[meter] > share:
                suspects |= columns[meter] > share
        long = np.flatnonzero(suspects)
        length = sum((columns[meter][long] for meter in self.inputs), np.zeros(len(long), dtype=np.int64))
        cells[long] += (length[:, np.newaxis] > self.table.lengths[line[long]]).sum(axis=1)

    def _add_up(
        self,
        block: slice,
        columns: Mapping[str, Int],
        used: Sequence[str],
        cells: npt.NDArray[np.intp],
        room: Int,
    ) -> None:
        """Sum rate times count; cells are our own, so `clip` spares numpy to check them."""
        amounts, room = self.amounts[block], room[: len(cells)]
        first, *others = used or self.table.meters[:1]
        self.table.rates[first].take(cells, out=amounts, mode="clip")
        amounts *= columns[first]
        for meter in others:
            self.table.rates[meter].take(cells, out=room, mode="clip")
            room *= columns[meter]
            amounts += room
        for meter, (above, more) in self.table.brackets.items():
            amounts += np.maximum(columns[meter] - above[cells], 0) * more[cells]

    def _large_amounts(
        self, columns: Mapping[str, Int], cells: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.object_]:
        total = np.zeros(len(cells), dtype=object)
        for meter, column in columns.items():
            total = total + self.table.rates[meter].astype(object)[cells] * column.astype(object)
        for meter, (above, more) in self.table.brackets.items():
            beyond = np.maximum(columns[meter] - above[cells], 0)
            total = total + beyond.astype(object) * more.astype(object)[cells]
        return total

    def _mark_unpriced(self, block: slice, columns: Mapping[str, Int], cells: npt.NDArray[np.intp]) -> None:
        """Mark what has no price at all, whatever its counts, and what is counted and lacks one."""
        marks = self.unpriced[block]
        if self.table.empty.any():
            self.table.empty.take(cells, out=marks, mode="clip")
        if self.table.gaps.any():
            found = np.flatnonzero(self.table.gaps.take(cells, mode="clip"))
            for meter, without in self.table.missing.items():
                marks[found] |= without[cells[found]] & (columns[meter][found] > 0)


def is_input(meter: str) -> bool:
    """Whether a meter's tokens count towards the length of the input."""
    while meter:
        if meter == "input":
            return True
        meter = METERS[meter].parent
    return False
