"""Files of other tools by maps: the maps that ship in `maps/`, and those that a user writes (`--map`)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from farthing.catalog.document import parse
from farthing.catalog.entries import Place, Route, Tree, to_fact
from farthing.importers.format import LIKELY, NO, Format, Head
from farthing.importers.map_check import Checker
from farthing.importers.map_facts import Made, Map
from farthing.importers.map_paths import parts
from farthing.importers.map_query import query
from farthing.units.problem import InputError, Problem

SHIPPED: Final = Path(__file__).with_name("maps")
_LARGEST_BYTES: Final = 1024 * 1024
_KEY: Final = re.compile(r'"([^"\\]{1,200})"\s*:')


def from_file(path: Path) -> Format:
    """The format that a map file describes. Raises InputError with all of its problems."""
    map_, place, problems = _read(_content(path), path)
    if map_ is not None:
        problems += Checker(map_, place).problems()
    if map_ is None or problems:
        raise InputError(problems)
    return _format(map_)


def _content(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise InputError([_unread(path, "it is not a file")])
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError([_unread(path, f"it cannot be read ({error.strerror or error})")]) from None
    if len(content) > _LARGEST_BYTES:
        raise InputError([_unread(path, "it is larger than a megabyte")])
    return content.decode("utf-8", errors="replace")


def _unread(path: Path, what: str) -> Problem:
    return Problem("no-map", "error", str(path), what, "", "Name a map: a YAML file with 'columns:'.")


def _read(written: str, path: Path) -> tuple[Map | None, Place, list[Problem]]:
    """The map in a text, where its form is sound, and all that is wrong with its form.

    A map that does not say its name is called as its file is.
    """
    document = parse(written, path.name)
    place = Place(path.name, document.lines, ())
    if document.problems or not isinstance(document.value, dict):
        return None, place, [*document.problems] or [_no_map(path.name)]
    named = {"name": _name(path), "title": path.name, **document.value}
    sound, problems = _sound(named, path.name, document.lines)
    map_, wrong = to_fact(sound, Map, place)
    return map_, place, [*problems, *wrong]


def _shipped() -> Iterator[Format]:
    """The maps of this package, whose meaning the tests have checked."""
    for path in sorted(SHIPPED.glob("*.yaml")):
        map_, _, problems = _read(path.read_text("utf-8"), path)
        assert map_ is not None, problems
        yield _format(map_)


def _sound(
    tree: dict[str, Tree], label: str, lines: Mapping[Route, int]
) -> tuple[dict[str, Tree], list[Problem]]:
    """A map without the columns and tags whose form is wrong, and what is wrong with all of those."""
    problems: list[Problem] = []
    for heading in ("columns", "tags"):
        entries = tree.get(heading)
        if isinstance(entries, dict):
            kept = dict(entries)
            for key, spec in entries.items():
                wrong = _wrong(key, spec, Place(label, lines, (heading, key)))
                problems += wrong
                if wrong:
                    del kept[key]
            tree = {**tree, heading: kept}
    return tree, problems


def _wrong(key: str, spec: Tree, place: Place) -> Iterable[Problem]:
    if isinstance(spec, str):
        return ()
    if isinstance(spec, dict):
        return to_fact(spec, Made, place)[1]
    what, why = f"Nothing that '{key}' could come from", "it comes from one column, or from several by steps"
    fix = f"Write '{key}: name_of_a_column', or {{first: [one, another]}}."
    return (Problem("bad-value", "error", place.at(), what, why, fix),)


def _format(map_: Map) -> Format:
    return Format(map_.name, map_.title, partial(_likeness, map_), partial(query, map_), map_.table)


def _likeness(map_: Map, head: Head) -> int:
    """How sure a map is of a file: it is where the file has all that the map knows it by."""
    if not map_.match or (map_.reads == "csv" and head.is_json):
        return NO
    has = _has_keys(head.text) if head.is_json else _has_columns(head.columns)
    every = ((one,) if isinstance(one, str) else one for one in map_.match)
    return LIKELY if all(any(map(has, paths)) for paths in every) else NO


def _has_columns(columns: Iterable[str]) -> Callable[[str], bool]:
    known = {column.lower() for column in columns}
    return lambda path: path.lower() in known


def _has_keys(beginning: str) -> Callable[[str], bool]:
    """Whether JSON text has every name of a path as a key, wherever that stands."""
    known = set(_KEY.findall(beginning))
    return lambda path: all(part in known for part in parts(path) if isinstance(part, str))


def _name(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "map"


def _no_map(label: str) -> Problem:
    why = "a map has the keys name, title, columns and, where they are needed, others"
    fix = "Write 'columns:' and below it a line such as 'at: timestamp' for each column of the ledger."
    return Problem("bad-map", "error", label, "The file holds no map", why, fix)


FORMATS: Final = tuple(_shipped())
