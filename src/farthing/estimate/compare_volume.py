"""Where the cheaper of two options changes as the volume grows: exactly, step by step, on every draw."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from farthing.estimate.compare_terms import Fleet, Terms, mapped
from farthing.units.types import FloatArray, Real

_STEPS: Final = 48  # replicas of each kind among which a change is looked for on draws
_FINE_STEPS: Final = 512  # the same on the median
_FAR: Final = 1e12  # requests a day
_EDGE: Final = 1e-12
_LEAST: Final = 1e-9  # requests a day


@dataclass(frozen=True, slots=True)
class Crossing:
    """A volume at which the cheaper one changes, in requests a day; `jump` where a replica is added there."""

    request_count_per_day: float
    other_is_cheaper_above: bool
    jump: bool


def crossings(one: Terms, other: Terms, horizon_month: float) -> tuple[Crossing, ...]:
    """Every volume at which the cheaper of two changes, for terms that are single numbers."""
    edges = _edges(one, other, 1, _FINE_STEPS)[0]
    starts, ends = _ends(edges[None, :])
    left, right = (_difference(one, other, at, horizon_month)[0] for at in (starts, ends))
    found: list[Crossing] = []
    sign = float(np.sign(left[0]) or np.sign(right[0]))
    for place in range(len(edges) - 1):
        for value, jump in ((left[place], True), (right[place], False)):
            now = float(np.sign(value))
            if now and sign and now != sign:
                inside = _root(starts[0, place], ends[0, place], left[place], right[place])
                found.append(Crossing(float(edges[place] if jump else inside), now > 0, jump))
            sign = now or sign
    return tuple(found)


def first_crossing(one: Terms, other: Terms, horizon_month: Real, draws: int) -> FloatArray:
    """The smallest volume at which the cheaper of two changes, on each draw; inf where it never does."""
    edges = _edges(one, other, draws, _STEPS)
    starts, ends = _ends(edges)
    left, right = (_difference(one, other, at, horizon_month) for at in (starts, ends))
    whole = np.empty((edges.shape[0], 2 * left.shape[1]))
    whole[:, 0::2], whole[:, 1::2] = left, right
    signs = np.sign(whole)
    first = np.where(signs[:, :1] != 0, signs[:, :1], signs[:, 1:2])
    changed = (signs != 0) & (signs != first) & (first != 0)
    place = np.argmax(changed, axis=1)
    row = np.arange(len(place))
    segment = place // 2
    ends_of = (each[row, segment] for each in (starts, ends, left, right))
    at = np.where(place % 2 == 0, edges[row, segment], _root(*ends_of))
    return np.where(changed.any(axis=1), at, np.inf)


def _root(low: Real, high: Real, left: Real, right: Real) -> Real:
    """Where the straight line between two ends of a segment meets zero."""
    gap = np.asarray(left) - np.asarray(right)
    share = np.divide(left, gap, out=np.zeros(np.shape(gap)), where=gap != 0)
    return low + (high - np.asarray(low)) * share


def _edges(one: Terms, other: Terms, draws: int, most: int) -> FloatArray:
    """Volumes at which any fleet takes one replica more, from 0 to far beyond, in order: `[draw, edge]`."""
    columns = [np.zeros((draws, 1)), np.full((draws, 1), _FAR)]
    columns += [_steps(fleet, draws, most) for terms in (one, other) for fleet in terms.fleets]
    return np.minimum(np.sort(np.concatenate(columns, axis=1), axis=1), _FAR)


def _steps(fleet: Fleet, draws: int, most: int) -> FloatArray:
    asked = np.asarray(fleet.peak_to_mean_ratio) * (1 + np.asarray(fleet.headroom_share))
    step = np.asarray(fleet.replica_request_count_per_day) / asked
    return np.broadcast_to(step, (draws,))[:, None] * np.arange(1, most + 1)[None, :]


def _ends(edges: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Just above the start and just below the end of every segment."""
    return edges[:, :-1] * (1 + _EDGE) + _LEAST, edges[:, 1:] * (1 - _EDGE)


def _difference(one: Terms, other: Terms, requests: FloatArray, horizon_month: Real) -> FloatArray:
    """What the first costs more than the second in a month."""
    months = _column(horizon_month)
    gap = mapped(one, _column).cost_usd(requests, months) - np.asarray(
        mapped(other, _column).cost_usd(requests, months)
    )
    scale = np.abs(mapped(one, _column).cost_usd(requests, months))
    return np.where(np.abs(gap) <= 1e-12 * scale, 0.0, gap)


def _column(value: Real) -> Real:
    return value[:, None] if isinstance(value, np.ndarray) and value.ndim == 1 else value
