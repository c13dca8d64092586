"""What can be calibrated of servings: the serving model with its public evidence, quantity by quantity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from farthing.estimate.cells import Row
from farthing.estimate.serving_evidence import ServingEvidence, ServingTraits, serving_traits
from farthing.estimate.serving_prediction import QUANTITIES, evidence, quantity
from farthing.estimate.serving_row import setup_of
from farthing.estimate.serving_setup import ServingSetup
from farthing.estimate.serving_steps import physics
from farthing.units.types import FloatArray

MEASURED: Final = QUANTITIES
"""Columns of which a row needs one."""


@dataclass(frozen=True, slots=True)
class ServingKind:
    """The serving model, as far as a calibration asks for it: how rows are read, modelled and compared."""

    name: str = "serving"
    lead: str = "tpot_ms"
    evidence: Mapping[str, Callable[[], ServingEvidence]] = field(
        default_factory=lambda: {name: partial(evidence, name) for name in QUANTITIES}
    )

    def setup_of(self, row: Row) -> ServingSetup:
        """The set-up of a row. Raises InputError where model or accelerator cannot be told."""
        return setup_of(row)

    def traits_of(self, setups: Sequence[ServingSetup]) -> ServingTraits:
        """What servings are compared by."""
        return serving_traits(setups)

    def modelled(self, setups: Sequence[ServingSetup]) -> dict[str, FloatArray]:
        """Every quantity by the serving model alone."""
        found = physics(setups)
        return {name: quantity(found, name) for name in QUANTITIES}

    def larger(self, setup: ServingSetup, ratio: float) -> ServingSetup:
        """The same serving under a larger load."""
        return replace(setup, load=replace(setup.load, size=setup.load.size * ratio))

    def configuration(self, setup: ServingSetup) -> object:
        """What two rows must share to be measurements of the same thing."""
        layout = tuple(sorted(setup.layout.items()))
        shape = tuple(sorted(setup.architecture.shape.items()))
        lengths = (setup.input_tokens, setup.output_tokens)
        named = (setup.model, setup.accelerator.id, setup.weight_format, setup.kv_byte)
        return (*named, layout, shape, lengths, setup.load, setup.engine)
