"""Which fleet answers a question of serving: the cheapest that does, or why none can and what would."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import cast

from farthing.catalog import rental
from farthing.catalog.facts import Accelerator, ProviderKind, Term
from farthing.catalog.find import Found, found_accelerator
from farthing.catalog.load import catalog
from farthing.estimate.hardware import machines
from farthing.estimate.question import Question
from farthing.estimate.rent import RENT
from farthing.estimate.serve_fleets import Fleet, Plan, enough, fleets, layouts_on, rank, said
from farthing.estimate.serve_inputs import PREFILL_LIMITS
from farthing.estimate.serve_refusal import refused
from farthing.estimate.serve_search import Layouts
from farthing.units.problem import FarthingError, InputError, Problem


@dataclass(frozen=True, slots=True)
class Choice:
    """The fleet to answer with, the others on its accelerator, and the cheapest of each other accelerator."""

    plan: Plan
    fleet: Fleet
    here: tuple[Fleet, ...]
    elsewhere: tuple[Fleet, ...]
    problems: tuple[Problem, ...]


def choose(question: Question, plan: Plan) -> Choice:
    """The best fleet. Without an accelerator it is the cheapest of all that have a rent.

    Raises InputError where nothing was named that has to be, and FarthingError with an `infeasible` problem.
    """
    if question.word("accelerator") is None:
        if not plan.asked.by_itself or plan.count is not None:
            raise InputError([_not_named()])
        every = elsewhere(question, plan, "")
        if not every:
            raise FarthingError([refused(plan, None, (), ())])
        best = every[0]
        layouts = layouts_on(plan, [best.setup.accelerator])
        assert layouts is not None
        here = tuple(fleets(plan, layouts, _rent_of(question, best.setup.accelerator.id)))
        return Choice(plan, here[0], here, every[1:], (_cheapest(best),))
    asked = machines(question)
    plan = replace(plan, count=said(asked.question, "accelerator_count"))
    others = elsewhere(question, plan, asked.found.id)
    tried = [_able(question, each, asked.found) for each in _variants(question, plan)]
    able = sorted((found for found in tried if found.able), key=lambda found: rank(found.plan, found.able[0]))
    if not able:
        raise FarthingError([refused(plan, asked.found, tried[-1].fleets, others, tried[-1].layouts)])
    first = able[0]
    return Choice(first.plan, first.able[0], first.able, others, asked.problems)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A plan on one accelerator: its layouts, the fleets that hold anything, those that serve all."""

    plan: Plan
    layouts: Layouts | None
    fleets: tuple[Fleet, ...]

    @property
    def able(self) -> tuple[Fleet, ...]:
        return tuple(fleet for fleet in self.fleets if enough(self.plan, fleet))


def _able(question: Question, plan: Plan, part: Found[Accelerator]) -> _Tried:
    layouts = layouts_on(plan, [part])
    found = fleets(plan, layouts, _rent_of(question, part.id)) if layouts is not None else []
    return _Tried(plan, layouts, tuple(found))


def _variants(question: Question, plan: Plan) -> Iterator[Plan]:
    """The plan, and with prompts read elsewhere the same with less busy readers of prompts."""
    if not plan.extras.apart or "prefill_limit_share" in question.sets:
        yield plan
        return
    for limit in PREFILL_LIMITS:
        yield replace(plan, extras=replace(plan.extras, prefill_limit_share=limit))


def elsewhere(question: Question, plan: Plan, but: str) -> tuple[Fleet, ...]:
    """The cheapest fleet of each other accelerator with a known rent that serves all, cheapest first."""
    free = replace(plan, count=None, fixed={})
    rents = {part: rent for part, rent in rents_on(question).items() if part != but}
    layouts = layouts_on(free, [found_accelerator(part) for part in rents], monotone=False)
    if layouts is None:
        return ()
    best: dict[str, Fleet] = {}
    for fleet in fleets(free, layouts, rents):
        if enough(free, fleet):
            best.setdefault(fleet.setup.accelerator.id, fleet)
    return tuple(best.values())


def rents_on(question: Question) -> Mapping[str, float]:
    """The usual rent of every accelerator that somebody quotes, on the question's terms and day."""
    kind = question.word("provider_kind") or catalog().assumptions["provider_kind"].value
    term = question.word("term") or catalog().assumptions["term"].value
    return _rents(catalog().hash, question.as_of, kind, term)


@lru_cache(maxsize=16)
def _rents(state: str, as_of: date, kind: str, term: str) -> Mapping[str, float]:
    del state  # part of the cache's key alone
    quoted = {row.accelerator for row in catalog().rentals.values()}
    found = {}
    for part in sorted(quoted.intersection(catalog().accelerators)):
        try:
            rent = rental.rent(catalog(), part, as_of, cast(ProviderKind, kind), cast(Term, term))
        except InputError:
            continue
        if rent.confidence != "D":
            found[part] = rent.mid
    return found


def _rent_of(question: Question, part: str) -> dict[str, float]:
    """The rent of one accelerator: the one given, else the usual one, even where it is guessed."""
    given = said(question, RENT)
    if given is not None:
        return {part: given}
    kind = question.word("provider_kind") or catalog().assumptions["provider_kind"].value
    term = question.word("term") or catalog().assumptions["term"].value
    try:
        rent = rental.rent(catalog(), part, question.as_of, cast(ProviderKind, kind), cast(Term, term))
    except InputError:
        return {}
    return {part: rent.mid}


def _not_named() -> Problem:
    why = "speed, memory, power and rent depend on it"
    fix = "name one, for example --accelerator h100-sxm, or give a --demand to find the cheapest"
    return Problem("missing-input", "error", "--accelerator", "no accelerator was named", why, fix)


def _cheapest(best: Fleet) -> Problem:
    part = best.setup.accelerator
    what = f"no --accelerator was named: {part.fact.name} is taken, the cheapest of those with a known rent"
    return Problem("chosen-part", "note", "--accelerator", what, "the rows have the others", "name one")
