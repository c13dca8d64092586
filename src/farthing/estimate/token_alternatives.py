"""Models that do no worse than the one that was asked about, for less money."""

from typing import Final

import numpy as np

from farthing.estimate import token_words
from farthing.estimate.model_quality import rated, scores
from farthing.estimate.token_rows import bench
from farthing.estimate.token_subject import Work, how, moment
from farthing.units.problem import Problem

_MOST: Final = 2
_WORTH_A_WORD: Final = 0.8  # of the cost: less is no reason to change


def cheaper_equals(work: Work) -> tuple[Problem, ...]:
    """A word on the cheapest models that score no less; nothing where the model has no score."""
    own = work.bench
    if not own.scores.facts or np.isnan(own.cost[0]):
        return ()
    offers = tuple(rated(work.book, *how(work.question), *moment(work.question)))
    found = bench(offers, work.inputs, work.chain, work.run, scores(offers, own.scores.benchmark))
    score, cost = float(own.scores.quality[0]), float(own.cost[0])
    able = (found.scores.quality >= score) & (found.cost <= _WORTH_A_WORD * cost)
    ranked = [int(place) for place in np.argsort(found.cost) if able[place]]
    title, name = own.market.offers[0].title, own.scores.benchmark
    return tuple(
        token_words.cheaper(
            title,
            offers[place].title,
            f"{found.scores.quality[place]:g} on {name} against {score:g}",
            float(found.cost[place]),
        )
        for place in ranked[:_MOST]
    )
