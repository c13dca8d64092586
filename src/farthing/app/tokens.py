"""`tokens`: what requests to models by the token cost."""

from collections.abc import Mapping
from functools import partial
from typing import TypedDict, Unpack

import msgspec

from farthing.app.asking import Asked, ask, today
from farthing.app.reading import Written
from farthing.app.train import Way, usd_per_unit
from farthing.estimate import tokens as costing
from farthing.estimate.answer import Estimate
from farthing.estimate.currency import in_currency
from farthing.estimate.graph import names_of
from farthing.estimate.solve import solved
from farthing.pricing import age
from farthing.pricing.book import book
from farthing.pricing.overlay import book_with


class TokensOptions(TypedDict, total=False):
    """What `tokens` may be asked; texts such as "10k/day" and plain numbers in the field's unit both do."""

    model: str | list[str]
    input: Written
    uncached: Written
    output: Written
    cache_read: Written
    cached_share: Written
    cache_write_5m: Written
    cache_write_1h: Written
    reasoning: Written
    requests: Written
    demand: Written
    output_share: Written
    tier: str
    region: str
    at: str
    text: str
    chunks: Written
    chunk_tokens: Written
    shorten: Written
    tool_calls: Written
    tool_tokens: Written
    web_searches: Written
    retries: Written
    batch_share: Written
    success: Written
    growth: Written
    horizon: Written
    price_decline: Written
    min_quality: Written
    benchmark: str
    as_of: str
    currency: str
    fx: str | list[str]
    set: str | list[str] | Mapping[str, Written]
    solve: str
    target: str
    book: str | list[str]
    ledger: str
    scenario: str
    seed: int
    draws: int


def tokens(**options: Unpack[TokensOptions]) -> Estimate:
    """What a workload costs with models by the token.

    Name models, or a `min_quality` and get the cheapest; say what a request reads (`input`) and
    writes (`output`) and how many there are (`requests`). Raises InputError for what cannot be
    understood. A model without a price is said to be unpriced, and never costs nothing.
    """
    return answer(ask("tokens", options))


def answer(asked: Asked) -> Estimate:
    """The estimate for options that were read already."""
    question = asked.with_names(names_of(costing.DEMAND))
    used = book_with(question.books, asked.given_rates)
    found = solved(question, partial(costing.estimate, book=used))
    odd = (*used.problems, *age.problems(used, question.as_of, today()))
    found = msgspec.structs.replace(found, problems=(*found.problems, *odd))
    return in_currency(found, asked.currency, usd_per_unit(asked))


def ways() -> tuple[Way, ...]:
    """Requests of a known size, or a demand in tokens."""
    estimate = partial(costing.estimate, book=book())
    return (Way("requests", costing.CHAIN, estimate), Way("demand in tokens", costing.DEMAND, estimate))
