"""Look-ups by any spelling: case, spaces and punctuation do not matter."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from farthing.catalog import names
from farthing.catalog.facts import Accelerator, ClosedModel, Fact, Grid, Instance, Model, Node
from farthing.catalog.load import Catalog, catalog
from farthing.units.problem import InputError, Problem, did_you_mean

F = TypeVar("F", bound=Fact, covariant=True)
SERVICES = ("tuning_services", "label_kinds", "teachers")
ROOMS = ("accelerators", "models", "instances", "nodes", "closed_models", "power", *SERVICES)


@dataclass(frozen=True, slots=True)
class Found(Generic[F]):
    """A fact and how it was found.

    `assumed` is a sentence where the name stood for several parts and the usual one was taken,
    else empty.
    """

    id: str
    room: str
    fact: F
    assumed: str = ""


def accelerator(name: str) -> Accelerator:
    """The accelerator of this name. Raises InputError with the nearest names."""
    return found_accelerator(name).fact


def found_accelerator(name: str) -> Found[Accelerator]:
    """The same with its id, and with a note where the name is short for several parts."""
    entry = _look_up("accelerators", catalog().accelerators, name)
    short = names.key(name) in {names.key(bare) for bare in entry.fact.default_for}
    assumed = f"'{name}' is taken as {entry.fact.name}, the usual part." if short else ""
    return Found(entry.id, entry.room, entry.fact, assumed)


def model(name: str) -> Model:
    """The open model of this name. Raises InputError with the nearest names."""
    return found_model(name).fact


def found_model(name: str) -> Found[Model]:
    """The same with its id."""
    return _look_up("models", catalog().models, name)


def model_or_none(name: str) -> Found[Model] | None:
    """The open model of this name, or None: quick, because no nearest name is looked for."""
    entry = _entry(catalog(), "models", name)
    return None if entry is None else Found(entry, "models", catalog().models[entry])


def closed_model(name: str) -> Found[ClosedModel]:
    """What is reported about a closed model. Raises InputError with the nearest names."""
    return _look_up("closed_models", catalog().closed_models, name)


def instance(name: str) -> Found[Instance]:
    """The cloud instance of this name. Raises InputError with the nearest names."""
    return _look_up("instances", catalog().instances, name)


def node(name: str) -> Found[Node]:
    """The server or rack of this name. Raises InputError with the nearest names."""
    return _look_up("nodes", catalog().nodes, name)


def grid(name: str) -> Found[Grid]:
    """The country of this name. Raises InputError with the nearest names."""
    return _look_up("power", catalog().power, name)


def find(name: str) -> Found[Fact]:
    """The first fact of this name in any room. Raises InputError with the nearest names."""
    for room in ROOMS:
        if (entry := _entry(catalog(), room, name)) is not None:
            return Found(entry, room, getattr(catalog(), room)[entry])
    known = [spelling for room in ROOMS for spelling in _spellings(catalog(), room)]
    raise InputError([_unknown("catalog entry", name, known)])


def search(text: str) -> list[Found[Fact]]:
    """Every fact that has `text` in one of its spellings, in the order of the rooms."""
    sought = names.key(text)
    return [
        Found(entry, room, fact)
        for room in ROOMS
        for entry, fact in getattr(catalog(), room).items()
        if any(sought in names.key(spelling) for spelling in names.spellings(entry, fact))
    ]


def _look_up(room: str, entries: Mapping[str, F], name: str) -> Found[F]:
    entry = _entry(catalog(), room, name)
    if entry is None:
        what = room.removesuffix("s").replace("_", " ") if room != "power" else "country"
        raise InputError([_unknown(what, name, _spellings(catalog(), room))])
    return Found(entry, room, entries[entry])


def _entry(facts: Catalog, room: str, name: str) -> str | None:
    exact, loose = _indexes(facts.hash, room)
    return exact.get(names.key(name)) or loose.get(names.loose_key(name))


@functools.cache
def _indexes(state: str, room: str) -> tuple[dict[str, str], dict[str, str]]:
    """Id by key and, where only one entry has it, by the key without points."""
    del state  # part of the cache's key alone
    exact = names.index(getattr(catalog(), room))
    loose: dict[str, set[str]] = {}
    for key, ids in exact.items():
        loose.setdefault(key.replace(".", ""), set()).update(ids)
    return _only(exact), _only(loose)


def _only(index: Mapping[str, set[str]]) -> dict[str, str]:
    return {key: next(iter(ids)) for key, ids in index.items() if len(ids) == 1}


def _spellings(facts: Catalog, room: str) -> list[str]:
    entries = getattr(facts, room).items()
    return [spelling for name, fact in entries for spelling in names.spellings(name, fact)]


def _unknown(what: str, name: str, known: list[str]) -> Problem:
    return Problem(
        code="unknown-name",
        severity="error",
        where=name[:60],
        what=f"No {what} is called '{name[:60]}'",
        why="only names in the catalog have facts behind them",
        fix=did_you_mean(name, known) or "See `farthing catalog list`.",
    )
