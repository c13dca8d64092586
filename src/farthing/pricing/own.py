"""Price facts of the catalog as rows of a book."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from farthing.catalog.contents import Catalog
from farthing.catalog.price_facts import ModelLife, PriceRule, TokenPrice, Window
from farthing.pricing.clauses import matches
from farthing.pricing.exchange import DOLLAR, Exchange, exchange, in_dollars, said
from farthing.pricing.rows import CATALOG, FOREVER, LONG_AGO, Hours, Provider, Rate, Row, Sku
from farthing.pricing.windows import weekly
from farthing.units.meters import read_per

_DATED_NAME: Final = re.compile(r"(?<!\d)(20[12]\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)")


def moment_us(text: str) -> int:
    """A day or a minute, "2026-08-17" or "2026-08-17T16:00Z", in microseconds since 1970 (UTC).

    A month or a year is its first day.
    """
    padded = text if len(text) > 7 else f"{text}-01" if len(text) == 7 else f"{text}-01-01"
    moment = datetime.fromisoformat(padded)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000


def merged(package: Iterable[Provider], catalog: Catalog) -> tuple[Provider, ...]:
    """The package's providers with the catalog's rows laid over them."""
    providers = {provider.id: provider for provider in package}
    skus = {(provider.id, sku.model.lower()): sku for provider in providers.values() for sku in provider.skus}
    rates = exchange(catalog.fx.values())
    for price in catalog.prices.values():
        place = (price.provider, price.model.lower())
        known = skus.get(place) or _new(price, providers)
        names = tuple(dict.fromkeys((*known.names, *(name.lower() for name in price.names))))
        row = row_of(price, rates)
        skus[place] = _with(known, names=names, rows=(*known.rows, row) if row else known.rows)
    lives = {(life.provider, life.model.lower()): life for life in catalog.model_lives.values()}
    skus = {place: _alive(sku, lives.get(place)) for place, sku in skus.items()}
    skus = {place: _ruled(sku, catalog.price_rules.values()) for place, sku in skus.items()}
    return tuple(_gathered(providers, skus))


def _new(price: TokenPrice, providers: Mapping[str, Provider]) -> Sku:
    """A model that the package does not list, with the rows of the one whose name it takes this one to be.

    They speak where the catalog's own rows end, so that a snapshot keeps its price when its history does.
    """
    home = providers.get(price.provider)
    lenders = (providers[name] for name in home.lends if name in providers) if home else ()
    listed = (sku for provider in (home, *lenders) if provider for sku in provider.skus)
    meant = next((sku for sku in listed if sku.match and matches(sku.match, price.model.lower())), None)
    rows = meant.rows if meant else ()
    return Sku(provider=price.provider, model=price.model, name=price.model, rows=rows)


def row_of(price: TokenPrice, rates: Exchange) -> Row | None:
    """One price fact as a row in dollars; None where no rate of exchange was known on its first day.

    Raises ValueError for a `per` or hours that cannot be read.
    """
    per = read_per(price.per)
    if per is None:
        raise ValueError(f"{price.per!r} says no count of anything; write 1M tokens, 1K requests, hour")
    dollars = _dollars(price, rates)
    if dollars is None:
        return None
    amounts, note = dollars
    return Row(
        layer=CATALOG,
        tier=price.tier,
        region=price.region,
        start=moment_us(price.valid_from),
        end=moment_us(price.valid_to) if price.valid_to else FOREVER,
        hours=hours_of(price.window),
        above_tokens=price.above_tokens or 0,
        bracket=price.shape == "bracket",
        currency=price.currency,
        rates=_rates(amounts, per.count),
        owns=price.tier == "standard" and not price.window and not price.above_tokens
        and per.unit == "token" and "input" in price.amounts,
        sources=price.sources,
        date=price.date,
        confidence=price.confidence,
        note=note,
    )  # fmt: skip


def _rates(amounts: Mapping[str, str], per: int) -> Mapping[str, Rate]:
    """Rates by meter; a write to a cache of no stated lifetime is one of five minutes, the usual one."""
    rates = {meter: Rate(amount=amount, per=per) for meter, amount in amounts.items()}
    usual = {"cache_write": rates["cache_write_5m"]} if "cache_write_5m" in rates else {}
    return {**usual, **rates}


def _dollars(price: TokenPrice, rates: Exchange) -> tuple[Mapping[str, str], str] | None:
    """The amounts in dollars at the rate of the first day, and the note that says so."""
    if price.currency == DOLLAR:
        return price.amounts, price.note
    rate = rates.on(price.currency, price.valid_from)
    if rate is None:
        return None
    amounts = {meter: in_dollars(amount, rate) for meter, amount in price.amounts.items()}
    return amounts, "; ".join(filter(None, (price.note, said(price.amounts.values(), rate))))


def hours_of(window: Window | None) -> Hours | None:
    """The hours of a window in UTC. Raises ValueError for what cannot be read."""
    return None if window is None else weekly(window.days, window.hours, window.utc_offset)


def _with(sku: Sku, **changes: object) -> Sku:
    return msgspec.structs.replace(sku, **changes)


def _alive(sku: Sku, life: ModelLife | None) -> Sku:
    launched = moment_us(life.launched) if life and life.launched else _first_day(sku)
    retired = moment_us(life.retired) if life and life.retired else FOREVER
    return _with(sku, launched=launched, retired=retired)


def _first_day(sku: Sku) -> int:
    """The day in its name; else, of a model that is a mere name in the package, that of its first own row."""
    named = dated_by_name(sku.model)
    if named != LONG_AGO or sku.match is not None or all(row.layer == CATALOG for row in sku.rows):
        return named
    return min(row.start for row in sku.rows if row.layer == CATALOG)


def dated_by_name(model: str) -> int:
    """The day that a snapshot's name carries: it was on sale on no earlier one."""
    found = _DATED_NAME.search(model)
    try:
        return moment_us("-".join(found.groups())) if found else LONG_AGO
    except ValueError:
        return LONG_AGO


def _ruled(sku: Sku, rules: Iterable[PriceRule]) -> Sku:
    rows = tuple(_rule_row(rule) for rule in rules if _meant(rule, sku))
    return _with(sku, rows=(*sku.rows, *rows)) if rows else sku


def _meant(rule: PriceRule, sku: Sku) -> bool:
    model = sku.model.lower()
    return (
        rule.provider == sku.provider
        and any(fnmatchcase(model, pattern.lower()) for pattern in rule.models)
        and not any(fnmatchcase(model, pattern.lower()) for pattern in rule.except_models)
    )


def _rule_row(rule: PriceRule) -> Row:
    return Row(
        layer=CATALOG,
        tier=rule.tier,
        region=rule.region,
        start=moment_us(rule.valid_from),
        end=moment_us(rule.valid_to) if rule.valid_to else FOREVER,
        multiply=rule.multiply,
        meters=rule.meters,
        sources=rule.sources,
        date=rule.date,
        confidence=rule.confidence,
        note=rule.note,
    )


def _gathered(providers: Mapping[str, Provider], skus: Mapping[tuple[str, str], Sku]) -> Iterable[Provider]:
    by_provider: dict[str, list[Sku]] = {name: [] for name in providers}
    for (name, _), sku in skus.items():
        by_provider.setdefault(name, []).append(sku)
    for name, members in by_provider.items():
        known = providers.get(name) or Provider(id=name, name=name)
        yield Provider(
            id=known.id,
            name=known.name,
            match=known.match,
            model_match=known.model_match,
            lends=known.lends,
            skus=tuple(members),
        )
