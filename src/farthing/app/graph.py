"""`graph`: the chains of formulas behind a verb, in the order in which they run."""

from importlib import import_module

import msgspec

from farthing.app.explain import equation_of
from farthing.app.fields import CHAINED
from farthing.app.train import Way
from farthing.estimate.graph import arguments_of, names_of, plan
from farthing.units.figures import unit_label
from farthing.units.problem import InputError, Problem, did_you_mean, quoted


class Link(msgspec.Struct, frozen=True):
    """One formula: what it makes, in which unit, from what, and where it is written."""

    name: str
    unit: str
    arguments: tuple[str, ...]
    equation: str
    formula: str


class ChainShown(msgspec.Struct, frozen=True):
    """One way to answer a verb: its inputs, and its formulas in the order in which they run."""

    verb: str
    way: str
    inputs: tuple[str, ...]
    links: tuple[Link, ...]


def graph(verb: str) -> tuple[ChainShown, ...]:
    """Every chain of a verb. Raises InputError for a verb that computes nothing."""
    if verb not in CHAINED:
        what = f"{quoted(verb)} has no chain of formulas"
        why = f"those that have one: {', '.join(CHAINED)}"
        fix = did_you_mean(verb, CHAINED) or "try farthing graph train"
        raise InputError([Problem("unknown-verb", "error", "graph", what, why, fix)])
    ways: tuple[Way, ...] = import_module(f"farthing.app.{verb}").ways()
    return tuple(_shown(verb, way) for way in ways)


def _shown(verb: str, way: Way) -> ChainShown:
    made = tuple(formula.__name__ for formula in way.chain)
    inputs = names_of(way.chain).difference(made)
    steps = plan(way.chain, frozenset(inputs), made).steps
    links = tuple(
        Link(
            name=step.name,
            unit=unit_label(step.name),
            arguments=arguments_of(step.formula),
            equation=equation_of(step.formula),
            formula=f"{step.formula.__module__}:{step.name}",
        )
        for step in steps
    )
    return ChainShown(verb, way.name, tuple(sorted(inputs)), links)
