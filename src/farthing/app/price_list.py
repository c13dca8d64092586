"""`catalog prices` of a model: what it costs on a day, how that changed, and who says so."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from fractions import Fraction

import msgspec

from farthing.app.asking import today
from farthing.app.book_age import Dated, dated
from farthing.pricing import listing
from farthing.pricing.book import Book
from farthing.pricing.card import Priced
from farthing.pricing.overlay import book_with
from farthing.pricing.rows import FOREVER, LAYERS, LONG_AGO, Row, Sku
from farthing.pricing.table import WHY
from farthing.pricing.windows import words
from farthing.units.meters import METERS
from farthing.units.money import parse_fx
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

_EXACT = Context(prec=40)
_SECOND_US = 1_000_000
TIERS = ("standard", "batch", "flex", "priority", "fast")


class RateShown(msgspec.Struct, frozen=True):
    """What one meter costs, and who says so. An empty `valid_from` means that nobody says since when."""

    meter: str
    usd: str
    per: str
    beyond_usd: str
    beyond_tokens: int
    layer: str
    sources: tuple[str, ...]
    confidence: str
    valid_from: str
    valid_to: str
    dated: bool
    multiply: str
    note: str


class WayShown(msgspec.Struct, frozen=True):
    """One way to ask for a model and its rates, or the reason why there are none."""

    tier: str
    region: str
    above_tokens: int
    window: str
    rates: tuple[RateShown, ...]
    reason: str = ""


class Change(msgspec.Struct, frozen=True):
    """One row of a model's history: amounts for each `per`, or what it multiplies the plain prices by."""

    valid_from: str
    valid_to: str
    tier: str
    region: str
    above_tokens: int
    window: str
    usd: Mapping[str, str]
    multiply: str
    layer: str
    sources: tuple[str, ...]
    confidence: str
    note: str


class PricedModel(msgspec.Struct, frozen=True):
    """A model at a provider: its ways and, where asked for, its history."""

    provider: str
    model: str
    name: str
    launched: str
    retired: str
    ways: tuple[WayShown, ...]
    history: tuple[Change, ...] = ()


class ModelPrices(msgspec.Struct, frozen=True):
    """Prices of a name on a day. `hosts` are further providers that sell it under this name."""

    asked: str
    as_of: str
    models: tuple[PricedModel, ...]
    hosts: tuple[str, ...]
    book: Dated
    problems: tuple[Problem, ...] = ()


def model_prices(
    name: str,
    *,
    as_of: date | None = None,
    history: bool = False,
    tier: str = "",
    region: str = "",
    books: Sequence[str] = (),
    fx: Iterable[str] = (),
) -> ModelPrices | None:
    """The prices of a model, None where no model has this name. Raises InputError for bad options."""
    day = as_of or today()
    if tier and tier not in TIERS:
        what, fix = (
            f"{quoted(tier)} is no tier",
            did_you_mean(tier, TIERS) or f"it is one of {', '.join(TIERS)}",
        )
        raise InputError([Problem("not-a-choice", "error", "--tier", what, "", fix)])
    book = book_with(tuple(books), tuple(parse_fx(text) for text in fx))
    shown, others = listing.hosts(book, name)
    if not shown:
        return None
    about = dated(book, day)
    at_us = int(datetime.combine(day, time(12), tzinfo=UTC).timestamp()) * _SECOND_US
    models = tuple(_model(sku, at_us, tier, region, history=history) for sku in shown)
    return ModelPrices(
        asked=name,
        as_of=day.isoformat(),
        models=models,
        hosts=tuple(sku.provider for sku in others),
        book=about,
        problems=(*book.problems, *about.problems, *_unpriced(models, day)),
    )


def unknown(name: str, book: Book, others: Iterable[str]) -> InputError:
    """Nobody has prices under this name."""
    what = f"no model or accelerator of the price book is called {quoted(name)}"
    fix = did_you_mean(name, (*book.spellings(), *others)) or "farthing catalog list accelerators lists those"
    why = "an unknown name has no price, and never a price of 0"
    return InputError([Problem("unknown-name", "error", name[:60], what, why, fix)])


def _unpriced(models: Iterable[PricedModel], day: date) -> Iterable[Problem]:
    for model in models:
        if not model.ways[0].rates:
            what, why = f"it has no price on {day}: {model.ways[0].reason}", "no price is not a price of 0"
            where, fix = f"{model.provider}/{model.model}", "--history shows when it has one"
            yield Problem("unpriced", "warning", where, what, why, fix)


def _model(sku: Sku, at_us: int, tier: str, region: str, *, history: bool) -> PricedModel:
    return PricedModel(
        provider=sku.provider,
        model=sku.model,
        name=sku.name,
        launched=_day(sku.launched),
        retired=_day(sku.retired),
        ways=tuple(_way(way) for way in listing.ways(sku, at_us, tier, region)),
        history=tuple(_change(row) for row in listing.changes(sku, tier)) if history else (),
    )


def _way(way: listing.Way) -> WayShown:
    return WayShown(
        tier=way.tier,
        region=way.region,
        above_tokens=way.above_tokens,
        window=words(way.hours) if way.hours is not None else "",
        rates=tuple(_rate(meter, way.card.rates[meter]) for meter in METERS if meter in way.card.rates),
        reason=WHY[way.card.reason] if way.card.reason else "",
    )


def _rate(meter: str, rate: Priced) -> RateShown:
    usd, per = listing.quoted(meter, rate.usd)
    beyond = "" if rate.beyond is None else _text(listing.quoted(meter, rate.beyond)[0])
    row = rate.row
    return RateShown(
        meter=meter,
        usd=_text(usd),
        per=per,
        beyond_usd=beyond,
        beyond_tokens=rate.above_tokens,
        layer=LAYERS[row.layer],
        sources=row.sources,
        confidence=row.confidence,
        valid_from=_day(row.start),
        valid_to=_day(row.end),
        dated=row.dated,
        multiply=row.multiply,
        note=row.note,
    )


def _change(row: Row) -> Change:
    return Change(
        valid_from=_day(row.start),
        valid_to=_day(row.end),
        tier=row.tier,
        region=row.region,
        above_tokens=row.above_tokens,
        window=words(row.hours) if row.hours is not None else "",
        usd={meter: _quoted(meter, rate.exact) for meter, rate in row.rates.items()},
        multiply=row.multiply,
        layer=LAYERS[row.layer],
        sources=row.sources,
        confidence=row.confidence,
        note=row.note,
    )


def _quoted(meter: str, usd: Fraction) -> str:
    amount, per = listing.quoted(meter, usd)
    return _text(amount) if per == "1M tokens" else f"{_text(amount)} per {per}"


def _text(usd: Fraction) -> str:
    """Dollars as a decimal, exactly where a decimal can say it."""
    return f"{_EXACT.divide(Decimal(usd.numerator), Decimal(usd.denominator)).normalize():f}"


def _day(moment_us: int) -> str:
    """A moment as its day, with the minute where it is not midnight; empty where there is none."""
    if moment_us in (LONG_AGO, FOREVER):
        return ""
    moment = datetime.fromtimestamp(moment_us // _SECOND_US, tz=UTC)
    return moment.date().isoformat() if moment.time() == time() else moment.strftime("%Y-%m-%dT%H:%MZ")
