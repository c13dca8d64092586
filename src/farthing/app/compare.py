"""`compare`: ways to do one workload side by side."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TypedDict, Unpack, cast

import msgspec

from farthing.app.asking import Asked, ask, today
from farthing.app.compare_savings import with_savings
from farthing.app.reading import Written
from farthing.app.train import Way, usd_per_unit
from farthing.estimate import compare as comparing
from farthing.estimate.answer import Estimate
from farthing.estimate.compare_answer import Comparison
from farthing.estimate.currency import in_currency
from farthing.estimate.graph import names_of
from farthing.estimate.question import Question
from farthing.estimate.solve import solved
from farthing.pricing import age
from farthing.pricing.book import Book, book
from farthing.pricing.overlay import book_with


class CompareOptions(TypedDict, total=False):
    """What `compare` may be asked; texts such as "10k/day" and plain numbers in the field's unit both do."""

    option: str | list[str]
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
    retries: Written
    batch_share: Written
    tool_calls: Written
    tool_tokens: Written
    growth: Written
    horizon: Written
    price_decline: Written
    ttft: Written
    tpot: Written
    trace: str
    savings: str
    tasks: Written
    labor: Written
    term: str
    provider_kind: str
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


def compare(**options: Unpack[CompareOptions]) -> Comparison:
    """What each way to do a workload costs, and where the cheapest changes.

    Name the ways with `option` ("api:claude-sonnet-4", "self:llama-3.1-70b@h100-sxm*4") and say how much
    is asked as in `tokens`. Raises InputError for what cannot be understood, and FarthingError with an
    `infeasible` problem for a model that does not fit its accelerators.
    """
    return cast(Comparison, answer(ask("compare", options)))


def answer(asked: Asked) -> Estimate:
    """The comparison for options that were read already."""
    question = asked.with_names(names_of(comparing.NAMED))
    if (path := question.word("savings")) is not None:
        told = with_savings(question.many.get("option", ()), path)
        question = replace(question, many={**question.many, "option": told})
    used = book_with(question.books, asked.given_rates)
    found = solved(question, partial(_estimate, used=used))
    odd = (*used.problems, *age.problems(used, question.as_of, today()))
    found = msgspec.structs.replace(found, problems=(*found.problems, *odd))
    return in_currency(found, asked.currency, usd_per_unit(asked))


def _estimate(question: Question, used: Book) -> Estimate:
    return comparing.estimate(question, used)


def ways() -> tuple[Way, ...]:
    """What every option is worked out with."""
    return (Way("options", comparing.CHAIN, partial(_estimate, used=book())),)
