"""What the answer about tokens says in words, and the problems it may have."""

from datetime import UTC, datetime

import numpy as np

from farthing.estimate.answer import Line, Range
from farthing.estimate.run import Evaluation, quantiles
from farthing.estimate.token_rates import Offer
from farthing.units.figures import digits_for, figure, span
from farthing.units.meters import METERS
from farthing.units.problem import InputError, Problem, quoted

_DAYS_PER_MONTH = 730 / 24


def verdict(run: Evaluation, title: str, *, complete: bool) -> str:
    """One sentence: the model, the price of a request, the month."""
    least = "" if complete else "at least "
    request, month = (_range(run, name) for name in ("cost_per_request_usd", "cost_usd"))
    requests = figure(run.median("request_count_per_day"), "", 4)
    return (
        f"{title}: {least}{request} a request, {least}{month} a month of 730 hours at {requests} requests "
        f"a day ({least}{_range(run, 'usd_per_m_tokens')} a million tokens of this mix)."
    )


def no_price(offer: Offer, why: str) -> str:
    """The sentence for a model that has no price."""
    return f"{offer.title}: unpriced, {why}; what it costs is not known, and not zero."


def unpriced(offer: Offer, why: str) -> Problem:
    """A model without a price."""
    fix = "see farthing catalog prices, or give its price with --book FILE"
    return Problem("unpriced", "warning", offer.title, "it has no price", why, fix)


def unpriced_meter(offer: Offer, meter: str) -> Problem:
    """Something that is used and has no price: the total is a lower bound."""
    what = f"{METERS[meter].title} have no price; the total is a lower bound"
    return Problem(
        "unpriced", "warning", offer.title, what, "the price book has none", "give it with --book FILE"
    )


def none_good_enough(benchmark: str, floor: float) -> Problem:
    """No model of the catalog reaches the quality asked for, or none of them has a price."""
    what = f"no priced model scores {floor:g} on {benchmark}"
    return Problem(
        "infeasible", "error", "--min-quality", what, "scores are facts of the catalog", "lower it"
    )


def month_line(run: Evaluation, label: str, category: str, name: str, *, calls: bool) -> Line:
    """A part of the bill of a month; `calls` says that the part is of one call and not of one request."""
    amount = np.asarray(run.values[name]) * run.values["request_count_per_day"] * _DAYS_PER_MONTH
    if calls:
        sent = np.asarray(run.values["call_count"]) * (1 + np.asarray(run.values["retry_share"]))
        amount = amount * sent * run.values["batch_price_multiple"]
    found = quantiles(amount if amount.ndim else float(amount))
    return Line(label, category, Range(*found))


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
