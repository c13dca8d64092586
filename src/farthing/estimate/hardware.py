"""Which accelerator a question speaks of: a part, a cloud instance or a node of several."""

from dataclasses import dataclass, replace

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.estimate.question import Number, Question
from farthing.units.problem import InputError, Problem
from farthing.units.spread import Spread

COUNT = "accelerator_count"


@dataclass(frozen=True, slots=True)
class Machines:
    """The accelerator of a question, and the question with its count in accelerators."""

    found: Found[Accelerator]
    question: Question
    problems: tuple[Problem, ...]


def machines(question: Question) -> Machines:
    """Look the accelerator up. An instance or node counts as the accelerators it holds.

    Raises InputError with the nearest names, or where no accelerator was named.
    """
    name = question.word("accelerator")
    if name is None:
        raise InputError([_not_named()])
    holder = _holder(name)
    if holder is None:
        found = find.found_accelerator(name)
        return Machines(found, question, _assumed(found))
    accelerator, size = holder
    found = find.found_accelerator(accelerator)
    return Machines(found, _counted(question, size), (_held(name, found, size),))


def _holder(name: str) -> tuple[str, int] | None:
    """Accelerator id and count of an instance or node of this name."""
    try:
        entry = find.find(name)
    except InputError:
        return None
    if entry.room == "instances":
        instance = find.instance(name).fact
        return instance.accelerator, instance.count
    if entry.room == "nodes":
        node = find.node(name).fact
        return node.accelerator, node.count
    return None


def _counted(question: Question, size: int) -> Question:
    count = question.numbers.get(COUNT)
    if count is None:
        return question
    return replace(question, numbers={**question.numbers, COUNT: _times(count, size)})


def _times(value: Number, factor: float) -> Number:
    return value.times(factor) if isinstance(value, Spread) else value * factor


def _not_named() -> Problem:
    return Problem(
        code="missing-input",
        severity="error",
        where="--accelerator",
        what="no accelerator was named",
        why="speed, memory, power and rent depend on it",
        fix="name one, for example --accelerator h100-sxm; farthing catalog list accelerators has all",
    )


def _assumed(found: Found[Accelerator]) -> tuple[Problem, ...]:
    if not found.assumed:
        return ()
    fix = f"name the part, for example --accelerator {found.id}"
    return (
        Problem("assumed-part", "note", "--accelerator", found.assumed, "the name is short for several", fix),
    )


def _held(name: str, found: Found[Accelerator], size: int) -> Problem:
    return Problem(
        code="counted-in-accelerators",
        severity="note",
        where="--accelerator",
        what=f"one {name} holds {size} × {found.fact.name}; --count counts {name}",
        why="all figures are for each accelerator",
        fix=f"name the part and its count instead: --accelerator {found.id}",
    )
