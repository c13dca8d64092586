"""Factors that lines of a bill share: each line allows a range, the factor is what most of them allow."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

_MOST_PLACES: Final = 15


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included."""

    low: Fraction
    high: Fraction

    @classmethod
    def about(cls, middle: Fraction, slack: Fraction, over: Fraction) -> "Range":
        """What (middle ± slack) / over can be; `over` is more than 0."""
        return cls((middle - slack) / over, (middle + slack) / over)

    def has(self, number: Fraction) -> bool:
        """Whether a number lies in it."""
        return self.low <= number <= self.high

    def times(self, factor: Fraction) -> "Range":
        """The same of a multiple; `factor` is more than 0."""
        return Range(self.low * factor, self.high * factor)

    @property
    def nicest(self) -> Fraction:
        """The number with the fewest decimals in it, as people set prices, discounts and rates."""
        for places in range(_MOST_PLACES + 1):
            scale = 10**places
            first, last = math.ceil(self.low * scale), math.floor(self.high * scale)
            if first <= last:
                middle = round((self.low + self.high) / 2 * scale)
                return Fraction(min(max(middle, first), last), scale)
        return (self.low + self.high) / 2


def shared(ranges: Iterable[Range]) -> tuple[Range, int] | None:
    """What most of some ranges have in common, and how many they are; None without any.

    >>> third, half = Fraction(1, 3), Fraction(1, 2)
    >>> found = shared([Range(third, half), Range(third, third), Range(half, Fraction(1))])
    >>> found[0].low, found[1]
    (Fraction(1, 3), 2)
    """
    edges = sorted(_edges(ranges))
    if not edges:
        return None
    best, count, most = None, 0, 0
    for place, (at, is_end) in enumerate(edges):
        if is_end:
            count -= 1
            continue
        count += 1
        if count > most:
            most, best = count, Range(at, _next_end(edges, place))
    assert best is not None, "the first edge begins a range"
    return best, most


def _edges(ranges: Iterable[Range]) -> Iterable[tuple[Fraction, bool]]:
    for one in ranges:
        yield one.low, False
        yield one.high, True


def _next_end(edges: Sequence[tuple[Fraction, bool]], place: int) -> Fraction:
    return next(at for at, is_end in edges[place:] if is_end)


def places_of(number: Fraction) -> int:
    """Decimals of a number; many where they do not end."""
    for places in range(_MOST_PLACES + 1):
        if (number * 10**places).denominator == 1:
            return places
    return _MOST_PLACES + 1
