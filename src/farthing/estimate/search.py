"""Which layout is best: every feasible one is a place on one array axis, run through the step chain.

Tensor × pipeline × virtual × context × expert parallelism × microbatch × ZeRO stage × recomputation.
A choice that the question made is a list of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.estimate import steps
from farthing.estimate.graph import plan
from farthing.estimate.setup import Setup, state_byte
from farthing.estimate.step_chain import STEP_CHAIN
from farthing.units.types import FloatArray, Real

AXES: Final = ("tp", "pp", "vp", "cp", "ep", "micro_batch_sequences", "zero_stage", "recompute_level")
_POWERS: Final = tuple(float(2**power) for power in range(7))
_STAGES: Final = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0, 32.0, 35.0, 48.0, 64.0)
_CHOICES: Final[Mapping[str, tuple[float, ...]]] = {
    "tp": _POWERS[:5],
    "pp": _STAGES,
    "vp": (1.0, 2.0, 4.0),
    "cp": _POWERS,
    "ep": (*_POWERS, 128.0, 256.0),
    "micro_batch_sequences": _POWERS[:5],
    "zero_stage": (0.0, 1.0, 2.0, 3.0),
    "recompute_level": (0.0, 1.0, 2.0),
}
_LONG_TOKENS: Final = 16_384.0  # context parallelism is worth its exchange beyond this
_CHUNK: Final = 8192  # places evaluated at a time, so that columns stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Candidates:
    """Layouts side by side: a column for each axis, and what the step chain says of each place."""

    layout: Mapping[str, FloatArray]
    tokens_per_s: FloatArray
    mem_gib: FloatArray

    def __len__(self) -> int:
        return len(self.tokens_per_s)

    def fitting(self, memory_gib: float) -> npt.NDArray[np.intp]:
        """Places that fit into a memory, fastest first."""
        places = np.flatnonzero(self.mem_gib <= memory_gib)
        return places[np.argsort(-self.tokens_per_s[places], kind="stable")]

    def at(self, place: int) -> dict[str, float]:
        """The layout of one place."""
        return {name: float(column[place]) for name, column in self.layout.items()}


def candidates(setup: Setup, fixed: Mapping[str, float], dp: float | None = None) -> dict[str, FloatArray]:
    """Columns of every layout that a set-up allows; `fixed` are choices made by the question.

    Tensor parallelism divides the heads and stays inside a scale-up domain, stages are no more than
    layers, replicas are whole (and `dp` of them where that is given), and each runs at least one
    whole microbatch.
    """
    shape, layout = setup.architecture.shape, setup.layout
    count, batch = layout["accelerator_count"], layout["global_batch_sequences"]
    options = _options(setup, fixed)
    grid = np.meshgrid(*(np.array(options[name]) for name in AXES), indexing="ij")
    columns = {name: axis.ravel() for name, axis in zip(AXES, grid, strict=True)}
    tp, pp, vp, cp = (columns[name] for name in ("tp", "pp", "vp", "cp"))
    replicas = count / (tp * pp * cp)
    local = batch / np.maximum(replicas, 1.0) / columns["micro_batch_sequences"]
    keep = (
        (replicas >= 1)
        & (replicas == np.floor(replicas))
        & (local >= 1)
        & (local == np.floor(local))
        & ((replicas == dp) if dp else True)
        & (pp * vp <= max(shape["layer_count"], 1.0))
        & ((vp == 1) | ((pp > 1) & (local % pp == 0)))
        & ((columns["ep"] <= replicas * cp * tp) & (replicas * cp * tp % columns["ep"] == 0))
        & (("zero_stage" in fixed) | (columns["zero_stage"] < 2) | (pp == 1))
        & (("cp" in fixed) | (cp == 1) | (layout["seq_len_tokens"] / cp >= 2048))
    )
    return {name: column[keep] for name, column in columns.items()}


def _options(setup: Setup, fixed: Mapping[str, float]) -> dict[str, Sequence[float]]:
    """What each axis may be for this set-up, before the axes are checked against each other."""
    shape, device = setup.architecture.shape, setup.accelerator.fact
    heads, experts = shape["head_count"], shape["expert_count"]
    options = {name: _CHOICES[name] for name in AXES}
    options["tp"] = tuple(t for t in options["tp"] if heads % t == 0 and t <= device.scale_up_count)
    options["pp"] = tuple(p for p in options["pp"] if setup.layout["accelerator_count"] % p == 0)
    if setup.layout["seq_len_tokens"] < _LONG_TOKENS:
        options["cp"] = (1.0,)
    options["ep"] = tuple(e for e in options["ep"] if experts % e == 0) if experts else (1.0,)
    return {name: (fixed[name],) if name in fixed else choices for name, choices in options.items()}


def evaluate(setup: Setup, layouts: Mapping[str, FloatArray], fitted: Mapping[str, float]) -> Candidates:
    """Speed and memory of layouts of one set-up, a chunk at a time."""
    size = len(next(iter(layouts.values())))
    speed, memory = np.empty(size), np.empty(size)
    shared = shared_columns(setup, fitted)
    for start in range(0, size, _CHUNK):
        part = slice(start, start + _CHUNK)
        values = run(
            {
                **shared,
                **layout_columns({name: column[part] for name, column in layouts.items()}, setup.optimizer),
            }
        )
        speed[part], memory[part] = values["physics_tokens_per_s"], values["physics_mem_gib"]
    return Candidates(layouts, speed, memory)


def run(columns: Mapping[str, Real]) -> dict[str, Real]:
    """The step chain on columns of layouts, memory included."""
    with np.errstate(all="ignore"):
        return plan(STEP_CHAIN, frozenset(columns), steps.PHYSICS).run(columns)


def shared_columns(setup: Setup, fitted: Mapping[str, float]) -> dict[str, Real]:
    """What all layouts of a set-up share: shape, device, constants, sequence and batch.

    Everything that follows from these alone is computed here, once.
    """
    shared: dict[str, Real] = {**fitted, **steps.single_columns(setup, fitted)}
    for name in (*AXES, "selective_level", "recompute_share"):
        shared.pop(name, None)
    return {**shared, **steps.settled(shared)}


def layout_columns(layouts: Mapping[str, FloatArray], optimizer: str) -> dict[str, Real]:
    """The inputs of the step chain that a layout decides."""
    columns: dict[str, Real] = {name: column for name, column in layouts.items() if name != "recompute_level"}
    level = layouts["recompute_level"]
    columns["selective_level"] = (level == 1).astype(np.float64)
    columns["recompute_share"] = (level >= 2).astype(np.float64)
    return {**columns, **state_byte(layouts["zero_stage"], optimizer)}
