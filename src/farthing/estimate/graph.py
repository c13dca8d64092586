"""Formulas in the order in which they need each other, read from their argument names.

The formula named `x` produces the value named `x`; its arguments are the values it needs.
A plan is made once per (formulas, known names, wanted names) and then run on floats or arrays.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from farthing.units.problem import InputError, Problem
from farthing.units.types import Real

Formula: TypeAlias = Callable[..., Real]
Chain: TypeAlias = tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One formula of a plan and the names of the values it takes."""

    formula: Formula
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """The value this step produces."""
        return str(self.formula.__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order in which each finds its arguments ready, and the inputs they start from."""

    steps: tuple[Step, ...]
    inputs: frozenset[str]

    def run(self, values: Mapping[str, Real]) -> dict[str, Real]:
        """All the inputs used and everything computed, by name. Floats and arrays may mix."""
        known = {name: values[name] for name in values if name in self.inputs}
        for step in self.steps:
            known[step.name] = step.formula(*[known[name] for name in step.arguments])
        return known

    def needs(self, name: str) -> frozenset[str]:
        """Every input and value that a value depends on, itself included."""
        needed = {name}
        for step in reversed(self.steps):
            if step.name in needed:
                needed.update(step.arguments)
        return frozenset(needed)


@lru_cache(maxsize=256)
def plan(chain: Chain, known: frozenset[str], wanted: tuple[str, ...]) -> Plan:
    """The steps of `chain` that lead from the known names to the wanted ones.

    A name that is known is taken as it is, and its formula is left out: that is how any
    intermediate value can be overridden. Raises InputError naming every missing input and the
    formulas that need it, and ValueError when the chain itself is wrong (our mistake).
    """
    makers = _makers(chain)
    needs, missing = _reach(makers, known, wanted)
    if missing:
        raise InputError([_missing_problem(name, users) for name, users in missing.items()])
    steps = tuple(
        Step(makers[name], arguments_of(makers[name]))
        for name in _ordered(needs)
        if name in makers and name not in known
    )
    return Plan(steps, frozenset(name for name in needs if name in known))


@lru_cache(maxsize=256)
def missing(chain: Chain, known: frozenset[str], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs that nobody has given yet and that the wanted names need, in the order of need."""
    _, unknown = _reach(_makers(chain), known, wanted)
    return tuple(unknown)


@lru_cache(maxsize=1024)
def arguments_of(formula: Formula) -> tuple[str, ...]:
    """The names a formula asks for, in its own order."""
    return tuple(inspect.signature(formula).parameters)


@lru_cache(maxsize=64)
def names_of(chain: Chain) -> frozenset[str]:
    """Every name a chain computes or asks for: what `--set` and `--solve` may speak of."""
    asked = {name for formula in chain for name in arguments_of(formula)}
    return frozenset(asked | {formula.__name__ for formula in chain})


def _makers(chain: Chain) -> dict[str, Formula]:
    makers: dict[str, Formula] = {}
    for formula in chain:
        if makers.setdefault(formula.__name__, formula) is not formula:
            raise ValueError(f"two formulas of one chain are named {formula.__name__}")
    return makers


def _reach(
    makers: Mapping[str, Formula], known: frozenset[str], wanted: tuple[str, ...]
) -> tuple[dict[str, tuple[str, ...]], dict[str, list[str]]]:
    """What each reached name depends on, and who needs the names that nobody can give."""
    needs: dict[str, tuple[str, ...]] = {}
    missing: dict[str, list[str]] = {}
    waiting = [(name, "the question") for name in reversed(wanted)]
    while waiting:
        name, user = waiting.pop()
        if name not in known and name not in makers:
            missing.setdefault(name, []).append(user)
        elif name not in needs:
            needs[name] = () if name in known else arguments_of(makers[name])
            waiting.extend((argument, name) for argument in reversed(needs[name]))
    return needs, missing


def _ordered(needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " <- ".join(reversed(error.args[1]))
        raise ValueError(f"formulas need each other in a circle: {circle}") from error


def _missing_problem(name: str, users: list[str]) -> Problem:
    return Problem(
        code="missing-input",
        severity="error",
        where=name,
        what=f"{name} is not known",
        why=f"needed by {', '.join(users)}",
        fix=f"give it, for example --set {name}=VALUE",
    )
