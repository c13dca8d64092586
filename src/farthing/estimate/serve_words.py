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
_RARE: Final = 0.05
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
    one = copies[1] == 1
    speed = span(*run.quantiles("output_tok_s"), "tokens/s")
    latency = (
        f"{figure(run.median('ttft_ms'), 'ms', 2)} to the first token and "
        f"{figure(run.median('tpot_ms'), 'ms', 2)} to each next one"
    )
    if plan.asked.by_itself:
        used = figure(run.median("utilization"), "share", 2)
        peak = f"{figure(plan.asked.peak_per_s, '', 3)} requests/s in the busiest hour"
        done = f"{'serves' if one else 'serve'} {peak} ({latency}), {used} used"
    else:
        done = f"{'writes' if one else 'write'} {speed} ({latency})"
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
        share = figure(used, "share", 2)
        what = f"{share} of what the fleet could do is asked for, and all of it is paid for"
        why = "copies are whole, and the busiest hour sizes them"
        fix = "see the rows for cheaper fleets"
        found.append(Problem("mostly-idle", "note", "utilization", what, why, fix))
    if plan.asked.kind == "closed" and plan.asked.at_once > fleet.limit * fleet.replicas:
        what = f"{fleet.limit:.0f} requests fit into a copy; the others of {plan.asked.at_once:.0f} wait"
        why = "each holds its cache of keys and values in memory until it is answered"
        fix = "give more accelerators, --kv-precision fp8 or shorter prompts"
        found.append(Problem("kv-capacity", "warning", "batch", what, why, fix))
    return (*found, *_cold_starts(run, plan))


def _cold_starts(run: Evaluation, plan: Plan) -> tuple[Problem, ...]:
    cold = run.median("cold_share")
    if not cold:
        return ()
    wait = figure(run.median("cold_start_s"), "s", 2)
    what, why = f"{cold:.1%} of the requests wait {wait} for a cold start", "the last copy sleeps when idle"
    note = Problem("cold-starts", "note", "ttft_ms", what, why, "a longer --idle makes them rarer")
    if cold <= _RARE or not math.isfinite(plan.target.ttft_ms):
        return (note,)
    what = "with cold starts the target for the first token is missed"
    fix = "leave out --scale-to-zero"
    return (note, Problem("target-missed", "warning", "--ttft", what, "it is for 19 of 20 requests", fix))
