"""Every rate of one model at one moment: which rows speak, and in which order they overrule each other.

Layers come first: a contract overrules the catalog, the catalog the package, the package a second
source. Within a layer a row for a region, for longer inputs or for hours of the week overrules the
plain one, and a later start an earlier one. A catalog row owns its time: below it only meters that
count something else than tokens are heard. Another tier than standard lies over the standard rates:
its own rows, else a rule that multiplies, else there is no price. What a contract fixes of a tier lies
over either.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import msgspec

from farthing.pricing.rows import CONTRACT, STANDARD, Row, Sku, exact
from farthing.pricing.windows import covers
from farthing.units.meters import METERS

ANY = "*"
_TOKENS = frozenset(name for name, meter in METERS.items() if meter.is_tokens)


@dataclass(frozen=True, slots=True)
class Priced:
    """The rate of one meter: dollars for one unit, and the row that says so.

    `parent` names the meter whose price this is, where the meter has none of its own; beyond
    `above_tokens` of the meter's own count in a request, `beyond` dollars are asked instead. `fixed`
    says that a contract names it, so that the contract's discounts leave it alone.
    """

    usd: Fraction
    row: Row
    parent: str = ""
    above_tokens: int = 0
    beyond: Fraction | None = None
    fixed: bool = False

    def amount(self, quantity: int) -> Fraction:
        """Dollars for a quantity in one request."""
        if self.beyond is None:
            return quantity * self.usd
        return quantity * self.usd + max(0, quantity - self.above_tokens) * (self.beyond - self.usd)


@dataclass(frozen=True, slots=True)
class Moment:
    """When and how a request was made: time, minute of the week, tier, region, tokens of input."""

    at: int
    minute: int
    tier: str = STANDARD
    region: str = ""
    length: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """The rates at a moment by meter, or the reason why there are none."""

    rates: Mapping[str, Priced]
    reason: str = ""

    def rate(self, meter: str) -> Priced | None:
        """The rate of a meter or of the one that covers it; None where neither has a price."""
        asked = meter
        while meter:
            if (found := self.rates.get(meter)) is not None:
                return found if meter == asked else _covering(found, meter)
            meter = METERS[meter].parent if meter in METERS else ""
        return None


NOT_ON_SALE = "not-on-sale"
NO_PRICE = "no-price"
NO_TIER = "no-tier"


Known: TypeAlias = dict[tuple[Moment, tuple[int, ...]], Card]
"""Cards before a contract's discounts, by their moment and the rows (their identities) that made them."""


def card(sku: Sku, when: Moment, known: Known | None = None) -> Card:
    """All rates of a model at a moment.

    Books that differ in their discounts alone share the rest through `known`, for as long as their rows live.
    """
    if when.at < sku.launched:
        # Only a contract knows prices of a model that was not on sale yet.
        agreed = tuple(row for row in sku.rows if row.layer == CONTRACT)
        early = card(msgspec.structs.replace(sku, launched=when.at, rows=agreed), when)
        return early if early.rates else Card({}, NOT_ON_SALE)
    listed = _listed(sku, when) if known is None else _shared(sku, when, known)
    return listed if listed.reason else Card(_discounted(dict(listed.rates), sku, when))


def _shared(sku: Sku, when: Moment, known: Known) -> Card:
    key = (when, tuple(id(row) for row in sku.rows if not _is_discount(row)))
    if key not in known:
        known[key] = _listed(sku, when)
    return known[key]


def _listed(sku: Sku, when: Moment) -> Card:
    """All rates before a contract's discounts, or the reason why there are none."""
    plain = _plain(sku, when)
    rates = _overlaid({}, plain)
    if not rates:
        return Card({}, NO_PRICE)
    if when.tier != STANDARD:
        tiered = _in_tier(sku, when, rates, owned=any(row.owns for row in plain))
        if tiered is None:
            return Card({}, NO_TIER)
        rates = tiered
    if when.region and not any(row.region for row in plain):
        rates = _multiplied(rates, _rules(sku, when, when.region, (STANDARD, when.tier)))
    return Card(rates)


