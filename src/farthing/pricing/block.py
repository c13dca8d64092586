"""The inner loop of pricing: blocks of requests against a table of rates, in a few passes over each.

Meters that cost the same everywhere are counted together. Where a product could pass 64 bits, a
block is counted in Python's integers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.pricing.cells import finder, scratch
from farthing.pricing.table import Int, Table, Whole

_LARGEST: Final = 2**62
_TOP_BIT: Final = 2**63


@dataclass
class Blocks:
    """Requests, the table they are priced by, and what comes out: amounts and what has no price."""

    table: Table
    line: Int
    at: Int
    quantities: Mapping[str, Int]
    negative: set[str] = field(default_factory=set)
    large: dict[int, npt.NDArray[np.object_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.line)
        self.amounts = np.empty(count, dtype=np.int64)
        self.unpriced = np.zeros(count, dtype=bool)
        self.finder = finder(self.table)

    def run(self, starts: Iterable[int], size: int) -> None:
        """Work through the blocks that begin at `starts`."""
        room = scratch(min(size, len(self.line)))
        for start in starts:
            block = slice(start, min(start + size, len(self.line)))
            columns = {meter: column[block] for meter, column in self.quantities.items()}
            most = {meter: int(column.view(np.uint64).max()) for meter, column in columns.items()}
            if bad := [meter for meter, count in most.items() if count >= _TOP_BIT]:
                self.negative.update(bad)
                return
            cells = self.finder.find(self.line[block], self.at[block], columns, most, room)
            if sum(count * self.table.largest(meter) for meter, count in most.items()) < _LARGEST:
                used = {meter: column for meter, column in columns.items() if most[meter]}
                self._add_up(self.amounts[block], used, cells, room[1:, : len(cells)])
            else:
                self.large[start] = self._large_amounts(columns, cells)
            self._mark_unpriced(self.unpriced[block], columns, cells)

    def whole_amounts(self) -> Whole:
        """The amounts of all blocks."""
        if not self.large:
            return self.amounts
        whole = self.amounts.astype(object)
        for start, block in self.large.items():
            whole[start : start + len(block)] = block
        return whole

    def _add_up(self, amounts: Int, used: Mapping[str, Int], cells: Int, room: Int) -> None:
        """Sum rate times count; cells are our own, so `wrap` spares numpy to check them."""
        products, counts = room
        target = amounts
        for meters in self.table.alike:
            found = [used[meter] for meter in meters if meter in used]
            if not found:
                continue
            self.table.rates[meters[0]].take(cells, out=target, mode="wrap")
            target *= _together(found, counts)
            if target is amounts:
                target = products
            else:
                amounts += products
        if target is amounts:
            amounts[:] = 0
        for meter in self.table.brackets.keys() & used.keys():
            above, more = self.table.brackets[meter]
            amounts += np.maximum(used[meter] - above[cells], 0) * more[cells]

    def _large_amounts(self, columns: Mapping[str, Int], cells: Int) -> npt.NDArray[np.object_]:
        total = np.zeros(len(cells), dtype=object)
        for meter, column in columns.items():
            total = total + self.table.rates[meter].astype(object)[cells] * column.astype(object)
        for meter, (above, more) in self.table.brackets.items():
            beyond = np.maximum(columns[meter] - above[cells], 0)
            total = total + beyond.astype(object) * more.astype(object)[cells]
        return total

    def _mark_unpriced(self, marks: npt.NDArray[np.bool_], columns: Mapping[str, Int], cells: Int) -> None:
        """Mark what has no price at all, whatever its counts, and what is counted and lacks one."""
        if self.table.has_empty:
            self.table.empty.take(cells, out=marks, mode="wrap")
        if self.table.has_gaps:
            found = np.flatnonzero(self.table.gaps.take(cells, mode="wrap"))
            for meter, without in self.table.missing.items():
                marks[found] |= without[cells[found]] & (columns[meter][found] > 0)


def _together(counts: list[Int], room: Int) -> Int:
    """The sum of some counts, in `room` where there are several."""
    first, *others = counts
    for count in others:
        first = np.add(first, count, out=room)
    return first
