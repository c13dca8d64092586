"""Lines that do not tell tiers or cache lifetimes apart, told apart by their money.

Of two kinds of use at two prices a line gives the quantity and the money of both together: two equations
for two unknowns. That they come out as whole numbers which are not negative is what is believed of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

from farthing.track.reconcile.cells import ANY, Cell, Kind, Place, Sum
from farthing.track.reconcile.open_cells import Open
from farthing.track.reconcile.parts import Rates
from farthing.track.reconcile.prices import TIERS, Bill
from farthing.track.reconcile.terms import Terms

_LIFETIMES: Final = ("cache_write_5m", "cache_write_1h")
_CLOSE: Final = Fraction(1, 100)  # how near to a whole number of tokens is one


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of use of a cell: what events count of it without those recorded twice, and its price."""

    place: Place
    counted: int
    usd: Fraction
    rate: Fraction


def split(one: Open, bill: Bill, agreed: Terms, twice: dict[Kind, Sum], rates: Rates) -> list[Open]:
    """A cell as two, one for each kind of use in it; nothing where the money does not tell them apart."""
    told = list(_told(one, twice))
    if len(told) == 1:
        pairs = [(told[0], other) for other in _others(one, told[0], rates)]
    else:
        pairs = list(combinations(told, 2)) if len(told) == 2 else []
    for first, second in pairs:
        if found := _solved(one, bill, agreed, first, second):
            return found
    return []


def unbilled(one: Open, twice: dict[Kind, Sum]) -> list[Open]:
    """A cell of which the bill has nothing as one for each kind of use in it."""
    return [_opened(one, kind, Fraction(0), Fraction(0)) for kind in _told(one, twice)]


def _solved(one: Open, bill: Bill, agreed: Terms, first: _Kind, second: _Kind) -> list[Open]:
    if first.rate == second.rate:
        return []
    dollar = agreed.of(bill.asked)
    over = bill.asked.cost / dollar - bill.quantity * first.rate
    exact = over / (second.rate - first.rate)
    slack = bill.asked.slack / dollar / abs(second.rate - first.rate)
    quantity = Fraction(round(exact))
    if abs(quantity - exact) > slack + _CLOSE or not 0 <= quantity <= bill.quantity:
        return []
    bill.asked = bill.asked.worth((bill.quantity - quantity) * first.rate + quantity * second.rate)
    loose = slack if slack > _CLOSE else Fraction(0)
    return [_opened(one, first, bill.quantity - quantity, loose), _opened(one, second, quantity, loose)]


def _opened(one: Open, kind: _Kind, quantity: Fraction, slack: Fraction) -> Open:
    cell = Cell(kind.place, one.cell.start_us, one.cell.end_us, one.cell.lines)
    found = Open(cell, kind.rate, quantity - kind.counted, slack)
    found.counted, found.usd = kind.counted, kind.usd
    return found


def _told(one: Open, twice: dict[Kind, Sum]) -> Iterator[_Kind]:
    """The kinds of use that events tell apart."""
    found: dict[Place, list[Fraction]] = {}
    for kind, total in one.cell.sums.items():
        again = twice.get(kind, Sum())
        sums = found.setdefault(fine(one.place, kind.meter, kind.tier), [Fraction(0), Fraction(0)])
        sums[0] += total.quantity - again.quantity
        sums[1] += total.usd - again.usd
    for place, (quantity, usd) in found.items():
        if quantity:
            yield _Kind(place, int(quantity), usd, usd / quantity)


def _others(one: Open, known: _Kind, rates: Rates) -> Iterator[_Kind]:
    """Kinds that events do not have and that the line does not exclude: other tiers, the other lifetime."""
    place, at = known.place, one.cell.start_us
    others = [place._replace(tier=tier) for tier in TIERS if one.place.tier == ANY and tier != place.tier]
    if one.place.meter == "cache_write":
        others += [place._replace(meter=meter) for meter in _LIFETIMES if meter != place.meter]
    listed = rates.rate(place.provider, place.model, place.meter, place.tier, at)
    for other in others:
        rate = rates.rate(other.provider, other.model, other.meter, other.tier, at)
        if rate is not None and listed:
            yield _Kind(other, 0, Fraction(0), rate * known.rate / listed)


def fine(place: Place, meter: str, tier: str) -> Place:
    """A place with what the bill does not tell of it."""
    is_write = place.meter == "cache_write"
    return place._replace(
        tier=tier if place.tier == ANY else place.tier, meter=meter if is_write else place.meter
    )
