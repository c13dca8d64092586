"""Read a `config.json` that anybody may have written: limited, checked, every problem named."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from farthing.units.problem import InputError, Problem, quoted

LARGEST_BYTE: Final = 8 * 1024 * 1024
LARGEST_NUMBER: Final = 100_000_000
LONGEST_LIST: Final = 100_000
INNER: Final = ("text_config", "language_config", "llm_config", "thinker_config")
"""Where models of several senses keep the shape of the language model."""

Values = Mapping[str, Any]


def read(path: Path) -> Values:
    """The fields of a config file, those of the language model on top.

    Raises InputError when the file is missing, too large to be a config, or no JSON object.
    """
    try:
        written = _bytes(path)
    except (OSError, ValueError) as error:  # a path with a null character is a ValueError
        _refuse(path, f"cannot read it: {error}", "Give the path of a config.json.")
    try:
        value = json.loads(written)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:80]
        _refuse(path, f"this is not JSON: {reason}", "Give the config.json of the model as published.")
    if not isinstance(value, dict):
        _refuse(path, "this is no JSON object", "Give the config.json of the model as published.")
    return flat(value)


def flat(value: Values) -> Values:
    """The fields with the language model's own, where they are nested, above the outer ones."""
    for _ in range(3):
        inner = next((value[name] for name in INNER if isinstance(value.get(name), dict)), None)
        if inner is None:
            break
        value = {**{key: item for key, item in value.items() if key not in INNER}, **inner}
    return value


class Fields:
    """Reads fields under any of their names and collects what is wrong with them."""

    def __init__(self, values: Values, where: str) -> None:
        self.values = values
        self.where = where
        self.problems: list[Problem] = []

    def section(self, name: str) -> "Fields":
        """A nested group such as `attn_config`; empty where there is none. Problems are shared."""
        group = self.values.get(name)
        inner = Fields(group if isinstance(group, dict) else {}, f"{self.where}, {name}")
        inner.problems = self.problems
        return inner

    def whole(self, *names: str, default: int = 0) -> int:
        """A whole number from 0 on; `default` where no name is present or it is null."""
        name, value = self._first(names)
        return default if value is None else self._whole(name, value, least=0, default=default)

    def required(self, *names: str) -> int:
        """A whole number from 1 on that must be there."""
        name, value = self._first(names)
        if value is None:
            what = f"the field {names[0]!r} is missing"
            fix = "Add it" + (f"; {' or '.join(names[1:])} is read as well" if names[1:] else "") + "."
            self.problem("missing-field", names[0], what, fix)
            return 1
        return self._whole(name, value, least=1, default=1)

    def number(self, name: str, default: float) -> float:
        """A positive number."""
        value = self.values.get(name)
        if value is None:
            return default
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not math.isfinite(value) or not 0 < value <= LARGEST_NUMBER:
            self._bad(name, value, "a number above 0")
            return default
        return float(value)

    def truth(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            self._bad(name, value, "true or false")
        return value if isinstance(value, bool) else default

    def word(self, name: str) -> str:
        """A word, or nothing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            self._bad(name, value, "a word")
        return value if isinstance(value, str) else ""

    def items(self, name: str) -> list[Any]:
        """A list, empty where there is none; a number is no list and is left to `whole`."""
        value = self.values.get(name)
        if isinstance(value, list) and len(value) > LONGEST_LIST:
            self._bad(name, f"{len(value)} items", "a list of layers")
            return []
        return value if isinstance(value, list) else []

    def problem(self, code: str, field: str, what: str, fix: str) -> None:
        """Remember a problem of one field."""
        why = "the shape of the model follows from it"
        self.problems.append(Problem(code, "error", f"{self.where}: {field}", what, why, fix))

    def done(self) -> None:
        """Raise InputError when anything was wrong."""
        if self.problems:
            raise InputError(self.problems)

    def _first(self, names: tuple[str, ...]) -> tuple[str, Any]:
        return next(
            ((name, self.values[name]) for name in names if self.values.get(name) is not None),
            (names[0], None),
        )

    def _whole(self, name: str, value: object, least: int, default: int) -> int:
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else -1
        if least <= number <= LARGEST_NUMBER and number == int(number):
            return int(number)
        self._bad(name, value, f"a whole number from {least} to {LARGEST_NUMBER:,}")
        return default

    def _bad(self, name: str, value: object, wanted: str) -> None:
        plain = isinstance(value, str | int | float)  # a nested value may be too deep to print
        shown = quoted(str(value)) if plain else f"of type {type(value).__name__}"
        self.problem("bad-field", name, f"{name} is {shown}, expected {wanted}", "Correct the field.")


def _bytes(path: Path) -> bytes:
    size = path.stat().st_size
    if not path.is_file():
        _refuse(path, "this is no file", "Give the path of a config.json.")
    if size > LARGEST_BYTE:
        what = f"the file has {size:,} bytes, a config has some thousand"
        _refuse(path, what, "Give the config.json, not the weights.")
    with path.open("rb") as file:
        return file.read(LARGEST_BYTE)


def _refuse(path: Path, what: str, fix: str) -> NoReturn:
    why = "the shape of a model is read from its config.json"
    raise InputError([Problem("bad-config", "error", quoted(str(path)), what, why, fix)])
