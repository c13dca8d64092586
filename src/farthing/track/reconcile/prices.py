"""What a bill asks for a unit, against the book: single prices, then terms for all, then rounding."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from farthing.track.reconcile.bill import DAY_US, day_at
from farthing.track.reconcile.causes import (
    CACHE,
    CURRENCY,
    DISCOUNT,
    DRIFT,
    ROUNDING,
    TIER,
    UNEXPLAINED,
    Effect,
)
from farthing.track.reconcile.cells import ANY, Cell, Place
from farthing.track.reconcile.factors import Range, shared
from farthing.track.reconcile.parts import Rates
from farthing.track.reconcile.terms import Asked, Terms

_MILLION: Final = 1_000_000
TIERS: Final = ("standard", "batch", "flex", "priority")
_KIN: Final = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write")
_SOON_US: Final = 32 * DAY_US
_MOST_PRICES: Final = 8
_ONE: Final = Fraction(1)


@dataclass(slots=True)
class Bill:
    """The money of a cell in one currency, and what the book asks for what is billed there.

    `asked.usd` is that; `price` is what the bill takes for a dollar of it before its terms.
    """

    cell: Cell
    asked: Asked
    currency: str
    rate: Fraction
    quantity: Fraction
    factor: Fraction = _ONE
    cause: str = ""
    why: str = ""
    is_shared: bool = False

    def reprice(self, price: Fraction, *, is_shared: bool) -> None:
        """Take another price of a unit than the book's, which others share or not."""
        self.factor, self.is_shared, self.cause = price / self.rate, is_shared, DRIFT
        self.why = f"billed {_said(price)}, the book has {_said(self.rate)}"


def drifts(bills: Sequence[Bill], terms: Mapping[tuple[str, str, int], Terms], rates: Rates) -> None:
    """Find single prices that differ from the book, for lines that are not as the terms say.

    A price that several stretches of time share is one price; where the bill gives no quantities only such
    a price is believed.
    """
    groups: dict[Place, list[Bill]] = {}
    for bill in bills:
        if bill.asked.usd and not terms_for(bill, terms).fits(bill.asked):
            groups.setdefault(bill.cell.place, []).append(bill)
    for place, group in groups.items():
        _drift(place, group, terms, rates)


def _drift(
    place: Place, group: list[Bill], terms: Mapping[tuple[str, str, int], Terms], rates: Rates
) -> None:
    left = list(group)
    for _ in range(_MOST_PRICES):
        ranges = [_price(bill, terms_for(bill, terms)) for bill in left]
        found = shared(ranges)
        if found is None:
            return
        price, count = found
        if count == 1 and not any(bill.asked.is_sure for bill in left):
            return
        amount = price.times(Fraction(_MILLION)).nicest / _MILLION
        agreeing = [bill for bill, allowed in zip(left, ranges, strict=True) if allowed.has(amount)]
        if not any(bill.asked.is_sure for bill in agreeing) and 2 * len(agreeing) <= len(group):
            return
        for bill in agreeing:
            bill.reprice(amount, is_shared=count > 1)
            bill.cause, bill.why = _because(place, bill, amount, rates)
        left = [bill for bill in left if bill not in agreeing]


def _price(bill: Bill, terms: Terms) -> Range:
    """What a unit may cost, its terms taken off."""
    return bill.asked.units.times(bill.rate / terms.of(bill.asked))


def _because(place: Place, bill: Bill, price: Fraction, rates: Rates) -> tuple[str, str]:
    """Why a unit costs that: another tier's or meter's price, or that of another date."""
    at = bill.cell.start_us
    tier = next((kind.tier for kind in bill.cell.sums), "standard") if place.tier == ANY else place.tier
    said = bill.why
    if place.meter != ANY:
        if place.tier == ANY:
            for other in TIERS:
                if other != tier and rates.rate(place.provider, place.model, place.meter, other, at) == price:
                    return TIER, f"recorded as {tier}, billed as {other}"
        for kin in _KIN if "cache" in place.meter else ():
            if kin != place.meter and rates.rate(place.provider, place.model, kin, tier, at) == price:
                return CACHE, f"recorded as {place.meter}, billed as {kin}"
        for start in rates.changes(place.provider, place.model):
            for moment in (start, start - 1):
                if rates.rate(place.provider, place.model, place.meter, tier, moment) == price:
                    return DRIFT, f"{said} ({'from' if moment == start else 'until'} {day_at(start)})"
    return DRIFT, said


def _said(price: Fraction) -> str:
    return f"${float(price * _MILLION):,.6g} for 1M"


def prices_near(bill: Bill, shared: Sequence[Bill]) -> list[Fraction]:
    """The book's price and the others that a place has, the likeliest first: on its days another one."""
    starts = [other.cell.start_us for other in shared]
    nearest = sorted(shared, key=lambda other: abs(other.cell.start_us - bill.cell.start_us))
    others = dict.fromkeys(other.rate * other.factor for other in nearest)
    is_within = bool(starts) and min(starts) <= bill.cell.start_us <= max(starts) + _SOON_US
    return [*others, bill.rate] if is_within else [bill.rate, *others]


def terms_for(bill: Bill, terms: Mapping[tuple[str, str, int], Terms]) -> Terms:
    """The terms of a bill's stretch of time."""
    return terms.get((bill.cell.place.provider, bill.currency, bill.cell.start_us), Terms())


def price_effects(bills: Iterable[Bill], terms: Mapping[tuple[str, str, int], Terms]) -> Iterator[Effect]:
    """From what the book asks to what was billed: price, discount, currency, rounding."""
    for bill in bills:
        asked, agreed = bill.asked, terms_for(bill, terms)
        lines = sum(line.lines for line in bill.cell.lines if line.currency == bill.currency)
        where = bill.cell.where
        priced = asked.usd * bill.factor
        if bill.factor != _ONE:
            yield Effect(bill.cause, priced - asked.usd, where, bill.why, lines)
        discounted = priced * agreed.factor
        if agreed.factor != _ONE:
            yield Effect(DISCOUNT, discounted - priced, where, _percent(1 - agreed.factor), lines)
        converted = (
            discounted if agreed.usd_per_unit is None else discounted * asked.rate / agreed.usd_per_unit
        )
        if converted != discounted and agreed.usd_per_unit is not None:
            own, dated = (f"{float(rate):.6g}" for rate in (agreed.usd_per_unit, asked.rate))
            why = f"{bill.currency} at {own} dollars, the dated rate is {dated}"
            yield Effect(CURRENCY, converted - discounted, where, why, lines)
        yield from _rest(bill, asked.cost * asked.rate - converted, lines)


def _rest(bill: Bill, usd: Fraction, lines: int) -> Iterator[Effect]:
    if not usd:
        return
    is_rounding = abs(usd) <= 2 * bill.asked.slack * bill.asked.rate
    if is_rounding:
        yield Effect(ROUNDING, usd, bill.cell.where, "lines are rounded", lines)
    else:
        yield Effect(UNEXPLAINED, usd, bill.cell.where, "no price, discount or rate accounts for it", lines)


def _percent(share: Fraction) -> str:
    """Six digits of a percentage are more than any discount is quoted with."""
    return f"{float(abs(share) * 100):.6g}% {'off' if share > 0 else 'on'} all lines"
