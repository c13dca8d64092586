"""What can be calibrated: measured steps of training and fine-tuning, and measured servings.

Each is a model with its public evidence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Protocol, TypeAlias

from farthing.estimate.cells import Row
from farthing.estimate.evidence import Evidence, Traits
from farthing.estimate.kriging import Kriging
from farthing.estimate.serving_kind import ServingKind
from farthing.estimate.setup import Setup
from farthing.estimate.steps import Physics
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.types import FloatArray, Real

SPEED: Final = "tokens_per_s_per_gpu"
MEMORY: Final = "peak_mem_gib"
QUANTITIES: Final = (SPEED, MEMORY)
STEPS: Final = ("training", "finetune")
KINDS: Final = (*STEPS, "serving")
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
    lead: str = SPEED

    def modelled(self, setups: Sequence[Setup]) -> dict[str, FloatArray]:
        """Speed and memory by the step model alone, by quantity."""
        found = self.physics(setups)
        return {SPEED: found.tokens_per_s, MEMORY: found.mem_gib}

    def larger(self, setup: Setup, ratio: float) -> Setup:
        """The same step on more machines with as much larger a batch."""
        scaled = ("accelerator_count", "global_batch_sequences")
        return replace(
            setup, layout={**setup.layout, **{name: setup.layout[name] * ratio for name in scaled}}
        )

    def configuration(self, setup: Setup) -> object:
        """What two rows must share to be measurements of the same thing."""
        shape, layout = sorted(setup.architecture.shape.items()), sorted(setup.layout.items())
        named = (setup.model, setup.accelerator.id, setup.format, setup.software, setup.tuning)
        return (*named, tuple(shape), tuple(layout))


AnySetup: TypeAlias = Any
"""A set-up of whatever the kind measures: a step, or a serving."""
AnyTraits: TypeAlias = Any
"""What set-ups of a kind are compared by."""


class Measurable(Protocol):
    """What a calibration asks of a kind: how rows are read, modelled and compared."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def lead(self) -> str:
        """The quantity by which rows worth measuring are chosen."""

    @property
    def evidence(self) -> Mapping[str, Callable[[], Kriging[Any]]]:
        """The public evidence, by quantity."""

    def traits_of(self, setups: Sequence[AnySetup], /) -> AnyTraits:
        """What set-ups are compared by."""

    def setup_of(self, row: Row, /) -> AnySetup:
        """The set-up of a row. Raises FarthingError where it cannot be told."""

    def modelled(self, setups: Sequence[AnySetup], /) -> dict[str, FloatArray]:
        """Every quantity by the model alone."""

    def larger(self, setup: AnySetup, ratio: float, /) -> AnySetup:
        """A like set-up that is so much larger."""

    def configuration(self, setup: AnySetup, /) -> object:
        """What two rows must share to be measurements of the same thing."""


@lru_cache(maxsize=len(KINDS))
def kind_of(name: str) -> Measurable:
    """The kind of that name. Raises InputError for one whose measurements teach nothing."""
    return ServingKind() if name == "serving" else step_kind(name)


@lru_cache(maxsize=len(KINDS))
def step_kind(name: str) -> StepKind:
    """The kind of steps of that name. Raises InputError for one whose measurements teach nothing."""
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
