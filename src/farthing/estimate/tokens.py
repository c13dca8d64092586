"""`tokens`: what requests to models by the token cost, at any date, with the rate behind every line."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Final

import msgspec

from farthing.estimate import token_words
from farthing.estimate.answer import Estimate, Line, Result, Row
from farthing.estimate.bill import assume_missing
from farthing.estimate.compose import Said, compose, main_of
from farthing.estimate.exact import decimal_text
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.model_quality import rated, scores
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.token_alternatives import cheaper_equals
from farthing.estimate.token_promises import add_promise
from farthing.estimate.token_rates import Offer
from farthing.estimate.token_rows import MONEY, bench, chosen_places, rows_of
from farthing.estimate.token_savings import mix_ends, savings
from farthing.estimate.token_subject import Subject, Work, how, moment, subject
from farthing.estimate.token_terms import terms
from farthing.estimate.token_work import check_work, gather_work
from farthing.formulas import token_mix, tokens, trajectory
from farthing.pricing.book import Book
from farthing.pricing.table import Line as Bought
from farthing.units.problem import FarthingError, Problem
from farthing.units.spread import Spread

CHAIN: Final[Chain] = (
    tokens.context_tokens,
    tokens.prompt_tokens,
    tokens.call_count,
    tokens.call_input_tokens,
    tokens.call_output_tokens,
    tokens.cache_read_tokens,
    tokens.uncached_tokens,
    tokens.uncached_usd,
    tokens.cache_read_usd,
    tokens.cache_write_usd,
    tokens.output_usd,
    tokens.call_usd,
    tokens.batch_call_usd,
    tokens.mean_call_usd,
    tokens.tool_usd,
    tokens.cost_per_request_usd,
    tokens.cost_per_outcome_usd,
    tokens.cost_per_day_usd,
    tokens.cost_per_30_days_usd,
    tokens.cost_usd,
    tokens.cost_per_year_usd,
    tokens.usd_per_m_tokens,
    tokens.tokens_per_day,
    tokens.first_month_cost_usd,
    tokens.billed_usd,
    trajectory.cumulative_cost_usd,
)
DEMAND: Final[Chain] = (
    token_mix.own_input_tokens,
    token_mix.answer_tokens,
    token_mix.request_count_per_day,
    *CHAIN,
)
_RESULTS: Final = (
    *("cost_per_request_usd", "cost_usd", "cost_per_day_usd", "cost_per_30_days_usd"),
    *("cost_per_year_usd", "usd_per_m_tokens", "tokens_per_day"),
)
_ON_REQUEST: Final = {"success_share": "cost_per_outcome_usd", "horizon_month": "cumulative_cost_usd"}
_WORK: Final = (
    *("uncached_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"),
    *("call_input_tokens", "call_output_tokens", "reasoning_tokens", "web_search_count", "tokens_per_day"),
)
_LINES: Final = (  # label, part of a call's price, its multiple in batches, what is above zero where shown
    ("Input", "uncached_usd", "batch_input_multiple", "uncached_tokens"),
    ("Cache reads", "cache_read_usd", "batch_cache_read_multiple", "cache_read_tokens"),
    ("Cache writes", "cache_write_usd", "batch_cache_write_multiple", "cache_write_usd"),
    ("Output", "output_usd", "batch_output_multiple", "call_output_tokens"),
    ("Fees", "call_fee_usd", "", "call_fee_usd"),
)
_CATEGORY: Final = "operation.inference.tokens"


def estimate(question: Question, book: Book) -> Estimate:
    """What a workload costs with the first model that was named, beside all that were.

    Without a name it is the cheapest of those above the quality asked for. Raises InputError for a
    workload that contradicts itself and FarthingError with an `infeasible` problem where no model
    is good enough.
    """
    inputs = Inputs(question)
    asked = question.many.get("model", ())
    offers = tuple(_offers(question, book))
    if not offers:
        raise FarthingError([token_words.none_good_enough("any benchmark", _floor(question))])
    noted = gather_work(inputs, asked[0] if asked else "")
    chain = DEMAND if "demand_tokens_per_day" in question.numbers else CHAIN
    assume_missing(inputs, chain, _WORK)
    run = evaluate(chain, inputs, _WORK)
    check_work(run)
    found = bench(offers, inputs, chain, run, scores(offers, question.word("benchmark")))
    work = Work(question, book, inputs, chain, run, found)
    place = 0 if asked else _cheapest(work)
    problems = (*noted, *_about_named(work), *(() if asked else token_words.chosen_for_you(question)))
    if reason := found.market.reason(place):
        return _without_money(work, place, problems, reason)
    return _answer(work, place, problems)


def _offers(question: Question, book: Book) -> Iterator[Offer]:
    """The models that were named, else every one with a score."""
    when = moment(question)
    names = question.many.get("model", ())
    for name in names:
        yield Offer(Bought(book.find(name), *how(question), name), *when)
    if not names:
        yield from rated(book, *how(question), *when)


def _floor(question: Question) -> float:
    value = question.numbers.get("least_quality", 0.0)
    return value.p50 if isinstance(value, Spread) else value


def _cheapest(work: Work) -> int:
    floor = _floor(work.question)
    place = work.bench.place_of_cheapest(floor)
    if place is None:
        raise FarthingError([token_words.none_good_enough(work.bench.scores.benchmark, floor)])
    return place


def _answer(work: Work, place: int, noted: Sequence[Problem]) -> Estimate:
    chosen = subject(work, place)
    promised = add_promise(chosen.inputs, work.book, work.bench.market.offers[place])
    asked = (name for word, name in _ON_REQUEST.items() if word in work.question.numbers)
    wanted = (*_RESULTS, *asked, *(("billed_usd",) if promised else ()))
    run = chosen.run(wanted)
    names = work.question.many.get("model", ())
    said = Said(
        verdict=token_words.verdict(run, work.bench.market.offers[place].title, complete=not chosen.gaps),
        main=main_of(run, tuple(name for name in ("cost_usd", "cumulative_cost_usd") if name in run.values)),
        results=wanted,
        lines=_lines(run),
        rows=_rows(work),
        problems=(
            *noted,
            *(() if names else (*chosen.gaps, *chosen.noted)),
            *promised,
            *(cheaper_equals(work) if len(names) == 1 else ()),
        ),
        next=token_words.following(names),
        beside_published=False,
    )
    return _finished(compose(chosen.inputs, run, said), run, chosen, work)


def _finished(found: Estimate, run: Evaluation, chosen: Subject, work: Work) -> Estimate:
    """The answer with its book, with what its measures save, and with amounts to the last decimal."""
    ends = mix_ends(run) if "output_share" not in work.question.numbers else {}
    exact = chosen.exact(run)
    results = {name: _exactly(result, name, exact) for name, result in found.results.items()}
    verdict = token_words.with_promise(token_words.with_ends(found.verdict, ends), run)
    return msgspec.structs.replace(
        found,
        book=work.book.hash,
        verdict=verdict,
        results={**results, **ends, **savings(run, partial(chosen.exact, run))},
    )


def _lines(run: Evaluation) -> tuple[Line, ...]:
    """The bill of a month by what is metered."""
    parts = [
        token_words.call_line(run, label, _CATEGORY, name, multiple)
        for label, name, multiple, sign in _LINES
        if run.quantiles(sign)[2] > 0
    ]
    if run.quantiles("tool_usd")[2] > 0:
        parts.append(token_words.month_line(run, "Searches", "operation.services", run.values["tool_usd"]))
    return tuple(parts)


def _rows(work: Work) -> tuple[Row, ...]:
    """A row for each model to be shown, each run on the question's own draws."""
    places = chosen_places(work.bench, len(work.question.many.get("model", ())), _floor(work.question))
    costs: dict[int, Mapping[str, Fraction | float]] = {}
    unpriced = {place: why for place in places if (why := work.bench.market.reason(place))}
    for place in places:
        if place in unpriced:
            continue
        each = subject(work, place)
        if each.gaps:
            unpriced[place] = each.gaps[0].what.partition(";")[0]
            continue
        run = each.run(MONEY)
        exact = each.exact(run)
        costs[place] = {name: exact.get(name, run.median(name)) for name in MONEY}
    return rows_of(work.bench, places, costs, unpriced)


