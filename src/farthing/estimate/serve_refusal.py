"""Why no fleet does what was asked, in figures, and what would."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.estimate.answer import INFEASIBLE
from farthing.estimate.serve_fleets import Fleet, Plan, fleets, layouts_on
from farthing.estimate.serve_load import Target
from farthing.estimate.serve_search import Layouts
from farthing.estimate.serving_setup import WEIGHT_BYTE
from farthing.units.figures import figure
from farthing.units.problem import Problem

_SMALLER = ("fp8", "fp4", "int4")


def refused(
    plan: Plan,
    part: Found[Accelerator] | None,
    found: Sequence[Fleet],
    others: Sequence[Fleet],
    layouts: Layouts | None = None,
) -> Problem:
    """The problem that ends the command line with 6."""
    ways = _ways(plan, part, others)
    if layouts is None or not (layouts.own(layouts.slots) >= 1).any():
        what, why = _too_large(plan, part)
    elif found:
        what, why = _too_many(plan, found)
    elif plan.extras.apart and not plan.target.given:
        what = f"{figure(plan.count or 0, '', 6)} accelerators are too few for two copies of the model"
        why = "one has to read prompts while the other writes answers"
    else:
        what, why = _too_slow(plan, layouts)
    fix = f"what would do: {' or '.join(ways)}" if ways else "nothing in the catalog would: ask for less"
    return Problem(INFEASIBLE, "error", "serve", what, why, fix)


def _too_large(plan: Plan, part: Found[Accelerator] | None) -> tuple[str, str]:
    weights = plan.architecture.count("params") * WEIGHT_BYTE[plan.weight_format] / 2**30
    name = part.fact.name if part else "any accelerator with a known rent"
    on = f"{plan.count:.0f} × {name}" if plan.count else name
    layout = "".join(f", {key} {value:.0f}" for key, value in plan.fixed.items())
    what = f"it does not fit: {plan.architecture.name} in {plan.weight_format} on {on}{layout}"
    if part is None:
        return what, f"the weights alone take {weights:,.0f} GiB"
    has = part.fact.memory_byte / 2**30 * (plan.count or 1)
    lengths = f"{plan.asked.input_tokens:,.0f} + {plan.asked.output_tokens:,.0f} tokens"
    return what, (
        f"the weights take {weights:,.1f} GiB of {has:,.1f} GiB, of which nine tenths can be filled, and one "
        f"request of {lengths} needs its cache beside them"
    )


def _too_many(plan: Plan, found: Sequence[Fleet]) -> tuple[str, str]:
    best = max(found, key=lambda fleet: fleet.capacity)
    within = " within the target" if plan.target.given else ""
    if plan.asked.by_itself:
        asked = plan.asked.peak_per_s * plan.asked.output_tokens
        held = f"{figure(best.gpus, '', 6)} × {best.setup.accelerator.fact.name}"
        what = f"it is not enough: {held} write at most {figure(best.capacity, '', 3)} tokens/s{within}"
        return what, f"the busiest hour asks for {figure(asked, '', 3)}"
    most = max(fleet.limit * fleet.replicas for fleet in found)
    what = f"at most {figure(most, '', 6)} requests at once can be answered{within}"
    return what, f"{figure(plan.asked.at_once, '', 6)} were asked for"


def _too_slow(plan: Plan, layouts: Layouts) -> tuple[str, str]:
    first, each = (layouts.own(values) for values in layouts.latency(np.ones(len(layouts.places))))
    fits = layouts.own(layouts.slots) >= 1
    said = []
    if math.isfinite(plan.target.tpot_ms):
        said.append(f"{figure(float(each[fits].min()), 'ms', 3)} between tokens")
    if math.isfinite(plan.target.ttft_ms):
        said.append(f"{figure(float(first[fits].min()), 'ms', 3)} to the first token of 19 of 20 requests")
    what = "the latency target cannot be met, not even for one request at a time"
    return what, f"the fastest layouts need {' and '.join(said)}"


def _ways(plan: Plan, part: Found[Accelerator] | None, others: Sequence[Fleet]) -> list[str]:
    ways = []
    if part is not None and (plan.count is not None or plan.fixed):
        free = replace(plan, count=None, fixed={})
        layouts = layouts_on(free, [part])
        found = fleets(free, layouts, {}) if layouts is not None else []
        if found:
            ways.append(f"--count {min(fleet.gpus for fleet in found):.0f}")
    if others:
        best = others[0]
        ways.append(f"--accelerator {best.setup.accelerator.id} --count {best.gpus:.0f}")
    if part is not None and not ways:
        ways += _smaller(plan, part)
    if plan.target.given and not ways:
        free = replace(plan, target=Target())
        layouts = layouts_on(free, [part]) if part is not None else None
        if layouts is not None and fleets(free, layouts, {}):
            ways.append("a longer --ttft or --tpot")
    return ways


def _smaller(plan: Plan, part: Found[Accelerator]) -> list[str]:
    """Formats of weights in which it would fit."""
    for name in _SMALLER:
        if WEIGHT_BYTE[name] < WEIGHT_BYTE[plan.weight_format]:
            layouts = layouts_on(replace(plan, weight_format=name), [part])
            if layouts is not None and fleets(replace(plan, weight_format=name), layouts, {}):
                return [f"--precision {name}"]
    return []
