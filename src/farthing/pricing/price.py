"""The one function that turns quantities into money: exactly, for one request or for millions.

Quantities and rates are integers, money is their product at a common scale. Nothing is rounded: a
caller turns a sum into a decimal once, at the edge. Rows are worked through in blocks that stay in
the processor's cache (`farthing.pricing.block`), many blocks by several threads.
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.pricing.block import Blocks
from farthing.pricing.card import Card
from farthing.pricing.cells import finder, scratch
from farthing.pricing.table import Int, Line, Table, Whole, table
from farthing.units.problem import InputError, Problem

BLOCK: Final = 1 << 16
_WORTH_THREADS: Final = 4  # blocks below which starting threads costs more than it saves
_MOST_THREADS: Final = 8
_HALF: Final = 32  # bits


@dataclass(frozen=True)
class Usage:
    """Requests as columns of equal length.

    `line` says which of `lines` each request bought, `at` when (microseconds since 1970, UTC), and
    `quantities` how much of each meter, disjoint: an input token read from a cache is not an input.
    """

    lines: tuple[Line, ...]
    line: npt.NDArray[np.intp]
    at: Int
    quantities: Mapping[str, Int]

    def __len__(self) -> int:
        return len(self.line)


@dataclass(frozen=True)
class Priced:
    """Money for each request, in dollars times `scale`, and what has no price.

    `amounts` holds integers (of Python where 64 bits do not do). `unpriced` marks requests of which
    some quantity has no price: their amount, and every sum with them, is a lower bound.
    """

    table: Table
    usage: Usage
    amounts: Whole
    unpriced: npt.NDArray[np.bool_]

    @property
    def scale(self) -> int:
        """What one dollar is in `amounts`."""
        return self.table.scale

    @cached_property
    def total(self) -> Fraction:
        """The sum of all amounts in dollars, exactly."""
        return Fraction(whole_sum(self.amounts), self.scale)

    @property
    def complete(self) -> bool:
        """Whether everything has a price; where not, `total` is a lower bound."""
        return not self.unpriced.any()

    def usd(self, row: int = 0) -> Fraction:
        """The amount of one request in dollars, exactly."""
        return Fraction(int(self.amounts[row]), self.scale)

    def card(self, row: int = 0) -> Card:
        """The rates that one request met, or why there are none."""
        row = range(len(self.usage))[row]
        one = {meter: column[row : row + 1] for meter, column in self.usage.quantities.items()}
        most = {meter: int(column[0]) for meter, column in one.items()}
        place = self.usage.line[row : row + 1], self.usage.at[row : row + 1]
        return self.table.card(int(finder(self.table).find(*place, one, most, scratch(1))[0]))

    def by_meter(self, row: int = 0) -> dict[str, Fraction | None]:
        """What each meter of one request costs, None where it has no price."""
        card = self.card(row)
        found: dict[str, Fraction | None] = {}
        for meter, column in self.usage.quantities.items():
            if quantity := int(column[row]):
                rate = card.rate(meter)
                found[meter] = None if rate is None else rate.amount(quantity)
        return found


def price(usage: Usage) -> Priced:
    """What requests cost.

    Raises InputError for negative quantities, ValueError for columns of unequal length or of other
    things than whole numbers, and for a line that is none of the usage's.
    """
    usage = _whole(usage)
    starts = range(0, len(usage), BLOCK)
    first, last = _span(usage.at, starts)
    rates = table(usage.lines, tuple(usage.quantities), first, last)
    blocks = Blocks(rates, usage.line, usage.at, usage.quantities)
    _shared_out(lambda mine: blocks.run(mine, BLOCK), starts)
    if blocks.negative:
        raise InputError([_bad_quantity(meter) for meter in sorted(blocks.negative)])
    return Priced(rates, usage, blocks.whole_amounts(), blocks.unpriced)


def price_one(line: Line, at_us: int, quantities: Mapping[str, int]) -> Priced:
    """What a single request costs. Raises InputError for negative quantities."""
    bad = [meter for meter, count in quantities.items() if not 0 <= count < 2**63]
    if bad:
        raise InputError([_bad_quantity(meter) for meter in bad])
    columns = {meter: np.array([count], dtype=np.int64) for meter, count in quantities.items()}
    return price(Usage((line,), np.zeros(1, dtype=np.intp), np.array([at_us], dtype=np.int64), columns))


def _whole(usage: Usage) -> Usage:
    """The same with columns of 64-bit integers."""
    columns = {"line": usage.line, "at": usage.at, **usage.quantities}
    if len(lengths := {len(column) for column in columns.values()}) > 1:
        raise ValueError(f"columns of a usage have one length, got {sorted(lengths)}")
    if odd := [name for name, column in columns.items() if column.dtype.kind not in "iu"]:
        raise ValueError(f"columns of a usage are whole numbers, which {', '.join(odd)} is not")
    line, at, *counts = (column.astype(np.int64, copy=False) for column in columns.values())
    return Usage(usage.lines, line, at, dict(zip(usage.quantities, counts, strict=True)))


def _span(at: Int, starts: range) -> tuple[int, int]:
    """The first and the last moment; 0 where there is none."""
    found: list[tuple[int, int]] = []

    def look(mine: range) -> None:
        for start in mine:
            block = at[start : start + BLOCK]
            found.append((int(block.min()), int(block.max())))

    _shared_out(look, starts)
    return min((first for first, _ in found), default=0), max((last for _, last in found), default=0)


def _shared_out(work: Callable[[range], None], starts: range) -> None:
    """Blocks by turns to as many threads as there are processors; numpy lets them run side by side."""
    count = min(os.cpu_count() or 1, _MOST_THREADS) if len(starts) >= _WORTH_THREADS else 1
    if count == 1:
        work(starts)
        return
    with ThreadPoolExecutor(count) as workers:
        for done in [workers.submit(work, starts[turn::count]) for turn in range(count)]:
            done.result()


def whole_sum(amounts: Whole) -> int:
    """The exact sum: of upper and lower halves, neither of which passes 64 bits."""
    if amounts.dtype == object:
        return int(sum(amounts.tolist()))
    return (int((amounts >> _HALF).sum()) << _HALF) + int((amounts & ((1 << _HALF) - 1)).sum())


def _bad_quantity(meter: str) -> Problem:
    what = f"the count of {meter} is negative or beyond 2^63"
    why = "quantities are whole numbers from 0 on"
    return Problem("bad-quantity", "error", meter, what, why, "correct the count, or set the request aside")
