"""Lines that do not tell tiers or cache lifetimes apart, told apart by their money.

Of two kinds of use at two prices a line gives the quantity and the money of both together: two equations
for two unknowns. That they come out as whole numbers which are not negative is what is believed of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

from farthing.track.reconcile.cells import ANY, Cell, Kind, Place, Sum
from farthing.track.reconcile.open_cells import Open
from farthing.track.reconcile.parts import Rates
from farthing.track.reconcile.prices import TIERS, Bill
from farthing.track.reconcile.terms import Terms

_PAIR: Final = 2
_LIFETIMES: Final = ("cache_write_5m", "cache_write_1h")
_CLOSE: Final = Fraction(1, 10**6)  # how near to a whole number of tokens is one


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of use of a cell: what events count of it without those recorded twice, and its price."""

    place: Place
    counted: int
    usd: Fraction
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Split:
    """A cell as two, and what the book asks for both."""

    opened: tuple[Open, Open]
    usd: Fraction


def split(one: Open, bill: Bill, agreed: Terms, twice: dict[Kind, Sum], rates: Rates) -> Split | None:
    """A cell as one for each of two kinds of use in it; None where the money does not tell them apart."""
    told = list(_told(one, twice))
    others = list(_others(one, told, rates)) if len(told) < _PAIR else []
    pairs = combinations(told or others, 2) if len(told) != 1 else ((told[0], other) for other in others)
    found = (_solved(one, bill, agreed, *pair) for pair in pairs)
    return next((one for one in found if one is not None), None)


def unbilled(one: Open, twice: dict[Kind, Sum]) -> list[Open]:
    """A cell of which the bill has nothing as one for each kind of use in it."""
    return [_opened(one, kind, Fraction(0), Fraction(0)) for kind in _told(one, twice)]


def _solved(one: Open, bill: Bill, agreed: Terms, first: _Kind, second: _Kind) -> Split | None:
    if first.rate == second.rate:
        return None
    dollar = agreed.of(bill.asked)
    over = bill.asked.cost / dollar - bill.quantity * first.rate
    exact = over / (second.rate - first.rate)
    slack = bill.asked.slack / dollar / abs(second.rate - first.rate)
    quantity = Fraction(round(exact))
    if abs(quantity - exact) > slack + _CLOSE or not 0 <= quantity <= bill.quantity:
        return None
    rest, loose = bill.quantity - quantity, slack if slack > _CLOSE else Fraction(0)
    both = _opened(one, first, rest, loose), _opened(one, second, quantity, loose)
    return Split(both, rest * first.rate + quantity * second.rate)


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


def _others(one: Open, told: Sequence[_Kind], rates: Rates) -> Iterator[_Kind]:
    """Kinds that events do not have and that the line does not exclude: other tiers, other lifetimes."""
    tiers = TIERS if one.place.tier == ANY else (one.place.tier,)
    meters = _LIFETIMES if one.place.meter == "cache_write" else (one.place.meter,)
    at, beside = one.cell.start_us, Fraction(1)
    for known in told:
        if listed := rates.rate(*known.place[:4], at):
            beside = known.rate / listed
    for place in (one.place._replace(tier=tier, meter=meter) for tier in tiers for meter in meters):
        rate = rates.rate(*place[:4], at)
        if rate is not None and all(place != known.place for known in told):
            yield _Kind(place, 0, Fraction(0), rate * beside)


def fine(place: Place, meter: str, tier: str) -> Place:
    """A place with what the bill does not tell of it."""
    is_write = place.meter == "cache_write"
    return place._replace(
        tier=tier if place.tier == ANY else place.tier, meter=meter if is_write else place.meter
    )
