"""An option that buys tokens: the same prices and the same formulas as `tokens`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from farthing.estimate import token_words
from farthing.estimate.bill import assume_missing
from farthing.estimate.compare_own import known_sets, question_of, worked_out
from farthing.estimate.compare_terms import Option, Part, by_request
from farthing.estimate.compare_text import Wanted
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.model_quality import scores
from farthing.estimate.question import Question
from farthing.estimate.run import evaluate
from farthing.estimate.token_rates import Offer
from farthing.estimate.token_rows import bench
from farthing.estimate.token_subject import Subject, Work, how, moment, subject
from farthing.estimate.token_terms import terms
from farthing.estimate.token_work import check_work, gather_work
from farthing.estimate.tokens import CHAIN, DEMAND
from farthing.pricing.book import Book
from farthing.pricing.table import Line as Bought
from farthing.units.problem import InputError, Problem
from farthing.units.spread import Spread

_WORK: Final = (
    *("uncached_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens"),
    *("call_input_tokens", "call_output_tokens", "reasoning_tokens", "web_search_count", "tokens_per_day"),
)
_MONTH: Final = frozenset({"cost_usd", "first_month_cost_usd", "cumulative_cost_usd", "billed_usd"})
REQUEST: Final = "cost_per_request_usd"


@dataclass(frozen=True)
class Sold:
    """A model by the token under a workload: who sells it, its inputs and formulas, why it has no price."""

    offer: Offer
    chosen: Subject | None
    unpriced: str
    noted: tuple[Problem, ...] = ()


def option(
    question: Question,
    book: Book,
    wanted: Wanted,
    names: tuple[str, ...] = (),
    more: Callable[[Inputs], None] | None = None,
) -> Option:
    """A model of the price book, asked through its provider's API.

    `names` are tried in their order where it is not known by its own; `more` adds inputs of the option.
    """
    asked = reasoned(question_of(question, wanted), wanted)
    tried = [bought(asked, book, name) for name in names or (wanted.what,)]
    found = next((each for each in tried if each.chosen is not None), tried[-1])
    if found.chosen is None:
        said = token_words.unpriced(found.offer, found.unpriced, book)
        return Option(wanted, problems=(said,), unpriced=found.unpriced)
    if more is not None:
        more(found.chosen.inputs)
    model = found.offer.sku.model if found.offer.sku else ""
    return Option(wanted, (request_part(found.chosen),), models=(model,), problems=found.noted)


def request_part(chosen: Subject) -> Part:
    """The price of a request, and the work around it."""
    run = worked_out(chosen.inputs, request_chain(chosen.chain), (REQUEST,))
    return Part(run, by_request(REQUEST))


def request_chain(chain: Chain) -> Chain:
    """The formulas of a request; those of its month are the comparison's own."""
    return tuple(formula for formula in chain if formula.__name__ not in _MONTH)


def bought(question: Question, book: Book, model: str) -> Sold:
    """Find a model in the book, and every rate that the workload needs of it."""
    plain = replace(question, numbers={k: v for k, v in question.numbers.items() if k != "horizon_month"})
    inputs = Inputs(plain)
    offer = Offer(Bought(book.find(model), *how(plain), model), *moment(plain))
    gather_work(inputs, model)
    chain = DEMAND if "demand_tokens_per_day" in plain.numbers else CHAIN
    assume_missing(inputs, chain, _WORK)
    run = evaluate(chain, known_sets(inputs, chain), _WORK)
    check_work(run)
    found = bench([offer], inputs, chain, run, scores([offer], question.word("benchmark")))
    reason = found.market.reason(0)
    if reason:
        return Sold(offer, None, reason)
    chosen = subject(Work(plain, book, inputs, chain, run, found), 0)
    return Sold(offer, chosen, "", (*chosen.gaps, *chosen.noted, *terms(found.market, 0, run)))


def reasoned(question: Question, wanted: Wanted) -> Question:
    """The question with what a model thinks aloud before it answers: the output so many times."""
    multiple = wanted.numbers.get("output_multiple")
    if multiple is None:
        return question
    answer = question.numbers.get("answer_tokens")
    if answer is None or (isinstance(multiple, Spread) and isinstance(answer, Spread)):
        raise InputError([_no_output(wanted)])
    if isinstance(answer, Spread):
        return replace(question, numbers={**question.numbers, "answer_tokens": answer.times(float(multiple))})  # type: ignore[arg-type]
    grown = multiple.times(answer) if isinstance(multiple, Spread) else multiple * answer
    return replace(question, numbers={**question.numbers, "answer_tokens": grown})


def text_inputs(question: Question, model: str) -> Inputs:
    """The workload alone, for what is not bought by the token."""
    plain = replace(question, numbers={k: v for k, v in question.numbers.items() if k != "horizon_month"})
    inputs = Inputs(plain)
    gather_work(inputs, model)
    return inputs


def _no_output(wanted: Wanted) -> Problem:
    what = f"{wanted.title}: reasoning= multiplies the output, and none is known for sure"
    fix = "give --output as one number"
    return Problem("missing-input", "error", "--option", what, "the answer's own length is needed", fix)
