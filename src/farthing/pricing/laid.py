"""A contract laid over a book: its rows, its discounts and its promises, in dollars."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from fractions import Fraction

import msgspec

from farthing.catalog.price_bounds import jumps
from farthing.pricing import names
from farthing.pricing.book import Book
from farthing.pricing.card import ANY, Moment, card
from farthing.pricing.contract_checks import multiple_of, problems, rate_of, share
from farthing.pricing.contract_facts import EVERY, AgreedPrice, Commitment, Discount
from farthing.pricing.contracts import Contract, Entered, words
from farthing.pricing.exchange import DOLLAR, Exchange, in_dollars, said
from farthing.pricing.identity import renamed
from farthing.pricing.own import hours_of, moment_us
from farthing.pricing.rows import (
    CONTRACT,
    FOREVER,
    LONG_AGO,
    Clause,
    Overlay,
    Promise,
    Rate,
    Row,
    Sku,
)
from farthing.units.meters import METERS, read_per
from farthing.units.problem import InputError, Problem, did_you_mean

KIND = "contract"


def lay(book: Book, contract: Contract, rates: Exchange) -> Book:
    """The book with a contract over it.

    Raises InputError with everything that is wrong; what is only odd is in the book's `problems`.
    """
    if wrong := tuple(problems(contract, rates)):
        raise InputError(wrong)
    extra = dict(book.extra)
    odd: list[Problem] = []
    for entered, price in contract.prices:
        place, sku = _sku_for(book, extra, price)
        odd += _doubts(book, entered, price, sku, rates)
        names_now = tuple(dict.fromkeys((*sku.names, *(name.lower() for name in price.names))))
        row = _row(price, rates)
        extra[place] = msgspec.structs.replace(sku, names=names_now, rows=(*sku.rows, row))
    for entered, discount in contract.discounts:
        met = _discounted(replace(book, extra=extra), discount)
        odd += () if met else [_nobody(book, entered, discount)]
        extra |= met
    promises = tuple(_promise(commitment, rates) for _, commitment in contract.commitments)
    overlay = Overlay(label=contract.label, kind=KIND, digest=contract.digest)
    return renamed(
        replace(
            book,
            extra=extra,
            promises=(*book.promises, *promises),
            overlays=(*book.overlays, overlay),
            problems=(*book.problems, *odd),
        )
    )


def _sku_for(
    book: Book, extra: Mapping[tuple[str, str], Sku], price: AgreedPrice
) -> tuple[tuple[str, str], Sku]:
    """The model that a price is for, and its place in `extra`.

    A name by which the book knows a model exactly means that model. One that only a pattern of the
    book catches ("starts with gpt-5") means the one name alone, with the pattern's prices below.
    """
    home = _home(book, price.provider)
    known = replace(book, extra=extra).find(price.model, home)
    if known is None:
        return (home, price.model.lower()), Sku(provider=home, model=price.model, name=price.model)
    if known.provider == home and _is_name_of(price.model, known):
        return (home, known.model.lower()), known
    own = msgspec.structs.replace(
        known, provider=home, model=price.model, name=price.model, match=None, names=()
    )
    return (home, price.model.lower()), own


def _home(book: Book, provider: str) -> str:
    alias = names.provider_alias(provider)
    return book.provider_id(alias) or alias


def _is_name_of(model: str, sku: Sku) -> bool:
    spelled = names.key(model)
    known = (sku.model, sku.name, *sku.names, *_equals(sku.match))
    return any(names.key(name) == spelled for name in known)


def _equals(clause: Clause | None) -> Iterator[str]:
    if clause is not None and clause.relation == "equals":
        yield clause.text
    for part in clause.parts if clause is not None and clause.relation == "or" else ():
        yield from _equals(part)


def _row(price: AgreedPrice, rates: Exchange) -> Row:
    per, rate = read_per(price.per), rate_of(price, rates)
    assert per is not None, "contract_checks refused it"
    assert rate is not None, "contract_checks refused it"
    note = price.note
    if price.currency != DOLLAR:
        note = "; ".join(filter(None, (note, said(price.rates.values(), rate))))
    return Row(
        layer=CONTRACT,
        tier=price.tier,
        region=price.region,
        start=moment_us(price.valid_from) if price.valid_from else LONG_AGO,
        end=moment_us(price.valid_to) if price.valid_to else FOREVER,
        hours=hours_of(price.window),
        above_tokens=price.above_tokens or 0,
        bracket=price.shape == "bracket",
        currency=price.currency,
        rates={
            meter: Rate(amount=in_dollars(amount, rate), per=per.count)
            for meter, amount in price.rates.items()
        },
        sources=price.sources,
        confidence="A",
        note=note,
    )


def _discounted(book: Book, discount: Discount) -> dict[tuple[str, str], Sku]:
    """The models that a discount is for, with it."""
    home = _home(book, discount.provider)
    meters = tuple(METERS) if EVERY in words(discount.meters) else words(discount.meters)
    row = Row(
        layer=CONTRACT,
        tier=ANY if discount.tier == EVERY else discount.tier,
        start=moment_us(discount.valid_from) if discount.valid_from else LONG_AGO,
        end=moment_us(discount.valid_to) if discount.valid_to else FOREVER,
        multiply=f"{multiple_of(discount):f}",
        meters=meters,
        sources=discount.sources,
        confidence="A",
        note=discount.note,
    )
    return {
        (home, model): msgspec.structs.replace(sku, rows=(*sku.rows, row))
        for model, sku in _models(book, home).items()
        if _is_meant(words(discount.models), sku)
    }


def _models(book: Book, home: str) -> Mapping[str, Sku]:
    """Models of a provider: its own, and those that it resells under their makers' names."""
    head = book.base.heads.get(home)
    lent = {
        model: msgspec.structs.replace(sku, provider=home)
        for lender in (head.lends if head else ())
        for model, sku in book.skus(lender).items()
        if book.find(sku.model, home) is sku
    }
    return {**lent, **book.skus(home)}


