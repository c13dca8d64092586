"""Turn plain values into facts and say everything that is wrong with one entry at once."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias, TypeVar

import msgspec

from farthing.catalog.facts import Entry
from farthing.units.problem import Problem, did_you_mean

E = TypeVar("E", bound=Entry)
Tree: TypeAlias = "str | list[Tree] | dict[str, Tree] | None"
Route: TypeAlias = tuple[str | int, ...]


class Place:
    """Where an entry stands in a file: finds the line of any of its keys."""

    def __init__(self, label: str, lines: Mapping[Route, int], route: Route) -> None:
        self.label = label
        self._lines = lines
        self._route = route

    def at(self, *keys: str | int) -> str:
        """File and line of a key below the entry, or of the nearest key above it."""
        route = (*self._route, *keys)
        while route and route not in self._lines:
            route = route[:-1]
        return f"{self.label}:{self._lines.get(route, 1)}"


def to_fact(value: Tree, kind: type[E], place: Place) -> tuple[E | None, tuple[Problem, ...]]:
    """The fact, or None with every problem of the entry.

    Numbers may be written as text: the kind of the field decides.
    """
    if not isinstance(value, dict):
        return None, (_not_a_mapping(value, kind, place),)
    try:
        return msgspec.convert(value, kind, strict=False), ()
    except msgspec.ValidationError:
        return None, tuple(_entry_problems(value, kind, place))


def _entry_problems(value: dict[str, Tree], kind: type[Entry], place: Place) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key in value:
        if key not in fields:
            yield _unknown_key(key, list(fields), place)
    for name, field in fields.items():
        if name in value:
            yield from _field_problems(name, value[name], field.type, place)
        elif field.required:
            yield _missing_key(name, kind, place)


def _field_problems(name: str, value: Tree, kind: object, place: Place) -> Iterator[Problem]:
    try:
        msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        message = str(error).partition(" - at ")[0]
        named = re.search(r"'(.+)'", message)
        yield Problem(
            code="bad-value",
            severity="error",
            where=place.at(name, named[1]) if named else place.at(name),
            what=f"{name}: {message}, here {_shown(value)}",
            why="each field has one kind of value, so that formulas can trust it",
            fix="Correct the value; amounts are plain numbers such as 3.35e12.",
        )


def _unknown_key(key: str, known: list[str], place: Place) -> Problem:
    return Problem(
        code="unknown-key",
        severity="error",
        where=place.at(key),
        what=f"The key '{key}' is not known here",
        why="a misspelled key would be lost without a word",
        fix=did_you_mean(key, known) or f"Use one of: {', '.join(known)}.",
    )


def _missing_key(name: str, kind: type[Entry], place: Place) -> Problem:
    return Problem(
        code="missing-key",
        severity="error",
        where=place.at(),
        what=f"'{name}' is missing",
        why=f"every {kind.__name__} must state it",
        fix=f"Add '{name}: ...'.",
    )


def _not_a_mapping(value: Tree, kind: type[Entry], place: Place) -> Problem:
    return Problem(
        code="bad-value",
        severity="error",
        where=place.at(),
        what=f"Expected the fields of one {kind.__name__}, here {_shown(value)}",
        why="an entry is a mapping of field names to values",
        fix="Indent the fields below the entry's name.",
    )


def _shown(value: Tree) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
