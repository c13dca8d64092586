"""Answers out of the ledger on their way out: the rows are the table that people take along."""

import click

from farthing.app.answers import Estimate
from farthing.doors.cli.errors import exit_code
from farthing.doors.cli.options import Shown
from farthing.doors.cli.output import in_color, width
from farthing.present import document, ledger_text


def put(answer: Estimate, shown: Shown, top: int | None = None) -> int:
    """Print an answer and return the exit code that its problems mean."""
    if shown.form == "json":
        click.echo(document.encode(answer))
    elif shown.form == "csv":
        click.echo(ledger_text.as_csv(answer), nl=False)
    elif shown.form == "md":
        click.echo(ledger_text.as_markdown(answer), nl=False)
    elif shown.quiet:
        click.echo(answer.verdict)
    else:
        made = ledger_text.render(answer, width=width(), color=in_color(), top=top, explain=shown.explain)
        click.echo(made, nl=False)
    return exit_code(answer.problems, strict=shown.strict)


def top_of(options: dict[str, object]) -> int | None:
    """How many rows are to be shown, None where it is not said."""
    if (given := options.get("top")) is None:
        return None
    if not (word := str(given).strip()).isdecimal():
        raise click.UsageError(f"--top takes a number of rows, for example 10, not {word[:20]!r}.")
    return int(word)
