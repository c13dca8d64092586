"""`tokens`: what requests to models by the token cost, at any date, with the rate behind every line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from fractions import Fraction
from typing import Final

import msgspec

from farthing.estimate import token_words
from farthing.estimate.answer import Estimate, Line, Result, Row
from farthing.estimate.bill import assume_missing
from farthing.estimate.compose import Said, compose, main_of
from farthing.estimate.exact import decimal_text, exact_values
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.model_quality import rated, scores
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.token_rates import CHARGES, Market, Offer
from farthing.estimate.token_rows import Bench, bench, chosen_places, rows_of
from farthing.estimate.token_savings import savings
from farthing.estimate.token_work import check_work, gather_work
from farthing.formulas import token_mix, tokens
from farthing.pricing.book import Book
from farthing.pricing.table import Line as Bought
from farthing.units.problem import FarthingError, Problem

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
    tokens.batch_price_multiple,
    tokens.tool_usd,
    tokens.cost_per_request_usd,
    tokens.cost_per_outcome_usd,
    tokens.cost_per_day_usd,
    tokens.cost_per_30_days_usd,
    tokens.cost_usd,
    tokens.cost_per_year_usd,
    tokens.usd_per_m_tokens,
    tokens.tokens_per_day,
)
DEMAND: Final[Chain] = (
    token_mix.own_input_tokens,
    token_mix.answer_tokens,
    token_mix.request_count_per_day,
    *CHAIN,
)
_MONEY: Final = (
    "cost_per_request_usd",
    "cost_usd",
    "cost_per_day_usd",
    "cost_per_30_days_usd",
    "cost_per_year_usd",
    "usd_per_m_tokens",
)
_WORK: Final = (
    *("uncached_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"),
    *("call_input_tokens", "call_output_tokens", "reasoning_tokens", "web_search_count"),
)
_LINES: Final = (
    ("Input", "uncached_usd", "uncached_tokens"),
    ("Cache reads", "cache_read_usd", "cache_read_tokens"),
    ("Cache writes", "cache_write_usd", "cache_write_usd"),
    ("Output", "output_usd", "call_output_tokens"),
    ("Fee for each call", "call_fee_usd", "call_fee_usd"),
)
_CATEGORY: Final = "operation.inference.tokens"


@dataclass(frozen=True)
class _Work:
    """A workload, and the models that could do it."""

    question: Question
    book: Book
    inputs: Inputs
    base: Chain
    run: Evaluation
    bench: Bench


def estimate(question: Question, book: Book) -> Estimate:
    """What a workload costs with the first model that was named, beside all that were.

    Without a name it is the cheapest of those above the quality asked for. Raises InputError for a
    workload that contradicts itself and FarthingError with an `infeasible` problem where no model
    is good enough.
    """
    inputs = Inputs(question)
    asked = question.many.get("model", ())
    offers = tuple(_offer(question, book, name) for name in asked) or _all_rated(question, book)
    noted = gather_work(inputs, asked[0] if asked else "")
    base = DEMAND if "demand_tokens_per_day" in question.numbers else CHAIN
    assume_missing(inputs, base, _WORK)
    run = evaluate(base, inputs, _WORK)
    check_work(run)
    found = bench(offers, inputs, base, run, scores(offers, question.word("benchmark")))
    work = _Work(question, book, inputs, base, run, found)
    place = 0 if asked else _cheapest(work)
    return _answer(work, place, len(asked), (*noted, *_unpriced(work, len(asked))))


def moment(question: Question) -> tuple[int, bool]:
    """When requests are made, in microseconds since 1970, and whether the hour was given."""
    text = question.word("at")
    if text is None:
        noon = datetime.combine(question.as_of, time(12), tzinfo=UTC)
        return int(noon.timestamp()) * 1_000_000, False
    return token_words.timestamp_us(text), True


def _offer(question: Question, book: Book, name: str) -> Offer:
    at_us, timed = moment(question)
    tier, region = question.word("tier") or "standard", question.word("region") or ""
    return Offer(Bought(book.find(name), tier, region, name), at_us, timed)


def _all_rated(question: Question, book: Book) -> tuple[Offer, ...]:
    at_us, timed = moment(question)
    tier, region = question.word("tier") or "standard", question.word("region") or ""
    return tuple(rated(book, at_us, tier, region, timed=timed))


def _floor(question: Question) -> float:
    value = question.numbers.get("least_quality", 0.0)
    return float(value) if isinstance(value, float | int) else value.p50


def _cheapest(work: _Work) -> int:
    place = work.bench.place_of_cheapest(_floor(work.question))
    if place is None:
        raise FarthingError(
            [token_words.none_good_enough(work.bench.scores.benchmark, _floor(work.question))]
        )
    return place


def _answer(work: _Work, place: int, asked: int, noted: Sequence[Problem]) -> Estimate:
    market = work.bench.market
    if reason := market.reason(place):
        return _without_money(work, place, asked, noted, reason)
    inputs, chain, gaps = _priced(work, place)
    wanted = (*_MONEY, *(("cost_per_outcome_usd",) if "success_share" in work.question.numbers else ()))
    run = evaluate(chain, inputs, (*wanted, "cost_per_outcome_usd", "tokens_per_day"))
    said = Said(
        verdict=token_words.verdict(run, market.offers[place].title, complete=not gaps),
        main=main_of(run, ("cost_usd", "cost_per_request_usd")),
        results=(*wanted, "tokens_per_day"),
        lines=_lines(run),
        rows=_rows(work, place, asked, run),
        problems=(*noted, *gaps),
        next=token_words.following(work.question.many.get("model", ())),
        beside_published=False,
    )
    found = compose(inputs, run, said)
    exact = exact_values(run, {})
    results = {**found.results, **savings(run)}
    if exact is not None:
        results = {name: _exactly(result, name, exact) for name, result in results.items()}
    return msgspec.structs.replace(found, book=work.book.hash, results=results)


def _priced(work: _Work, place: int) -> tuple[Inputs, Chain, tuple[Problem, ...]]:
    """The inputs with the rates of one model; the chain with rates by length where draws differ in it."""
    inputs = work.inputs.copy()
    market, chain = work.bench.market, work.base
    length = work.run.median("call_input_tokens")
    varied = _crosses(market, place, work.run)
    gaps: list[Problem] = []
    for charge in CHARGES:
        found = market.asked(place, charge.meter, length)
        if charge.name in inputs:
            continue
        if found is None:
            gaps += _gap(work, inputs, place, charge.meter, charge.quantity, charge.name)
        elif varied and charge.unit_count > 1:
            chain = (*chain, market.by_length(place, charge))
        else:
            value = float(found.usd * charge.unit_count)
            inputs.look_up(charge.name, value, found.row.sources, found.row.confidence, found.note)
    _add_batch(work, inputs, place)
    return inputs, chain, tuple(gaps)


def _gap(work: _Work, inputs: Inputs, place: int, meter: str, quantity: str, name: str) -> list[Problem]:
    """A meter without a price: nothing where nothing of it is used, else a gap that is said."""
    used = bool(quantity) and work.run.quantiles(quantity)[2] > 0
    inputs.derive(name, 0.0, "used, and no price is known" if used else "not used, or not charged")
    return [token_words.unpriced_meter(work.bench.market.offers[place], meter)] if used else []


def _add_batch(work: _Work, inputs: Inputs, place: int) -> None:
    multiple = work.bench.batch_multiple[place]
    if work.question.numbers.get("batch_share") is None:
        inputs.derive("batch_call_multiple", 1.0, "nothing is sent in batches")
    elif multiple != multiple:
        inputs.derive("batch_call_multiple", 1.0, "no price for batches is known, so they cost as much")
    else:
        inputs.derive("batch_call_multiple", float(multiple), "its price for batches over its price at once")


def _crosses(market: Market, place: int, run: Evaluation) -> bool:
    """Whether some draws of the input are so long that they cost another rate than others."""
    lengths = run.values["call_input_tokens"]
    if isinstance(lengths, float | int):
        return False
    return market.step(place, float(lengths.min())) != market.step(place, float(lengths.max()))


def _lines(run: Evaluation) -> tuple[Line, ...]:
    """The bill of a month by what is metered."""
    parts = [
        token_words.month_line(run, label, _CATEGORY, name, calls=True)
        for label, name, sign in _LINES
        if run.quantiles(sign)[2] > 0
    ]
    if run.quantiles("tool_usd")[2] > 0:
        parts.append(token_words.month_line(run, "Searches", "operation.services", "tool_usd", calls=False))
    return tuple(parts)


def _rows(work: _Work, place: int, asked: int, run: Evaluation | None) -> tuple[Row, ...]:
    places = chosen_places(work.bench, asked, _floor(work.question))
    exact: dict[int, Mapping[str, Fraction]] = {}
    for shown in places:
        if shown == place and run is not None:
            exact[shown] = exact_values(run, {}) or {}
        elif not work.bench.market.reason(shown):
            inputs, chain, gaps = _priced(work, shown)
            if not gaps:
                exact[shown] = exact_values(evaluate(chain, inputs, _MONEY), {}) or {}
    return rows_of(work.bench, places, exact)


def _unpriced(work: _Work, asked: int) -> tuple[Problem, ...]:
    """A word on each model that was named and has no price."""
    market = work.bench.market
    return tuple(
        token_words.unpriced(market.offers[other], reason)
        for other in range(asked)
        if (reason := market.reason(other))
    )


def _without_money(work: _Work, place: int, asked: int, noted: Sequence[Problem], reason: str) -> Estimate:
    """An answer for a model without a price: how much is used, and that nobody can say what it costs."""
    run = evaluate(work.base, work.inputs, ("tokens_per_day",))
    said = Said(
        verdict=token_words.no_price(work.bench.market.offers[place], reason),
        main="tokens_per_day",
        results=("tokens_per_day",),
        lines=(Line("Tokens", _CATEGORY, None, basis=reason),),
        rows=_rows(work, place, asked, None),
        problems=tuple(noted),
        next="farthing catalog prices NAME",
        beside_published=False,
    )
    return msgspec.structs.replace(compose(work.inputs, run, said), book=work.book.hash)


def _exactly(result: Result, name: str, exact: Mapping[str, Fraction]) -> Result:
    if name not in exact or not name.endswith(("_usd", "usd_per_m_tokens")):
        return result
    return msgspec.structs.replace(result, exact=decimal_text(exact[name]))
