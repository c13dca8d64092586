"""One model of a comparison, ready to be run: the workload's inputs with this model's rates among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from fractions import Fraction
from typing import Final

import numpy as np

from farthing.estimate import token_words
from farthing.estimate.exact import exact_values
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, plan
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.token_rates import CHARGES, Charge, Market, market
from farthing.estimate.token_rows import Bench
from farthing.pricing.book import Book
from farthing.pricing.rows import STANDARD
from farthing.units.problem import Problem

_BATCHED: Final = tuple(charge for charge in CHARGES if charge.quantity.endswith("_tokens"))


@dataclass(frozen=True)
class Work:
    """A workload run without prices, and the models that could do it."""

    question: Question
    book: Book
    inputs: Inputs
    chain: Chain
    run: Evaluation
    bench: Bench


@dataclass(frozen=True)
class Subject:
    """A model under a workload: its inputs, its formulas, what has no price, what is known exactly."""

    inputs: Inputs
    chain: Chain
    gaps: tuple[Problem, ...]
    known: Mapping[str, Fraction]

    def run(self, wanted: tuple[str, ...]) -> Evaluation:
        """Everything wanted, on the question's draws."""
        return evaluate(self.chain, self.inputs, wanted)

    def exact(self, run: Evaluation) -> Mapping[str, Fraction]:
        """Every value as a fraction; nothing where an input is uncertain or a price is missing.

        What grows with a power of time is no fraction and left out.
        """
        if self.gaps:
            return {}
        wanted = tuple(step.name for step in run.plan.steps if step.name != "cumulative_cost_usd")
        return exact_values(plan(self.chain, self.inputs.names, wanted), run.inputs, self.known) or {}


def how(question: Question) -> tuple[str, str]:
    """The tier and the region that requests are bought in."""
    return question.word("tier") or STANDARD, question.word("region") or ""


def moment(question: Question) -> tuple[int, bool]:
    """When requests are made, in microseconds since 1970, and whether the hour was given: else noon."""
    text = question.word("at")
    if text is None:
        noon = datetime.combine(question.as_of, time(12), tzinfo=UTC)
        return int(noon.timestamp()) * 1_000_000, False
    return token_words.timestamp_us(text), True


def subject(work: Work, place: int) -> Subject:
    """Look up every rate of the model at a place; rates by length where draws differ in what they cost."""
    inputs, chain = work.inputs.copy(), work.chain
    found, length = work.bench.market, work.run.median("call_input_tokens")
    varied = _crosses(found, place, work.run)
    gaps: list[Problem] = []
    known: dict[str, Fraction] = {}
    for charge in CHARGES:
        asked = found.asked(place, charge.meter, length)
        if charge.name in inputs:
            continue
        if asked is None:
            gaps += _gap(work, inputs, place, charge)
        elif not _used(work, charge):
            inputs.derive(charge.name, float(asked.usd * charge.unit_count), "nothing of it is used")
        elif varied and charge.unit_count > 1:
            chain = (*chain, found.by_length(place, charge))
        else:
            known[charge.name] = asked.usd * charge.unit_count
            value = float(known[charge.name])
            inputs.look_up(charge.name, value, asked.row.sources, asked.row.confidence, asked.note)
    gaps += _add_batch(work, inputs, place, known)
    return Subject(inputs, chain, tuple(gaps), known)


def _gap(work: Work, inputs: Inputs, place: int, charge: Charge) -> list[Problem]:
    """A meter without a price: nothing where nothing of it is used, else a gap that is said."""
    used = bool(charge.quantity) and _used(work, charge)
    inputs.derive(charge.name, 0.0, "used, and no price is known" if used else "not used, or not charged")
    return [token_words.unpriced_meter(work.bench.market.offers[place], charge.meter)] if used else []


def _used(work: Work, charge: Charge) -> bool:
    """Whether any draw has something of what is charged; fees are for each call."""
    return not charge.quantity or work.run.quantiles(charge.quantity)[2] > 0


def _add_batch(work: Work, inputs: Inputs, place: int, known: dict[str, Fraction]) -> list[Problem]:
    """What a call costs in a batch over what it costs at once."""
    offer = work.bench.market.offers[place]
    if "batch_share" not in work.question.numbers:
        inputs.derive("batch_call_multiple", 1.0, "nothing is sent in batches")
        return []
    now, later = (_call_usd(market([each]), work.run) for each in (offer, offer.in_tier("batch")))
    if not now or later is None:
        inputs.derive("batch_call_multiple", 1.0, "no price for batches is known, so they cost as much")
        return [token_words.no_batch(offer)]
    known["batch_call_multiple"] = later / now
    inputs.derive("batch_call_multiple", float(later / now), "its price for batches over its price at once")
    return []


def _call_usd(found: Market, run: Evaluation) -> Fraction | None:
    """The price of the tokens of the median call, None where one has none."""
    total = Fraction(0)
    for charge in _BATCHED:
        quantity = run.median(charge.quantity) if charge.meter != "reasoning" else 0.0
        if quantity:
            asked = found.asked(0, charge.meter, run.median("call_input_tokens"))
            if asked is None:
                return None
            total += asked.usd * Fraction(quantity)
    return total


def _crosses(found: Market, place: int, run: Evaluation) -> bool:
    """Whether some draws of the input are so long that they cost another rate than others."""
    lengths = np.asarray(run.values["call_input_tokens"])
    return found.step(place, float(lengths.min())) != found.step(place, float(lengths.max()))
