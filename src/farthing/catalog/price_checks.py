"""Doubts about prices by the token: the slips that a reader of a price list makes.

A slipped digit, a price per thousand taken for one per million, a zero that means "unknown", two
rows for one day, a meter that nobody counts.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from farthing.catalog.contents import Catalog
from farthing.catalog.findings import Finding
from farthing.catalog.price_bounds import doubt, jumps
from farthing.catalog.price_facts import TokenPrice
from farthing.units.meters import METERS, read_per
from farthing.units.problem import did_you_mean
from farthing.units.week import read_days, read_hours

SMALLEST_MULTIPLE, LARGEST_MULTIPLE = Decimal("0.01"), Decimal(10)
_ENDLESS = "9999"


def known_meters(catalog: Catalog) -> Iterator[Finding]:
    """A meter that no quantity has, in a row or a rule."""
    named = [(f"prices/{name}", tuple(row.amounts)) for name, row in catalog.prices.items()]
    named += [(f"price_rules/{name}", rule.meters) for name, rule in catalog.price_rules.items()]
    for place, meters in named:
        for meter in meters:
            if meter not in METERS:
                fix = did_you_mean(meter, METERS) or f"It is one of {', '.join(METERS)}."
                yield Finding("unknown-meter", place, f"No meter is called '{meter}'", "", fix)


def units_of_prices(catalog: Catalog) -> Iterator[Finding]:
    """A price for something that cannot be read, or that its meter does not count."""
    for name, row in catalog.prices.items():
        per = read_per(row.per)
        if per is None:
            what = f"'{row.per}' is no amount of anything that is counted"
            yield _odd(name, what, "Write 1M tokens, 1K searches, image, hour.")
            continue
        for meter in row.amounts.keys() & METERS.keys():
            if METERS[meter].unit != per.unit:
                what = f"{meter} is counted by the {METERS[meter].unit}, its price is per {row.per}"
                yield _odd(name, what, "Put it in a row of its own with its own 'per'.")


def believable_amounts(catalog: Catalog) -> Iterator[Finding]:
    """A price of nothing that is not said to be free, or beyond all prices so far and not confirmed."""
    rates = {rate.currency: Fraction(str(rate.usd_per_unit)) for rate in catalog.fx.values()}
    rates["USD"] = Fraction(1)
    for name, row in catalog.prices.items():
        if row.currency not in rates:
            what = f"No exchange rate for {row.currency} is in the catalog"
            yield _odd(name, what, "Add one under fx/, dated on or before the price.")
            continue
        per = read_per(row.per)
        for meter in row.amounts.keys() & METERS.keys() if per else ():
            said = doubt(
                row.amounts[meter],
                per.count if per else 1,
                meter,
                rates[row.currency],
                confirmed=bool(row.confirm),
                free=row.free,
            )
            if said:
                yield _odd(name, said, "Correct the row, or say why it is so with 'confirm: why'.")


def periods(catalog: Catalog) -> Iterator[Finding]:
    """A row or rule that ends before it begins, or on no day of the calendar."""
    rows = [(f"prices/{name}", row.valid_from, row.valid_to) for name, row in catalog.prices.items()]
    rules = catalog.price_rules.items()
    rows += [(f"price_rules/{name}", rule.valid_from, rule.valid_to) for name, rule in rules]
    for place, start, end in rows:
        if wrong := wrong_period(start, end):
            why = "a row is in force from valid_from until the moment before valid_to"
            yield Finding("odd-period", place, wrong, why, "Correct the dates.")
    for name, life in catalog.model_lives.items():
        if life.launched and life.retired and life.retired <= life.launched[: len(life.retired)]:
            what = f"It was retired on {life.retired} and launched on {life.launched}"
            yield Finding("odd-period", f"model_lives/{name}", what, "", "Correct the dates.")


def windows(catalog: Catalog) -> Iterator[Finding]:
    """Days or hours that cannot be read."""
    for name, row in catalog.prices.items():
        if row.window is None:
            continue
        try:
            read_days(row.window.days)
            read_hours(row.window.hours)
        except ValueError as error:
            yield _odd(name, f"Its window cannot be read: {error}", "Correct the window.")


def overlaps(catalog: Catalog) -> Iterator[Finding]:
    """Two rows that say what one meter costs on one day, alike in all else."""
    for meter, series in _series(catalog).items():
        for (_, before), (name, after) in pairwise(series):
            if (before.valid_to or _ENDLESS) > after.valid_from:
                what = f"{meter[0]} has two prices from {after.valid_from} on"
                where = catalog.places.get(f"prices/{_name_of(catalog, before)}", "")
                yield _odd(name, what, f"Close the earlier row with valid_to, at {where or 'its place'}.")


def price_jumps(catalog: Catalog) -> Iterator[Finding]:
    """A price more than ten times, or less than a tenth of, the one before, that is not confirmed."""
    for meter, series in _series(catalog).items():
        for (_, before), (name, after) in pairwise(series):
            old, new = _per_unit(before, meter[0]), _per_unit(after, meter[0])
            if before.currency == after.currency and jumps(old, new) and not after.confirm:
                what = f"{meter[0]} jumps from {before.amounts[meter[0]]} to {after.amounts[meter[0]]}"
                yield _odd(name, what, "Correct the row, or confirm a true jump with 'confirm: why'.")


def believable_rules(catalog: Catalog) -> Iterator[Finding]:
    """A rule that multiplies by less than a hundredth or more than ten, or that means no model."""
    for name, rule in catalog.price_rules.items():
        place = f"price_rules/{name}"
        if not SMALLEST_MULTIPLE <= Decimal(rule.multiply) <= LARGEST_MULTIPLE:
            what = f"It multiplies prices by {rule.multiply}"
            fix = 'Write the multiple, such as "0.5" for half.'
            yield Finding("odd-price", place, what, "tiers and regions lie between 0.01 and 10", fix)
        if rule.tier == "standard" and not rule.region:
            what, why = "It names neither a tier nor a region", "a rule says what one of them costs"
            yield Finding("odd-price", place, what, why, "Name the tier or the region.")


RULES = (
    known_meters,
    units_of_prices,
    believable_amounts,
    periods,
    windows,
    overlaps,
    price_jumps,
    believable_rules,
)
_Key = tuple[str, ...]


def _series(catalog: Catalog) -> Mapping[_Key, list[tuple[str, TokenPrice]]]:
    """Rows of one meter that differ in their dates alone, oldest first."""
    found: dict[_Key, list[tuple[str, TokenPrice]]] = {}
    for name, row in sorted(catalog.prices.items(), key=lambda item: item[1].valid_from):
        for meter in row.amounts.keys() & METERS.keys():
            if read_per(row.per) is not None:
                found.setdefault((meter, *_alike(row)), []).append((name, row))
    return found


def _alike(row: TokenPrice) -> _Key:
    return (row.provider, row.model.lower(), row.tier, row.region, str(row.above_tokens), str(row.window))


def _per_unit(row: TokenPrice, meter: str) -> Fraction:
    per = read_per(row.per)
    return Fraction(Decimal(row.amounts[meter])) / (per.count if per else 1)


def _name_of(catalog: Catalog, row: TokenPrice) -> str:
    return next(name for name, known in catalog.prices.items() if known is row)


def wrong_period(start: str, end: str | None) -> str:
    """What is wrong with the days from which and until which a row holds; empty where nothing is."""
    for text in filter(None, (start, end)):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return f"{text} is no day of the calendar"
    return f"It begins on {start} and ends on {end}" if end and end <= start else ""


def _odd(name: str, what: str, fix: str) -> Finding:
    why = "a slipped digit in a price row is the commonest error of all"
    return Finding("odd-price", f"prices/{name}", what, why, fix)
