"""Other ways to keep the same fleet: by the hour, spot, reserved, owned, only at times. Medians, a month.

Hours that are held are paid for; only what can be given back (rented by the hour) is ever paid in part.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast

import numpy as np

from farthing.catalog import rental
from farthing.catalog.facts import ProviderKind, Term
from farthing.catalog.load import catalog
from farthing.estimate import bill
from farthing.estimate.gather import Inputs
from farthing.estimate.question import Question
from farthing.estimate.rent import RENT
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.serve_chain import OWNED
from farthing.estimate.serve_fleets import Fleet, Plan
from farthing.estimate.serve_hours import plan_hours
from farthing.formulas import energy, scale_to_zero
from farthing.units.period import HOURS_PER_MONTH, MONTHS_PER_YEAR
from farthing.units.problem import InputError
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

_TERMS: Final[tuple[Term, ...]] = ("on_demand", "spot", "reserved_1y", "reserved_3y")
_YEARLY: Final = "owned_usd_per_gpu_year"


def ways_to_pay(question: Question, plan: Plan, fleet: Fleet, run: Evaluation) -> Iterator[tuple[str, float]]:
    """Name and dollars a month of each way; those without a known price are left out."""
    rents = {term: rent for term in _TERMS if (rent := _rent(question, fleet, term)) is not None}
    asked = None if RENT in question.numbers else question.word("term") or "on_demand"
    for term, rent in rents.items():
        if term == asked and "owned" not in question.flags:
            continue
        yield term, fleet.gpus * HOURS_PER_MONTH * rent
    if "owned" not in question.flags and (yearly := _owned(question, fleet)) is not None:
        yield "owned", fleet.gpus * yearly / MONTHS_PER_YEAR
    hourly = rents.get("on_demand")
    if plan.asked.by_itself and hourly is not None and plan.count is None and not fleet.prefill:
        yield from _part_time(plan, fleet, run, hourly)


def _part_time(plan: Plan, fleet: Fleet, run: Evaluation, hourly: float) -> Iterator[tuple[str, float]]:
    """Copies by the hour with one always warm, and with the last one asleep when nobody asks."""
    asked = plan.asked
    copies = plan_hours(
        asked.hours * asked.mean_per_s,
        asked.output_tokens,
        fleet.limit_tokens_per_s,
        asked.headroom,
        asked.least,
        asked.redundant,
    ).copies
    price = fleet.group * HOURS_PER_MONTH * hourly
    yield "copies follow the hour", float(copies.mean()) * price
    start = run.median("cold_start_s") if "cold_start_s" in run.values else _usual("cold_start_s")
    awake_s = run.median("stay_s") + _usual("idle_s")
    load = scale_to_zero.busy_load_ratio(asked.mean_per_s, awake_s, 0.0)
    asleep = float(np.asarray(scale_to_zero.cold_share(asked.mean_per_s, load, start)))
    yield "scale to zero", (float(np.maximum(copies - 1, 0).mean()) + 1 - asleep) * price


def _usual(name: str) -> float:
    value = parse_as(catalog().assumptions[name].value, name, name).value
    return value.p50 if isinstance(value, Spread) else value


def _rent(question: Question, fleet: Fleet, term: Term) -> float | None:
    kind = question.word("provider_kind") or catalog().assumptions["provider_kind"].value
    part = fleet.setup.accelerator.id
    try:
        return rental.rent(catalog(), part, question.as_of, cast(ProviderKind, kind), term).mid
    except InputError:
        return None


def _owned(question: Question, fleet: Fleet) -> float | None:
    """What owning one accelerator costs a year, at the middle of every input."""
    owner = replace(question, flags=question.flags | {"owned"}, draws=1, sets={})
    inputs = Inputs(owner)
    try:
        bill.gather_bill(inputs, fleet.setup.accelerator)
    except InputError:
        return None
    chain = (*OWNED, energy.draw_watt_per_gpu)
    bill.assume_missing(inputs, chain, (_YEARLY,))
    return evaluate(chain, inputs, (_YEARLY,)).median(_YEARLY)
