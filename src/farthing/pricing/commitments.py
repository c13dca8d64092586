"""What is billed where spend was promised: usage less its discount, and the unused part of the promise.

A month counts towards the promise that holds on its first day, and the month in which a promise
begins counts whole. A promise by the year is settled in the last month of each of its years.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from farthing.pricing.rows import FOREVER, Promise
from farthing.units.problem import InputError, Problem

Money = npt.NDArray[np.object_]  # of Fractions: exact, whatever the currency was
_MICROSECOND = 1_000_000
_YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Bill:
    """One month at one provider, in dollars: usage at list price, what is taken off, what is not used up.

    `promised` is what the promise asks for this month: by the year it stands in the last month alone.
    """

    provider: str
    month: str
    usage_usd: Fraction
    discount_usd: Fraction
    promised_usd: Fraction
    unused_usd: Fraction

    @property
    def billed_usd(self) -> Fraction:
        """Usage after its discount, and the unused part of the promise on a line of its own."""
        return self.usage_usd - self.discount_usd + self.unused_usd


def bills(
    promises: Sequence[Promise], months: Sequence[str], usage_usd: Mapping[str, Sequence[Fraction]]
) -> tuple[Bill, ...]:
    """What each provider bills for each month ("2026-01", ascending, none left out) of its usage.

    Providers without a promise are billed their usage. Raises InputError for months out of order.
    """
    ordinals = [_ordinal(month) for month in months]
    if any(after != before + 1 for before, after in pairwise(ordinals)):
        what = "months are left out or not in order"
        fix = "give every month from the first to the last"
        raise InputError([Problem("bad-months", "error", "months", what, "a year's promise is a sum", fix)])
    return tuple(
        bill
        for provider, usage in usage_usd.items()
        for bill in _of_provider(provider, _held(promises, provider), months, ordinals, usage)
    )


def _held(promises: Sequence[Promise], provider: str) -> list[Promise]:
    return [promise for promise in promises if promise.provider == provider]


def _of_provider(
    provider: str,
    promises: Sequence[Promise],
    months: Sequence[str],
    ordinals: Sequence[int],
    usage_usd: Sequence[Fraction],
) -> Iterator[Bill]:
    usage = _exact(usage_usd)
    off, promised, unused = (_exact([0] * len(months)) for _ in range(3))
    for promise in promises:
        inside = np.array([_first(promise) <= month < _end(promise) for month in ordinals], dtype=bool)
        off[inside] = usage[inside] * Fraction(promise.discount)
        for span, due in _dues(promise, ordinals):
            used = sum((usage[place] - off[place] for place in span), Fraction(0))
            promised[due] += Fraction(promise.usd)
            unused[due] += max(Fraction(0), Fraction(promise.usd) - used)
    for place, month in enumerate(months):
        yield Bill(provider, month, usage[place], off[place], promised[place], unused[place])


def _dues(promise: Promise, ordinals: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """The places of the months that count towards each payment, and the place at which it is due."""
    step = _YEAR_MONTHS if promise.per == "year" else 1
    places = {month: place for place, month in enumerate(ordinals)}
    begin = _first(promise)
    while ordinals and begin < min(_end(promise), ordinals[-1] + 1):
        stop = min(begin + step, _end(promise))
        span = [places[month] for month in range(begin, stop) if month in places]
        if stop - 1 in places:
            yield span, places[stop - 1]
        begin += step


def _exact(values: Sequence[Fraction | int]) -> Money:
    found = np.empty(len(values), dtype=object)
    found[:] = [Fraction(value) for value in values]
    return found


def _ordinal(month: str) -> int:
    """Months since the year 0."""
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit() and 1 <= int(number) <= _YEAR_MONTHS):
        what, fix = f"'{month}' is no month", "write a month such as 2026-01"
        raise InputError([Problem("bad-months", "error", "months", what, "", fix)])
    return int(year) * _YEAR_MONTHS + int(number) - 1


def _first(promise: Promise) -> int:
    """The month in which a promise begins."""
    return _ordinal(_month_of(promise.start))


def _end(promise: Promise) -> int:
    """The first month whose first day a promise does not hold."""
    if promise.end == FOREVER:
        return 10_000 * _YEAR_MONTHS
    last = _month_of(promise.end - 1)
    return _ordinal(last) + 1


def _month_of(moment_us: int) -> str:
    return datetime.fromtimestamp(moment_us // _MICROSECOND, tz=UTC).strftime("%Y-%m")
