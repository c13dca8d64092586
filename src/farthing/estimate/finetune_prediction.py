"""Speed and memory of many fine-tuning set-ups: the step model corrected by evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Final

import msgspec
import numpy as np

from farthing.catalog.load import catalog
from farthing.catalog.published_facts import PublishedTuning
from farthing.estimate import finetune_steps
from farthing.estimate.cells import Row
from farthing.estimate.evidence import Evidence, Traits, traits_of
from farthing.estimate.evidence_cache import kept
from farthing.estimate.finetune_row import setup_of
from farthing.estimate.finetune_steps import tuning_of
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import Known, Prediction, corrected, scales
from farthing.units.problem import FarthingError
from farthing.units.types import FloatArray

_GB: Final = 1e9 / 2**30
UNSAID_NOISE_SD: Final = 0.25
"""Extra spread of a step whose sequence length nobody stated, as a logarithm: lengths differ by a
factor of two or more, and a third to a half of memory and speed goes with them."""


@dataclass(frozen=True, slots=True)
class MeasuredTuning:
    """One measured fine-tuning step; speed in tokens/s per accelerator, memory in GiB, nan where absent."""

    id: str
    setup: Setup
    tokens_per_s: float
    mem_gib: float


def predict(setups: Sequence[Setup], known: Known | None = None) -> dict[str, Prediction]:
    """`tokens_per_s_per_gpu` and `peak_mem_gib` of set-ups, by the public evidence or by what is `known`."""
    modelled, traits = finetune_steps.physics(setups), tuning_traits(setups)
    of = known or {}
    speed, memory = of.get("tokens_per_s_per_gpu"), of.get("peak_mem_gib")
    found = {
        "tokens_per_s_per_gpu": corrected(modelled.tokens_per_s, speed or speed_evidence(), traits),
        "peak_mem_gib": corrected(modelled.mem_gib, memory or memory_evidence(), traits),
    }
    extra_sd = unsaid_sd(setups)
    return {name: Prediction(one.mid, np.hypot(one.log_sd, extra_sd)) for name, one in found.items()}


def tuning_traits(setups: Sequence[Setup]) -> Traits:
    """What fine-tuning steps are compared by: as in training, with the method for the format.

    Kernels belong to the software; `mixture` marks steps that train adapters.
    """
    families, formats = [], []
    for setup in setups:
        tuning = tuning_of(setup)
        family = setup.software.family
        families.append(f"{family}+{tuning.kernel}" if family and tuning.kernel else family)
        formats.append(f"{tuning.method}-{tuning.frozen_byte:.1f}-{setup.format.byte:g}")
    frozen = np.array([tuning_of(setup).frozen for setup in setups])
    return replace(traits_of(setups), family=np.array(families), format=np.array(formats), mixture=frozen)


def measured_tunings(rows: Iterable[Row]) -> list[MeasuredTuning]:
    """The rows that can be read, as measurements. Rows that cannot are left out."""
    found = []
    for row in rows:
        try:
            setup = setup_of(row)
        except FarthingError:
            continue
        memory = _number(row, "peak_mem_gib")
        memory = _number(row, "peak_mem_gb") * _GB if np.isnan(memory) else memory
        found.append(MeasuredTuning(row.get("id") or "", setup, _number(row, "tokens_per_s_per_gpu"), memory))
    return found


def as_row(tuning: PublishedTuning) -> Row:
    """A published fine-tuning step as the text columns of a table."""
    fields = msgspec.structs.asdict(tuning)
    return {name: None if value is None else str(value) for name, value in fields.items()}


@lru_cache(maxsize=1)
def measurements() -> tuple[MeasuredTuning, ...]:
    """The published fine-tuning steps of the catalog, as measurements."""
    return tuple(measured_tunings(as_row(step) for step in catalog().published_finetuning.values()))


@lru_cache(maxsize=1)
def speed_evidence() -> Evidence:
    """How measured speeds differ from the step model."""
    make = partial(_evidence, "tokens_per_s", "finetune_evidence")
    return kept("finetune_speed_evidence", make, Evidence, Traits)


@lru_cache(maxsize=1)
def memory_evidence() -> Evidence:
    """How measured peak memory differs from the memory model."""
    make = partial(_evidence, "mem_gib", "finetune_memory_evidence")
    return kept("finetune_memory_evidence", make, Evidence, Traits)


def _evidence(quantity: str, kind: str) -> Evidence:
    known = [step for step in measurements() if np.isfinite(getattr(step, quantity))]
    modelled = getattr(finetune_steps.physics([step.setup for step in known]), quantity)
    ratio = np.array([getattr(step, quantity) for step in known]) / modelled
    scale = scales(kind)
    noise = noise_sd(known, scale)
    return Evidence(tuning_traits([step.setup for step in known]), np.log(ratio), noise, scale).robust()


def noise_sd(steps: Sequence[MeasuredTuning], scale: Mapping[str, float]) -> FloatArray:
    """Noise of each measurement: what is not said of a step is not the model's error."""
    return np.hypot(scale["noise_sd"], unsaid_sd([step.setup for step in steps]))


def unsaid_sd(setups: Sequence[Setup]) -> FloatArray:
    """What the lengths of sequences that are not stated add to the spread of each set-up, as a logarithm."""
    unsaid = [any("seq_len" in note for note in setup.notes) for setup in setups]
    return np.where(unsaid, UNSAID_NOISE_SD, 0.0)


def _number(row: Row, column: str) -> float:
    try:
        return float(row.get(column) or "nan")
    except ValueError:
        return float("nan")
