"""Scenario files: the options of a question in YAML, underscores for hyphens."""

from collections.abc import Iterable
from pathlib import Path

from farthing.app.field import Field
from farthing.app.fields import REPEATABLE
from farthing.catalog.document import Document, parse
from farthing.catalog.entries import Tree
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

LARGEST_BYTE = 1_000_000


def read_scenario(path: str, fields: Iterable[Field], where: str = "--scenario") -> dict[str, object]:
    """The options of a scenario file, given by `where`. Raises InputError with file and line of each slip."""
    document = parse(read_text(path, where), Path(path).name)
    if document.problems:
        raise InputError(document.problems)
    tree = document.value
    if not isinstance(tree, dict):
        raise InputError([_not_a_mapping(path, tree)])
    known = {field.name: field for field in fields}
    problems = [p for key, value in tree.items() for p in _problems(path, document, key, value, known)]
    if problems:
        raise InputError(problems)
    return {key: _option(key, value) for key, value in tree.items() if value is not None}


def read_text(path: str, where: str) -> str:
    """A small text file. Its size is looked at before it is read. Raises InputError."""
    file = Path(path)
    try:
        if not file.is_file():
            raise InputError([_unusable(path, where, "it is no file", "check the path")])
        if file.stat().st_size > LARGEST_BYTE:
            raise InputError([_unusable(path, where, "it is larger than 1 MB", "give a smaller file")])
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            [_unusable(path, where, f"it is not UTF-8: {error.reason}", "save it as UTF-8")]
        ) from None
    except (OSError, ValueError) as error:
        raise InputError([_unusable(path, where, str(error), "check the path and its rights")]) from None


def _problems(
    path: str, document: Document, key: str, value: Tree, known: dict[str, Field]
) -> Iterable[Problem]:
    place = f"{Path(path).name}:{document.lines.get((key,), 1)}"
    if key not in known or key == "scenario":
        fix = did_you_mean(key, known) or f"use one of: {', '.join(known)}"
        why = "a misspelled key would be lost without a word"
        yield Problem("unknown-key", "error", place, f"the key {quoted(key)} is not known", why, fix)
    elif isinstance(value, list | dict) and not _repeatable(known[key]):
        why = f"{key} is one value"
        yield Problem(
            "bad-value", "error", place, f"{key} is a list or mapping here", why, f"write {key}: VALUE"
        )
    elif isinstance(value, list | dict) and not _flat(value):
        why = f"{key} holds pairs of a name and a value"
        yield Problem(
            "bad-value", "error", place, f"{key} is nested too deep", why, f"write {key}: {{NAME: VALUE}}"
        )


def _repeatable(field: Field) -> bool:
    return field.name in REPEATABLE or field.kind == "words"


def _flat(value: list[Tree] | dict[str, Tree]) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return all(isinstance(item, str) for item in items)


def _option(key: str, value: Tree) -> object:
    """Repeatable options become lists of texts: `set: {mfu: 0.4}` is `--set mfu=0.4`."""
    if key not in REPEATABLE:
        return value
    if isinstance(value, dict):
        return [f"{name}={item}" for name, item in value.items()]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _not_a_mapping(path: str, tree: Tree) -> Problem:
    found = "nothing" if tree is None else "a list" if isinstance(tree, list) else "a single value"
    return Problem(
        code="bad-file",
        severity="error",
        where=Path(path).name,
        what=f"the scenario holds {found}",
        why="a scenario is a mapping of option names to values",
        fix="write lines such as accelerator: h100-sxm",
    )


def _unusable(path: str, where: str, why: str, fix: str) -> Problem:
    return Problem("bad-file", "error", where, f"{quoted(path)} cannot be read", why, fix)
