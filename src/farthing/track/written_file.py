"""Files that people write for the ledger (budgets, rules of allocation): read with the line of each slip."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Final

from farthing.catalog.document import Document, parse
from farthing.catalog.entries import Place, Tree
from farthing.ledger.charges import BY_NAME as CHARGE_COLUMNS
from farthing.ledger.columns import Column
from farthing.ledger.events import BY_NAME as EVENT_COLUMNS
from farthing.track.dimensions import Condition, read_conditions
from farthing.units.money import Money, currency_of, parse_money
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

COLUMNS: Final[Mapping[str, Column]] = {**CHARGE_COLUMNS, **EVENT_COLUMNS}
_WHOLE: Final = 100


class Slips:
    """Gathers what is wrong with a file, each with its place, to say all of it at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        """Take what goes wrong inside as a slip at one place of the file."""
        try:
            yield
        except InputError as error:
            self.problems += (replace(problem, where=where) for problem in error.problems)

    def say(self, where: str, what: str, why: str = "", fix: str = "") -> None:
        """One more slip."""
        self.problems.append(slip(where, what, why, fix))

    def done(self) -> None:
        """Raise what was gathered, if anything was."""
        if self.problems:
            raise InputError(dict.fromkeys(self.problems))


def slip(where: str, what: str, why: str = "", fix: str = "") -> Problem:
    """Something that is written wrong."""
    return Problem("bad-value", "error", where, what, why, fix)


def tree_of(text: str, label: str, known: Iterable[str]) -> tuple[dict[str, Tree], Document]:
    """The keys of a file, all of them among `known`. Raises InputError with file and line."""
    document = parse(text, label)
    if document.problems:
        raise InputError(document.problems)
    tree, keys = document.value, list(known)
    if not isinstance(tree, dict):
        raise InputError([slip(f"{label}:1", "the file is no mapping", "", f"begin it with {keys[0]}:")])
    problems = [
        Problem(
            "unknown-key", "error", Place(label, document.lines, (key,)).at(),
            f"the key {quoted(key)} is not known here", "a misspelled key would be lost without a word",
            did_you_mean(key, keys) or f"use one of: {', '.join(keys)}",
        )
        for key in tree if key not in keys
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    return tree, document


def listed(written: str | tuple[str, ...]) -> tuple[str, ...]:
    """One text or several, as several."""
    return (written,) if isinstance(written, str) else written


def conditions(written: str | tuple[str, ...]) -> tuple[Condition, ...]:
    """Conditions as in --where. Raises InputError."""
    return read_conditions(listed(written), COLUMNS)


def amount(written: str, currency: str) -> Money:
    """An amount in the currency that it says itself, else in the one given. Raises InputError."""
    return parse_money(written, "amount", currency_of(currency, "currency"))


def share(written: str) -> Fraction:
    """A share in percent, exactly: "80%" or "12.5%". Raises InputError.

    >>> share("12.5%")
    Fraction(1, 8)
    """
    number = written.strip().removesuffix("%").strip()
    if not written.strip().endswith("%") or not number.replace(".", "", 1).isdecimal():
        raise InputError([slip("", f"{quoted(written)} is no share", "", "write it in percent: 80%")])
    return Fraction(number) / _WHOLE
