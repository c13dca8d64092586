"""The inputs of a fleet's chain: the copy that was chosen, what measurements say of it, hours and money."""

import math

import numpy as np

from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.catalog.load import catalog
from farthing.estimate import bill
from farthing.estimate.gather import Basis, Input, Inputs
from farthing.estimate.serve_fleets import Fleet, Plan, running_sequences
from farthing.estimate.serve_hours import plan_hours
from farthing.estimate.serve_search import Extras, running_at
from farthing.estimate.serving_setup import stack
from farthing.estimate.serving_steps import WAITING_RATIOS, columns_of, constants
from farthing.units.problem import Problem
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

_COMMITTED = ("reserved_1y", "reserved_3y")
_EVIDENCE = "measured ÷ modelled, by the published measurements of such runs"
_LIMIT = "prefill_limit_share"
PREFILL_LIMITS = (0.7, 0.5, 0.3, 0.15, 0.05)
"""How busy copies that only read prompts are kept at most; the less, the sooner each is read."""

_CONTEXT = "the first token's own correction; no more than with any shorter prompt"
_RATIOS = {
    "tpot_evidence_ratio": "tpot_ms",
    "ttft_evidence_ratio": "ttft_ms",
}
_FITTED = "constant of the serving model"


def gather_extras(inputs: Inputs) -> Extras:
    """What changes a copy beside its set-up, at the middle of every input."""
    apart = "disaggregated" in inputs.question.flags
    if inputs.median("accepted_tokens") == 1:
        inputs.derive("acceptance_share", 1.0, "nothing is guessed ahead")
        inputs.derive("draft_step_share", 0.0, "nothing is guessed ahead")
    for name in ("acceptance_share", "draft_step_share"):
        if name not in inputs:
            fact = catalog().assumptions[name]
            value = parse_as(fact.value, name, name).value
            inputs.assume(name, value, fact.sources, fact.confidence, fact.note)
    return Extras(
        prefix_share=inputs.median("prefix_share"),
        accepted_tokens=inputs.median("accepted_tokens"),
        acceptance_share=inputs.median("acceptance_share"),
        draft_step_share=inputs.median("draft_step_share"),
        apart=apart,
        prefill_limit_share=inputs.median(_LIMIT) if _LIMIT in inputs else PREFILL_LIMITS[0],
    )


def gather_copy(inputs: Inputs, plan: Plan, fleet: Fleet) -> None:
    """Add the shape, the device, the layout, the fitted constants, how many run, what evidence says."""
    for item in plan.architecture.inputs():
        inputs.add(item)
    fact = fleet.setup.accelerator.fact
    stacked = {name: float(column[0]) for name, column in stack([fleet.setup]).items()}
    columns = columns_of([fleet.setup], constants())
    shape = plan.architecture.shape
    own = ("weight_byte", "kv_byte", "tp", "replica_count", "reader_count")
    for name, value in columns.items():
        number = float(np.asarray(value).reshape(-1)[0])
        if name.startswith("load_") or name in shape or name.endswith(_OPEN) or name in _MADE:
            continue
        if name in own:
            inputs.derive(name, number, serving_words(plan))
        elif name in stacked:
            inputs.look_up(name, number, fact.sources, fact.confidence, fact.name)
        elif name in WAITING_RATIOS and plan.asked.by_itself:
            inputs.derive(name, 0.0, "requests that come by themselves wait in queues of their own")
        else:
            inputs.add(Input(name, number, Basis.DERIVED, ("fit-serving-2026",), "B", _FITTED))
    for name in ("pp", "ep"):
        inputs.derive(name, fleet.setup.layout[name], serving_words(plan))
    inputs.derive("copy_count", 1.0, "the model of one copy")
    inputs.look_up("network_byte_per_s", fact.network_byte_per_s, fact.sources, fact.confidence, fact.name)
    _gather_running(inputs, plan, fleet)


_OPEN = ("_tokens",)
_MADE = ("copy_count", "speculated_tokens", "verified_tokens")


def serving_words(plan: Plan) -> str:
    """How the layout came about."""
    return "given" if plan.fixed else f"the cheapest layout that does, in {plan.weight_format}"


