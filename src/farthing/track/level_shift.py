"""Since when a series has the level that it has now: a new level makes what came before tell nothing."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.units.types import FloatArray

_LATE: Final = (8, 12, 16, 24, 32, 48)  # periods that may be the first of a new level
_SOON: Final = 3  # periods that tell of a fall to less than half, within a day
_BEFORE: Final = 4  # times as many are looked at before them
_LEAST: Final = 6
_OUTSIDE: Final = 0.85  # of them lie outside of what was before
LEVEL_STEP: Final = 0.4  # of the level of noisy traffic: a smaller step is none
RATIO_STEP: Final = 0.1  # of a price or a length, which have less noise
_TINY: Final = 1e-12


def level_starts(
    plain: FloatArray, least_step: float = LEVEL_STEP, *, soon: bool = False
) -> npt.NDArray[np.intp]:
    """The period since which each group (row, without its season) has its level; 0 where it never jumped.

    A level is new where nearly all of the last periods lie outside of nearly all of those before. Of
    several such stretches the one that stands out most is taken. `least_step` is in shares of the level.
    With `soon` a few periods are enough for a fall: within a day, what has stopped mostly stays away.
    """
    return np.array([_level_start(row, least_step, soon) for row in plain], dtype=np.intp)


def _level_start(plain: FloatArray, least_step: float, soon: bool) -> int:
    known, found, strongest = len(plain), 0, 0.0
    for late in (_SOON, *_LATE) if soon else _LATE:
        if known - late < max(late, _LEAST):
            break
        before, recent = plain[max(0, known - (_BEFORE + 1) * late) : known - late], plain[known - late :]
        if late == _SOON and recent.max() >= before.min() / 2:
            continue
        strength = _strength(before, recent, least_step)
        if strength > strongest:
            found, strongest = known - late, strength
    return found


def _strength(before: FloatArray, recent: FloatArray, least_step: float) -> float:
    """How far the level stepped, in standard errors; 0 where it did not."""
    low, high = np.quantile(before, (0.1, 0.9))
    outside = max(float((recent < low).mean()), float((recent > high).mean()))
    step = abs(float(np.median(recent)) - float(np.median(before)))
    # At once, not little by little: growth is no jump.
    sides = (float(np.median(before[-_LATE[0] :])), float(np.median(recent[: _LATE[0]])))
    if outside < _OUTSIDE or abs(sides[1] - sides[0]) <= least_step * max(sides):
        return 0.0
    return step * math.sqrt(len(recent)) / (float(np.std(recent)) + float(high - low) / 4 + _TINY)
