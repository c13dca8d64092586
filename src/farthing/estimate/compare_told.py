"""What a comparison stands on: the inputs, steps and sources of all its options, each told once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from farthing.estimate.answer import Assumption, Source, StepTaken
from farthing.estimate.compare_quality import Rated
from farthing.estimate.compare_terms import Option
from farthing.estimate.compose import assumption_of, source_of, sources_behind, step_of
from farthing.estimate.run import Evaluation

_WORKLOAD: Final = ""


def assumptions_of(options: Sequence[Option], work: Evaluation) -> tuple[Assumption, ...]:
    """Every input once; of a name with several values all but the first say whose they are."""
    found: dict[tuple[str, object], Assumption] = {}
    names: set[str] = set()
    for title, run in _runs(options, work):
        for item in run.inputs.values():
            if (item.name, item.value) not in found:
                told = f"{item.name} of {title}" if item.name in names else item.name
                found[item.name, item.value] = assumption_of(item, told)
                names.add(item.name)
    return tuple(found.values())


def steps_of(options: Sequence[Option], work: Evaluation) -> tuple[StepTaken, ...]:
    """Every formula that ran once; one whose value differs by option says whose it is."""
    found: dict[str, StepTaken] = {}
    for title, run in _runs(options, work):
        for step in run.plan.steps:
            taken = step_of(run, step)
            before = found.setdefault(taken.name, taken)
            if before.value != taken.value:
                name = f"{taken.name} of {title}"
                found[name] = StepTaken(name, taken.value, taken.unit, taken.formula, taken.arguments)
    return tuple(found.values())


def sources_of(runs: Sequence[Evaluation], quality: Mapping[str, Rated]) -> tuple[Source, ...]:
    """The union of the sources of all inputs, formulas and scores."""
    worst: dict[str, str | None] = {}
    for run in runs:
        for name, confidence in sources_behind(run.inputs.values(), run.plan.steps).items():
            _worse(worst, name, confidence)
    for rated in quality.values():
        for name in rated.sources:
            _worse(worst, name, rated.confidence)
    return tuple(source_of(name, confidence) for name, confidence in worst.items())


def _worse(worst: dict[str, str | None], name: str, confidence: str | None) -> None:
    worst[name] = max(filter(None, (worst.get(name), confidence)), default=None)


def _runs(options: Sequence[Option], work: Evaluation) -> Iterable[tuple[str, Evaluation]]:
    yield _WORKLOAD, work
    for option in options:
        for part in option.parts:
            yield option.wanted.title, part.run


def worst_of(runs: Sequence[Evaluation]) -> str | None:
    """The worst confidence of all inputs."""
    known = (item.confidence for run in runs for item in run.inputs.values() if item.confidence)
    return max(known, default=None)
