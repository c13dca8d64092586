"""The one answer that every verb of the estimate gives.

The structs are the JSON of the contract: what a door sends is this, encoded. Amounts are in
dollars; with another currency each has a twin (`compute_cost` beside `compute_cost_usd`).
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from farthing.estimate.industry import Standing
from farthing.estimate.run import Swing
from farthing.units.problem import Problem

Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = Mapping[str, Cell]

INFEASIBLE = "infeasible"  # the code of a problem that ends the command line with 6


class Range(msgspec.Struct, frozen=True):
    """The central 90 % of a quantity and its median; an exact quantity has three equal numbers."""

    p05: float
    p50: float
    p95: float

    @property
    def is_exact(self) -> bool:
        """Whether nothing uncertain enters."""
        return self.p05 == self.p95


class Result(Range, frozen=True, omit_defaults=True):
    """A named result. `currency` is there for money that is not in dollars.

    `basis` says how a saving is known: `estimated` before anything ran. `exact` is money to its last
    decimal, where nothing uncertain enters. `name` says what was chosen, where that is the result.
    """

    unit: str
    currency: str | None = None
    basis: str | None = None
    exact: str | None = None
    name: str | None = None


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item of a bill under its taxonomy id.

    `amount_usd` is None where the price is unknown, and the total is then a lower bound.
    `basis` says why the line is there. Lines under `training.compute` are compute, all others
    belong to the likely bill only.
    """

    label: str
    category: str
    amount_usd: Range | None
    amount: Result | None = None
    basis: str = ""


class Assumption(msgspec.Struct, frozen=True, omit_defaults=True):
    """An input with its basis: given, looked_up, derived or assumed."""

    name: str
    value: Range
    unit: str
    basis: str
    sources: tuple[str, ...]
    confidence: str | None = None
    note: str = ""


class Driver(msgspec.Struct, frozen=True):
    """An input's share (0 to 1) of the variance of the main result."""

    name: str
    share: float


class Source(msgspec.Struct, frozen=True):
    """Where a fact comes from; `confidence` is the worst of the facts taken from it."""

    id: str
    title: str
    url: str
    date: str
    confidence: str | None


class StepTaken(msgspec.Struct, frozen=True):
    """One formula as it was run: what it made, from which names, by which function."""

    name: str
    value: Range
    unit: str
    formula: str
    arguments: tuple[str, ...]


class Estimate(msgspec.Struct, frozen=True):
    """What an estimate says, and everything needed to check it and to make it again."""

    farthing: str
    verb: str
    as_of: str
    catalog: str
    book: str | None
    seed: int
    draws: int
    verdict: str
    results: Mapping[str, Result]
    lines: tuple[Line, ...]
    rows: tuple[Row, ...]
    assumptions: tuple[Assumption, ...]
    drivers: tuple[Driver, ...]
    problems: tuple[Problem, ...]
    sources: tuple[Source, ...]
    next: str
    confidence: str | None
    main: str
    tornado: tuple[Swing, ...]
    industry: tuple[Standing, ...]
    steps: tuple[StepTaken, ...]

    @property
    def feasible(self) -> bool:
        """False where a problem says that what was asked cannot be done."""
        return all(problem.code != INFEASIBLE for problem in self.problems)
