"""`farthing validate`."""

import sys
import time
from collections.abc import Callable

import click

from farthing.app.fields import VALIDATE
from farthing.doors.cli.options import given, question_options, shown_options, take_shown

_PATIENCE_S = 1.5
_EVERY_S = 1.0


def _run(kind: str, **values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.validate import answer
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document, validation

    found = answer(kind, ask("validate", options), None if shown.quiet else _progress())
    if shown.form == "json":
        click.echo(document.encode(found))
    elif shown.form == "csv":
        click.echo(validation.as_csv(found), nl=False)
    elif shown.form == "md":
        click.echo(validation.as_markdown(found, explain=shown.explain), nl=False)
    elif shown.quiet:
        click.echo(found.verdict)
    else:
        text = validation.render(found, width=width(), color=in_color(), explain=shown.explain)
        click.echo(text, nl=False)
    return 0


def _progress() -> Callable[[int, int], None]:
    """Tells on stderr how far it is, once it takes longer than a moment."""
    started = told = time.monotonic()

    def progress(done: int, every: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - started < _PATIENCE_S or now - told < _EVERY_S or done == every:
            return
        told = now
        end = "\r" if sys.stderr.isatty() else "\n"
        click.echo(f"  predicted {done:,} of {every:,} distinct rows{end}", nl=False, err=True)

    return progress


command = click.Command(
    "validate",
    params=[click.Argument(["kind"]), *question_options(VALIDATE), *shown_options()],
    callback=_run,
    help="""Predict measurements from their configuration, and say how far off that is.

    KIND is training or finetune (throughput and peak memory of a step), runs (GPU-hours of a whole run)
    or serving (TPOT, TTFT and output throughput). Without a table the published facts that ship are
    predicted, each from all the others. What was measured is never read for predicting; where a table
    has it, the error is told.

    \b
    farthing validate training
    farthing validate runs --explain
    farthing validate serving --table mine.csv --predictions out.csv
    """,
)
