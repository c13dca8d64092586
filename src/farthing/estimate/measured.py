"""Published steps read as measurements: a set-up with its speed and memory, in one convention."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from farthing.catalog.published_facts import PublishedStep
from farthing.estimate.cells import Row
from farthing.estimate.setup import Setup
from farthing.estimate.step_row import setup_of
from farthing.units.problem import FarthingError

DERIVED_NOISE_SD: Final = 0.05
"""Extra noise of a speed worked out from a printed FLOP rate, as a logarithm."""


@dataclass(frozen=True, slots=True)
class MeasuredStep:
    """One measured step. Speed in tokens/s per accelerator and memory in GiB, nan where absent."""

    id: str
    setup: Setup
    tokens_per_s: float
    mem_gib: float
    derived: bool


def measured_steps(rows: Iterable[Row]) -> list[MeasuredStep]:
    """The rows that can be read, as measurements. Rows that cannot are left out."""
    steps = []
    for row in rows:
        try:
            setup = setup_of(row)
        except FarthingError:
            continue
        stated, derived = _number(row, "tokens_per_s_per_gpu"), from_flop_rate(row, setup)
        speed = derived if math.isnan(stated) else stated
        steps.append(
            MeasuredStep(row.get("id") or "", setup, speed, _number(row, "peak_mem_gib"), math.isnan(stated))
        )
    return steps


def as_row(step: PublishedStep) -> Row:
    """A published step as the text columns of a table."""
    fields = msgspec.structs.asdict(step)
    return {name: None if value is None else str(value) for name, value in fields.items()}


def from_flop_rate(row: Row, setup: Setup) -> float:
    """Speed from a printed TFLOP/s, by the convention in which its source counts FLOP.

    Sources: narayanan-2021 (hardware FLOP, recomputation included), korthikanti-2022, llm-foundry,
    NeMo and MaxText (full, not causal, attention).
    """
    rate = _number(row, "tflops_per_gpu") * 1e12
    shape = setup.architecture.shape
    layers, hidden, vocabulary = shape["layer_count"], shape["hidden_size"], shape["vocab_size"]
    seq_len = setup.layout["seq_len_tokens"]
    convention = (row.get("flops_convention") or "").lower()
    attention = 12 * layers * hidden * seq_len
    if convention.startswith("hardware"):
        return rate / (
            96 * layers * hidden**2 * (1 + seq_len / (6 * hidden) + vocabulary / (16 * layers * hidden))
        )
    if convention.startswith("megatron model"):
        return rate / (
            72 * layers * hidden**2 * (1 + seq_len / (6 * hidden) + vocabulary / (12 * layers * hidden))
        )
    if "not causal" in convention or "non-causal" in convention:
        counted = setup.architecture.count("active_params")
        return rate / (
            6 * (counted - (vocabulary * hidden if "without input" in convention else 0)) + attention
        )
    return math.nan


def _number(row: Row, column: str) -> float:
    try:
        return float(row.get(column) or "nan")
    except ValueError:
        return math.nan
