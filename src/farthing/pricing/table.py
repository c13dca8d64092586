"""Rates as arrays: every rate that a set of lines can meet between two moments.

A line is a model at a provider in a tier and a region. Time is cut where any of the lines changes;
within a stretch a rate depends on the minute of the week and on the length of the input alone. Each
combination is a cell; cells share the few cards of rates that differ, all at one common scale.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from farthing.pricing.card import NO_PRICE, NO_TIER, NOT_ON_SALE, Card, Known, Moment, Priced, card
from farthing.pricing.clock import Clock, clock
from farthing.pricing.rows import STANDARD, Row, Sku
from farthing.pricing.windows import EPOCH_MINUTE, MINUTE_US, WEEK_MINUTES, mask

Int = npt.NDArray[np.int64]
Whole = npt.NDArray[np.int64] | npt.NDArray[np.object_]
UNKNOWN: Final = "unknown-model"
NO_METER: Final = "no-meter"
WHY: Final[Mapping[str, str]] = {
    UNKNOWN: "no model of this name is in the price book",
    NOT_ON_SALE: "it was not on sale yet",
    NO_PRICE: "the price book has no price for it at that time",
    NO_TIER: "the price book has no price for this tier",
    NO_METER: "the price book has no price for this meter",
}
_SMALL: Final = 2**62  # integers below this are kept in 64 bits
_NEVER: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True)
class Line:
    """What is bought: a model (None where nobody knows it) in a tier and a region.

    With `fixed_us` every request pays what that moment asks (microseconds since 1970), whenever it was made.
    """

    sku: Sku | None
    tier: str = STANDARD
    region: str = ""
    asked: str = ""  # the name as the user wrote it
    fixed_us: int | None = None

    @property
    def title(self) -> str:
        """Provider and model, or the name that nobody knows."""
        return self.asked if self.sku is None else f"{self.sku.provider}/{self.sku.model}"

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of the model."""
        return () if self.sku is None else self.sku.rows


class Shape(NamedTuple):
    """How many lines, stretches of time, kinds of hours, lengths of input: the order of cells."""

    lines: int
    stretches: int
    hours: int
    lengths: int


