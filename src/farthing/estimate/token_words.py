"""What the answer about tokens says in words, and the problems it may have."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from farthing.estimate.answer import Line, Range
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, quantiles
from farthing.estimate.token_rates import Offer
from farthing.pricing.book import Book
from farthing.units.figures import digits_for, figure, span
from farthing.units.meters import METERS
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.types import Real

_DAYS_PER_MONTH = 730 / 24


def verdict(run: Evaluation, title: str, *, complete: bool) -> str:
    """One sentence: the model, the price of a request, the month."""
    least = "" if complete else "at least "
    request, month = (_range(run, name) for name in ("cost_per_request_usd", "cost_usd"))
    requests = figure(run.median("request_count_per_day"), "", 4)
    noun = "request" if requests == "1" else "requests"
    return (
        f"{title}: {least}{request} a request, {least}{month} a month of 730 hours at {requests} {noun} "
        f"a day ({least}{_range(run, 'usd_per_m_tokens')} a million tokens of this mix)."
    )


def no_price(offer: Offer, why: str) -> str:
    """The sentence for a model that has no price."""
    return f"{offer.title}: unpriced, {why}; what it costs is not known, and not zero."


def unpriced(offer: Offer, why: str, book: Book) -> Problem:
    """A model without a price; of a name that nobody knows the nearest ones."""
    near = did_you_mean(offer.title, book.spellings()) if offer.sku is None else ""
    fix = near or "see farthing catalog prices, or give its price with --book FILE"
    return Problem("unpriced", "warning", offer.title, "it has no price", why, fix)


def unpriced_meter(offer: Offer, meter: str) -> Problem:
    """Something that is used and has no price: the total is a lower bound."""
    what = f"{METERS[meter].title} have no price; the total is a lower bound"
    return Problem(
        "unpriced", "warning", offer.title, what, "the price book has none", "give it with --book FILE"
    )


def cheaper(title: str, other: str, scores: str, cost_usd: float) -> Problem:
    """Another model that scores no less for less money."""
    what = f"{other} scores {scores}, at {figure(cost_usd, 'USD', 3)} a month"
    why = "a benchmark is not your task: try it on your own requests first"
    fix = f"compare them: farthing tokens --model {title} --model {other}"
    return Problem("cheaper", "note", title, what, why, fix)


def chosen_for_you(question: Question) -> tuple[Problem, ...]:
    """Which model the results speak of where none was named."""
    if "least_quality" in question.numbers:
        return ()
    what, why = "no --model was named: the results are the cheapest one's", "any model with a score could do"
    fix = "name one with --model, or say how good it must be with --min-quality"
    return (Problem("chosen-model", "note", "--model", what, why, fix),)


def no_batch(offer: Offer) -> Problem:
    """A model that is not sold in batches, or not by this book."""
    what, why = "it has no price for batches, so they are counted at its usual one", "the price book has none"
    return Problem(
        "unpriced", "warning", offer.title, what, why, "leave out --batch-share, or give --book FILE"
    )


def no_region(offer: Offer, regions: Sequence[str]) -> Problem:
    """A region for which a model has no price of its own."""
    what = f"{quoted(offer.line.region)} has no price of its own here; the usual one is taken"
    why = f"the price book has one for {', '.join(regions)}" if regions else "the price book has one price"
    fix = did_you_mean(offer.line.region, regions)
    return Problem("no-region", "note", offer.title, what, why, fix)


def price_by_length(offer: Offer, said: str) -> Problem:
    """Inputs on both sides of a length beyond which another price counts."""
    what = f"a million tokens of input cost by the length of the request: {said}"
    why = "the inputs of this question lie on both sides; the whole request costs the price of its length"
    return Problem("price-by-length", "note", offer.title, what, why, "ask for short and long ones apart")


def unwritten_cache(offer: Offer, times: float) -> Problem:
    """Tokens that are read from a cache into which nobody pays to write them."""
    what = "tokens are read from a cache, and none are written to it"
    why = f"a write costs {times:g} times the plain input here, and every entry has to be written once"
    fix = "say how many with --cache-write-5m or --cache-write-1h"
    return Problem("unwritten-cache", "note", offer.title, what, why, fix)


def retired(offer: Offer) -> Problem:
    """A model that is no longer sold on the day in question."""
    what, why = "it is no longer sold on that day; its last price is taken", "it was retired before"
    return Problem(
        "retired", "note", offer.title, what, why, "give an earlier --as-of, or name its successor"
    )


def below_floor(offer: Offer, benchmark: str, score: float, floor: float) -> Problem:
    """A model that was named and does not reach the quality that was asked for."""
    known = f"it scores {score:g} on {benchmark}" if score == score else f"it has no score on {benchmark}"
    what, why = f"{known}, and {floor:g} was asked for", "a model that is named is shown all the same"
    fix = "leave --model out to see those that reach it"
    return Problem("below-quality", "note", offer.title, what, why, fix)


def with_promise(said: str, run: Evaluation) -> str:
    """A verdict with what a month is billed, where spend was promised."""
    if "billed_usd" not in run.values:
        return said
    return f"{said} With what was promised, a month is billed {_range(run, 'billed_usd')}."


def with_ends(said: str, ends: Mapping[str, Range]) -> str:
    """A verdict with what thirty days cost at either end of the mix, where the mix is open."""
    if not ends:
        return said
    low, high = (figure(end.p50, "USD") for end in ends.values())
    return f"{said} Thirty days cost {low} if all of it is input and {high} if all of it is output."


def none_good_enough(benchmark: str, floor: float) -> Problem:
    """No model of the catalog reaches the quality asked for, or none of them has a price."""
    what = f"no priced model scores {floor:g} on {benchmark}"
    return Problem(
        "infeasible", "error", "--min-quality", what, "scores are facts of the catalog", "lower it"
    )


def call_line(run: Evaluation, label: str, category: str, part: str, batch_multiple: str) -> Line:
    """A part of what calls cost in a month, some of them in batches."""
    values = run.values
    amount = np.asarray(values[part]) * values["call_count"] * (1 + np.asarray(values["retry_share"]))
    if batch_multiple:
        amount = amount * (1 - values["batch_share"] * (1 - np.asarray(values[batch_multiple])))
    return month_line(run, label, category, amount)


def month_line(run: Evaluation, label: str, category: str, amount: Real) -> Line:
    """A part of the bill of a month from its amount in one request."""
    total = np.asarray(amount) * run.values["request_count_per_day"] * _DAYS_PER_MONTH
    return Line(label, category, Range(*quantiles(total if total.ndim else float(total))))


def timestamp_us(text: str) -> int:
    """An ISO 8601 moment, UTC unless it says otherwise, in microseconds since 1970. Raises InputError."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(moment.timestamp()) * 1_000_000
    except (ValueError, OverflowError) as error:
        what, why = f"{quoted(text)} is no moment in time", "prices depend on the day and the hour"
        fix = "write one such as 2026-08-17T02:00Z"
        raise InputError([Problem("not-a-date", "error", "--at", what, why, fix)]) from error


def following(asked: tuple[str, ...]) -> str:
    """The next useful command."""
    if not asked:
        return "farthing tokens --model NAME for one of them"
    return f"farthing catalog prices {asked[0]} --history"


def _range(run: Evaluation, name: str) -> str:
    low, mid, high = run.quantiles(name)
    if low == high:
        return figure(mid, "USD")
    return f"{figure(mid, 'USD', digits_for(low, mid, high))} ({span(low, mid, high, 'USD')})"
