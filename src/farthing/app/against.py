"""A second scenario beside the question: `--against FILE.yaml`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from farthing.app.asking import Asked, ask
from farthing.app.fields import COMMON, VERBS
from farthing.app.reading import merge
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Prepared
from farthing.estimate.savings import compared
from farthing.units.problem import FarthingError, InputError, Problem

OPTION: Final = "against"
_SHARED: Final = ("seed", "draws", "currency", "solve", "target", OPTION)
_REPLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "model": ("config", "params", "active_params"),
    "config": ("model", "params", "active_params"),
    "params": ("model", "config", "active_params"),
    "method": ("weights", "bits", "rank", "reference", "packing", "service"),
    "accelerator": ("rate",),
    "term": ("rate",),
    "provider_kind": ("rate",),
    "tokens": ("examples",),
    "examples": ("tokens",),
}
"""Options of the question that mean nothing any more once the file names another of their kind."""


def saving(asked: Asked, prepared: Callable[[Asked], Prepared]) -> Estimate:
    """The answer to a question with what it saves against the scenario of its file."""
    other = other_question(asked)
    name = name_of(asked)
    try:
        beside = prepared(other)
    except FarthingError as error:
        raise type(error)([replace(p, where=f"{name}: {p.where}") for p in error.problems]) from error
    return compared(prepared(asked), beside, name)


def other_question(asked: Asked) -> Asked:
    """The question changed by the file: what the file does not say stays as it was asked.

    Raises InputError for a file that cannot be read, or that changes what both must share.
    """
    from farthing.app.scenario import read_scenario  # YAML costs 15 ms to import

    if "solve" in asked.options:
        raise InputError([_two_wishes()])
    path = str(asked.options[OPTION])
    said = read_scenario(path, (*VERBS[asked.verb], *COMMON), "--against")
    shared = [name for name in _SHARED if name in said]
    if shared:
        raise InputError([_not_shared(Path(path).name, name) for name in shared])
    return ask(asked.verb, merge(_kept(asked.options, said), said))


def name_of(asked: Asked) -> str:
    """What the other scenario is called: its file's name."""
    return Path(str(asked.options[OPTION])).stem


def _kept(options: Mapping[str, object], said: Mapping[str, object]) -> dict[str, object]:
    """The question's options without those that the file replaces by others of their kind."""
    gone = {OPTION, *(name for word in said for name in _REPLACES.get(word, ()))}
    return {name: value for name, value in options.items() if name not in gone}


def _not_shared(file: str, name: str) -> Problem:
    what, why = f"{file} gives {name}", "both scenarios are drawn alike, so that what they share cancels"
    return Problem("conflict", "error", "--against", what, why, "give it on the command line for both")


def _two_wishes() -> Problem:
    what, why = "--solve and --against ask for two things", "a saving is between two scenarios that are fixed"
    return Problem("conflict", "error", "--against", what, why, "leave one of them out")
