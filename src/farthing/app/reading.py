"""What the user wrote becomes what the formulas take: texts to numbers, words to known words."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import TracebackType
from typing import Self, TypeAlias

from farthing.app.field import Field
from farthing.estimate.exchange import rate_of
from farthing.estimate.question import Number
from farthing.units.currency import CURRENCIES
from farthing.units.kinds import RULES, Floor, Kind
from farthing.units.money import Rate, in_usd, parse_fx
from farthing.units.names import unit_of
from farthing.units.period import SECONDS_PER_HOUR
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import Quantity, parse_as, parse_quantity
from farthing.units.spread import Spread

Written: TypeAlias = str | int | float | Spread
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


class Collector:
    """Gathers the problems of many readings, to raise them once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, InputError):
            self.problems.extend(error.problems)
            return True
        return False

    def done(self) -> None:
        """Raise what was gathered, if anything was."""
        if self.problems:
            raise InputError(dict.fromkeys(self.problems))


def exchange_rates(texts: Iterable[str], as_of: date) -> Mapping[str, Rate]:
    """Dated rates by currency: those given with `--fx`, the catalog's for all others."""
    given = {rate.currency: rate for rate in map(parse_fx, texts)}
    known = {code: rate for code in CURRENCIES if (rate := rate_of(code, as_of)) is not None}
    return {**known, **given}


def read_quantity(written: Written, field: Field, rates: Mapping[str, Rate]) -> Number:
    """The quantity of a field: above zero, or zero where the field has that, never below its own least."""
    floor = Floor.NOT_NEGATIVE if field.zero else Floor.POSITIVE
    value = read_number(written, field.quantity, field.option, rates, floor)
    low = value.p05 if isinstance(value, Spread) else value
    if low < field.least or not floor.admits(low):
        raise InputError([_too_low(field, str(written))])
    return value


def read_number(
    written: Written, name: str, where: str, rates: Mapping[str, Rate], floor: Floor | None = None
) -> Number:
    """A value for the canonical `name`, in the unit that the name says; money in dollars.

    Without a floor it is that of the name's kind, and never below zero: nothing here is.
    """
    if isinstance(written, Spread):
        return written
    if isinstance(written, bool):
        raise InputError([_not_a_number(where, written)])
    text = written if isinstance(written, str) else repr(written)
    if floor is None and RULES[unit_of(name).kind].floor is Floor.NONE:
        floor = Floor.NOT_NEGATIVE
    quantity = _duration(text, where) if name == "duration_h" else parse_as(text, name, where, floor)
    return in_usd(quantity, rates, where)


def _duration(text: str, where: str) -> Quantity:
    """A duration says its unit: a bare number is too easily read as days by one, hours by another."""
    read = parse_quantity(text, Kind.DURATION, where)
    hours = 1 / SECONDS_PER_HOUR
    value = read.value.times(hours) if isinstance(read.value, Spread) else read.value / SECONDS_PER_HOUR
    return Quantity(value, read.kind, read.currency, read.text, read.note)


def read_word(written: object, field: Field) -> str:
    """A word of a field; one of its choices where it has some, hyphens and case left open."""
    word = str(written).strip()
    if not word:
        raise InputError([_not_a_choice(field, "nothing", "")])
    if not field.choices:
        return word
    tidy = word.lower().replace("-", "_")
    if tidy not in field.choices:
        raise InputError([_not_a_choice(field, quoted(word), did_you_mean(tidy, field.choices))])
    return tidy


def read_flag(written: object, field: Field) -> bool:
    """Yes or no."""
    word = str(written).strip().lower()
    if word not in _YES | _NO:
        raise InputError([_not_a_choice(field, quoted(word), "Write yes or no.")])
    return word in _YES


def split_pair(text: str, where: str) -> tuple[str, str]:
    """`NAME=VALUE` in two."""
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value.strip()):
        what = f"{quoted(text)} is not NAME=VALUE"
        fix = "write a name, an equals sign and a value, such as mfu=0.4"
        raise InputError([Problem("not-a-pair", "error", where, what, "both sides are needed", fix)])
    return name.strip(), value.strip()


def resolve_name(word: str, names: Collection[str], fields: Iterable[Field], where: str) -> str:
    """The canonical name that a person means: itself, an option, or the name without its unit.

    `accelerators` and `count` are accelerator_count, `wall_clock` is wall_clock_days.
    """
    tidy = word.strip().lower().replace("-", "_")
    if tidy in names:
        return tidy
    by_option = {field.name: field.quantity for field in fields if field.quantity in names}
    if tidy in by_option:
        return by_option[tidy]
    stems = [name for name in sorted(names) if _stem(name) in (tidy, tidy.removesuffix("s"))]
    if len(stems) == 1:
        return stems[0]
    raise InputError([_unknown_name(word, [*names, *by_option], stems, where)])


def _stem(name: str) -> str:
    return name.rpartition("_")[0] or name


def merge(scenario: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """A scenario's options under those given directly; repeatable ones add up."""
    merged = dict(scenario)
    for name, value in given.items():
        before = merged.get(name)
        merged[name] = [*before, *value] if isinstance(before, list) and isinstance(value, list) else value
    return merged


def unknown_options(options: Iterable[str], fields: Iterable[Field]) -> list[Problem]:
    """A problem for each option that no field has."""
    known = [field.name for field in fields]
    return [
        Problem(
            code="unknown-option",
            severity="error",
            where=name,
            what=f"there is no option {quoted(name)}",
            why="a misspelled option would be lost without a word",
            fix=did_you_mean(name, known) or f"the options are {', '.join(known)}",
        )
        for name in options
        if name not in known
    ]


def _not_a_number(where: str, written: object) -> Problem:
    what = f"{quoted(str(written))} is no number"
    return Problem("not-a-number", "error", where, what, "a quantity is expected here", "write a number")


def _too_low(field: Field, written: str) -> Problem:
    floor = f"{field.least:g} or more" if field.least else "greater than zero"
    return Problem(
        code="too_low",
        severity="error",
        where=field.option,
        what=f"{quoted(written)} cannot be used for {field.option}",
        why=f"it must be {floor}",
        fix="give a larger value",
    )


def _not_a_choice(field: Field, what: str, guess: str) -> Problem:
    return Problem(
        code="not-a-choice",
        severity="error",
        where=field.option,
        what=f"{what} is not what {field.option} can be",
        why=f"it is one of {', '.join(field.choices)}" if field.choices else "",
        fix=guess or "leave the option out to get the usual one",
    )


def _unknown_name(word: str, names: list[str], stems: list[str], where: str) -> Problem:
    guess = f"Did you mean {' or '.join(stems)}?" if stems else did_you_mean(word, names)
    return Problem(
        code="unknown-name",
        severity="error",
        where=where,
        what=f"no value is named {quoted(word)}",
        why="neither an input nor a formula of this question has that name",
        fix=guess or "see farthing graph VERB, which lists the names",
    )
