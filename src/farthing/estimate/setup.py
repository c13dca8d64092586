"""One training set-up: a model, an accelerator, a format, a layout, and the software that runs it.

`stack` turns any number of set-ups into the arrays that the step chain takes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.estimate.architecture import Architecture
from farthing.estimate.formats import Format, half_peak_flop_per_s, peak_flop_per_s
from farthing.units.types import FloatArray, Real

LAYOUT_NAMES: Final = (
    "accelerator_count",
    "seq_len_tokens",
    "global_batch_sequences",
    "micro_batch_sequences",
    "tp",
    "pp",
    "vp",
    "cp",
    "ep",
    "zero_stage",
    "selective_level",
)
OPTIMIZER_STATE_BYTE: Final[Mapping[str, float]] = {
    "adamw": 8.0,
    "adamw_8bit": 2.0,
    "muon": 4.0,
    "sgd_momentum": 4.0,
    "sgd": 0.0,
}
"""Bytes of state a parameter that each optimizer keeps beside the 32-bit weights."""

USUAL_OPTIMIZER: Final = "adamw"
_MASTER_BYTE: Final = 4.0
_COPY_BYTE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Software:
    """What runs the step: a family of frameworks, and the year of its release as a decimal."""

    family: str = ""
    year: float | None = None


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a model is fine-tuned: what is trained, how the rest is stored, by which kernels.

    `method` is full, lora or qlora. `frozen_byte` are bytes of a frozen weight; `trainable_params`
    wins over `lora_rank` where it is known. `kernel` is hf (unfused attention), flash, unsloth, or ''.
    """

    method: str = "full"
    lora_rank: float = 16.0
    trainable_params: float | None = None
    frozen_byte: float = 2.0
    kernel: str = ""

    @property
    def frozen(self) -> bool:
        """Whether the model's own weights stay as they are."""
        return self.method != "full"


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything about a step that its speed and memory depend on.

    `layout` has every name of LAYOUT_NAMES, and `recompute_share` where it is stated.
    """

    model: str
    architecture: Architecture
    accelerator: Found[Accelerator]
    format: Format
    layout: Mapping[str, float]
    software: Software = field(default=Software())
    optimizer: str = USUAL_OPTIMIZER
    tuning: Tuning | None = None
    notes: tuple[str, ...] = ()


def device_numbers(accelerator: Accelerator, wanted: Format) -> dict[str, float]:
    """What the step chain asks of an accelerator, by argument name."""
    return {
        "matmul_peak_flop_per_s": peak_flop_per_s(accelerator, wanted),
        "half_peak_flop_per_s": half_peak_flop_per_s(accelerator),
        "matmul_byte": wanted.byte,
        "hbm_byte_per_s": accelerator.hbm_byte_per_s,
        "memory_byte": accelerator.memory_byte,
        "link_byte_per_s": accelerator.link_byte_per_s,
        "scale_up_count": float(accelerator.scale_up_count),
        "network_byte_per_s": accelerator.network_byte_per_s,
        "power_watt": accelerator.power_watt,
    }


def state_byte(zero_stage: Real, optimizer: str = USUAL_OPTIMIZER) -> dict[str, Real]:
    """Bytes of weights, of gradients and of optimizer states a parameter, in mixed precision.

    Up to stage 2 the 32-bit weights belong to the optimizer and a 16-bit copy is multiplied; under
    stage 3 the 32-bit weights are the ones that are shared out. Source: rajbhandari-2020-zero.
    """
    sharded, states = np.asarray(zero_stage) >= 3, OPTIMIZER_STATE_BYTE[optimizer]
    return {
        "weight_byte": np.where(sharded, _MASTER_BYTE, _COPY_BYTE),
        "gradient_byte": _MASTER_BYTE,
        "optimizer_byte": np.where(sharded, states, states + _MASTER_BYTE),
    }


def stack(setups: Sequence[Setup]) -> dict[str, FloatArray]:
    """Columns of the step chain's inputs, one place a set-up.

    `recompute_share` is not a number where a set-up leaves it open.
    """
    rows = [
        {**s.architecture.shape, **device_numbers(s.accelerator.fact, s.format), **s.layout} for s in setups
    ]
    names = set().union(*rows) | {"recompute_share"}
    return {name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64) for name in names}


def family_of(framework: str) -> str:
    """The family a framework's name belongs to; '' where nothing is stated.

    >>> family_of("MLPerf/NVIDIA NeMo Framework Release 25.01"), family_of("Megatron-LM (core r0.8.0)")
    ('mlperf-nvidia', 'megatron-lm')
    """
    plain = framework.strip().lower()
    if plain.startswith("mlperf"):
        return "mlperf-maxtext" if "maxtext" in plain else "mlperf-nvidia"
    if "simumax" in plain:
        return "simumax-bench"
    plain = re.sub(r"\(.*?\)", "", plain)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def release_year(version: str, year: str) -> float | None:
    """When software was released, as a decimal year, from a version text or a plain year.

    >>> release_year("26.04.01 NeMo Container", ""), release_year("", "2023"), release_year("v2", "")
    (2026.2916666666667, 2023.5, None)
    """
    text = version.strip()
    if found := re.match(r"(2\d)\.(0[1-9]|1[0-2])\b", text):
        return 2000 + int(found[1]) + (int(found[2]) - 0.5) / 12
    if found := re.match(r"(20[12]\d)-(0[1-9]|1[0-2])\b", text):
        return int(found[1]) + (int(found[2]) - 0.5) / 12
    for candidate in (text, year.strip()):
        if found := re.match(r"(20[12]\d)\b", candidate):
            return int(found[1]) + 0.5
    return None
