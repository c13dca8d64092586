"""A user's contracts over the book: fixed prices, discounts and promised spend, from a YAML file.

Everything that is wrong in a file is told at once, with its line. What is only odd, such as a model
that the book does not know, is a warning: a new model may have its price by contract alone.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from farthing.catalog.document import parse
from farthing.catalog.entries import Place, Tree, to_fact
from farthing.pricing.contract_facts import KINDS, Agreed, AgreedPrice, Commitment, Discount
from farthing.units.problem import InputError, Problem, did_you_mean

A = TypeVar("A", bound=Agreed)


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry of a contract and where it stands."""

    place: Place
    entry: Agreed

    def problem(self, code: str, what: str, why: str, fix: str, *, key: str = "") -> Problem:
        """An error at a key of the entry."""
        return Problem(code, "error", self.place.at(*filter(None, (key,))), what, why, fix)

    def warning(self, code: str, what: str, why: str, fix: str, *, key: str = "") -> Problem:
        """A doubt about a key of the entry."""
        return Problem(code, "warning", self.place.at(*filter(None, (key,))), what, why, fix)


@dataclass(frozen=True, slots=True)
class Contract:
    """The entries of one file, whose form is sound."""

    label: str
    digest: str
    entered: tuple[Entered, ...]

    @property
    def prices(self) -> Iterator[tuple[Entered, AgreedPrice]]:
        """Fixed prices."""
        return self._of(AgreedPrice)

    @property
    def discounts(self) -> Iterator[tuple[Entered, Discount]]:
        """Discounts."""
        return self._of(Discount)

    @property
    def commitments(self) -> Iterator[tuple[Entered, Commitment]]:
        """Promised spend."""
        return self._of(Commitment)

    def _of(self, kind: type[A]) -> Iterator[tuple[Entered, A]]:
        return ((entered, entered.entry) for entered in self.entered if isinstance(entered.entry, kind))


def read(path: Path) -> Contract:
    """The contract in a file. Raises InputError with all problems of form."""
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"it cannot be read ({error.strerror or error})"
        raise InputError([Problem("no-file", "error", str(path), what, "", "correct the path")]) from None
    return read_text(content, path.name)


def read_text(content: bytes, label: str) -> Contract:
    """The contract in a text. Raises InputError with all problems of form."""
    document = parse(content.decode("utf-8", errors="replace"), label)
    problems = list(document.problems)
    entered: list[Entered] = []
    if isinstance(document.value, dict):
        for heading, rows in document.value.items():
            _read_rows(heading, rows, label, document.lines, entered, problems)
    elif not problems:
        problems.append(_no_contract(label))
    if problems:
        raise InputError(problems)
    return Contract(label, f"sha256:{hashlib.sha256(content).hexdigest()}", tuple(entered))


def _read_rows(
    heading: str,
    rows: Tree,
    label: str,
    lines: Mapping[tuple[str | int, ...], int],
    entered: list[Entered],
    problems: list[Problem],
) -> None:
    kind = KINDS.get(heading)
    if kind is None:
        problems.append(_unknown_heading(heading, Place(label, lines, (heading,))))
        return
    if not isinstance(rows, list):
        what = f"'{heading}' holds no list of entries"
        fix = "write one entry on each line, beginning with '- '"
        problems.append(Problem("bad-value", "error", Place(label, lines, (heading,)).at(), what, "", fix))
        return
    for index, row in enumerate(rows):
        place = Place(label, lines, (heading, index))
        fact, wrong = to_fact(_lists(row), kind, place)
        problems.extend(wrong)
        if fact is not None:
            entered.append(Entered(place, fact))


def _lists(row: Tree) -> Tree:
    """A single word where several may stand is a list of one: `names: gpt-4o`."""
    if isinstance(row, dict) and isinstance(names := row.get("names"), str):
        return {**row, "names": [names]}
    return row


def words(given: str | Iterable[str]) -> tuple[str, ...]:
    """One word or several, always as a tuple."""
    return (given,) if isinstance(given, str) else tuple(given)


def _unknown_heading(heading: str, place: Place) -> Problem:
    what, why = f"The key '{heading}' is not known here", "a misspelled key would be lost without a word"
    fix = did_you_mean(heading, KINDS) or f"Use one of: {', '.join(KINDS)}."
    return Problem("unknown-key", "error", place.at(), what, why, fix)


def _no_contract(label: str) -> Problem:
    what, why = "The file holds no prices", f"an overlay has the keys {', '.join(KINDS)}"
    fix = "Write 'prices:' and below it one row on each line."
    return Problem("bad-file", "error", label, what, why, fix)
