"""By what spend can be told apart: columns, tags and stretches of time, as expressions of SQL."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from farthing.ledger.columns import Column
from farthing.ledger.connection import name, text
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

TAG: Final = "tag:"
NOT_SAID: Final = ""
_DAY: Final = 'CAST("day" AS VARCHAR)'
_MINUTE_US: Final = 60_000_000
_HOUR_US: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of time: what groups it, how many letters of a moment name it, its name in SQL.

    `counted` is the unit in which `grouped` counts from 1970, where it is a number.
    """

    grouped: str
    letters: int
    named: str
    counted: Literal["h", "m"] = "h"


TIMES: Final[Mapping[str, _Stretch]] = MappingProxyType({
    "minute": _Stretch(
        f'epoch_us("at") // {_MINUTE_US}', 16,
        f'left(CAST(make_timestamp((epoch_us("at") // {_MINUTE_US}) * {_MINUTE_US}) AS VARCHAR), 16)', "m",
    ),
    "hour": _Stretch(
        f'epoch_us("at") // {_HOUR_US}', 13,
        f'left(CAST(make_timestamp((epoch_us("at") // {_HOUR_US}) * {_HOUR_US}) AS VARCHAR), 13)',
    ),
    "day": _Stretch('"day"', 10, _DAY),
    "week": _Stretch(
        "CAST(date_trunc('week', \"day\") AS DATE)", 10,
        "CAST(CAST(date_trunc('week', \"day\") AS DATE) AS VARCHAR)",
    ),
    "month": _Stretch("CAST(date_trunc('month', \"day\") AS DATE)", 7, f"left({_DAY}, 7)"),
    "year": _Stretch("CAST(date_trunc('year', \"day\") AS DATE)", 4, f"left({_DAY}, 4)"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """What rows must say: the dimension, and the values of which they must have one (or none of them)."""

    dimension: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `since` until before `until`, None where there is no bound."""

    since: date | None = None
    until: date | None = None

    def has(self, day: date) -> bool:
        """Whether a day lies in the window."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


EVER: Final = Window()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the ledger: by what, of which rows, in which days."""

    by: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    window: Window = Window()


def grouped(dimension: str, columns: Mapping[str, Column]) -> str:
    """What rows of a table are grouped by, in SQL; "" where the table has no such column."""
    return TIMES[dimension].grouped if dimension in TIMES else _words(dimension, columns)


def shown(dimension: str, value: object) -> str:
    """A value of `grouped` as people read it."""
    if dimension not in TIMES:
        return str(value)
    stretch = TIMES[dimension]
    counted = isinstance(value, int | np.integer)
    moment = np.datetime64(int(str(value)), stretch.counted) if counted else value
    return str(moment)[: stretch.letters].replace("T", " ")


def _words(dimension: str, columns: Mapping[str, Column]) -> str:
    tag = dimension.removeprefix(TAG)
    if tag in columns and columns[tag].kind == "text":
        return name(tag)
    if dimension.startswith(TAG) and "tags" in columns:
        return f"COALESCE({name('tags')}[{text(tag)}], '')"
    return "''"


def filters(asked: Asked, columns: Mapping[str, Column]) -> str:
    """The conditions of a question in SQL, TRUE where there are none."""
    found = [_condition(condition, columns) for condition in asked.where]
    if asked.window.since is not None:
        found.append(f"{name('day')} >= DATE '{asked.window.since}'")
    if asked.window.until is not None:
        found.append(f"{name('day')} < DATE '{asked.window.until}'")
    return " AND ".join(found) or "TRUE"


def read_dimensions(words: Iterable[str], columns: Mapping[str, Column], option: str) -> tuple[str, ...]:
    """Dimensions from what was written, "model,tag:team,day". Raises InputError for those there are not."""
    asked = [one.strip() for word in words for one in word.split(",") if one.strip()]
    known = {*TIMES, *(column.name for column in columns.values() if column.kind == "text")}
    problems = [_unknown(one, known, option) for one in asked if not one.startswith(TAG) and one not in known]
    problems += [_unknown(one, known, option) for one in asked if one == TAG]
    if problems:
        raise InputError(problems)
    return tuple(dict.fromkeys(asked))


def read_conditions(words: Iterable[str], columns: Mapping[str, Column]) -> tuple[Condition, ...]:
    """Conditions such as "team=search", "model=gpt-5|gpt-4o", "status!=ok". Raises InputError."""
    found: list[Condition] = []
    problems: list[Problem] = []
    for word in words:
        try:
            found.append(_read_condition(word, columns))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(found)


def _read_condition(word: str, columns: Mapping[str, Column]) -> Condition:
    before, sign, after = word.partition("=")
    named = read_dimensions([before.removesuffix("!")], columns, "--where") if sign else ()
    if len(named) != 1:
        fix = "Write NAME=VALUE, for example team=search."
        what = f"{quoted(word)} is no condition"
        raise InputError([Problem("bad-value", "error", "--where", what, "", fix)])
    return Condition(named[0], tuple(after.split("|")), before.endswith("!"))


def _condition(condition: Condition, columns: Mapping[str, Column]) -> str:
    listed = ", ".join(text(value) for value in condition.values)
    negated = "NOT " if condition.negated else ""
    dimension = condition.dimension
    told = TIMES[dimension].named if dimension in TIMES else _words(dimension, columns)
    return f"{told} {negated}IN ({listed})"


def _unknown(dimension: str, known: Collection[str], option: str) -> Problem:
    what = f"{quoted(dimension)} is nothing that usage can be told apart by"
    others = f"Tags of your own are written tag:NAME; others are {', '.join(sorted(known))}."
    return Problem("unknown-column", "error", option, what, "", did_you_mean(dimension, known) or others)