def _plain(sku: Sku, when: Moment) -> list[Row]:
    """The rows of the standard tier that speak, the strongest last."""
    rows = [row for row in sku.rows if row.tier == STANDARD and _speaks(row, when)]
    owner = max((row.layer for row in rows if row.owns), default=0)
    return sorted((row for row in rows if row.layer >= owner or _beside_tokens(row)), key=_strength)


def _in_tier(sku: Sku, when: Moment, standard: dict[str, Priced], *, owned: bool) -> dict[str, Priced] | None:
    rows = [row for row in sku.rows if row.tier == when.tier and not row.multiply and _speaks(row, when)]
    rows = [row for row in rows if row.dated or not owned or row.layer == CONTRACT]
    listed = [row for row in rows if row.layer < CONTRACT]
    agreed = [row for row in rows if row.layer == CONTRACT]
    rules = [] if listed else _rules(sku, when, "", (when.tier,))
    if not (rows or rules):
        return None
    below = _multiplied(_overlaid(dict(standard), sorted(listed, key=_strength)), rules)
    return _overlaid(dict(below), sorted(agreed, key=_strength))


def _rules(sku: Sku, when: Moment, region: str, tiers: tuple[str, ...]) -> list[Row]:
    """Rules for a tier or a region; the last of those that speak counts."""
    found = [
        row
        for row in sku.rows
        if row.multiply and row.layer < CONTRACT and row.region == region
        and row.tier in tiers and row.holds(when.at)
    ]  # fmt: skip
    return sorted(found, key=_strength)[-1:]


def _discounted(rates: dict[str, Priced], sku: Sku, when: Moment) -> dict[str, Priced]:
    """A contract's discounts, in turn, on everything that the contract does not fix itself."""
    for row in sku.rows:
        if _is_discount(row) and row.holds(when.at) and row.tier in (ANY, when.tier):
            rates = _multiplied(rates, [row], spare_fixed=True)
    return rates


def _is_discount(row: Row) -> bool:
    return bool(row.multiply) and row.layer == CONTRACT


def _speaks(row: Row, when: Moment) -> bool:
    return (
        not row.multiply
        and row.holds(when.at)
        and row.region in ("", when.region)
        and (row.bracket or when.length > row.above_tokens or not row.above_tokens)
        and (row.hours is None or covers(row.hours, when.minute))
    )


def _beside_tokens(row: Row) -> bool:
    return not _TOKENS.issuperset(row.rates)


def _strength(row: Row) -> tuple[int, bool, int, bool, int]:
    return row.layer, bool(row.region), row.above_tokens, row.hours is not None, row.start


def _overlaid(rates: dict[str, Priced], rows: Iterable[Row]) -> dict[str, Priced]:
    for row in rows:
        if row.owns:
            rates = {meter: rate for meter, rate in rates.items() if _outlives(meter, rate, row.layer)}
        for meter, rate in row.rates.items():
            below, fixed = rates.get(meter), row.layer == CONTRACT
            if row.bracket and below is not None:
                rates[meter] = Priced(below.usd, row, "", row.above_tokens, rate.exact, fixed)
            elif not row.bracket:
                rates[meter] = Priced(rate.exact, row, fixed=fixed)
    return rates


def _outlives(meter: str, rate: Priced, owner: int) -> bool:
    """Whether a rate found so far is heard beside a row that owns its time."""
    return rate.row.layer >= owner or meter not in _TOKENS


def _multiplied(
    rates: dict[str, Priced], rules: Iterable[Row], *, spare_fixed: bool = False
) -> dict[str, Priced]:
    for rule in rules:
        factor, rates = exact(rule.multiply), dict(rates)
        for meter, rate in rates.items():
            named = meter in rule.meters if rule.meters else meter in _TOKENS
            if named and not (spare_fixed and rate.fixed):
                beyond = None if rate.beyond is None else rate.beyond * factor
                rates[meter] = Priced(
                    rate.usd * factor, rule, rate.parent, rate.above_tokens, beyond, rate.fixed
                )
    return rates


def _covering(found: Priced, meter: str) -> Priced:
    # Ten times as fast as dataclasses.replace, and cards of a hundred books are many.
    return Priced(found.usd, found.row, meter, found.above_tokens, found.beyond, found.fixed)
