"""The rent of an accelerator as an input: what the catalog quotes on the day, and how far to trust it."""

from datetime import date
from typing import cast

from farthing.catalog import rental
from farthing.catalog.facts import ProviderKind, Rental, Term
from farthing.catalog.load import catalog
from farthing.estimate.exchange import first_day
from farthing.estimate.gather import Inputs
from farthing.units.problem import InputError, Problem

RENT = "rent_usd_per_gpu_hour"


def gather_rent(inputs: Inputs, accelerator: str) -> tuple[Problem, ...]:
    """Add the rent of an accelerator's id, unless it was given.

    Problems are warnings: a rent that stands in for one nobody quotes, an old one, or none at
    all, in which case the rent stays unknown.
    """
    if RENT in inputs:
        return ()
    question = inputs.question
    kind = cast(ProviderKind, question.word("provider_kind") or _usual("provider_kind"))
    term = cast(Term, question.word("term") or _usual("term"))
    try:
        found = rental.rent(catalog(), accelerator, question.as_of, kind, term)
    except InputError as error:
        return tuple(_unknown(problem) for problem in error.problems)
    note = "; ".join(part for part in (f"{term.replace('_', ' ')}, {kind}", found.note) if part)
    inputs.look_up(RENT, found.usd_per_gpu_hour, found.sources, found.confidence, note)
    return (*(() if found.exact else (_guessed(found.note),)), *_stale(accelerator, term, question.as_of))


def rentals(accelerator: str, term: str | None = None) -> tuple[Rental, ...]:
    """The quotes for an accelerator's id, oldest first."""
    rows = (r for r in catalog().rentals.values() if r.accelerator == accelerator and term in (None, r.term))
    return tuple(sorted(rows, key=lambda row: row.valid_from))


def _usual(name: str) -> str:
    """The catalog's default for a choice nobody made."""
    return catalog().assumptions[name].value


def _stale(accelerator: str, term: str, as_of: date) -> tuple[Problem, ...]:
    known = [first_day(row.valid_from) for row in rentals(accelerator, term)]
    latest = max((day for day in known if day <= as_of), default=None)
    if latest is None or (as_of - latest).days <= rental.STALE_DAYS:
        return ()
    return (
        Problem(
            code="stale",
            severity="warning",
            where=RENT,
            what=f"the latest rent of {accelerator} known on {as_of} is from {latest}",
            why="rents move by half within a year, and not only down",
            fix="give --rate, or --as-of a day nearer to the quotes",
        ),
    )


def _guessed(note: str) -> Problem:
    why = "nobody quotes this accelerator on these terms on that day"
    return Problem("price-guessed", "warning", RENT, note, why, "give --rate if you know it")


def _unknown(problem: Problem) -> Problem:
    """No rent at all: the money stays unknown, everything else is answered."""
    why = f"{problem.why}; an unknown price is never taken as zero"
    return Problem("unpriced", "warning", RENT, problem.what, why, problem.fix)
