"""The price of a kind of model in a year: read off the dated book where it has begun, else forecast."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from farthing.app.stated import FORECAST, THE_BOOK, of_spread, over
from farthing.estimate.answer import Range
from farthing.estimate.price_lines import HOSTED, LARGE, OPEN, SMALL
from farthing.estimate.price_series import class_series
from farthing.estimate.trajectory import outlook

KINDS: Final[Mapping[str, str]] = {LARGE: "large", SMALL: "small", OPEN: "open_source", HOSTED: "fine_tuned"}
"""The kinds of models that are measured, and the columns of the report's table that speak of them."""

YEARS: Final = (2024, 2025, 2026, 2028, 2030)
DAYS_PER_YEAR: Final = 365.25


def seed_name(kind: str, year: int) -> str:
    """The name of what the report states for a kind in a year."""
    return f"report_{KINDS[kind]}_{year}_usd_per_m_tokens"


def price_in(kind: str, year: int, as_of: date) -> tuple[Range, str]:
    """Dollars per million input tokens, and by what they were found.

    A year that has begun goes from the lowest to the highest of its quarters, a later one is forecast for
    its first of July.
    """
    one = class_series(as_of)[kind]
    known = [float(usd) for day, usd in zip(one.days, one.usd, strict=True) if day.year == year]
    if known:
        return over(known), THE_BOOK
    return of_spread(outlook(as_of).price(kind, years_until(year, as_of))), FORECAST


def years_until(year: int, as_of: date) -> float:
    """Years from a day to the middle of a year."""
    return (date(year, 7, 1) - as_of).days / DAYS_PER_YEAR
