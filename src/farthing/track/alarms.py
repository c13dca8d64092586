"""Where signals lie alarmingly high, and for how long: stretches, each of one signal of one group.

The signals are requests, dollars a request, and the share of input that no cache had.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from farthing.track.expected import Scale, Surprise, scales, surprises
from farthing.track.season import Clock
from farthing.track.series import Series
from farthing.units.types import FloatArray

_MATTERS: Final = 0.05  # of all spend: a group below is not looked at by itself
_CACHED: Final = 0.02  # of the input: below, the cache is no driver
NEAR: Final = 3  # periods: stretches that begin so close to each other have one cause
_CREEPS: Final = 1.5  # times as high a while later: no jump, which would stand still
_APART: Final = 7  # periods of quiet that end a stretch


@dataclass(frozen=True, slots=True)
class Stretch:
    """Alarmed periods of one signal: of which group, of which kind, and how sure the surest was."""

    first: int
    last: int
    kind: str
    group: int | None
    score: float


def stretches(history: Series) -> Iterator[Stretch]:
    """Stretches of every signal in which something is alarmingly high."""
    looked = scales(history.step)
    young = looked[0].least + looked[0].recent
    starts = starts_of(history)
    old = [place for place, start in enumerate(starts) if start is not None and start < young]
    asked: dict[int, list[tuple[int | None, list[int]]]] = {}
    if old:
        asked[0] = [(None if len(history.groups) > 1 else old[0], old)]
    for place in _that_matter(history):
        if (start := starts[place]) is not None:
            asked.setdefault(start, []).append((place, [place]))
    for start, groups in asked.items():
        named = [(group, _signals(history, rows)[:, start:]) for group, rows in groups]
        told = surprises(
            np.concatenate([signals for _, signals in named]),
            Clock(history.start + start * history.step, history.step),
            looked,
        )
        owners = [group for group, signals in named for _ in signals]
        for row, group in enumerate(owners):
            yield from _alarms(told, row, group, start, looked)


def _signals(history: Series, groups: list[int]) -> FloatArray:
    """Requests, dollars a request, and the share of input that no cache had; bills by their dollars."""
    usd = np.maximum(history.usd[groups].sum(0), 0)
    requests = history.requests[groups].sum(0)
    if not requests.any():
        return usd[None]
    found = [requests, _filled(usd, requests)]
    if history.inputs is not None and history.cached is not None:
        inputs, cached = history.inputs[groups].sum(0), history.cached[groups].sum(0)
        if cached.sum() > _CACHED * inputs.sum():
            found.append(_filled(inputs - cached, inputs))
    return np.stack(found)


def _filled(part: FloatArray, whole: FloatArray) -> FloatArray:
    """A ratio by periods; where there is nothing, as it was before."""
    ratio = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    known = np.flatnonzero(whole > 0)
    last = np.maximum.accumulate(np.where(whole > 0, np.arange(len(whole)), known[0]))
    return np.asarray(ratio[last])


def _alarms(
    told: list[Surprise], row: int, group: int | None, start: int, looked: tuple[Scale, ...]
) -> Iterator[Stretch]:
    """Stretches of one signal, of a group that began after `start` periods."""
    marks = []
    for scale, surprise in zip(looked, told, strict=True):
        hit = (surprise.sure[row] >= scale.sure) & (surprise.above[row] >= scale.above)
        marks += [
            Stretch(int(at) - scale.recent + 1, int(at), scale.kind, group, float(surprise.sure[row, at]))
            for at in np.flatnonzero(hit)
        ]
    for stretch in _joined(marks):
        found = _trimmed(stretch, told[0].above[row])
        if _goes_on_rising(found, told[-1].above[row], looked[-1].recent):
            found = replace(found, kind="drift")
        if found.kind == "drift":
            found = replace(found, first=_began(found, told[-1].above[row], looked[-1]))
        yield replace(found, first=found.first + start, last=found.last + start)


def _joined(marks: list[Stretch]) -> Iterator[Stretch]:
    """Marks without much quiet between them as one stretch, of the kind of the first of them."""
    held: list[Stretch] = []
    for mark in sorted(marks, key=lambda one: one.last):
        if held and mark.first <= held[-1].last + _APART:
            held[-1] = replace(
                held[-1],
                first=min(held[-1].first, mark.first),
                last=max(held[-1].last, mark.last),
                score=max(held[-1].score, mark.score),
            )
        else:
            held.append(mark)
    yield from held


def _trimmed(stretch: Stretch, above: FloatArray) -> Stretch:
    """The stretch without periods at its ends that were not high by themselves; a short one is a spike."""
    if stretch.kind == "drift":
        return stretch
    inside = above[stretch.first : stretch.last + 1]
    high = np.flatnonzero(inside >= inside.max() / 2)
    first, last = stretch.first + int(high[0]), stretch.last
    if last - first < NEAR or high[-1] - high[0] < NEAR:
        last = stretch.first + int(high[-1])
    return replace(stretch, first=first, last=last, kind="spike" if last - first < NEAR else "jump")


def _goes_on_rising(stretch: Stretch, above: FloatArray, recent: int) -> bool:
    """Whether what looks like a jump was far higher a while later: then it crept up."""
    early, later = stretch.first + recent - 1, stretch.first + 2 * recent - 1
    if stretch.kind != "jump" or later >= len(above):
        return False
    return bool(above[later] >= _CREEPS * max(above[early], 0) and above[later] > 0)


def _began(stretch: Stretch, above: FloatArray, scale: Scale) -> int:
    """When a drift began: where the line through its first two weeks was at nothing."""
    places = np.arange(stretch.first, min(stretch.last, stretch.first + 2 * scale.recent) + 1)
    if len(places) < scale.recent:
        return stretch.first
    slope, level = np.polyfit(places - places[0], above[places], 1)
    if slope <= 0 or level <= 0:
        return stretch.first
    ago = round(level / slope + scale.recent / 2)
    return max(0, stretch.first - min(ago, scale.gap + scale.recent))


def starts_of(history: Series) -> list[int | None]:
    """The first period in which each group cost or did anything."""
    busy = (history.usd != 0) | (history.requests != 0)
    return [int(row.argmax()) if row.any() else None for row in busy]


def _that_matter(history: Series) -> list[int]:
    total = float(np.abs(history.usd).sum())
    return [
        place
        for place, usd in enumerate(np.abs(history.usd).sum(1))
        if len(history.groups) > 1 and total and usd >= _MATTERS * total
    ]
