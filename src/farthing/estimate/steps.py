"""Many training steps at once: set-ups in, columns of predictions out, in one array evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.graph import Step, names_of, plan
from farthing.estimate.setup import Setup, device_numbers, stack, state_byte
from farthing.estimate.step_chain import STEP_CHAIN
from farthing.units.types import FloatArray, Real

_BY_FORMAT: Final = "matmul_efficiency_{}_share"
_CAST_RATIO: Final = {"row": "row_cast_ratio", "block": "block_cast_ratio"}
PHYSICS: Final = ("physics_tokens_per_s", "physics_mem_gib")


@dataclass(frozen=True, slots=True)
class Physics:
    """Speed (tokens/s per accelerator) and peak memory (GiB) by the step model alone."""

    tokens_per_s: FloatArray
    mem_gib: FloatArray


@lru_cache(maxsize=1)
def constants() -> Mapping[str, float]:
    """The fitted constants of the step model, by name."""
    return {name: fact.value for name, fact in catalog().calibration["training"].items()}


def format_constants(setup: Setup, fitted: Mapping[str, float]) -> dict[str, float]:
    """The constants that depend on the number format: matrix efficiency and casting."""
    key = {2.0: "bf16", 4.0: "bf16", 1.0: "fp8", 0.5: "fp4"}[setup.format.byte]
    ratio = fitted[_CAST_RATIO[setup.format.scaling]] if setup.format.scaling in _CAST_RATIO else 1.0
    return {
        "matmul_efficiency_share": fitted[_BY_FORMAT.format(key)],
        "cast_pass_count": fitted["whole_cast_pass_count"] * ratio,
    }


def columns_of(setups: Sequence[Setup], fitted: Mapping[str, float]) -> dict[str, Real]:
    """Every input of the step chain for these set-ups, with the constants."""
    columns: dict[str, Real] = {**fitted, **stack(setups)}
    columns.update(state_byte(columns["zero_stage"]))
    by_format = [format_constants(setup, fitted) for setup in setups]
    for name in ("matmul_efficiency_share", "cast_pass_count"):
        columns[name] = np.array([numbers[name] for numbers in by_format])
    columns["recompute_share"] = needed_recompute(columns)
    return columns


def needed_recompute(columns: Mapping[str, Real]) -> FloatArray:
    """The stated share of layers recomputed; where it is not a number, what it takes to fit."""
    stated = np.asarray(columns["recompute_share"])
    others = {name: value for name, value in columns.items() if name != "recompute_share"}
    steps = plan(STEP_CHAIN, frozenset(others), ("recompute_share",))
    return np.where(np.isnan(stated), steps.run(others)["recompute_share"], stated)


def run(columns: Mapping[str, Real], wanted: tuple[str, ...] = PHYSICS) -> dict[str, Real]:
    """The step chain on these columns."""
    return plan(STEP_CHAIN, frozenset(columns), wanted).run(columns)


def physics(setups: Sequence[Setup], fitted: Mapping[str, float] | None = None) -> Physics:
    """What the step model says of these set-ups, before any evidence."""
    with np.errstate(all="ignore"):
        values = run(columns_of(setups, fitted or constants()))
    return Physics(np.asarray(values["physics_tokens_per_s"]), np.asarray(values["physics_mem_gib"]))


def single_columns(setup: Setup, fitted: Mapping[str, float]) -> dict[str, float]:
    """The inputs of one set-up as plain numbers; `recompute_share` only where it is stated."""
    device = device_numbers(setup.accelerator.fact, setup.format)
    return {**setup.architecture.shape, **device, **setup.layout, **format_constants(setup, fitted)}


def settled(known: Mapping[str, Real]) -> dict[str, Real]:
    """Every value of the step chain that follows from the known names alone."""
    reached = set(known)
    order = []
    for made in _in_order():
        if made.name not in reached and reached.issuperset(made.arguments):
            order.append(made)
            reached.add(made.name)
    values: dict[str, Real] = dict(known)
    for made in order:
        values[made.name] = made.formula(*[values[name] for name in made.arguments])
    return {made.name: values[made.name] for made in order}


@lru_cache(maxsize=1)
def _in_order() -> tuple[Step, ...]:
    """All steps of the chain, each after those it needs."""
    inputs = names_of(STEP_CHAIN) - {formula.__name__ for formula in STEP_CHAIN}
    return plan(STEP_CHAIN, frozenset(inputs), tuple(formula.__name__ for formula in STEP_CHAIN)).steps
