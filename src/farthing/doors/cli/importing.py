"""`farthing import`."""

import sys
import time
from collections.abc import Callable

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import IMPORT
from farthing.doors.cli.options import given, question_options, shown_options, take_shown

_PATIENCE_S = 1.0
_MEGABYTE = 1_000_000
_UNDO = "undo"
_NOTHING_USABLE = 2


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import ledger_import
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put

    files = options.get("files")
    if isinstance(files, list) and files[0] == _UNDO:
        return _undo(files[1:], options.get("ledger"))
    found = ledger_import.answer(ask("import", options), _progress() if not shown.quiet else _silent)
    remember(found)
    code = put(found, shown)
    return code or (_NOTHING_USABLE if ledger_import.nothing_usable(found) else 0)


def _undo(batches: list[str], ledger: object) -> int:
    from farthing.app.ledger_import import undo

    if len(batches) != 1:
        raise click.UsageError("farthing import undo takes the name of one batch.")
    events, charges = undo(batches[0], ledger)
    click.echo(f"Took back {events:,} events and {charges:,} charges of batch {batches[0]}.")
    return 0


def _silent(_name: str, _size: int) -> None:
    """Nothing is told."""


def _progress() -> Callable[[str, int], None]:
    """Tells on stderr which file is read, once it takes longer than a moment."""
    started = time.monotonic()

    def told(name: str, size: int) -> None:
        if time.monotonic() - started >= _PATIENCE_S or size > 50 * _MEGABYTE:
            end = "\r" if sys.stderr.isatty() else "\n"
            click.echo(f"  reading {name} ({size / _MEGABYTE:,.1f} MB){end}", nl=False, err=True)

    return told


command = click.Command(
    "import",
    params=[
        click.Argument(["files"], nargs=-1, metavar="[FILE]..."),
        *(one for one in question_options(IMPORT, LEDGER_COMMON) if one.name != "files"),
        *shown_options(),
    ],
    callback=_run,
    help="""Bring usage and bills into the ledger: each record once, however often a file is imported.

    FILE is a file, a folder, a pattern, or - for standard input; without one, the logs of Claude Code and
    Codex on this machine. The format is told from the content. What is malformed is set aside with its
    line and reason, and the rest is kept.

    \b
    farthing import spend_logs.csv
    farthing import 'logs/**/*.jsonl.gz' --set team=search --set tag:origin=gateway
    farthing import trace.csv --map columns.yaml
    farthing import undo 20261122T101500-1a2b3c
    """,
)
