"""Fleets beside the answer: other ways to pay, other layouts, other accelerators; cheapest first."""

import math
from typing import Final

import numpy as np

from farthing.estimate.answer import Row
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation
from farthing.estimate.serve_choice import Choice
from farthing.estimate.serve_fleets import Fleet, Plan, running_sequences
from farthing.estimate.serve_search import running_at
from farthing.estimate.serve_ways import ways_to_pay
from farthing.units.period import SECONDS_PER_MONTH

_HERE: Final = 3
_ELSEWHERE: Final = 6


def rows_of(question: Question, choice: Choice, run: Evaluation) -> tuple[Row, ...]:
    """The chosen fleet, then other ways to keep it, other layouts and other accelerators, cheapest first."""
    plan, chosen = choice.plan, choice.fleet
    paid = run.median("cost_usd") if "cost_usd" in run.values else math.nan
    held = _held(plan, chosen)
    ways = [_row(plan, chosen, held, way, cost) for way, cost in ways_to_pay(question, plan, chosen, run)]
    others = [*choice.here[1:_HERE], *sorted(choice.elsewhere, key=_money)[:_ELSEWHERE]]
    term = question.word("term") or "on_demand"
    beside = [_row(plan, fleet, _held(plan, fleet), term, fleet.cost_usd) for fleet in others]
    first = _row(plan, chosen, held, "as asked", paid)
    return ({**first, "chosen": True}, *sorted((*ways, *beside), key=_cost))


def _money(fleet: Fleet) -> tuple[float, float]:
    return (fleet.cost_usd if math.isfinite(fleet.cost_usd) else math.inf, fleet.gpus)


def _cost(row: Row) -> float:
    cost = row["cost_usd"]
    return cost if isinstance(cost, float) else math.inf


def _held(plan: Plan, fleet: Fleet) -> Row:
    """A fleet's accelerators, layout and latency at the load."""
    layout = fleet.setup.layout
    if plan.asked.by_itself:
        each = plan.asked.peak_per_s / fleet.replicas * plan.asked.output_tokens
        running = running_at(fleet.layouts, fleet.place, each)
    else:
        running = running_sequences(plan, fleet)
    first, each_ms = fleet.layouts.alone(fleet.place).latency(np.array([running]))
    return {
        "gpu_count": int(fleet.gpus),
        **{name: int(layout[name]) for name in ("tp", "pp", "ep")},
        "replicas": int(fleet.replicas),
        "batch": int(fleet.limit),
        "goodput_tok_s": fleet.capacity,
        "ttft_p95_ms": float(first[0]),
        "tpot_ms": float(each_ms[0]),
    }


def _row(plan: Plan, fleet: Fleet, held: Row, way: str, cost: float) -> Row:
    written = fleet.writes_tokens_per_s * fleet.replicas
    if plan.asked.by_itself:
        written = plan.asked.mean_per_s * plan.asked.output_tokens
    read = written / plan.asked.output_tokens * plan.asked.input_tokens
    priced = math.isfinite(cost)
    return {
        "accelerator": fleet.setup.accelerator.id,
        "way": way,
        **held,
        "utilization": min(1.0, written / fleet.capacity),
        "cost_usd": cost if priced else None,
        "usd_per_m_tokens": cost / ((written + read) * SECONDS_PER_MONTH) * 1e6 if priced else None,
        "chosen": False,
    }
