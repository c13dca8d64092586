"""What a seed document states, and whether it holds beside what is found."""

from collections.abc import Iterable
from typing import Final

import msgspec

from farthing.catalog.load import catalog
from farthing.estimate.answer import Range
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

AS_PRINTED: Final = 0.025
"""The rounding of the documents' tables, as a share."""

OWN_NUMBERS: Final = "its own numbers"
THE_BOOK: Final = "the book"
FORECAST: Final = "forecast"


class Checked(msgspec.Struct, frozen=True):
    """A stated figure beside what is found, and by what: the document's own numbers, the book, a forecast.

    `factor` is by how much the nearest ends of the two ranges differ, stated over found; 1 where they meet.
    `holds` where they meet as rounded as the document prints them.
    """

    name: str
    stated: Range
    found: Range
    unit: str
    by: str
    factor: float
    holds: bool
    note: str = ""


def check(
    name: str, stated: Range | float, found: Range | float, unit: str, by: str, note: str = ""
) -> Checked:
    """Put a stated figure beside a found one."""
    said, seen = as_range(stated), as_range(found)
    if said.p05 > seen.p95:
        factor = said.p05 / seen.p95 if seen.p95 > 0 else float("inf")
    elif said.p95 < seen.p05:
        factor = said.p95 / seen.p05
    else:
        factor = 1.0
    return Checked(name, said, seen, unit, by, factor, abs(factor - 1) <= AS_PRINTED, note)


def stated_spread(name: str) -> Spread:
    """What a seed document states, as a spread."""
    value = parse_as(catalog().seeds[name].value, name, name).value
    return value if isinstance(value, Spread) else Spread.exact(float(value))


def stated(name: str) -> float:
    """The figure that a seed document states, the middle of it where it is a range."""
    return stated_spread(name).p50


def stated_range(name: str) -> Range:
    """The range that a seed document states."""
    return of_spread(stated_spread(name))


def of_spread(spread: Spread) -> Range:
    """The central 90% of a spread."""
    return Range(spread.p05, spread.p50, spread.p95)


def as_range(value: Range | float) -> Range:
    """A number as a range without width."""
    return value if isinstance(value, Range) else Range(value, value, value)


def over(values: Iterable[float]) -> Range:
    """From the least to the largest of some values, with the one in the middle."""
    ordered = sorted(values)
    return Range(ordered[0], ordered[len(ordered) // 2], ordered[-1])
