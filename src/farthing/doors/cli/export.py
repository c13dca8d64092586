"""`farthing export`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import EXPORT
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import export
    from farthing.app.asking import ask
    from farthing.doors.cli.errors import exit_code
    from farthing.doors.cli.ledger_output import put

    found = export.answer(ask("export", options))
    if options.get("out") == export.STDOUT:
        for problem in found.problems:
            click.echo(f"{problem.severity}: {problem}", err=True)
        return exit_code(found.problems, strict=shown.strict)
    return put(found, shown)


command = click.Command(
    "export",
    params=[
        click.Argument(["out"]),
        *(one for one in question_options(EXPORT, LEDGER_COMMON) if one.name != "out"),
        *shown_options(),
    ],
    callback=_run,
    help="""Write the ledger to OUT: a FOCUS 1.4 dataset, its events or charges, or the table of spend.

    OUT ends in .csv, .parquet or .xlsx; - is CSV on standard output. A FOCUS line is a day's use of one kind
    of token of one model, with what --by tells apart as tags; bills pass through. No cell is ever a formula.

    \b
    farthing export --focus 1.4 usage.csv --since 2026-11 --until 2026-11
    farthing export usage.parquet --by team
    farthing export spend.xlsx --table spend --by team,month
    farthing export events.parquet --table events
    """,
)
