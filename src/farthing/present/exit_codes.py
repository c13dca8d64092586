"""The exit code that the problems of an answer mean: one rule for every door."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from farthing.units.problem import Problem

INFEASIBLE: Final = "infeasible"
_OVER_BUDGET: Final = "over-budget"
_UNPRICED: Final = frozenset({"unpriced", "stale", "stale-book"})


def exit_code(problems: Iterable["Problem"], *, strict: bool) -> int:
    """6 where something cannot be done, 3 over a budget, 5 under --strict where a price is missing or old."""
    codes = {problem.code for problem in problems}
    if INFEASIBLE in codes:
        return 6
    if _OVER_BUDGET in codes:
        return 3
    return 5 if strict and codes & _UNPRICED else 0
