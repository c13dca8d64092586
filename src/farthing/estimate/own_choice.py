"""Which steps are worth measuring first: those that say most about all the others.

Five rows that were chosen so halve the error on the rest of a source far more often than five at random
(docs/decisions/calibration.md).
"""

from collections.abc import Sequence

import numpy as np

from farthing.estimate.own_correction import user_scales
from farthing.estimate.own_evidence import OwnEvidence
from farthing.estimate.step_kinds import AnySetup, kind_of
from farthing.units.types import FloatArray


def worth_measuring(
    kind_name: str, measured: Sequence[AnySetup], left: Sequence[AnySetup], count: int
) -> list[int]:
    """Places among the set-ups that are `left`, the most telling first, given those that were measured.

    Each in turn takes most of the variance of speed, or of time per token, out of all that are left.
    """
    if not left:
        return []
    kind = kind_of(kind_name)
    traits = kind.traits_of([*measured, *left])
    public = kind.evidence[kind.lead]()
    own = OwnEvidence(public, traits, np.zeros(len(measured) + len(left)), user_scales(kind.lead))
    return most_telling(own.between, public.scale["noise_sd"], len(measured), count)


def most_telling(between: FloatArray, noise_sd: float, known: int, count: int) -> list[int]:
    """The same from a covariance whose first `known` rows were measured; places are among the others."""
    unknown = between.copy()
    for place in range(known):
        unknown = _measured(unknown, place, noise_sd)
    unknown = unknown[known:, known:]
    chosen: list[int] = []
    while len(chosen) < min(count, len(unknown)):
        gain = (unknown**2).sum(0) / (np.diag(unknown) + noise_sd**2)
        gain[chosen] = -1.0
        chosen.append(int(np.argmax(gain)))
        unknown = _measured(unknown, chosen[-1], noise_sd)
    return chosen


def _measured(unknown: FloatArray, place: int, noise_sd: float) -> FloatArray:
    """What stays unknown once one of the rows is measured."""
    column = unknown[:, place]
    return np.asarray(unknown - np.outer(column, column) / (column[place] + noise_sd**2))
