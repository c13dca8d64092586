"""In which cell of a table of rates a request lies: by its line, its moment, the length of its input."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from farthing.pricing.table import Int, Table
from farthing.units.meters import METERS

_LARGEST_SUM: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds cells of a table for blocks of requests that have some meters."""

    table: Table
    inputs: tuple[str, ...]

    def find(self, line: Int, at: Int, columns: Mapping[str, Int], most: Mapping[str, int], room: Int) -> Int:
        """The cell of each request, in the first row of `room`; `most` is the largest count of each meter.

        Raises ValueError for a line that the table does not have.
        """
        if int(line.view(np.uint64).max()) >= self.table.shape.lines:
            raise ValueError(f"requests name a line beyond the {self.table.shape.lines} of the usage")
        cells, steps, places = room[:, : len(line)]
        np.multiply(line, self.table.cells_per_line, out=cells)
        if not self.table.clock.stands:
            cells += self.table.clock.place(at, steps, places)
        longest = sum(most[meter] for meter in self.inputs)
        if longest > self.table.shortest_step:
            self._add_lengths(cells, line, self._input(columns, longest, steps))
        return cells

    def _add_lengths(self, cells: Int, line: Int, length: Int) -> None:
        """Move on to the rates of long inputs."""
        long = np.flatnonzero(length > self.table.shortest_step)
        lines, lengths = line[long], length[long]
        for step in self.table.lengths.T:
            cells[long] += lengths > step[lines]

    def _input(self, columns: Mapping[str, Int], longest: int, room: Int) -> Int:
        """Tokens of input, or a number beyond every step where they pass 64 bits."""
        counts = [columns[meter] for meter in self.inputs]
        if longest > _LARGEST_SUM:
            counts = [np.minimum(count, _LARGEST_SUM // len(counts)) for count in counts]
        total, *others = counts
        for count in others:
            total = np.add(total, count, out=room)
        return total


def scratch(size: int) -> Int:
    """Room for what is calculated on the way for blocks of up to `size` requests."""
    return np.empty((3, size), dtype=np.int64)


def finder(table: Table) -> Finder:
    """A finder for the meters of a table."""
    return Finder(table, tuple(meter for meter in table.meters if is_input(meter)))


def is_input(meter: str) -> bool:
    """Whether a meter's tokens count towards the length of the input."""
    while meter in METERS:
        if meter == "input":
            return True
        meter = METERS[meter].parent
    return False
