"""Spend that was not to be expected: where, since when, how much more, and which driver explains it.

The signals are requests, and dollars a request, of all groups together and of each that matters. A stretch
in which one lies surprisingly high is an anomaly if the money in it matters; stretches with one cause are
one. Groups that appear are told apart from growth: what matters is that the whole became dearer by them.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from farthing.track.alarms import NEAR, Stretch, starts_of, stretches
from farthing.track.projection import Drivers, Variant, by_drivers
from farthing.track.season import DAY, Clock
from farthing.track.series import Series

REQUESTS: Final = "requests"
TOKENS: Final = "tokens_per_request"
CACHE: Final = "cache_hit_share"
PRICE: Final = "usd_per_token"
MIX: Final = "mix"
NEW: Final = "new_model"
CACHE_LOSS: Final = "cache_loss"
_LEAST_SHARE: Final = 0.04  # of all spend of the same periods that the excess must be
_LEAST_PERIOD: Final = 0.2  # of what a usual period costs that the excess must be in all
_LOST: Final = 0.08  # of the input: so much less from a cache is a loss
_NEW_PERIODS: Final = 7
_NEW_SHARE: Final = 0.05
_NEW_EXCESS: Final = 0.4  # of what a new group costs that must be above what was expected of the whole
_HALF_LIFE: Final = 10.0
# Requests by ones and twos come and go by chance: where fewer than these are awaited, there must be more by
# so many standard deviations of their number; and a new group must have at least so many.
_FEW_REQUESTS: Final = 50
_CHANCE: Final = 5.0
_NEW_REQUESTS: Final = 10


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Periods `first` to `last` in which a group (None: all together) cost more than was expected.

    `before` and `after` are what the driver was expected to be and what it was.
    """

    first: int
    last: int
    kind: str
    driver: str
    group: int | None
    expected_usd: float
    actual_usd: float
    score: float
    before: float
    after: float

    @property
    def excess_usd(self) -> float:
        """How much more than expected."""
        return self.actual_usd - self.expected_usd


def anomalies(history: Series) -> list[Anomaly]:
    """What was not to be expected, in the order of time."""
    found = [
        one
        for stretch in (*stretches(history), *_appeared(history))
        if (one := _explained(history, stretch)) is not None
    ]
    return sorted(_merged(found), key=lambda one: (one.first, one.last))


def _appeared(history: Series) -> Iterator[Stretch]:
    """Groups that began within the history and made the whole dearer."""
    least = 2 * Clock(history.start, history.step).season(history.periods)
    for place, start in enumerate(starts_of(history)):
        if start is None or start < max(least, 10):
            continue
        periods = min(_new_periods(history), history.periods - start)
        expected = _drivers(history.until(start), periods).usd.sum(0)
        usd = history.usd[place, start : start + periods].cumsum()
        above = (history.total_usd[start : start + periods] - expected).cumsum()
        if usd[-1] >= _NEW_SHARE * expected.sum() and above[-1] >= _NEW_EXCESS * usd[-1] > 0:
            yield Stretch(start, start + periods - 1, NEW, place, float(usd[-1] / max(expected.sum(), 1e-9)))


def _new_periods(history: Series) -> int:
    return _NEW_PERIODS * max(1, round(DAY / history.step))


def _drivers(history: Series, periods: int) -> Drivers:
    """What was to be expected from what was known."""
    life = _HALF_LIFE * max(1.0, DAY / history.step)
    return by_drivers(history, periods, [Variant(life, grows=False)])[0]


