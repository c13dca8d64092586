"""Options that come as JSON: each of the type that its field takes, before anything reads them."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

from farthing.app.field import Field
from farthing.app.fields import REPEATABLE
from farthing.app.reading import unknown_options
from farthing.units.problem import InputError, Problem

LONGEST_TEXT: Final = 10_000
MOST_TEXTS: Final = 1_000
_LARGEST: Final = 1e300


def checked(given: object, fields: Iterable[Field]) -> dict[str, object]:
    """The options, nulls left out. Raises InputError for all that no field takes."""
    known = {field.name: field for field in fields}
    if not isinstance(given, Mapping):
        what, fix = "the options are no JSON object", 'write {"name": value, …}'
        raise InputError([Problem("bad-value", "error", "", what, "", fix)])
    problems = unknown_options(map(str, given), known.values())
    options: dict[str, object] = {}
    for name, value in given.items():
        if name not in known or value is None:
            continue
        try:
            options[name] = _value(known[name], value)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return options


def is_repeatable(field: Field) -> bool:
    """Whether an option may be given more than once."""
    return field.name in REPEATABLE or field.kind == "words"


def _value(field: Field, value: object) -> object:
    if is_repeatable(field):
        return _texts(field, value)
    if isinstance(value, bool):
        if field.kind in ("flag", "switch"):
            return value
        raise InputError([_wrong(field, "true or false")])
    if isinstance(value, int | float):
        return _number(field, value)
    return _text(field, value)


def _number(field: Field, value: float) -> int | float | str:
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise InputError([_wrong(field, "no finite number")])
    # Words may look like numbers: `"bits": 4`.
    return value if field.quantity and not field.choices else str(value)


def _texts(field: Field, value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}={_text(field, item)}" for name, item in value.items()]
    items = value if isinstance(value, list) else [value]
    if len(items) > MOST_TEXTS:
        raise InputError([_wrong(field, f"more than {MOST_TEXTS:,} texts")])
    return [_text(field, item) for item in items]


def _text(field: Field, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError([_wrong(field, "no text")])
    text = str(value)
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise InputError([_wrong(field, f"a text of more than {LONGEST_TEXT:,} characters, or with a NUL")])
    return text


def _wrong(field: Field, found: str) -> Problem:
    expected = {"flag": "true or false", "switch": "true or false", "words": "a text or a list of texts"}
    fix = f"give {expected.get(field.kind, 'a text or a number, as on the command line')}"
    return Problem("bad-value", "error", field.name, f"{field.name} is {found}", "", fix)
