"""What an answer about serving says in words: the verdict, the bill, the warnings, the formats."""

import math
from typing import Final

from farthing.estimate.answer import Line
from farthing.estimate.compose import line
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation
from farthing.estimate.serve_fleets import Fleet, Plan
from farthing.units.figures import figure, span
from farthing.units.problem import Problem

_IDLE: Final = 0.25
_GPU_HOURS: Final = "operation.inference.gpu_hours"
_KV_BYTE: Final = {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.0, "fp4": 0.5, "int4": 0.5}
USUAL_FORMAT: Final = "bf16"


def formats_of(question: Question) -> tuple[str, float]:
    """Format of the weights and bytes of a cached number; 16 bits where nobody says."""
    weights = question.word("precision") or USUAL_FORMAT
    cached = question.word("kv_precision") or "bf16"
    return weights, _KV_BYTE[cached]


def verdict(run: Evaluation, plan: Plan, fleet: Fleet) -> str:
    """The sentence."""
    part = fleet.setup.accelerator.fact.name
    copies, gpus = run.quantiles("replicas"), run.median("gpu_count")
    many = f"{figure(copies[1], '', 6)} {'copy' if copies[1] == 1 else 'copies'}"
    what = f"{plan.architecture.name} in {plan.weight_format}: {many} on {figure(gpus, '', 6)} × {part}"
    speed = span(*run.quantiles("output_tok_s"), "tokens/s")
    latency = (
        f"{figure(run.median('ttft_ms'), 'ms', 2)} to the first token and "
        f"{figure(run.median('tpot_ms'), 'ms', 2)} to each next one"
    )
    if plan.asked.by_itself:
        used = figure(run.median("utilization"), "share", 2)
        done = f"serve {figure(plan.asked.peak_per_s, '', 3)} requests/s in the busiest hour ({latency}), {used} used"
    else:
        done = f"write {speed} ({latency})"
    if "cost_usd" not in run.values:
        return f"{what} {done}; what they cost is unknown."
    return f"{what} {done}, for {span(*run.quantiles('cost_usd'), 'USD')} a month."


def lines(run: Evaluation, *, owned: bool) -> tuple[Line, ...]:
    """The bill of a month."""
    if "cost_usd" not in run.values:
        return (Line("Accelerators", _GPU_HOURS, None, basis="no rent is known"),)
    label = "Accelerators, owned" if owned else "Accelerators"
    return (line(run, label, _GPU_HOURS, "cost_usd"),)


def warnings(run: Evaluation, plan: Plan, fleet: Fleet) -> tuple[Problem, ...]:
    """What the asker should know: idle fleets, batches cut by memory, cold starts."""
    found = []
    used = run.median("utilization")
    if plan.asked.by_itself and used < _IDLE:
        what = f"the fleet is idle {1 - used:.0%} of the time, and all of it is paid for"
        why = "copies are whole, and the busiest hour sizes them"
        found.append(
            Problem("mostly-idle", "note", "utilization", what, why, "see the rows for cheaper fleets")
        )
    if plan.asked.kind == "closed" and plan.asked.at_once > fleet.limit * fleet.replicas:
        what = f"{fleet.limit:.0f} requests fit into a copy; the others of {plan.asked.at_once:.0f} wait"
        why = "each holds its cache of keys and values in memory until it is answered"
        fix = "give more accelerators, --kv-precision fp8 or shorter prompts"
        found.append(Problem("kv-capacity", "warning", "batch", what, why, fix))
    cold = run.median("cold_share")
    if cold > 0:
        what = (
            f"{cold:.1%} of the requests wait {figure(run.median('cold_start_s'), 's', 2)} for a cold start"
        )
        found.append(
            Problem("cold-starts", "note", "ttft_ms", what, "the last copy sleeps when nobody asks", "")
        )
        if math.isfinite(plan.target.ttft_ms) and cold > 0.05:
            what = "with cold starts the target for the first token is missed"
            found.append(Problem("target-missed", "warning", "--ttft", what, "", "leave out --scale-to-zero"))
    return tuple(found)
