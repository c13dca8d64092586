"""Where the cheapest of all options changes with the volume, and the two between which that is nearest."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from farthing.estimate.compare_answer import Flip
from farthing.estimate.compare_draws import Draws, medians
from farthing.estimate.compare_volume import crossings, first_crossing
from farthing.units.types import FloatArray

_BESIDE: Final = 1e-6
_BREAKEVEN_DRAWS: Final = 4096


class Pair(NamedTuple):
    """Two options by their places; equal where there is one alone."""

    first: int
    other: int


def saving_pair(found: Draws) -> Pair:
    """The first that was named, and the cheapest of the others."""
    middle = np.median(found.costs, axis=1)
    others = range(1, len(found.sides))
    return Pair(0, min(others, key=lambda place: float(middle[place]), default=0))


def flips(found: Draws) -> tuple[Flip, ...]:
    """Every volume at which another option becomes the cheapest of all, on the medians, lowest first."""
    tokens, months = medians(found.work, ("request_tokens", "horizon_month"))
    volumes: dict[float, bool] = {}
    for one, other in combinations(found.sides, 2):
        for each in crossings(one.median, other.median, months):
            volumes[each.request_count_per_day] = each.jump
    return tuple(_changes(found, sorted(volumes.items()), tokens, months))


def flip_pair(found: Draws, turns: Sequence[Flip], otherwise: Pair) -> tuple[Pair, Flip | None]:
    """The two between which the cheapest changes nearest to the workload, and where that is first so.

    Without any change it is the other pair, and nothing.
    """
    if not turns:
        return otherwise, None
    here = medians(found.work, ("workload_tokens_per_day",))[0]
    nearest = min(turns, key=lambda turn: abs(np.log(turn.tokens_per_day / here)))
    names = {nearest.below, nearest.above}
    first = next(turn for turn in turns if {turn.below, turn.above} == names)
    places = {side.title: place for place, side in enumerate(found.sides)}
    return Pair(places[first.below], places[first.above]), first


def breakeven(found: Draws, first: int, place: int) -> FloatArray:
    """Tokens a day at which the cheaper of two options changes, on a part of the draws; inf where never."""
    one, other = found.sides[first], found.sides[place]
    step = max(1, found.draws // _BREAKEVEN_DRAWS)
    count = len(range(0, found.draws, step))
    if first == place:
        return np.full(count, np.inf)
    months = found.value("horizon_month")[::step]
    first_terms, terms = (found.thinned(side.terms, step) for side in (one, other))
    return first_crossing(first_terms, terms, months, count) * found.value("request_tokens")[::step]


def _changes(
    found: Draws, volumes: Sequence[tuple[float, bool]], tokens: float, months: float
) -> Iterator[Flip]:
    for volume, jump in volumes:
        below, above = (_cheapest(found, volume * (1 + side * _BESIDE), months) for side in (-1, 1))
        if below != above:
            yield Flip(found.sides[below].title, found.sides[above].title, volume * tokens, jump)


def _cheapest(found: Draws, volume: float, months: float) -> int:
    costs = [float(side.median.cost_usd(volume, months)) for side in found.sides]
    return int(np.argmin(costs))
