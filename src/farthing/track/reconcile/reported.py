"""A provider's usage report as a bill: its counts at the prices of the book."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from farthing.track.account import Accounts
from farthing.track.dimensions import Asked
from farthing.track.reconcile.bill import DAY_US, BillLine
from farthing.track.reconcile.parts import Names, Part, parts_of

_PLACES: Final = 10


def reported(usage: Accounts, asked: Asked, named: Names) -> list[BillLine]:
    """A line for each day, model, tier and meter of a report; what has no price costs nothing here."""
    return list(_lines(parts_of(usage, asked, named, by_hour=False)))


def _lines(parts: Iterator[Part]) -> Iterator[BillLine]:
    for part in parts:
        yield BillLine(
            provider=part.provider,
            service="usage report",
            model=part.model,
            meter=part.meter,
            tier=part.tier,
            region=part.region,
            category="Usage",
            status="",
            start_us=part.at_us,
            end_us=part.at_us + DAY_US,
            currency="USD",
            lines=1,
            quantity=Fraction(part.quantity),
            cost=part.usd or Fraction(0),
            list_cost=None,
            places=_PLACES,
            is_rounding=False,
            is_ai=True,
        )
