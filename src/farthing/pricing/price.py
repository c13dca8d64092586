"""The one function that turns quantities into money: exactly, for one request or for millions.

Quantities and rates are integers, money is their product at a common scale. Nothing is rounded: a
caller turns a sum into a decimal once, at the edge. Rows are worked through in blocks that stay in
the processor's cache (`farthing.pricing.block`), many blocks by several threads.
"""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.pricing.block import Blocks
from farthing.pricing.table import Int, Line, Table, Whole, table
from farthing.units.problem import InputError, Problem

BLOCK: Final = 1 << 15
_WORTH_THREADS: Final = 1 << 18  # rows below which starting threads costs more than it saves
_MOST_THREADS: Final = 8


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
    cells: npt.NDArray[np.intp]
    amounts: Whole
    unpriced: npt.NDArray[np.bool_]

    @property
    def scale(self) -> int:
        """What one dollar is in `amounts`."""
        return self.table.scale

    @cached_property
    def total(self) -> Fraction:
        """The sum of all amounts in dollars, exactly."""
        return Fraction(sum(_sums(self.amounts)), self.scale)

    @property
    def complete(self) -> bool:
        """Whether everything has a price; where not, `total` is a lower bound."""
        return not self.unpriced.any()

    def usd(self, row: int = 0) -> Fraction:
        """The amount of one request in dollars, exactly."""
        return Fraction(int(self.amounts[row]), self.scale)

    def by_meter(self, row: int = 0) -> dict[str, Fraction | None]:
        """What each meter of one request costs, None where it has no price."""
        card = self.table.card(int(self.cells[row]))
        found: dict[str, Fraction | None] = {}
        for meter, column in self.usage.quantities.items():
            if quantity := int(column[row]):
                rate = card.rate(meter)
                found[meter] = None if rate is None else rate.amount(quantity)
        return found


def price(usage: Usage) -> Priced:
    """What requests cost.

    Raises InputError for negative quantities, ValueError for columns of unequal length.
    """
    lengths = {len(usage.line), len(usage.at), *(len(column) for column in usage.quantities.values())}
    if len(lengths) > 1:
        raise ValueError(f"columns of a usage have one length, got {sorted(lengths)}")
    first, last = (int(usage.at.min()), int(usage.at.max())) if len(usage) else (0, 0)
    rates = table(usage.lines, tuple(usage.quantities), first, last)
    blocks = Blocks(rates, usage.line, usage.at, usage.quantities)
    starts = range(0, len(usage), BLOCK)
    if len(usage) < _WORTH_THREADS:
        blocks.run(starts, BLOCK)
    else:
        _shared_out(blocks, starts)
    if blocks.negative:
        raise InputError([_bad_quantity(meter) for meter in sorted(blocks.negative)])
    return Priced(rates, usage, blocks.cells, blocks.whole_amounts(), blocks.unpriced)


def price_one(line: Line, at_us: int, quantities: Mapping[str, int]) -> Priced:
    """What a single request costs. Raises InputError for negative quantities."""
    bad = [meter for meter, count in quantities.items() if not 0 <= count < 2**63]
    if bad:
        raise InputError([_bad_quantity(meter) for meter in bad])
    columns = {meter: np.array([count], dtype=np.int64) for meter, count in quantities.items()}
    return price(Usage((line,), np.zeros(1, dtype=np.intp), np.array([at_us], dtype=np.int64), columns))


def _shared_out(blocks: Blocks, starts: range) -> None:
    """Blocks by turns to as many threads as there are processors; numpy lets them run side by side."""
    count = min(os.cpu_count() or 1, _MOST_THREADS)
    with ThreadPoolExecutor(count) as workers:
        for done in [workers.submit(blocks.run, starts[turn::count], BLOCK) for turn in range(count)]:
            done.result()


def _sums(amounts: Whole) -> Iterator[int]:
    """Sums of stretches short enough that none passes 64 bits."""
    if amounts.dtype == object or not len(amounts):
        yield int(sum(amounts.tolist()))
        return
    step = max(1, (2**63 - 1) // max(1, int(amounts.max())))
    for start in range(0, len(amounts), step):
        yield int(amounts[start : start + step].sum())


def _bad_quantity(meter: str) -> Problem:
    what = f"the count of {meter} is negative or beyond 2^63"
    why = "quantities are whole numbers from 0 on"
    return Problem("bad-quantity", "error", meter, what, why, "correct the count, or set the request aside")
