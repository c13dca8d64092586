"""From a user's measured steps to what corrects the step model for this user."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from farthing.estimate.calibration import Calibration
from farthing.estimate.own_evidence import OwnEvidence
from farthing.estimate.own_steps import OwnStep, own_steps
from farthing.estimate.serving_prediction import QUANTITIES
from farthing.estimate.step_kinds import MEMORY, SPEED, kind_of
from farthing.estimate.step_prediction import Known, scales

_SCALES = {
    SPEED: "user_evidence",
    MEMORY: "user_memory_evidence",
    **{name: f"user_serving_{name}" for name in QUANTITIES},
}


@lru_cache(maxsize=8)
def own_evidence(calibration: Calibration) -> dict[str, OwnEvidence[Any]]:
    """The evidence of each quantity that was measured, beside the public one."""
    steps, _ = own_steps(kind_of(calibration.kind), calibration.rows)
    return evidence_of(calibration.kind, steps)


def known_by(kind: str, calibration: Calibration | None) -> Known:
    """What corrects the step model of a kind; nothing but the public evidence without a calibration."""
    return {} if calibration is None or calibration.kind != kind else own_evidence(calibration)


def user_scales(quantity: str) -> Mapping[str, float]:
    """How much users differ in a quantity, by term."""
    return scales(_SCALES[quantity])


def evidence_of(kind_name: str, steps: Sequence[OwnStep]) -> dict[str, OwnEvidence[Any]]:
    """The evidence that measured steps add, by quantity; a quantity that none has is left out."""
    kind = kind_of(kind_name)
    found = {}
    for quantity in kind.evidence:
        having = [step for step in steps if quantity in step.measured]
        if having:
            setups = [step.setup for step in having]
            measured = np.array([step.measured[quantity] for step in having])
            ratio = np.log(measured / kind.modelled(setups)[quantity])
            public = kind.evidence[quantity]()
            found[quantity] = OwnEvidence(public, kind.traits_of(setups), ratio, user_scales(quantity))
    return found
