"""Options of the verbs, made from the app's table of fields, and those that every verb has."""

from collections.abc import Iterable
from typing import NamedTuple

import click

from farthing.app.field import Field
from farthing.app.fields import COMMON, REPEATABLE


class Shown(NamedTuple):
    """How an answer is to be shown: everything about an option that changes no number."""

    form: str = "text"
    strict: bool = False
    explain: bool = False
    quiet: bool = False


_FORMS = ("json", "csv", "md")
_SHOWN = (
    ("--json", "as_json", "print the answer as JSON"),
    ("--csv", "as_csv", "print the answer as CSV"),
    ("--md", "as_md", "print the answer as Markdown"),
    ("--strict", "strict", "exit with 5 when a price is missing or stale"),
    ("--explain", "explain", "show every formula with its values"),
    ("--quiet", "quiet", "print the verdict alone"),
)


def option(field: Field) -> click.Option:
    """One field as an option; its text is read by the app, not here."""
    if field.kind == "flag":
        return click.Option([field.option, field.name], is_flag=True, default=None, help=field.help)
    if field.kind == "switch":
        both = f"{field.option}/--no-{field.name.replace('_', '-')}"
        return click.Option([both, field.name], default=None, help=field.help)
    metavar = "|".join(field.choices) if field.choices else _METAVARS.get(field.kind, "TEXT")
    several = field.name in REPEATABLE or field.kind == "words"
    return click.Option([field.option, field.name], metavar=metavar, multiple=several, help=field.help)


def question_options(fields: Iterable[Field], common: Iterable[Field] = COMMON) -> list[click.Parameter]:
    """The fields of a verb, then those that every question has."""
    return [option(field) for field in (*fields, *common)]


def shown_options() -> list[click.Parameter]:
    """How the answer is to be shown."""
    return [click.Option([flag, name], is_flag=True, help=text) for flag, name, text in _SHOWN]


def take_shown(values: dict[str, object]) -> Shown:
    """Remove the options of `shown_options` from `values` and say what they mean."""
    forms = [form for form in _FORMS if values.pop(f"as_{form}")]
    if len(forms) > 1:
        raise click.UsageError(f"--{forms[0]} and --{forms[1]} cannot both be printed.")
    strict, explain, quiet = (bool(values.pop(name)) for name in ("strict", "explain", "quiet"))
    return Shown(forms[0] if forms else "text", strict, explain, quiet)


def given(values: dict[str, object]) -> dict[str, object]:
    """Only what was written on the command line, ready for the app."""
    kept = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return {name: value for name, value in kept.items() if value not in (None, [])}


_METAVARS = {
    "word": "TEXT",
    "words": "TEXT",
    "rate_per_day": "COUNT/DAY",
    "rate_per_second": "COUNT/S",
    "file": "FILE",
    "count": "COUNT",
    "tokens": "TOKENS",
    "params": "PARAMS",
    "flop": "FLOP",
    "number": "NUMBER",
    "share": "SHARE",
    "duration": "DURATION",
    "money": "MONEY",
    "money_per_hour": "MONEY",
}