def _gather_running(inputs: Inputs, plan: Plan, fleet: Fleet) -> None:
    """How many requests run in a copy, and the corrections of its speed and latency."""
    asked = plan.asked
    alone = fleet.layouts.alone(fleet.place)
    inputs.derive("slot_count", float(alone.slots[0]), "requests whose caches fit into one copy")
    if asked.by_itself:
        rate = asked.peak_per_s / fleet.replicas * asked.output_tokens
        running = running_at(fleet.layouts, fleet.place, rate)
        note = "in one copy in the busiest hour, by Little's law"
        batch = fleet.limit
    else:
        running = running_sequences(plan, fleet)
        note, batch = "in one copy", math.ceil(running)
        _gather_closed(inputs, plan, fleet, running)
    inputs.derive("running_sequences", running, note)
    inputs.derive("batch", float(batch), "most requests at once in one copy, within memory and target")
    _gather_limit(inputs, fleet)
    if plan.count is not None:
        inputs.derive("replicas", fleet.replicas, "whole copies on the accelerators that were given")
        inputs.derive("gpu_count", plan.count, "as given")
        inputs.derive("prefill_count", fleet.prefill, "what is left for prompts")
    if plan.extras.apart:
        limit = plan.extras.prefill_limit_share
        inputs.derive(_LIMIT, limit, "how busy those that read prompts may be within the target")
    else:
        inputs.derive("prefill_count", 0.0, "each copy reads its own prompts")
    for name, quantity in _RATIOS.items():
        middle, spread = float(alone.ratios[quantity][0]), alone.log_sd(0)[quantity]
        inputs.derive(name, Spread.lognormal(middle, spread), _EVIDENCE, ("fit-serving-2026",))


def _gather_closed(inputs: Inputs, plan: Plan, fleet: Fleet, running: float) -> None:
    """What is known where so many are asked at once: the copies, and how many wait for a place."""
    each = plan.asked.at_once / fleet.replicas if math.isfinite(plan.asked.at_once) else running
    inputs.derive("copy_concurrency_ratio", each, "requests at once for each copy")
    inputs.derive("wait_busy_share", 1.0, "in a closed loop all wait for each other")
    inputs.derive("replicas", fleet.replicas, "copies that were asked for or are needed")
    ratio = _beside_tokens(fleet, running, fleet.writes_tokens_per_s)[1]
    inputs.derive("context_ratio", ratio, _CONTEXT)


def _gather_limit(inputs: Inputs, fleet: Fleet) -> None:
    """The copy at its largest batch within memory and target."""
    modelled, ratio = _beside_tokens(fleet, fleet.limit, fleet.limit_tokens_per_s)
    note = f"by the serving model at {fleet.limit:.0f} requests, the most within memory and target"
    inputs.derive("limit_tokens_per_s", modelled, note)
    inputs.derive("limit_context_ratio", ratio, _CONTEXT)


def _beside_tokens(fleet: Fleet, running: float, told: float) -> tuple[float, float]:
    """What the model alone says of a copy's output, and the correction beside that of a token's time."""
    alone = fleet.layouts.alone(fleet.place)
    modelled = float(alone.at(np.array([running]), ("output_tokens_per_s",))["output_tokens_per_s"][0])
    return modelled, told * float(alone.ratios["tpot_ms"][0]) / modelled


def gather_hours(inputs: Inputs, plan: Plan, fleet: Fleet) -> tuple[Problem, ...]:
    """Add which share of the hours is paid, and who waits for a cold start."""
    question = inputs.question
    held = "owned" in question.flags or question.word("term") in _COMMITTED
    sleeps = "scale_to_zero" in question.flags and plan.asked.by_itself and not held
    problems = []
    if held and ("window_h" in inputs or "scale_to_zero" in question.flags):
        what = "what is owned or reserved is paid for in every hour"
        problems.append(Problem("paid-anyway", "note", "serve", what, "switching it off saves nothing", ""))
    if sleeps:
        hourly = plan_hours(
            plan.asked.hours * plan.asked.mean_per_s,
            plan.asked.output_tokens,
            fleet.limit_tokens_per_s,
            plan.asked.headroom,
            1.0,
            plan.asked.redundant,
        )
        ratio = hourly.beyond_first_ratio
        inputs.derive("mean_to_most_ratio", ratio, "copies beyond the first, mean over most, hour by hour")
    else:
        share = inputs.median("open_share") if plan.asked.by_itself and not held else 1.0
        inputs.derive("paid_share", share, "busy or idle" if share == 1 else "the hours in which it is up")
        inputs.derive("cold_share", 0.0, "always warm")
    if not plan.asked.by_itself:
        return tuple(problems)
    inputs.derive("backlog_wait_s", 0.0, "nobody asks more than there is room for")
    return tuple(problems)


def gather_money(inputs: Inputs, found: Found[Accelerator]) -> tuple[Problem, ...]:
    """Add power and price, and what is taken away where capacity is spot."""
    problems = bill.gather_bill(inputs, found)
    if inputs.question.word("term") == "spot":
        fact = catalog().assumptions["spot_preemption_count_per_gpu_day"]
        value = parse_as(fact.value, "preemption_count_per_gpu_day", "preemptions").value
        name = "preemption_count_per_gpu_day"
        inputs.assume(name, value, fact.sources, fact.confidence, fact.note)
    return problems
