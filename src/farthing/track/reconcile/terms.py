"""What a bill asks of all of its lines alike: a discount, and a rate of exchange of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from farthing.track.reconcile.cells import Place
from farthing.track.reconcile.factors import Range, places_of, shared

_ONE: Final = Fraction(1)
_DOLLAR: Final = "USD"
_RATE_PLACES: Final = 5  # decimals of a rate of exchange as it is quoted, either way
_SHARE_PLACES: Final = 3  # of a discount: 12.5% is 0.875
_NEAR: Final = Fraction(1, 10)  # how far a provider's rate may be from the dated one
_ROUNDS: Final = 4
_STEPS: Final = (Fraction(1, 20), Fraction(1, 100), Fraction(1, 200))  # discounts as they are agreed
_MOST_OFF: Final = Fraction(7, 10)


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of which the book knows what it should be: `usd` at the book, `cost` in the bill's money.

    `rate` is the dated rate, dollars for one unit of the bill's currency; `is_sure` says that the bill gave
    the quantity. `list_cost` is what the bill says it was before discounts.
    """

    place: Place
    start_us: int
    usd: Fraction
    cost: Fraction
    slack: Fraction
    rate: Fraction
    is_sure: bool
    list_cost: Fraction | None = None

    def worth(self, usd: Fraction) -> "Asked":
        """The same, of a quantity for which the book asks something else."""
        return replace(self, usd=usd)

    @property
    def factor(self) -> Range:
        """Billed over calculated, in dollars at the dated rate."""
        return Range.about(self.cost, self.slack, self.usd).times(self.rate)

    @property
    def units(self) -> Range:
        """Units of the bill's currency for a dollar."""
        return Range.about(self.cost, self.slack, self.usd)


@dataclass(frozen=True, slots=True)
class Terms:
    """A factor on prices, and what the bill took a unit of its currency for; None: the dated rate."""

    factor: Fraction = _ONE
    usd_per_unit: Fraction | None = None

    def of(self, asked: Asked) -> Fraction:
        """What one calculated dollar becomes in the bill's currency."""
        return self.factor / (self.usd_per_unit or asked.rate)

    def fits(self, asked: Asked) -> bool:
        """Whether a line is as these terms say, rounding aside."""
        return asked.units.has(self.of(asked))


def terms_of(asked: Sequence[Asked], currency: str) -> Mapping[int, Terms]:
    """The terms of a bill's lines in one currency by the start of their stretch of time.

    Mostly they are the same for all. Where not all lines agree and those of some stretches agree among
    themselves, those stretches have terms of their own: a discount that began on a day.
    """
    starts = {one.start_us for one in asked}
    left, found = list(asked), dict[int, Terms]()
    whole = _terms(left, currency)
    found = dict.fromkeys(starts, whole)
    for _ in range(_ROUNDS):
        left = [one for one in left if not found[one.start_us].fits(one)]
        others = _terms(left, currency)
        if others == Terms() or not left:
            break
        moved = {one.start_us for one in left if others.fits(one)}
        fresh = {start for start in moved if _agree([one for one in asked if one.start_us == start], others)}
        if not fresh:
            break
        found |= dict.fromkeys(fresh, others)
    return found


def _agree(asked: Sequence[Asked], terms: Terms) -> bool:
    """Whether lines of one stretch of time agree on terms that are no single model's."""
    return all(map(terms.fits, asked)) and _is_general(asked, asked)


def _terms(asked: Sequence[Asked], currency: str) -> Terms:
    """The terms that most lines share, without any where that is the book's own price."""
    if not asked:
        return Terms()
    listed = _listed(asked)
    plain = Terms() if listed is None else Terms(listed)
    fit = sum(map(plain.fits, asked))
    by_factor, by_unit = shared(one.factor for one in asked), shared(one.units for one in asked)
    assert by_factor is not None, "there are lines"
    assert by_unit is not None, "there are lines"
    most = max(by_factor[1], by_unit[1] if currency != _DOLLAR else 0)
    if fit >= most or not _is_worth(asked, most, fit):
        return plain
    if currency != _DOLLAR:
        return _in_currency(asked, by_factor, by_unit, listed)
    factor = by_factor[0].nicest
    agreeing = [one for one in asked if one.factor.has(factor)]
    return Terms(factor) if _is_general(agreeing, asked) and factor != _ONE else plain