def _explained(history: Series, stretch: Stretch) -> Anomaly | None:
    """The stretch with its money and its driver; None where the money does not matter."""
    periods = stretch.last - stretch.first + 1
    expected = _drivers(history.until(stretch.first), periods)
    inside = slice(stretch.first, stretch.last + 1)
    rows = list(range(len(history.groups))) if stretch.group is None else [stretch.group]
    actual_usd = float(history.usd[rows, inside].sum())
    expected_usd = float(expected.usd[rows].sum())
    whole = float(expected.usd.sum())
    excess = actual_usd - expected_usd
    if excess < _LEAST_SHARE * whole or excess < _LEAST_PERIOD * whole / periods:
        return None
    requests = float(history.requests[rows, inside].sum())
    if stretch.kind == NEW:
        if 0 < requests < _NEW_REQUESTS:
            return None
        above = min(actual_usd, float(history.usd[:, inside].sum()) - whole)
        return Anomaly(
            *(stretch.first, stretch.last, NEW, MIX, stretch.group),
            *(actual_usd - above, actual_usd, stretch.score, 0.0, actual_usd / periods),
        )
    driver, before, after = _cause(history, expected, rows, stretch, inside)
    awaited = float(expected.requests[rows].sum())
    if requests > 0 and (driver == REQUESTS or awaited < 1) and _may_be_chance(requests, awaited):
        return None
    kind = CACHE_LOSS if driver == CACHE else stretch.kind
    return Anomaly(
        *(stretch.first, stretch.last, kind, driver, stretch.group),
        *(expected_usd, actual_usd, stretch.score, before, after),
    )


def _may_be_chance(requests: float, awaited: float) -> bool:
    """Whether so many more requests than were awaited may have come together by chance."""
    return awaited < _FEW_REQUESTS and requests - awaited < _CHANCE * math.sqrt(max(awaited, 1.0))


def _cause(
    history: Series, expected: Drivers, rows: list[int], stretch: Stretch, inside: slice
) -> tuple[str, float, float]:
    """The driver that moved most, what it was expected to be and what it was."""
    requests = float(history.requests[rows, inside].sum())
    tokens, usd = float(history.tokens[rows, inside].sum()), float(history.usd[rows, inside].sum())
    awaited = float(expected.requests[rows].sum())
    awaited_tokens = float(expected.tokens[rows].sum())
    awaited_usd = float(expected.usd[rows].sum())
    parts = {
        REQUESTS: (awaited, requests),
        TOKENS: (_share(awaited_tokens, awaited), _share(tokens, requests)),
        PRICE: (_share(awaited_usd, awaited_tokens), _share(usd, tokens)),
    }
    if not requests:
        return PRICE, awaited_usd, usd
    moved = {name: _logged(after, before) for name, (before, after) in parts.items()}
    driver = max(moved, key=lambda name: moved[name])
    if driver == PRICE:
        lost = _cache(history, rows, stretch, inside)
        if lost is not None and lost[0] - lost[1] >= _LOST:
            return CACHE, *lost
        if len(rows) > 1:
            return MIX, *parts[PRICE]
    return driver, *parts[driver]


def _cache(history: Series, rows: list[int], stretch: Stretch, inside: slice) -> tuple[float, float] | None:
    """The share of input that came from a cache, before and within a stretch."""
    if history.inputs is None or history.cached is None:
        return None
    before = slice(
        max(0, stretch.first - round(2 * _HALF_LIFE * max(1.0, DAY / history.step))), stretch.first
    )
    return (
        _share(float(history.cached[rows, before].sum()), float(history.inputs[rows, before].sum())),
        _share(float(history.cached[rows, inside].sum()), float(history.inputs[rows, inside].sum())),
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _logged(after: float, before: float) -> float:
    return float(np.log(after / before)) if after > 0 and before > 0 else 0.0


def _merged(found: Iterable[Anomaly]) -> list[Anomaly]:
    """Anomalies of one cause as one: that with the most telling group stays."""
    kept: list[Anomaly] = []
    for one in sorted(found, key=_telling):
        same = next((other for other in kept if _is_one(one, other)), None)
        if same is None:
            kept.append(one)
    return kept


def _telling(one: Anomaly) -> tuple[int, int, float]:
    """New groups and lost caches first, then groups by themselves, then what cost most."""
    return (one.kind not in (NEW, CACHE_LOSS), one.group is None, -one.excess_usd)


def _is_one(one: Anomaly, other: Anomaly) -> bool:
    overlap = one.first <= other.last + 1 and other.first <= one.last + 1
    near = abs(one.first - other.first) <= NEAR
    alike = one.driver == other.driver and (one.group == other.group or None in (one.group, other.group))
    return overlap and (near or alike)
