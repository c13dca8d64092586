"""What can be calibrated: kinds of measured steps, each a step model with its public evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Final

from farthing.estimate.cells import Row
from farthing.estimate.evidence import Evidence, Traits
from farthing.estimate.setup import Setup
from farthing.estimate.steps import Physics
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.types import FloatArray, Real

SPEED: Final = "tokens_per_s_per_gpu"
MEMORY: Final = "peak_mem_gib"
QUANTITIES: Final = (SPEED, MEMORY)
KINDS: Final = ("training", "finetune")
_ROOMS: Final = {
    "training": ("step_row", "steps", "step_prediction", "traits_of"),
    "finetune": ("finetune_row", "finetune_steps", "finetune_prediction", "tuning_traits"),
}


@dataclass(frozen=True, slots=True)
class StepKind:
    """A step model: how rows are read, what physics says, what evidence corrects it by."""

    name: str
    setup_of: Callable[[Row], Setup]
    physics: Callable[[Sequence[Setup]], Physics]
    traits_of: Callable[[Sequence[Setup]], Traits]
    evidence: Mapping[str, Callable[[], Evidence]]
    flop_per_token: Callable[[Sequence[Setup]], FloatArray]

    def modelled(self, setups: Sequence[Setup]) -> dict[str, FloatArray]:
        """Speed and memory by the step model alone, by quantity."""
        found = self.physics(setups)
        return {SPEED: found.tokens_per_s, MEMORY: found.mem_gib}


@lru_cache(maxsize=len(KINDS))
def step_kind(name: str) -> StepKind:
    """The kind of that name. Raises InputError for one whose measurements teach nothing."""
    if name not in _ROOMS:
        what, why = f"{quoted(name)} cannot be calibrated", f"it is one of {', '.join(KINDS)}"
        fix = did_you_mean(name, KINDS) or "try farthing calibrate training --table mine.csv"
        raise InputError([Problem("unknown-kind", "error", "calibrate", what, why, fix)])
    row, model, prediction = (import_module(f"farthing.estimate.{room}") for room in _ROOMS[name][:3])
    traits = getattr(prediction, _ROOMS[name][3])

    def flop_per_token(setups: Sequence[Setup]) -> FloatArray:
        columns: Mapping[str, Real] = model.columns_of(setups, model.constants())
        found: FloatArray = model.run(columns, ("model_flop_per_token",))["model_flop_per_token"]
        return found

    evidence = {SPEED: prediction.speed_evidence, MEMORY: prediction.memory_evidence}
    return StepKind(name, row.setup_of, model.physics, traits, evidence, flop_per_token)