def _in_currency(
    asked: Sequence[Asked], by_factor: tuple[Range, int], by_unit: tuple[Range, int], listed: Fraction | None
) -> Terms:
    """A discount, another rate, or both: the one that needs the fewest decimals to be said."""
    if by_factor[1] > by_unit[1]:  # the bill followed the dated rates day by day
        return Terms(by_factor[0].nicest)
    known = listed or _ONE
    units = by_unit[0].times(1 / known)
    rate = next(one.rate for one in asked if one.units.has(by_unit[0].nicest))
    direct = _rate_in(units)
    factor = by_factor[0].nicest
    if by_factor[1] == by_unit[1] and listed is None:
        is_share = factor < _ONE and places_of(factor) <= _SHARE_PLACES - 1
        if is_share and (direct is None or not _is_near(direct, rate)):
            return Terms(factor)
    if direct is not None and _is_near(direct, rate):
        return Terms(known, direct)
    both = _both(units, rate) if listed is None else None
    return both or Terms(known, 1 / units.nicest)


def _both(units: Range, dated: Fraction) -> Terms | None:
    """A discount in steps as they are agreed and a rate of few decimals, the nearest to the dated one."""
    for step in _STEPS:
        found = []
        for count in range(1, int(_MOST_OFF / step) + 1):
            rate = _rate_in(units.times(1 / (1 - count * step)))
            if rate is not None and _is_near(rate, dated) and _places(rate) < _RATE_PLACES:
                found.append(Terms(1 - count * step, rate))
        if found:
            return min(found, key=lambda one: abs((one.usd_per_unit or dated) - dated))
    return None


def _rate_in(units: Range) -> Fraction | None:
    """The rate as it would be quoted, dollars for a unit or the other way; None where neither is short."""
    upside = Range(1 / units.high, 1 / units.low) if units.low > 0 else None
    found = [one for one in (None if upside is None else upside.nicest, 1 / units.nicest) if one is not None]
    best = min(found, key=_places)
    return best if _places(best) <= _RATE_PLACES else None


def _places(rate: Fraction) -> int:
    return min(places_of(rate), places_of(1 / rate))


def _is_near(rate: Fraction, dated: Fraction) -> bool:
    return abs(rate / dated - 1) <= _NEAR


def _listed(asked: Sequence[Asked]) -> Fraction | None:
    """The discount that the bill itself says: what it asks over what it lists."""
    told = [one for one in asked if one.list_cost]
    ranges = [
        Range.about(one.cost, one.slack, one.list_cost) for one in told if one.list_cost and one.list_cost > 0
    ]
    found = shared(ranges)
    if found is None or 2 * found[1] <= len(asked) or found[0].has(_ONE):
        return None
    return found[0].nicest


def _is_worth(asked: Sequence[Asked], most: int, fit: int) -> bool:
    """Whether enough lines share a factor: most of them, or where quantities are unknown clearly more."""
    if 2 * most > len(asked):
        return True
    return not all(one.is_sure for one in asked) and most >= 3 and most >= 2 * fit


def _is_general(agreeing: Sequence[Asked], asked: Iterable[Asked]) -> bool:
    """Whether a factor is no single price: it holds for several models, or for all meters of the only one."""
    every = list(asked)
    models = {one.place.model for one in every}
    if len(models) > 1:
        return len({one.place.model for one in agreeing}) > 1
    meters = {one.place.meter for one in every}
    is_cut = all(one.factor.nicest < _ONE for one in agreeing)
    return is_cut and len({one.place.meter for one in agreeing}) == len(meters) and len(meters) > 1
