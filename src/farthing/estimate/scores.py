"""How far predictions are from measurements: errors, their spread, and how honest the intervals are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import msgspec
import numpy as np

from farthing.units.types import FloatArray

WITHIN: Final = 0.25
_TENTH: Final = 0.9
_MISS_WEIGHT: Final = 10.0  # 2 / (1 - 0.80), the interval score's price of a measurement outside

Group: TypeAlias = tuple[str, ...]


class Score(msgspec.Struct, frozen=True):
    """Errors of a quantity; an error is |predicted / measured - 1|, all figures but `n` are shares.

    `answered` is the share of measured rows that were predicted, `macro_median` the median over groups
    (source, model, accelerator) of the group's median, `bias` the median of predicted / measured - 1,
    `coverage_80` the share of measurements inside their 80 % interval, `interval_score` the mean score
    of the intervals of logarithms (width, plus ten times what falls outside; lower is better) and
    `interval_width` the median of high / low. Source: gneiting-2007-scoring.
    """

    n: int
    answered: float
    median: float
    macro_median: float
    mean: float
    p90: float
    within_25: float
    bias: float
    coverage_80: float
    interval_score: float
    interval_width: float


@dataclass(frozen=True, slots=True)
class Pair:
    """One measurement and its prediction; `low`, `mid` and `high` are nan where there is none."""

    measured: float
    low: float
    mid: float
    high: float
    group: Group


def score(pairs: Sequence[Pair]) -> Score | None:
    """The errors of the pairs that have a prediction; None where none has."""
    kept = [pair for pair in pairs if np.isfinite(pair.mid)]
    if not kept:
        return None
    measured, low, mid, high = (
        np.array([getattr(pair, name) for pair in kept]) for name in ("measured", "low", "mid", "high")
    )
    error = np.abs(mid / measured - 1)
    outside = np.maximum(0.0, np.maximum(np.log(low / measured), np.log(measured / high)))
    return Score(
        n=len(kept),
        answered=_rounded(len(kept) / len(pairs)),
        median=_rounded(np.median(error)),
        macro_median=_rounded(np.median(_medians(error, [pair.group for pair in kept]))),
        mean=_rounded(error.mean()),
        p90=_rounded(np.sort(error)[min(len(error) - 1, int(_TENTH * len(error)))]),
        within_25=_rounded((error <= WITHIN).mean()),
        bias=_rounded(np.median(mid / measured) - 1),
        coverage_80=_rounded(((low <= measured) & (measured <= high)).mean()),
        interval_score=_rounded((np.log(high / low) + _MISS_WEIGHT * outside).mean()),
        interval_width=_rounded(np.median(high / low)),
    )


def by_group(pairs: Iterable[Pair], name_of: Callable[[Pair], str]) -> dict[str, Score]:
    """The errors of each group of pairs, the largest group first."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(name_of(pair), []).append(pair)
    scored = {name: score(some) for name, some in groups.items()}
    found = {name: one for name, one in scored.items() if one is not None}
    return dict(sorted(found.items(), key=lambda item: (-item[1].n, item[0])))


def _medians(error: FloatArray, groups: Iterable[Group]) -> list[float]:
    inside: dict[Group, list[float]] = {}
    for one, group in zip(error, groups, strict=True):
        inside.setdefault(group, []).append(float(one))
    return [float(np.median(some)) for some in inside.values()]


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 4)