@dataclass(frozen=True)
class Table:
    """Rates of lines in cells.

    `clock` places moments in stretches of time and hours of the week; `lengths` are for each line the
    inputs beyond which it costs another rate; `card_of` leads from a cell to its card.
    """

    lines: tuple[Line, ...]
    meters: tuple[str, ...]
    clock: Clock
    lengths: Int
    shape: Shape
    cards: tuple[Card, ...]
    card_of: npt.NDArray[np.intp]

    def card(self, cell: int) -> Card:
        """The rates of a cell."""
        return self.cards[self.card_of[cell]]

    @property
    def cells_per_line(self) -> int:
        """Cells of one line."""
        return self.shape.stretches * self.shape.hours * self.shape.lengths

    @cached_property
    def shortest_step(self) -> int:
        """The shortest input beyond which any line costs another rate."""
        return int(self.lengths.min(initial=_NEVER))

    @cached_property
    def scale(self) -> int:
        """What a rate of one dollar is as an integer: all rates are whole at this scale."""
        found = [rate for rates in self._priced.values() for rate in rates if rate is not None]
        beyond = {rate.beyond.denominator for rate in found if rate.beyond is not None}
        return math.lcm(1, *{rate.usd.denominator for rate in found}, *beyond)

    @cached_property
    def rates(self) -> Mapping[str, Whole]:
        """Scaled rates by meter, one for each cell; what has no price is 0 here and in `missing`."""
        return {meter: _array(rates)[self.card_of] for meter, rates in self._whole.items()}

    @cached_property
    def missing(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """For each meter that lacks a price somewhere the cells where it does."""
        found = {
            meter: np.array([rate is None for rate in rates], dtype=bool)
            for meter, rates in self._priced.items()
        }
        return {meter: cards[self.card_of] for meter, cards in found.items() if cards.any()}

    @cached_property
    def empty(self) -> npt.NDArray[np.bool_]:
        """The cells in which nothing has a price."""
        return np.array([not card.rates for card in self.cards], dtype=bool)[self.card_of]

    @cached_property
    def gaps(self) -> npt.NDArray[np.bool_]:
        """The cells in which some meters have a price and others do not."""
        lacking = np.zeros(len(self.card_of), dtype=bool)
        for cells in self.missing.values():
            lacking |= cells
        return lacking & ~self.empty

    @cached_property
    def has_empty(self) -> bool:
        """Whether there are cells in which nothing has a price."""
        return bool(self.empty.any())

    @cached_property
    def has_gaps(self) -> bool:
        """Whether there are cells in which only some meters have a price."""
        return bool(self.gaps.any())

    @cached_property
    def alike(self) -> tuple[tuple[str, ...], ...]:
        """Meters in groups that have the same rate in every cell, brackets aside."""
        groups: dict[tuple[int, ...], list[str]] = {}
        for meter, rates in self._whole.items():
            groups.setdefault(rates, []).append(meter)
        return tuple(map(tuple, groups.values()))

    @cached_property
    def brackets(self) -> Mapping[str, tuple[Int, Whole]]:
        """For each meter with rates beyond a count: the count and the scaled difference by cell."""
        found: dict[str, tuple[Int, Whole]] = {}
        for meter, rates in self._priced.items():
            steps = [_bracket(rate, self.scale) for rate in rates]
            if any(steps):
                above, more = zip(*(step or (0, 0) for step in steps), strict=True)
                counts = np.array(above, dtype=np.int64)
                found[meter] = (counts[self.card_of], _array(more)[self.card_of])
        return found

    def largest(self, meter: str) -> int:
        """The highest scaled rate of a meter in any cell."""
        return self._largest[meter]

    @cached_property
    def _largest(self) -> Mapping[str, int]:
        more = {meter: max(0, int(steps.max())) for meter, (_, steps) in self.brackets.items()}
        return {meter: int(rates.max(initial=0)) + more.get(meter, 0) for meter, rates in self.rates.items()}

    @cached_property
    def _priced(self) -> Mapping[str, list[Priced | None]]:
        return {meter: [card.rate(meter) for card in self.cards] for meter in self.meters}

    @cached_property
    def _whole(self) -> Mapping[str, tuple[int, ...]]:
        return {
            meter: tuple(0 if rate is None else _scaled(rate.usd, self.scale) for rate in rates)
            for meter, rates in self._priced.items()
        }


def table(lines: Sequence[Line], meters: Sequence[str], first_us: int, last_us: int) -> Table:
    """The rates of some lines for requests from one moment to another, both in microseconds since 1970."""
    cuts = sorted({cut for line in lines for cut in _cuts(line) if first_us < cut <= last_us})
    held = [list(rows_within(line, first_us, last_us)) for line in lines]
    codes, minutes = _hours(row for rows in held for row in rows)
    steps = [sorted({row.above_tokens for row in rows if not row.bracket} - {0}) for rows in held]
    shape = Shape(len(lines), len(cuts) + 1, len(minutes), max(map(len, steps), default=0) + 1)
    lengths = np.full((len(lines), shape.lengths - 1), _NEVER)
    for place, found in enumerate(steps):
        lengths[place, : len(found)] = found
    cards: list[Card] = []
    places: list[int] = []
    known: Known = {}
    for line, reached in zip(lines, steps, strict=True):
        _add_cards(line, [first_us, *cuts], minutes, _reached(reached, shape.lengths), cards, places, known)
    return Table(
        lines=tuple(lines),
        meters=tuple(meters),
        clock=clock(np.array(cuts, dtype=np.int64), codes, shape.hours, shape.lengths, first_us, last_us),
        lengths=lengths,
        shape=shape,
        cards=tuple(cards),
        card_of=np.array(places, dtype=np.intp),
    )


def week_minute(at_us: int) -> int:
    """Minutes since Monday 00:00 UTC."""
    return (at_us // MINUTE_US + EPOCH_MINUTE) % WEEK_MINUTES


def _add_cards(
    line: Line,
    starts: Sequence[int],
    minutes: Sequence[int | None],
    lengths: Sequence[int],
    cards: list[Card],
    places: list[int],
    known: Known,
) -> None:
    """The card of every cell of a line, made once for all cells that the line cannot tell apart."""
    own = set(_cuts(line))
    timed = any(row.hours is not None for row in line.rows)
    if not timed and own.isdisjoint(starts[1:]) and not any(lengths):  # most lines: one card for all cells
        since = starts[0] if line.fixed_us is None else line.fixed_us
        places.extend([len(cards)] * (len(starts) * len(minutes) * len(lengths)))
        cards.append(_card(line, since, None, 0, known))
        return
    since, made = starts[0], dict[tuple[int, int | None, int], int]()
    for start in starts:
        since = start if start in own else since
        since = since if line.fixed_us is None else line.fixed_us
        for minute in minutes:
            for length in lengths:
                key = (since, minute if timed else None, length)
                if key not in made:
                    made[key] = len(cards)
                    cards.append(_card(line, *key, known))
                places.append(made[key])


def _card(line: Line, start: int, minute: int | None, length: int, known: Known) -> Card:
    if line.sku is None:
        return Card({}, UNKNOWN)
    at = week_minute(start) if minute is None else minute
    return card(line.sku, Moment(start, at, line.tier, line.region, length), known)


def rows_within(line: Line, first_us: int, last_us: int) -> Iterator[Row]:
    """The rows of a line that hold at some moment between two."""
    first, last = (first_us, last_us) if line.fixed_us is None else (line.fixed_us, line.fixed_us)
    return (row for row in line.rows if row.start <= last and row.end > first)


def _cuts(line: Line) -> Iterator[int]:
    if line.sku is not None and line.fixed_us is None:
        yield line.sku.launched
        for row in line.sku.rows:
            yield from (row.start, row.end)


def _hours(rows: Iterable[Row]) -> tuple[Int, list[int | None]]:
    """A code for each minute of the week, equal where the same hours hold, and a minute of each code."""
    schemes = {row.hours for row in rows if row.hours is not None}
    if not schemes:
        return np.zeros(1, dtype=np.int64), [None]
    masks = np.stack([mask(hours) for hours in schemes])
    _, first, codes = np.unique(masks, axis=1, return_index=True, return_inverse=True)
    return codes.reshape(-1).astype(np.int64), [int(minute) for minute in first]


def _reached(steps: Sequence[int], count: int) -> list[int]:
    """A length of input within each step; steps that a line lacks repeat its last."""
    lengths = [0, *(step + 1 for step in steps)]
    return lengths + [lengths[-1]] * (count - len(lengths))


def _bracket(rate: Priced | None, scale: int) -> tuple[int, int] | None:
    if rate is None or rate.beyond is None:
        return None
    return rate.above_tokens, _scaled(rate.beyond - rate.usd, scale)


def _scaled(amount: Fraction, scale: int) -> int:
    """An amount as a whole number at a scale that its denominator divides."""
    return amount.numerator * (scale // amount.denominator)


def _array(numbers: Sequence[int]) -> Whole:
    """Integers in 64 bits where they fit, else Python's."""
    return np.array(numbers, dtype=np.int64 if max(map(abs, numbers), default=0) < _SMALL else object)
