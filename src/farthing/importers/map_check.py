"""Whether a map can be used: everything that is wrong with it at once, each with its line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import duckdb

from farthing.catalog.entries import Place
from farthing.importers.map_facts import Made, Map, Spec
from farthing.importers.map_paths import parts
from farthing.importers.map_query import KEYS, SCHEMAS, moment
from farthing.importers.readers import text
from farthing.ledger.columns import Column
from farthing.units.problem import Problem, did_you_mean, quoted

_OURS: Final = ("batch", "day", "source", "tags")  # what the import itself fills
_MOST_PLACES: Final = 12


@dataclass(frozen=True, slots=True)
class Checker:
    """One map and where it stands."""

    map: Map
    place: Place

    def problems(self) -> Iterator[Problem]:
        """All that is wrong with what the map says, its form being sound."""
        yield from self._columns()
        yield from self._tags()
        yield from self._shape()
        for one in self.map.match:
            for path in (one,) if isinstance(one, str) else one:
                yield from self._path(path, "match")
        for path in self.map.where:
            yield from self._path(path, "where", path)
        for spec in self.map.id:
            yield from self._spec(spec, "id")

    @property
    def _schema(self) -> Mapping[str, Column]:
        return SCHEMAS[self.map.table]

    def _columns(self) -> Iterator[Problem]:
        known = [column for column in self._schema if column not in _OURS]
        for column, spec in self.map.columns.items():
            keys = ("columns", column)
            if column not in known:
                why = f"a map fills columns of {self.map.table}"
                fix = did_you_mean(column, known) or f"Write it under tags, or use one of {', '.join(known)}."
                yield self._problem(f"There is no column {quoted(column)}", why, fix, *keys)
            elif isinstance(spec, Made) and spec.format and self._schema[column].kind != "time":
                what = f"{column} is no moment, but has a format"
                yield self._problem(what, "", "Remove 'format'.", *keys)
            yield from self._spec(spec, *keys)

    def _tags(self) -> Iterator[Problem]:
        for tag, spec in self.map.tags.items():
            if tag in self._schema:
                what = f"The tag '{tag}' is a column of its own"
                yield self._problem(what, "", "Write it under columns.", "tags", tag)
            yield from self._spec(spec, "tags", tag)

    def _shape(self) -> Iterator[Problem]:
        """What does not go together."""
        key = KEYS[self.map.table]
        if self.map.id and key in self.map.columns:
            what = f"Both 'id' and the column '{key}' say what tells a row from all others"
            yield self._problem(what, "", "Remove one of them.", "id")
        if self.map.rows:
            if self.map.reads in ("csv", "parquet"):
                what, why = "'rows' is for JSON", f"the map reads {self.map.reads}"
                yield self._problem(what, why, "Remove it.", "rows")
            yield from self._path(self.map.rows, "rows")
        if self.map.start and not _is_moment(self.map.start):
            what = f"{quoted(self.map.start)} is no moment"
            yield self._problem(what, "", "Write it as 2026-01-01T00:00:00Z.", "start")

    def _spec(self, spec: Spec, *keys: str) -> Iterator[Problem]:
        if isinstance(spec, str):
            yield from self._path(spec, *keys)
            return
        yield from self._origin(spec, *keys)
        yield from self._steps(spec, *keys)
        inner = (*spec.first, *spec.minus, *spec.plus, *(() if spec.from_ is None else (spec.from_,)))
        for one in inner:
            yield from self._spec(one, *keys)

    def _origin(self, spec: Made, *keys: str) -> Iterator[Problem]:
        given = [spec.value is not None, spec.from_ is not None, bool(spec.first)]
        if sum(given) != 1:
            what = f"{keys[-1]} needs exactly one of value, from and first"
            yield self._problem(what, "", "Say with one of them where it comes from.", *keys)
        elif spec.value is not None and spec != Made(value=spec.value):
            what = f"{keys[-1]} is a constant and has steps"
            yield self._problem(what, "", "Write the value as it should be.", *keys)

    def _steps(self, spec: Made, *keys: str) -> Iterator[Problem]:
        if spec.sum:
            yield from self._path(spec.sum, *keys)
        if spec.pattern and not _is_pattern(spec.pattern):
            what, why = f"{quoted(spec.pattern)} is no pattern", "it must be a regular expression of RE2"
            yield self._problem(what, why, "Correct it.", *keys)
        if spec.times is not None and not _is_factor(spec.times):
            what = f"times: {spec.times} has more than {_MOST_PLACES} places or digits"
            yield self._problem(what, "", "Write a factor such as 1e-3.", *keys)
        for format_ in (spec.format,) if isinstance(spec.format, str) else spec.format:
            if not _runs(f"SELECT try_strptime('', {text(format_)})"):
                what, why = (
                    f"{quoted(format_)} is no format of a date",
                    "it is made of letters such as %Y-%m-%d",
                )
                yield self._problem(what, why, "Correct it.", *keys)

    def _path(self, path: str, *keys: str) -> Iterator[Problem]:
        try:
            parts(path)
        except ValueError as error:
            fix = "Put a name with points in quotes: '\"a.b\".c'."
            yield self._problem(str(error), "", fix, *keys)

    def _problem(self, what: str, why: str, fix: str, *keys: str) -> Problem:
        return Problem("bad-map", "error", self.place.at(*keys), what, why, fix)


def _is_moment(written: str) -> bool:
    try:
        moment(written)
    except ValueError:
        return False
    return True


def _is_pattern(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return _runs(f"SELECT regexp_extract('', {text(pattern)})")


def _is_factor(written: str) -> bool:
    whole, _, places = f"{Decimal(written):f}".lstrip("-").partition(".")
    return max(len(whole), len(places)) <= _MOST_PLACES


def _runs(query: str) -> bool:
    try:
        duckdb.connect().execute(query)
    except duckdb.Error:
        return False
    return True
