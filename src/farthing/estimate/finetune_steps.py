"""Many fine-tuning steps at once: set-ups in, columns of the step model's predictions out."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate import steps
from farthing.estimate.finetune_chain import FINETUNE_CHAIN
from farthing.estimate.framework_recipe import recipe_of
from farthing.estimate.graph import plan
from farthing.estimate.setup import OPTIMIZER_STATE_BYTE, Setup, Tuning, stack
from farthing.units.types import FloatArray, Real

_MASTER_BYTE: Final = 4.0
_FINE_KERNELS: Final = ("unsloth", "liger")
_UNFUSED: Final = ("hf",)


@lru_cache(maxsize=1)
def constants() -> Mapping[str, float]:
    """The fitted constants of the fine-tuning step: those of training where they are not its own."""
    own = {name: fact.value for name, fact in catalog().calibration["finetuning"].items()}
    return {**steps.constants(), **own}


def tuning_of(setup: Setup) -> Tuning:
    """How a set-up is tuned; all weights where nothing is said."""
    return setup.tuning or Tuning()


def tuning_numbers(setup: Setup, fitted: Mapping[str, float]) -> dict[str, float]:
    """The inputs of the chain that the way of tuning decides.

    16-bit training keeps weights, gradients and states in 16 and 32 bits as frameworks of its kind do:
    adapters in 32 bits, full fine-tuning on few accelerators in plain 16 bits.
    """
    tuning = tuning_of(setup)
    fine = tuning.kernel in _FINE_KERNELS
    numbers = {
        "frozen_share": float(tuning.frozen),
        "frozen_byte": tuning.frozen_byte,
        "lora_rank": tuning.lora_rank if tuning.frozen else 0.0,
        "unfused_level": float(tuning.kernel in _UNFUSED),
        "kernel_traffic_ratio": fitted["fine_kernel_traffic_ratio"] if fine else 1.0,
        "kernel_memory_ratio": fitted["fine_kernel_memory_ratio"] if fine else 1.0,
        "logit_byte": fitted["logit_byte"] / recipe_of(setup.software.family).loss_chunk_count,
        **tuned_state_byte(tuning, setup.optimizer),
    }
    if tuning.trainable_params is not None and tuning.frozen:
        numbers["adapter_params"] = tuning.trainable_params
    return numbers


def tuned_state_byte(tuning: Tuning, optimizer: str) -> dict[str, float]:
    """Bytes of a trained weight, its gradient and its optimizer state.

    Adapters are kept in 32 bits; full fine-tuning in 16 bits throughout, as LitGPT's and torchtune's
    bf16-true recipes do. Source: dettmers-2023-qlora.
    """
    states = OPTIMIZER_STATE_BYTE[optimizer]
    if tuning.frozen:
        return {"weight_byte": _MASTER_BYTE, "gradient_byte": _MASTER_BYTE, "optimizer_byte": states}
    return {"weight_byte": 2.0, "gradient_byte": 2.0, "optimizer_byte": states / 2}


def columns_of(setups: Sequence[Setup], fitted: Mapping[str, float]) -> dict[str, Real]:
    """Every input of the fine-tuning chain for these set-ups, with the constants."""
    columns: dict[str, Real] = {**fitted, **stack(setups)}
    rows = [{**steps.format_constants(s, fitted), **tuning_numbers(s, fitted)} for s in setups]
    for name in set().union(*rows):
        columns[name] = np.array([row.get(name, np.nan) for row in rows])
    columns["adapter_params"] = _stated_or(columns, "adapter_params")
    columns["recompute_share"] = _stated_or(columns, "recompute_share")
    return columns


def _stated_or(columns: Mapping[str, Real], name: str) -> FloatArray:
    """A column where it is stated, elsewhere what its formula gives."""
    others = {key: value for key, value in columns.items() if key != name}
    made = plan(FINETUNE_CHAIN, frozenset(others), (name,)).run(others)[name]
    stated = np.asarray(columns.get(name, np.nan))
    return np.where(np.isnan(stated), made, stated)


def run(columns: Mapping[str, Real], wanted: tuple[str, ...] = steps.PHYSICS) -> dict[str, Real]:
    """The fine-tuning chain on these columns."""
    return plan(FINETUNE_CHAIN, frozenset(columns), wanted).run(columns)


def physics(setups: Sequence[Setup], fitted: Mapping[str, float] | None = None) -> steps.Physics:
    """What the step model says of these set-ups, before any evidence."""
    with np.errstate(all="ignore"):
        values = run(columns_of(setups, fitted or constants()))
    size = (len(setups),)
    speed, memory = (
        np.broadcast_to(np.asarray(values[name]), size).astype(np.float64) for name in steps.PHYSICS
    )
    return steps.Physics(speed, memory)