def _about_named(work: Work) -> Iterator[Problem]:
    """A word on each model that was named and lacks prices or quality."""
    market, floor = work.bench.market, _floor(work.question)
    for place in range(len(work.question.many.get("model", ()))):
        offer = market.offers[place]
        if why := market.reason(place):
            yield token_words.unpriced(offer, why, work.book)
            continue
        each = subject(work, place)
        yield from (*each.gaps, *each.noted, *terms(market, place, work.run))
        score = work.bench.scores.quality[place]
        if floor and not score >= floor:
            yield token_words.below_floor(offer, work.bench.scores.benchmark, float(score), floor)


def _without_money(work: Work, place: int, noted: Sequence[Problem], reason: str) -> Estimate:
    """An answer for a model without a price: how much is used, and that nobody can say what it costs."""
    said = Said(
        verdict=token_words.no_price(work.bench.market.offers[place], reason),
        main="tokens_per_day",
        results=("tokens_per_day",),
        lines=(Line("Tokens", _CATEGORY, None, basis=reason),),
        rows=_rows(work),
        problems=tuple(noted),
        next="farthing catalog prices NAME",
        beside_published=False,
    )
    return msgspec.structs.replace(compose(work.inputs, work.run, said), book=work.book.hash)


def _exactly(result: Result, name: str, exact: Mapping[str, Fraction]) -> Result:
    if name not in exact or not name.endswith(("_usd", "usd_per_m_tokens")):
        return result
    return msgspec.structs.replace(result, exact=decimal_text(exact[name]))
