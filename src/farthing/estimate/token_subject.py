"""One model of a comparison, ready to be run: the workload's inputs with this model's rates among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import numpy as np

from farthing.estimate import token_words
from farthing.estimate.exact import exact_values
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, plan
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.token_formulas import by_length_text, by_size
from farthing.estimate.token_rates import BATCHED, CHARGES, Charge, Market, Offer, market
from farthing.estimate.token_rows import Bench, counted
from farthing.estimate.token_savings import otherwise
from farthing.pricing.book import Book
from farthing.pricing.rows import STANDARD
from farthing.units.problem import Problem

NOTHING: Final[Mapping[str, float]] = MappingProxyType({})


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
    """A model under a workload: its inputs and formulas, what has no price, what is known exactly."""

    inputs: Inputs
    chain: Chain
    gaps: tuple[Problem, ...]
    noted: tuple[Problem, ...]
    known: Mapping[str, Fraction]

    def run(self, wanted: tuple[str, ...]) -> Evaluation:
        """Everything wanted, on the question's draws."""
        return evaluate(self.chain, self.inputs, wanted)

    def exact(self, run: Evaluation, changed: Mapping[str, float] = NOTHING) -> Mapping[str, Fraction]:
        """Every value as a fraction; nothing where an input is uncertain or a price is missing.

        `changed` inputs count as said here. What grows with a power of time is no fraction and left out.
        """
        if self.gaps:
            return {}
        wanted = tuple(step.name for step in run.plan.steps if step.name != "cumulative_cost_usd")
        known = {**self.known, **{name: Fraction(value) for name, value in changed.items()}}
        return exact_values(plan(self.chain, self.inputs.names, wanted), run.inputs, known) or {}


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
        elif (varied or asked.beyond is not None) and charge.unit_count > 1:
            chain = (*chain, by_size(found, place, charge))
        else:
            known[charge.name] = asked.usd * charge.unit_count
            value = float(known[charge.name])
            inputs.look_up(charge.name, value, asked.row.sources, asked.row.confidence, asked.note)
    noted = _add_batch(work, inputs, place, known)
    if varied:
        offer, said = found.offers[place], by_length_text(found, place, CHARGES[0])
        noted = (*noted, token_words.price_by_length(offer, said))
    return Subject(inputs, chain, tuple(gaps), noted, known)


def _gap(work: Work, inputs: Inputs, place: int, charge: Charge) -> list[Problem]:
    """A meter without a price: nothing where nothing of it is used, else a gap that is said."""
    used = bool(charge.quantity) and _used(work, charge)
    inputs.derive(charge.name, 0.0, "used, and no price is known" if used else "not used, or not charged")
    return [token_words.unpriced_meter(work.bench.market.offers[place], charge.meter)] if used else []


def _used(work: Work, charge: Charge) -> bool:
    """Whether any draw has something of what is charged; fees are for each call."""
    return not charge.quantity or work.run.quantiles(charge.quantity)[2] > 0


def _add_batch(work: Work, inputs: Inputs, place: int, known: dict[str, Fraction]) -> tuple[Problem, ...]:
    """What each part of a call costs in a batch over what it costs at once."""
    offer = work.bench.market.offers[place]
    if not inputs.median("batch_share"):
        _derive_batch(inputs, {}, "nothing is sent in batches")
        return ()
    found = _batch_multiples(work, offer)
    if found is None:
        _derive_batch(inputs, {}, "no price for batches is known, so they cost as much")
        return (token_words.no_batch(offer),)
    known.update({name: value for name, value in found.items() if name not in inputs})
    _derive_batch(inputs, found, "its price for batches over its price at once")
    return ()


def _derive_batch(inputs: Inputs, found: Mapping[str, Fraction], note: str) -> None:
    for part in BATCHED:
        inputs.derive(part.name, float(found.get(part.name, 1)), note)


def _batch_multiples(work: Work, offer: Offer) -> dict[str, Fraction] | None:
    """The multiples of the parts; None where one that is used has no price in batches."""
    length = work.run.median("call_input_tokens")
    now, later = market([offer]), market([offer.in_tier("batch")])
    found: dict[str, Fraction] = {}
    for part in BATCHED:
        for charge in part.charges:
            before, after = (each.asked(0, charge.meter, length) for each in (now, later))
            if before is None or after is None:
                if _used(work, charge):
                    return None
            elif before.usd and (part.name not in found or _used(work, charge)):
                quantity = Fraction(counted(work.run, charge))
                found[part.name] = after.mean(quantity) / before.mean(quantity)
    return found


def _crosses(found: Market, place: int, run: Evaluation) -> bool:
    """Whether some draws of the input cost another rate than others, or would without shortening."""
    lengths = np.append(
        np.asarray(run.values["call_input_tokens"]),
        np.asarray(otherwise(run, {"shortened_share": 0.0}, "call_input_tokens")),
    )
    return found.step(place, float(lengths.min())) != found.step(place, float(lengths.max()))
