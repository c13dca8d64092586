"""The input at which a result comes out as wanted: `--solve NAME --target "RESULT=VALUE"`.

The whole estimate is the function, run at its median, so that everything that depends on the
input (a layout, a price) follows it.
"""

import math
from collections.abc import Callable, Iterator

import msgspec

from farthing.estimate.answer import INFEASIBLE, Assumption, Estimate, Result
from farthing.estimate.question import Question, Solve
from farthing.units.figures import figure, unit_label
from farthing.units.kinds import Kind
from farthing.units.names import unit_of
from farthing.units.problem import FarthingError, InputError, Problem

_STEP = 4.0
_REACH = 30
_NO_ANSWER = (INFEASIBLE, "not-finite", "absurd-size")
_WHOLE = ("_count", "_sequences", "_tokens", "tp", "pp", "vp", "cp", "dp", "ep")


def solved(question: Question, estimate: Callable[[Question], Estimate]) -> Estimate:
    """The estimate at the solution, which is among its results; the plain estimate without `solve`.

    Whole numbers are rounded up. Raises InputError for a target that the answer does not have,
    and FarthingError with an `infeasible` problem where no value meets the target.
    """
    wish = question.solve
    if wish is None:
        return estimate(question)

    def miss(value: float) -> float:
        answer = estimate(question.at_median().having(wish.name, value))
        return _outcome(answer, wish.target) - wish.value

    whole = wish.name.endswith(_WHOLE[:3]) or wish.name in _WHOLE[3:]
    value = _whole_root(miss, wish) if whole else _real_root(miss, wish)
    return _marked(estimate(question.having(wish.name, value)), wish, value)


def _outcome(answer: Estimate, target: str) -> float:
    if target in answer.results:
        return answer.results[target].p50
    for step in answer.steps:
        if step.name == target:
            return step.value.p50
    why = f"it has {', '.join(answer.results)}"
    raise InputError(
        [Problem("unknown-name", "error", "--target", f"the answer has no {target}", why, "name one")]
    )


def _real_root(miss: Callable[[float], float], wish: Solve) -> float:
    from scipy.optimize import brentq

    low, high = _bracket(miss, wish, _points(wish.name))
    return float(low if low == high else brentq(miss, low, high, rtol=1e-12))


def _whole_root(miss: Callable[[float], float], wish: Solve) -> float:
    """The smallest whole number on the far side of the crossing: enough, and not one more.

    A number that cannot be run counts as not enough.
    """
    low, high = (int(end) for end in _bracket(miss, wish, (float(2**power) for power in range(_REACH))))
    start = miss(low)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            enough = not _same_side(miss(middle), start)
        except FarthingError as error:
            if not _skippable(error):
                raise
            enough = False
        low, high = (low, middle) if enough else (middle, high)
    return float(high)


def _bracket(miss: Callable[[float], float], wish: Solve, points: Iterator[float]) -> tuple[float, float]:
    """Two neighbors between which the target is crossed; points that cannot be run are skipped."""
    seen: list[tuple[float, float]] = []
    for point in points:
        try:
            value = miss(point)
        except FarthingError as error:
            if not _skippable(error):
                raise
            continue
        if not math.isfinite(value):
            continue
        if value == 0:
            return point, point
        for other, other_value in seen[-2:]:
            if not _same_side(value, other_value):
                return min(point, other), max(point, other)
        seen.append((point, value))
    raise FarthingError([_no_solution(wish, seen)])


def _skippable(error: FarthingError) -> bool:
    return all(problem.code in _NO_ANSWER for problem in error.problems)


def _same_side(one: float, other: float) -> bool:
    """Whether both miss the target on one side; to meet it exactly is to have crossed over."""
    return one != 0 and (one > 0) == (other > 0)


def _points(name: str) -> Iterator[float]:
    """Where to look: shares between 0 and 1, everything else outward from 1 in both directions."""
    if unit_of(name).kind is Kind.SHARE:
        yield from (0.5, 0.25, 0.75, 0.1, 0.9, 0.01, 0.99, 1e-4, 1.0)
        return
    yield 1.0
    for power in range(1, _REACH):
        yield _STEP**power
        yield _STEP**-power


def _marked(answer: Estimate, wish: Solve, value: float) -> Estimate:
    unit = unit_label(wish.name)
    target = figure(wish.value, unit_label(wish.target))
    found = Result(value, value, value, unit=unit)
    note = f"solved for {wish.target} = {target}"
    return msgspec.structs.replace(
        answer,
        verdict=f"{wish.name} = {figure(value, unit, 6)} gives {wish.target} = {target}. {answer.verdict}",
        results={**answer.results, wish.name: found},
        assumptions=tuple(_derived(item, wish.name, note) for item in answer.assumptions),
    )


def _derived(item: Assumption, name: str, note: str) -> Assumption:
    if item.name != name:
        return item
    return msgspec.structs.replace(item, basis="derived", note=note)


def _no_solution(wish: Solve, seen: list[tuple[float, float]]) -> Problem:
    reached = [value + wish.value for _, value in seen]
    why = "it could not be run at any value"
    if reached:
        unit = unit_label(wish.target)
        ends = f"{figure(min(reached), unit, 3)} and {figure(max(reached), unit, 3)}"
        why = f"whatever {wish.name} is, {wish.target} stays between {ends}"
    return Problem(
        code=INFEASIBLE,
        severity="error",
        where=f"--solve {wish.name}",
        what=f"no {wish.name} gives {wish.target} = {figure(wish.value, unit_label(wish.target))}",
        why=why,
        fix="change the target, or solve for an input that the target depends on (farthing graph train)",
    )
