"""A user's calibration: measured steps under a name, and the evidence that they add."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from farthing.estimate.cells import Row
from farthing.estimate.own_evidence import OwnEvidence
from farthing.estimate.own_steps import OwnStep, own_steps
from farthing.estimate.step_kinds import MEMORY, QUANTITIES, SPEED, step_kind
from farthing.estimate.step_prediction import Known, scales

_SCALES = {SPEED: "user_evidence", MEMORY: "user_memory_evidence"}


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a user measured: the kind of steps, the name and date it goes by, a digest, and the rows."""

    kind: str
    name: str
    date: str
    digest: str
    rows: tuple[Row, ...] = field(compare=False, repr=False)

    @property
    def source(self) -> str:
        """The calibration as answers name it."""
        return f"your calibration {self.name} of {self.date}"


@lru_cache(maxsize=8)
def own_evidence(calibration: Calibration) -> dict[str, OwnEvidence]:
    """The evidence of each quantity that was measured, beside the public one."""
    steps, _ = own_steps(step_kind(calibration.kind), calibration.rows)
    return evidence_of(calibration.kind, steps)


def known_by(kind: str, calibration: Calibration | None) -> Known:
    """What corrects the step model of a kind; nothing but the public evidence without a calibration."""
    return {} if calibration is None or calibration.kind != kind else own_evidence(calibration)


def evidence_of(kind_name: str, steps: Sequence[OwnStep]) -> dict[str, OwnEvidence]:
    """The evidence that measured steps add, by quantity; a quantity that none has is left out."""
    kind = step_kind(kind_name)
    found = {}
    for quantity in QUANTITIES:
        having = [step for step in steps if quantity in step.measured]
        if having:
            setups = [step.setup for step in having]
            measured = np.array([step.measured[quantity] for step in having])
            ratio = np.log(measured / kind.modelled(setups)[quantity])
            public = kind.evidence[quantity]()
            found[quantity] = OwnEvidence(public, kind.traits_of(setups), ratio, scales(_SCALES[quantity]))
    return found
