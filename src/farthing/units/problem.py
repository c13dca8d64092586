"""What went wrong, said so that a person can put it right."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "note"]

LONGEST_QUOTE = 60
CLOSE_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong or worth knowing.

    `code` is a stable word for programs (`unit_mismatch`), `where` the option, file and line or key,
    `what` happened, `why` it matters or is so, and `fix` what to do about it.
    """

    code: str
    severity: Severity
    where: str
    what: str
    why: str
    fix: str

    def __str__(self) -> str:
        """All of it on one line: `where: what; why. fix.`, empty parts left out."""
        happened = "; ".join(part for part in (self.what, self.why) if part)
        place = f"{self.where}: " if self.where else ""
        said = f"{place}{happened}. {self.fix}".rstrip(". ")
        return said if said.endswith("?") else f"{said}."


class FarthingError(Exception):
    """Problems were collected and work cannot go on; `problems` holds all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(FarthingError):
    """What the user wrote cannot be used; the command line ends with exit code 2."""


class CatalogError(FarthingError):
    """A fact file of the catalog is wrong."""


def quoted(text: str) -> str:
    """`text` in quotes, safe to print in an error: unprintable characters escaped, long text cut.

    >>> quoted("2..")
    "'2..'"
    """
    shown = repr(text[: LONGEST_QUOTE + 1])
    return shown if len(shown) <= LONGEST_QUOTE else f"{shown[:LONGEST_QUOTE]}…{shown[0]}"


def nearest(word: str, words: Iterable[str], count: int = 3) -> list[str]:
    """The `count` words most like `word`, best first; empty when none is close.

    Case and punctuation do not matter, and a word that begins with what was typed is always close.

    >>> nearest("H100 SMX", ["b200", "h100-sxm"])
    ['h100-sxm']
    """
    sought = _letters(word[:LONGEST_QUOTE])
    if not sought:
        return []
    scored = [(_closeness(sought, _letters(candidate)), candidate) for candidate in dict.fromkeys(words)]
    close = sorted((-score, candidate) for score, candidate in scored if score >= CLOSE_ENOUGH)
    return [candidate for _, candidate in close[:count]]


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A sentence naming the nearest words, or nothing when none is close.

    >>> did_you_mean("tokns", ["tokens", "params"])
    'Did you mean tokens?'
    """
    return " ".join(["Did you mean", " or ".join(close) + "?"]) if (close := nearest(word, words)) else ""


def _letters(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())


def _closeness(sought: str, candidate: str) -> float:
    matcher = difflib.SequenceMatcher(None, sought, candidate)
    # Cheap upper bounds first: a catalog has thousands of aliases and most are far off.
    if candidate.startswith(sought):
        return 1.0
    if matcher.real_quick_ratio() < CLOSE_ENOUGH or matcher.quick_ratio() < CLOSE_ENOUGH:
        return 0.0
    return matcher.ratio()