def _is_meant(patterns: Iterable[str], sku: Sku) -> bool:
    spelled = {sku.model.lower(), *sku.names, *_equals(sku.match)}
    return any(fnmatchcase(name, pattern.lower()) for pattern in patterns for name in spelled)


def _promise(commitment: Commitment, rates: Exchange) -> Promise:
    rate = rate_of(commitment, rates)
    assert rate is not None, "contract_checks refused it"
    note = commitment.note
    if commitment.currency != DOLLAR:
        note = "; ".join(filter(None, (note, said([commitment.amount], rate))))
    return Promise(
        provider=names.provider_alias(commitment.provider),
        usd=in_dollars(commitment.amount, rate),
        per=commitment.per,
        discount=f"{share(commitment.discount):f}",
        start=moment_us(commitment.valid_from or ""),
        end=moment_us(commitment.valid_to) if commitment.valid_to else FOREVER,
        sources=commitment.sources,
        note=note,
    )


def _doubts(book: Book, entered: Entered, price: AgreedPrice, sku: Sku, rates: Exchange) -> Iterator[Problem]:
    """What is odd about a price beside what the book has."""
    alone = "It is priced by this contract alone"
    home = _home(book, price.provider)
    if home not in book.providers:
        what = f"No provider is called '{price.provider}' in the price book"
        fix = did_you_mean(price.provider, book.providers) or "Nothing, if it is new."
        yield entered.warning("unknown-provider", what, alone, fix, key="provider")
    elif not sku.rows:
        what = f"{home} has no model called '{price.model}' in the price book"
        fix = did_you_mean(price.model, book.skus(home)) or "Nothing, if it is new."
        yield entered.warning("unknown-model", what, alone, fix, key="model")
    if price.confirm:
        return
    before = _before(sku, price)
    for meter, rate in _row(price, rates).rates.items():
        if meter in before and jumps(before[meter], rate.exact):
            what = f"{meter} is more than ten times, or less than a tenth of, the price in the book"
            why = f"${float(rate.exact * 10**6):,.6g} a million against ${float(before[meter] * 10**6):,.6g}"
            yield entered.warning("odd-price", what, why, "Correct it, or add 'confirm: why'.")


def _before(sku: Sku, price: AgreedPrice) -> Mapping[str, Fraction]:
    """What the book asks on the first day of a price, by meter."""
    ours = msgspec.structs.replace(sku, rows=tuple(row for row in sku.rows if row.layer < CONTRACT))
    at = moment_us(price.valid_from) if price.valid_from else max((row.start for row in ours.rows), default=0)
    found = card(ours, Moment(at, 0, price.tier, price.region, (price.above_tokens or 0) + 1))
    return {meter: rate.usd for meter, rate in found.rates.items()}


def _nobody(book: Book, entered: Entered, discount: Discount) -> Problem:
    home = _home(book, discount.provider)
    what = f"No model of {home} matches {', '.join(words(discount.models))}"
    known = book.skus(home) if home in book.providers else book.providers
    asked = words(discount.models)[0] if home in book.providers else discount.provider
    fix = did_you_mean(asked, known) or "Correct the patterns."
    return entered.warning("unknown-model", what, "the discount changes nothing", fix, key="models")
