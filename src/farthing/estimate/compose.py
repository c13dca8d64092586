"""From an evaluation to the answer: ranges, assumptions with their sources, drivers, steps."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from farthing import __version__
from farthing.catalog.load import catalog
from farthing.estimate.answer import (
    Assumption,
    Driver,
    Estimate,
    Line,
    Range,
    Result,
    Row,
    Source,
    StepTaken,
)
from farthing.estimate.gather import Input, Inputs
from farthing.estimate.graph import Step
from farthing.estimate.industry import standings
from farthing.estimate.run import Evaluation
from farthing.units.figures import unit_label
from farthing.units.problem import Problem
from farthing.units.spread import Spread

_CITED = re.compile(r"Sources?:\s*([a-z0-9][a-z0-9.\-]+(?:,\s*[a-z0-9][a-z0-9.\-]+)*)")


@dataclass(frozen=True, slots=True)
class Said:
    """What a chain itself adds to its numbers: the sentence, the bill, the other choices.

    `beside_published` places it among published training runs.
    """

    verdict: str
    main: str
    results: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    next: str = ""
    beside_published: bool = True


class Prepared(NamedTuple):
    """A question worked out and not yet told: what goes in, the draws of every value, what to say of them."""

    inputs: Inputs
    run: Evaluation
    said: Said


def compose(inputs: Inputs, run: Evaluation, said: Said) -> Estimate:
    """The answer of one chain. `said.main` names the result whose drivers are shown."""
    question = inputs.question
    drivers = run.drivers(said.main)
    unread = tuple(_unread(item) for item in inputs.unread(run.plan.inputs))
    return Estimate(
        farthing=__version__,
        verb=question.verb,
        as_of=question.as_of.isoformat(),
        catalog=catalog().hash,
        book=None,
        seed=question.seed,
        draws=question.draws,
        verdict=said.verdict,
        results={name: result_of(run, name) for name in said.results},
        lines=said.lines,
        rows=said.rows,
        assumptions=tuple(assumption_of(item) for item in run.inputs.values()),
        drivers=tuple(Driver(name, share) for name, share in drivers.items()),
        problems=(*said.problems, *unread),
        sources=_sources(run.inputs.values(), run.plan.steps),
        next=said.next or _next(drivers, said.main),
        confidence=max((i.confidence for i in run.inputs.values() if i.confidence), default=None),
        main=said.main,
        tornado=run.tornado(said.main),
        industry=standings(run) if said.beside_published else (),
        steps=tuple(step_of(run, step) for step in run.plan.steps),
    )


def range_of(run: Evaluation, name: str) -> Range:
    """p05, p50 and p95 of a value of a run."""
    return Range(*run.quantiles(name))


def result_of(run: Evaluation, name: str) -> Result:
    """A value of a run with its unit."""
    return Result(*run.quantiles(name), unit=unit_label(name))


def main_of(run: Evaluation, names: Sequence[str]) -> str:
    """The result that drivers speak about: the first of these that is uncertain, else the first."""
    known = [name for name in names if name in run.values]
    varying = (name for name in known if not isinstance(run.values[name], float | int))
    return next(varying, known[0])


def line(run: Evaluation, label: str, category: str, name: str, basis: str = "") -> Line:
    """A line of the bill that shows one value of a run, in dollars."""
    return Line(label, category, range_of(run, name), basis=basis)


def assumption_of(item: Input, name: str = "") -> Assumption:
    """An input as the answer tells it, under its own name or another."""
    value = item.value
    spread = (value.p05, value.p50, value.p95) if isinstance(value, Spread) else (value,) * 3
    return Assumption(
        name=name or item.name,
        value=Range(*spread),
        unit=unit_label(item.name),
        basis=str(item.basis),
        sources=item.sources,
        confidence=item.confidence,
        note=item.note,
    )


def step_of(run: Evaluation, step: Step) -> StepTaken:
    """A formula as it was run."""
    home = f"{step.formula.__module__}:{step.formula.__qualname__}"
    return StepTaken(step.name, range_of(run, step.name), unit_label(step.name), home, step.arguments)


def _sources(inputs: Iterable[Input], steps: Sequence[Step]) -> tuple[Source, ...]:
    """Every source of the inputs and of the formulas, with the worst confidence of its facts."""
    behind = sources_behind(inputs, steps)
    return tuple(source_of(source, confidence) for source, confidence in behind.items())


def sources_behind(inputs: Iterable[Input], steps: Sequence[Step]) -> dict[str, str | None]:
    """Their ids, with that confidence."""
    worst: dict[str, str | None] = {}
    for item in inputs:
        for source in item.sources:
            worst[source] = max(filter(None, (worst.get(source), item.confidence)), default=None)
    for step in steps:
        for source in cited_by(step.formula):
            worst.setdefault(source, None)
    return worst


def cited_by(formula: object) -> tuple[str, ...]:
    """Ids of the catalog's sources that a formula's docstring names."""
    found = _CITED.search(inspect.getdoc(formula) or "")
    known: Mapping[str, object] = catalog().sources
    return tuple(i for i in re.split(r",\s*", found[1].rstrip(".")) if i in known) if found else ()


def source_of(name: str, confidence: str | None) -> Source:
    """A source by its id."""
    known = catalog().sources.get(name)
    if known is None:
        return Source(name, name, "", "", confidence)
    return Source(name, known.title, known.url, known.date, confidence)


def _next(drivers: Mapping[str, float], main: str) -> str:
    return f"farthing why {next(iter(drivers), main)}"


def _unread(item: Input) -> Problem:
    return Problem(
        code="unused-input",
        severity="warning",
        where=item.name,
        what=f"{item.name} was given but plays no part in this answer",
        why="no formula of the chain that answers the question needs it",
        fix="leave it out, or see farthing graph for what is needed",
    )
