"""What a comparison says in words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from farthing.estimate.compare_answer import Flip
from farthing.estimate.compare_draws import Draws, medians
from farthing.estimate.compare_flips import Pair
from farthing.estimate.compare_terms import Option
from farthing.estimate.run import quantiles
from farthing.units.figures import figure, span
from farthing.units.problem import Problem
from farthing.units.types import FloatArray


def verdict(found: Draws, pair: Pair, breaks: FloatArray, first: Flip | None, turns: Sequence[Flip]) -> str:
    """Who is cheapest here, how surely, and where that changes."""
    best = found.place_of_cheapest
    side, share = found.sides[best], float(found.cheapest_share[best])
    here = medians(found.work, ("workload_tokens_per_day",))[0]
    cost = span(*quantiles(found.costs[best]), "USD")
    said = f"At {_volume(here)} tokens a day {side.title} is cheapest: {cost} a month"
    if pair.first == pair.other:
        return f"{said}."
    surely = f", in {share:.0%} of the draws" if found.draws > 1 else ""
    return f"{said}{surely}. {_where(found, pair, breaks, first, turns)}"


def _where(found: Draws, pair: Pair, breaks: FloatArray, first: Flip | None, turns: Sequence[Flip]) -> str:
    one, other = (found.sides[place].title for place in pair)
    reached = breaks[np.isfinite(breaks)]
    if first is None or not reached.size:
        if len(found.sides) > 2:
            return "That changes at no volume."
        return f"That changes at no volume: {other if _cheaper(found, pair) else one} is cheaper at none."
    low, _, high = quantiles(reached)
    here = medians(found.work, ("workload_tokens_per_day",))[0]
    between = f" ({_volume(low)} to {_volume(high)})" if low < high else ""
    more = f"; the cheapest changes at {len(turns) - 1} other volumes too" if len(turns) > 1 else ""
    side = "below" if here < first.tokens_per_day else "above"
    return (
        f"From {_volume(first.tokens_per_day)} tokens a day{between} {first.above} is cheaper than "
        f"{first.below}; you are {side} that{more}."
    )


def _cheaper(found: Draws, pair: Pair) -> bool:
    """Whether the first of two is the cheaper one here."""
    one, other = (float(np.median(found.costs[place])) for place in pair)
    return one <= other


def _volume(tokens: float) -> str:
    """Tokens in words: 5M, 1.2B."""
    for size, mark in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if tokens >= size:
            return f"{figure(tokens / size, '', 2)}{mark}"
    return figure(tokens, "", 2)


def following(found: Draws) -> str:
    """The next useful command."""
    names = found.drivers(0, len(found.sides) - 1) if len(found.sides) > 1 else {}
    first = next(iter(names), "cost_per_request_usd")
    return f"farthing why {first.partition(' of ')[0]}"


def told(option: Option, problem: Problem) -> Problem:
    """A problem of one option, said to be its."""
    where = (
        option.wanted.title
        if not problem.where or problem.where == option.wanted.what
        else (f"{option.wanted.title}: {problem.where}")
    )
    return replace(problem, where=where)


def never(found: Draws, pair: Pair, breaks: FloatArray) -> Iterator[Problem]:
    """A word on draws in which the cheaper one never changes."""
    reached = float(np.mean(np.isfinite(breaks)))
    if reached in (0.0, 1.0):
        return
    one, other = (found.sides[place].title for place in pair)
    what = f"in {1 - reached:.0%} of the draws no volume changes which of {one} and {other} is cheaper"
    why = "what a request costs more there is never made up for by what is paid in any case"
    yield Problem("no-breakeven", "note", "breakeven_tokens_per_day", what, why, "")


def alone(found: Draws) -> Iterator[Problem]:
    """Whether a task alone would be done in another way than as one of several that share an integration."""
    tasks = found.shared_task_count
    if tasks <= 1:
        return
    single, shared = found.medians_at(1.0), found.medians_at(tasks)
    one, other = (min(range(len(costs)), key=costs.__getitem__) for costs in (single, shared))
    costs = figure(single[one], "USD"), figure(shared[other], "USD")
    what = f"alone {found.sides[one].title} is cheapest, {costs[0]} a month"
    what += f"; as one of {tasks:g} tasks {found.sides[other].title}, {costs[1]}"
    why = "an integration is paid once for all tasks that share it"
    yield Problem("alone-or-integrated", "note", "--tasks", what, why, "")


def assumed(found: Draws) -> Iterator[Problem]:
    """What somebody could take for counted, and is not."""
    if any(side.option.wanted.hosted for side in found.sides):
        what = "replicas are whole, one stands by, and idle hours are paid for"
        why = "that is what keeps own accelerators dear at low volumes"
        fix = "in brackets, spares=0, replicas=, peak= and headroom= change it"
        yield Problem("integer-replicas", "note", "--option", what, why, fix)
