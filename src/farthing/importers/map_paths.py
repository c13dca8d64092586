"""A path such as `usage.input` or `items[0]."a.b"`: where a value stands in a row of somebody else's file."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from farthing.importers.files import UnusableFileError
from farthing.importers.readers import name, text
from farthing.units.problem import did_you_mean, quoted

Part: TypeAlias = str | int
_PART: Final = re.compile(r'"((?:[^"\\]|\\.)+)"|([^."\[\]]+)|\[(\d{1,6})\]')


def parts(path: str) -> tuple[Part, ...]:
    """The names and positions of a path, outermost first. Raises ValueError for what is no path.

    >>> parts('choices[0]."a.b".c')
    ('choices', 0, 'a.b', 'c')
    """
    found: list[Part] = []
    place = 0
    while place < len(path):
        if found and path[place] == ".":
            place += 1
        if (match := _PART.match(path, place)) is None:
            raise ValueError(f"{quoted(path)} is no column and no path such as usage.input or items[0].id")
        spelled, plain, position = match.groups()
        found.append(int(position) if position else plain or re.sub(r"\\(.)", r"\1", spelled))
        place = match.end()
    if not found or path.endswith("."):
        raise ValueError(f"{quoted(path)} is no column and no path such as usage.input or items[0].id")
    return tuple(found)


def json_path(route: Iterable[Part]) -> str:
    """A path as DuckDB writes it.

    >>> json_path(('choices', 0, 'a.b'))
    '$."choices"[0]."a.b"'
    """
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{spelled(part)}" for part in route)


def spelled(part: str) -> str:
    """A name in quotes, so that points and brackets in it mean nothing."""
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Fields(Protocol):
    """The values of a row as SQL expressions."""

    def text(self, path: str) -> str:
        """The value at a path as text, null where it is empty. Raises UnusableFileError where none can be."""

    def text_or_null(self, path: str) -> str:
        """The same, and null where no row of the file has it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with columns of text: a path is a column's name, or leads into the JSON that a column holds.

    Case does not matter in the names of columns.
    """

    columns: Mapping[str, str]

    @classmethod
    def of(cls, columns: Sequence[str]) -> "Table":
        """Rows with these columns."""
        return cls({column.lower(): column for column in reversed(columns)})

    def text(self, path: str) -> str:
        """The value at a path. Raises UnusableFileError where there is no such column."""
        if (found := self._found(path)) is None:
            fix = did_you_mean(path, self.columns.values())
            raise UnusableFileError(f"it has no column {quoted(path)}, which the map names. {fix}".strip())
        return found

    def text_or_null(self, path: str) -> str:
        """The value at a path, null where there is no such column."""
        return self._found(path) or "NULL"

    def _found(self, path: str) -> str | None:
        if (column := self.columns.get(path.lower())) is not None:
            return f"NULLIF({name(column)}, '')"
        route = parts(path)
        for length in range(len(route), 0, -1):
            column = self.columns.get(".".join(map(str, route[:length])).lower())
            if column is not None:
                return _inside(column, route[length:])
        return None


def _inside(column: str, route: Sequence[Part]) -> str:
    """The value of a column, or what stands at a path in the JSON that it holds."""
    if not route:
        return f"NULLIF({name(column)}, '')"
    return f"NULLIF(json_extract_string(TRY_CAST({name(column)} AS JSON), {text(json_path(route))}), '')"


@dataclass(frozen=True, slots=True)
class Documents:
    """Rows that are JSON: all paths that are asked for are read in one parse of `doc`, as the list `v`."""

    paths: dict[str, int] = field(default_factory=dict)

    def text(self, path: str) -> str:
        """The value at a path; that a row lacks it is nothing unusual."""
        place = self.paths.setdefault(json_path(parts(path)), len(self.paths) + 1)
        return f"NULLIF(v[{place}], '')"

    text_or_null = text

    def read(self, document: str) -> str:
        """All values that were asked for of a document, as the column `v`."""
        listed = ", ".join(text(path) for path in self.paths)
        found = f"json_extract_string({document}, [{listed}])" if self.paths else "NULL::VARCHAR[]"
        return f"{found} AS v"
