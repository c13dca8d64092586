"""Fleets that could serve a load: every layout on one accelerator, or on all that are rented, priced."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.estimate.architecture import Architecture
from farthing.estimate.question import Question
from farthing.estimate.serve_load import Asked, Target
from farthing.estimate.serve_search import Extras, Layouts
from farthing.estimate.serving_setup import WEIGHT_BYTE, Engine, Load, ServingSetup
from farthing.units.period import HOURS_PER_MONTH
from farthing.units.spread import Spread

_TENSOR: Final = (1.0, 2.0, 4.0, 8.0)
_STAGES: Final = (1.0, 2.0, 4.0, 8.0)
_WIDE: Final = (16.0, 32.0, 64.0)
_WIDEST_TENSOR: Final = 8.0
_ROOMY: Final = 0.6  # of a group's memory that weights may fill where nobody says how many are asked
_USABLE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Plan:
    """What is served and how, the accelerators and their layout still open. `count` is the fixed number."""

    architecture: Architecture
    weight_format: str
    kv_byte: float
    engine: Engine
    fixed: Mapping[str, float]
    count: float | None
    asked: Asked
    target: Target
    extras: Extras


@dataclass(frozen=True, slots=True)
class Fleet:
    """One way to serve the load: a layout, how many copies, what a copy holds and serves.

    `limit_tokens_per_s` is what a copy writes at its largest batch (`limit`) within the target,
    `writes_tokens_per_s` at the requests that are asked at once. Money is a month at `rent` a GPU-hour, not
    a number where no rent is known.
    """

    layouts: Layouts
    place: int
    replicas: float
    prefill: float
    gpus: float
    limit: float
    limit_tokens_per_s: float
    writes_tokens_per_s: float
    rent: float

    @property
    def setup(self) -> ServingSetup:
        """The set-up of one copy."""
        return self.layouts.setups[self.place]

    @property
    def group(self) -> float:
        """Accelerators of one copy."""
        return self.setup.replica_count

    @property
    def cost_usd(self) -> float:
        """A month of all its accelerators, busy or idle."""
        return self.gpus * HOURS_PER_MONTH * self.rent

    @property
    def capacity(self) -> float:
        """Tokens that all copies could write a second within the target."""
        return self.limit_tokens_per_s * self.replicas


def plan_of(
    question: Question,
    architecture: Architecture,
    formats: tuple[str, float],
    load: tuple[Asked, Target],
    extras: Extras,
) -> Plan:
    """The plan of a question."""
    fixed = {name: value for name in ("tp", "pp", "ep") if (value := said(question, name)) is not None}
    engine = question.word("engine") or "vllm"
    family = "" if engine == "other" else engine.replace("_", "-")
    return Plan(
        architecture=architecture,
        weight_format=formats[0],
        kv_byte=formats[1],
        engine=Engine(family, disaggregated=extras.apart),
        fixed=fixed,
        count=said(question, "accelerator_count"),
        asked=load[0],
        target=load[1],
        extras=extras,
    )


def said(question: Question, name: str) -> float | None:
    """The middle of a number that the question gives, or None."""
    value = question.sets.get(name, question.numbers.get(name))
    return value.p50 if isinstance(value, Spread) else value


def layouts_on(plan: Plan, parts: Sequence[Found[Accelerator]], *, monotone: bool = True) -> Layouts | None:
    """Every layout on some accelerators; None where there is not one."""
    setups = tuple(setup for part in parts for setup in _setups(plan, part))
    return Layouts(setups, plan.asked, plan.target, plan.extras, plan.count, monotone) if setups else None


def fleets(plan: Plan, layouts: Layouts, rents: Mapping[str, float]) -> list[Fleet]:
    """Every fleet that fits into memory and meets the target with at least one request, the best first.

    The best is the cheapest that serves all that is asked; among equals the one that serves most.
    """
    batch = layouts.own(layouts.limit)
    at_limit = layouts.told(layouts.throughput(layouts.limit))
    able = [int(place) for place in np.flatnonzero((batch >= 1) & (at_limit > 0))]
    copies = {place: _copies(plan, layouts, place, batch[place], at_limit[place]) for place in able}
    if plan.extras.apart:
        able = [place for place in able if copies[place][1] >= 1]
    writes = at_limit
    if plan.asked.kind == "closed":
        of_each = np.array([copies[p][0] if p in copies else 1.0 for p in range(len(layouts.setups))])
        asked = np.repeat(plan.asked.at_once / of_each, len(layouts.lengths))
        writes = layouts.told(layouts.throughput(np.minimum(np.maximum(asked, 1.0), layouts.limit)))
    found = []
    for place in able:
        setup, (replicas, prefill) = layouts.setups[place], copies[place]
        gpus = plan.count if plan.count is not None else (replicas + prefill) * setup.replica_count
        rent = rents.get(setup.accelerator.id, math.nan)
        served = (float(batch[place]), float(at_limit[place]), float(writes[place]))
        found.append(Fleet(layouts, place, replicas, prefill, gpus, *served, rent))
    return sorted(found, key=partial(rank, plan))


def enough(plan: Plan, fleet: Fleet) -> bool:
    """Whether a fleet serves all that is asked within the target."""
    if plan.asked.by_itself:
        return fleet.capacity >= plan.asked.peak_per_s * plan.asked.output_tokens
    return not plan.target.given or plan.asked.kind == "full" or _each(plan, fleet) <= fleet.limit


def running_sequences(plan: Plan, fleet: Fleet) -> float:
    """Requests that run in each copy when all is asked at once."""
    return max(1.0, min(_each(plan, fleet), fleet.limit))


def _each(plan: Plan, fleet: Fleet) -> float:
    return plan.asked.at_once / fleet.replicas


def rank(plan: Plan, fleet: Fleet) -> tuple[float, ...]:
    """What fleets are sorted by, the best first."""
    cost = fleet.cost_usd if math.isfinite(fleet.cost_usd) else math.inf
    return (float(not enough(plan, fleet)), cost, fleet.gpus, -fleet.writes_tokens_per_s * fleet.replicas)


def _copies(plan: Plan, layouts: Layouts, place: int, limit: float, served: float) -> tuple[float, float]:
    """Copies that write, and copies that only read prompts where that is apart."""
    asked = plan.asked
    for_prompts = _prompts_share(plan, layouts, place, served / asked.output_tokens)
    if plan.count is not None:
        copies = math.floor(plan.count / layouts.setups[place].replica_count)
        if not plan.extras.apart:
            return float(copies), 0.0
        writing = max(1, math.floor(copies / (1 + for_prompts)))
        return float(writing), float(max(0, copies - writing))
    needed = 1.0
    if asked.by_itself:
        needed = math.ceil(asked.peak_per_s * asked.output_tokens * (1 + asked.headroom) / served)
        needed = max(needed, asked.least, 1.0) + asked.redundant
        return needed, math.ceil(asked.peak_per_s * for_prompts * asked.output_tokens / served)
    if plan.target.given and asked.kind == "closed":
        needed = math.ceil(asked.at_once / limit)
    needed = max(needed, asked.least) + asked.redundant
    return needed, math.ceil(needed * for_prompts)


def _prompts_share(plan: Plan, layouts: Layouts, place: int, requests_per_s: float) -> float:
    """Copies that only read prompts for each that writes, not whole; 0 where both share a copy."""
    if not plan.extras.apart:
        return 0.0
    one = layouts.alone(place)
    reading = one.at(np.array([1.0]), ("prefill_s",))["prefill_s"][0] * one.ratios["ttft_ms"][0]
    return float(requests_per_s * reading / plan.extras.prefill_limit_share)


def _setups(plan: Plan, part: Found[Accelerator]) -> Iterator[ServingSetup]:
    weights = plan.architecture.count("params") * WEIGHT_BYTE[plan.weight_format]
    least = weights / (part.fact.memory_byte * _USABLE)
    if plan.count is None and not plan.asked.by_itself and not plan.fixed:
        least = _roomy_group(weights, part.fact.memory_byte)
    for layout in _layouts(plan, part.fact):
        setup = ServingSetup(
            model=plan.architecture.name,
            architecture=plan.architecture,
            accelerator=part,
            weight_format=plan.weight_format,
            kv_byte=plan.kv_byte,
            layout={"accelerator_count": 1e9, **layout},
            input_tokens=plan.asked.input_tokens,
            output_tokens=plan.asked.output_tokens,
            load=Load("full"),
            engine=plan.engine,
        )
        group = setup.replica_count
        if group < least and not plan.fixed:
            continue
        if plan.count is not None and group > plan.count:
            continue
        yield replace(setup, layout={"accelerator_count": group, **layout})


def _roomy_group(weights: float, memory: float) -> float:
    group = 1.0
    while weights > _ROOMY * group * memory:
        group *= 2
    return group


def _layouts(plan: Plan, part: Accelerator) -> Iterator[dict[str, float]]:
    heads = plan.architecture.shape["head_count"]
    experts = plan.architecture.shape["expert_count"]
    for tp in _choices(plan, "tp", _TENSOR):
        if "tp" not in plan.fixed and (
            (heads and heads % tp) or tp > max(part.scale_up_count, _WIDEST_TENSOR)
        ):
            continue
        for pp in _choices(plan, "pp", _STAGES if tp == _WIDEST_TENSOR else (1.0,)):
            wide = (1.0, *_WIDE) if experts and tp == _WIDEST_TENSOR and pp == 1 else (1.0,)
            for ep in _choices(plan, "ep", tuple(ep for ep in wide if ep == 1 or ep <= experts)):
                yield {"tp": tp, "pp": pp, "ep": ep}


def _choices(plan: Plan, name: str, usual: tuple[float, ...]) -> tuple[float, ...]:
    return (plan.fixed[name],) if name in plan.fixed else usual
