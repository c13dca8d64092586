"""An answer on its way out: the form that was asked for, and the exit code."""

import os
import shutil
import sys

import click

from farthing.app.answers import Estimate
from farthing.doors.cli.errors import exit_code
from farthing.doors.cli.options import Shown
from farthing.present import csv, document, markdown, text

_NARROWEST, _WIDEST = 60, 120


def put(answer: Estimate, shown: Shown) -> int:
    """Print an answer and return the exit code that its problems mean."""
    if shown.form == "json":
        click.echo(document.encode(answer))
    elif shown.form == "csv":
        click.echo(csv.render(answer), nl=False)
    elif shown.form == "md":
        click.echo(markdown.render(answer, explain=shown.explain), nl=False)
    elif shown.quiet:
        click.echo(answer.verdict)
    else:
        click.echo(text.render(answer, width=width(), color=in_color(), explain=shown.explain), nl=False)
    return exit_code(answer.problems, strict=shown.strict)


def in_color() -> bool:
    """Colors only where a person looks on, and not against their wish (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to write in."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns))
