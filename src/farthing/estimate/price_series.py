"""Prices of a kind of model over time: one number a quarter, back from a day.

The typical price of a kind is the median over its lines, the cheapest their least. The quarters are
counted back from the day itself, so that nothing later than it is read and its own price is the last.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np

from farthing.estimate.price_history import DatedLine, dated
from farthing.estimate.price_lines import CLASSES
from farthing.pricing.book import book
from farthing.units.types import FloatArray

FIRST: Final = date(2022, 1, 1)
QUARTERS_PER_YEAR: Final = 4
TYPICAL: Final = "typical"
CHEAPEST: Final = "cheapest"
INPUT_ALONE: Final = 0.0
ONE_IN_FOUR: Final = 0.25
"""Shares of output in what is priced: none, as in the report, and one token written for three read."""

_MONTHS: Final = 12
_LAST_SAFE_DAY: Final = 28  # every month has it
_OVER_LINES: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    TYPICAL: lambda prices: float(np.median(prices)),
    CHEAPEST: min,
}


@dataclass(frozen=True)
class PriceSeries:
    """Dollars per million tokens of one kind of model, a quarter apart; the last is of the day asked for."""

    name: str
    days: tuple[date, ...]
    usd: FloatArray

    @property
    def log_usd(self) -> FloatArray:
        """Natural logarithms of the prices."""
        return np.log(self.usd)

    @property
    def years(self) -> FloatArray:
        """Years since the first price."""
        return np.arange(len(self.usd)) / QUARTERS_PER_YEAR

    def known(self, quarters_ago: int) -> "PriceSeries":
        """What was known some quarters before the last one."""
        end = len(self.days) - quarters_ago
        return PriceSeries(self.name, self.days[:end], self.usd[:end])

    def last(self, count: int) -> "PriceSeries":
        """The last prices alone."""
        return PriceSeries(self.name, self.days[-count:], self.usd[-count:])


def class_series(
    as_of: date, how: str = TYPICAL, output_share: float = INPUT_ALONE
) -> Mapping[str, PriceSeries]:
    """The four kinds of the report up to a day, those without a price yet left out."""
    return {
        name: kept
        for name, lines in dated_classes(book().hash).items()
        if (kept := line_series(name, lines, as_of, how, output_share)) is not None
    }


def line_series(
    name: str, lines: Sequence[DatedLine], as_of: date, how: str, output_share: float
) -> PriceSeries | None:
    """The typical or the cheapest price of some lines by quarter; None where none was ever on sale."""
    return series(name, as_of, lambda day: over_lines(lines, day, how, output_share))


def series(name: str, as_of: date, price: Callable[[date], float | None]) -> PriceSeries | None:
    """A price by quarter from the first that is known; None where none is."""
    priced = [(day, found) for day in quarters(as_of) if (found := price(day)) is not None]
    if not priced:
        return None
    return PriceSeries(name, tuple(day for day, _ in priced), np.array([usd for _, usd in priced]))


def over_lines(lines: Iterable[DatedLine], day: date, how: str, output_share: float) -> float | None:
    """The typical or the cheapest price of some lines on a day; None where none is on sale."""
    prices = [price for line in lines if (price := line.at(day, output_share)) is not None]
    return _OVER_LINES[how](prices) if prices else None


def quarters(as_of: date) -> list[date]:
    """Days a quarter apart, the last of them the day itself, from 2022 on."""
    days: list[date] = []
    month = as_of.year * _MONTHS + as_of.month - 1
    while (day := _day(month, as_of)) >= FIRST:
        days.append(day)
        month -= _MONTHS // QUARTERS_PER_YEAR
    return days[::-1]


@lru_cache(maxsize=2)
def dated_classes(state: str) -> Mapping[str, tuple[DatedLine, ...]]:
    """The lines of each kind with the histories of their models, by the hash of the book."""
    del state  # part of the cache's key alone
    return {name: dated(book(), lines) for name, lines in CLASSES.items()}


def _day(month: int, like: date) -> date:
    year, place = divmod(month, _MONTHS)
    same = year == like.year and place == like.month - 1
    return like if same else date(year, place + 1, min(like.day, _LAST_SAFE_DAY))
