"""`compare`: ways to do one workload side by side, and where the cheapest of them changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from farthing.estimate import compare_api, compare_build, compare_hosted, compare_kinds, compare_rag
from farthing.estimate.bill import assume_missing
from farthing.estimate.compare_answer import Comparison
from farthing.estimate.compare_draws import Draws, side_of
from farthing.estimate.compare_own import MIX, OWN, TEXT, assume_as, known_sets, text_chain
from farthing.estimate.compare_terms import Option
from farthing.estimate.compare_text import Wanted, wanted
from farthing.estimate.compare_trace import with_trace
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.tokens import DEMAND
from farthing.formulas import compare
from farthing.pricing.book import Book
from farthing.units.problem import FarthingError, InputError, Problem

WORK: Final[Chain] = (compare.request_tokens, compare.workload_tokens_per_day)
CHAIN: Final[Chain] = (
    *MIX,
    *TEXT,
    *WORK,
    *compare_hosted.HOSTED,
    *compare_rag.INDEX,
    *compare_kinds.BY_HAND,
    *OWN,
    compare.busy_replica_count,
    compare.paid_replica_count,
    compare.hosting_usd,
    compare.utilization_share,
    compare.option_usd,
    compare.cost_usd,
    compare.blended_usd_per_m_tokens,
)
NAMED: Final[Chain] = (
    *CHAIN,
    *(f for f in compare_api.request_chain(DEMAND) if f.__name__ not in {g.__name__ for g in CHAIN}),
)
"""Every formula that some option may need: what `--set` may speak of."""

_WORK: Final = (
    *("request_tokens", "workload_tokens_per_day", "request_count_per_day", "horizon_month"),
    *("growth_share_per_month", "price_decline_share_per_year"),
)
_MOST_MONTHS: Final = 360


def estimate(question: Question, book: Book) -> Comparison:
    """What each option costs, with ranges from the same draws.

    Raises InputError for what cannot be understood, FarthingError with an `infeasible` problem where a
    model does not fit or cannot meet a latency, and one with `unpriced` where no option has a price.
    """
    question, noted = with_trace(question)
    asked = [wanted(text) for text in question.many.get("option", ())]
    if not asked:
        raise InputError([_nothing_to_compare()])
    named = _told_apart(asked)
    options = tuple(_options(question, book, named))
    priced = [side_of(each) for each in options if not each.unpriced]
    if not priced:
        raise FarthingError([problem for each in options for problem in each.problems] or [_no_price()])
    work = _workload(question)
    found = Draws(work, tuple(priced), question.draws)
    return compare_build.answer(question, book, options, found, noted)


def _options(question: Question, book: Book, asked: Sequence[Wanted]) -> Iterator[Option]:
    problems: list[Problem] = []
    for each in asked:
        try:
            yield _option(question, book, each)
        except FarthingError as error:
            if type(error) is not FarthingError and not isinstance(error, InputError):
                raise
            problems += error.problems
    if problems:
        kind = InputError if all(p.code != "infeasible" for p in problems) else FarthingError
        raise kind(problems)


def _option(question: Question, book: Book, each: Wanted) -> Option:
    if each.kind == "api":
        return compare_api.option(question, book, each)
    if each.kind == "self":
        return compare_hosted.option(question, each)
    if each.kind in ("finetuned", "distilled"):
        return compare_kinds.tuned(question, book, each)
    if each.kind == "rag":
        return compare_rag.option(question, book, each)
    if each.kind == "cascade":
        return compare_kinds.cascade(question, book, each)
    if each.kind == "people":
        return compare_kinds.people(question, each)
    return compare_kinds.plain(question, each)


def _told_apart(asked: Sequence[Wanted]) -> list[Wanted]:
    """Options whose names are the same are numbered."""
    titles = [each.title for each in asked]
    counts: dict[str, int] = {}
    found = []
    for each in asked:
        counts[each.title] = counts.get(each.title, 0) + 1
        name = each.title if titles.count(each.title) == 1 else f"{each.title} ({counts[each.title]})"
        found.append(replace(each, words={**each.words, "name": name}))
    return found


def _workload(question: Question) -> Evaluation:
    """How much is asked, for how long, and how it grows."""
    inputs = Inputs(question)
    assume_as(inputs, "compared_horizon_month", "horizon_month")
    inputs.derive(
        "price_decline_share_per_year", 0.0, "today's prices; --price-decline lets tokens get cheaper"
    )
    copy = compare_api.text_inputs(question, "")
    for item in (*inputs, *copy):
        inputs.add(item)
    if inputs.median("horizon_month") > _MOST_MONTHS:
        raise InputError([_too_long()])
    chain = (*text_chain(question), *WORK)
    assume_missing(inputs, chain, _WORK)
    return evaluate(chain, known_sets(inputs, chain), _WORK)


def _nothing_to_compare() -> Problem:
    what, why = "there is nothing to compare", "a comparison is between ways to do the work"
    fix = "give --option api:claude-sonnet-4 --option 'self:llama-3.1-70b@h100-sxm*4'"
    return Problem("missing-input", "error", "--option", what, why, fix)


def _no_price() -> Problem:
    what = "no option has a price"
    return Problem(
        "unpriced", "error", "--option", what, "an unknown price is never zero", "give rate= or --book"
    )


def _too_long() -> Problem:
    what = f"--horizon is longer than {_MOST_MONTHS} months"
    return Problem(
        "too-long", "error", "--horizon", what, "nothing here is known that far ahead", "shorten it"
    )
