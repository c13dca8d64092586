"""Fleets beside the answer: other ways to pay, other layouts, other accelerators; cheapest first."""

import math
from typing import Final

from farthing.estimate.answer import Row
from farthing.estimate.serve_choice import Choice
from farthing.estimate.serve_fleets import Fleet, Plan
from farthing.units.period import HOURS_PER_MONTH

_HERE: Final = 3
_ELSEWHERE: Final = 6


def rows_of(choice: Choice) -> tuple[Row, ...]:
    """The chosen fleet, the next layouts on its accelerator, and the best of other accelerators."""
    chosen = choice.fleet
    others = sorted((*choice.here[1:_HERE], *choice.elsewhere[:_ELSEWHERE]), key=_money)
    return tuple(_row(choice.plan, fleet, chosen=fleet is chosen) for fleet in (chosen, *others))


def _money(fleet: Fleet) -> tuple[float, float]:
    cost = fleet.cost_usd
    return (cost if math.isfinite(cost) else math.inf, fleet.gpus)


def _row(plan: Plan, fleet: Fleet, *, chosen: bool) -> Row:
    layout = fleet.setup.layout
    written = fleet.writes_tokens_per_s * fleet.replicas
    if plan.asked.by_itself:
        written = plan.asked.mean_per_s * plan.asked.output_tokens
    month = written * HOURS_PER_MONTH * 3600
    priced = math.isfinite(fleet.cost_usd)
    return {
        "accelerator": fleet.setup.accelerator.id,
        "gpu_count": int(fleet.gpus),
        "tp": int(layout["tp"]),
        "pp": int(layout["pp"]),
        "ep": int(layout["ep"]),
        "replicas": int(fleet.replicas),
        "batch": int(fleet.limit),
        "goodput_tok_s": fleet.capacity,
        "utilization": min(1.0, written / fleet.capacity),
        "cost_usd": fleet.cost_usd if priced else None,
        "usd_per_m_output_tokens_all_in": fleet.cost_usd / month * 1e6 if priced else None,
        "chosen": chosen,
    }
