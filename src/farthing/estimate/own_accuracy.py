"""What a calibration is worth: error and interval before and after, and what more rows would bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from farthing.estimate.own_correction import evidence_of
from farthing.estimate.own_evidence import OwnEvidence, joined
from farthing.estimate.own_steps import OwnStep
from farthing.estimate.step_kinds import AnySetup, Measurable, kind_of
from farthing.estimate.step_prediction import Prediction, corrected
from farthing.units.types import FloatArray

MORE: Final = (5, 20)
"""How many more rows the forecast is made for."""
ODD: Final = 3.0  # standard deviations between a row and what all others say of it


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The measured rows of a quantity, predicted by public evidence, and by all other rows as well.

    `distance` is how many standard deviations each is from what the others say.
    """

    ids: tuple[str, ...]
    steps: tuple[OwnStep, ...]
    measured: FloatArray
    before: Prediction
    after: Prediction
    distance: FloatArray


@dataclass(frozen=True, slots=True)
class Widths:
    """Width of 80 % intervals, high ÷ low, in the median over the user's set-ups on twice the machines.

    `more` says what it would be with so many more rows.
    """

    before: float
    after: float
    more: Mapping[int, float]


def left_out(kind_name: str, steps: Sequence[OwnStep]) -> dict[str, LeftOut]:
    """Each row predicted without itself and without rows of the same configuration, by quantity."""
    kind, found = kind_of(kind_name), {}
    for quantity, evidence in evidence_of(kind_name, steps).items():
        having = [step for step in steps if quantity in step.measured]
        setups = [step.setup for step in having]
        modelled = kind.modelled(setups)[quantity]
        measured = np.array([step.measured[quantity] for step in having])
        after = _without_twins(kind, evidence, having, modelled)
        found[quantity] = LeftOut(
            ids=tuple(step.id for step in having),
            steps=tuple(having),
            measured=measured,
            before=corrected(modelled, evidence.public, evidence.traits),
            after=after,
            distance=np.abs(np.log(measured / after.mid)) / after.log_sd,
        )
    return found


def _without_twins(
    kind: Measurable, evidence: OwnEvidence[Any], steps: Sequence[OwnStep], modelled: FloatArray
) -> Prediction:
    mid, log_sd = np.empty(len(steps)), np.empty(len(steps))
    groups: dict[object, list[int]] = {}
    for place, step in enumerate(steps):
        groups.setdefault(kind.configuration(step.setup), []).append(place)
    for places in (np.array(group) for group in groups.values()):
        others = evidence.without(places)
        known = others if len(others.log_ratio) else evidence.public
        found = corrected(modelled[places], known, evidence.traits.take(places))
        mid[places], log_sd[places] = found.mid, found.log_sd
    return Prediction(mid, log_sd)


def widths(kind_name: str, steps: Sequence[OwnStep]) -> dict[str, Widths]:
    """How wide the answer to a typical question is: before, now, and with more rows, by quantity."""
    kind = kind_of(kind_name)
    found = {}
    for quantity, evidence in evidence_of(kind_name, steps).items():
        setups = [step.setup for step in steps if quantity in step.measured]
        asked = kind.traits_of([kind.larger(setup, 2.0) for setup in setups])
        public, own = (_width(known.predict(asked)[1]) for known in (evidence.public, evidence))
        more = {count: _width(_with_more(kind, evidence, setups, count).predict(asked)[1]) for count in MORE}
        found[quantity] = Widths(public, own, more)
    return found


def _with_more(
    kind: Measurable, evidence: OwnEvidence[Any], setups: Sequence[AnySetup], count: int
) -> OwnEvidence[Any]:
    """The evidence as if more rows were measured and came out as expected: the set-ups on other counts."""
    places = [(place % len(setups), 2.0 ** (2 + place // len(setups))) for place in range(count)]
    extra = kind.traits_of([kind.larger(setups[place], ratio) for place, ratio in places])
    expected = evidence.predict(extra)[0]
    ratio = np.concatenate([evidence.log_ratio, expected])
    return replace(evidence, traits=joined(evidence.traits, extra), log_ratio=ratio)


def _width(log_sd: FloatArray) -> float:
    typical = Prediction(np.ones(1), np.array([np.median(log_sd)]))
    return float((typical.high / typical.low)[0])
