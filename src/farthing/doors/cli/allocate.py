"""`farthing allocate`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import ALLOCATE
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    if shown.form in ("text", "md"):
        options.setdefault("round", "cents")  # what people read is to the cent, and adds up
    from farthing.app import allocate
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put

    found = allocate.answer(ask("allocate", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "allocate",
    params=[
        click.Argument(["file"], required=False),
        *(one for one in question_options(ALLOCATE, LEDGER_COMMON) if one.name != "file"),
        *shown_options(),
    ],
    callback=_run,
    help="""Shared and idle cost to teams, customers or any other tag, such that it adds up to the bill.

    FILE is YAML: to: team, and pools of cost (of the ledger, an amount, accelerators by the hour), each
    shared in proportion to direct spend, evenly, by fixed parts or by usage; what is idle is shared or stands
    apart. The total is that of farthing spend over the same days, to the last decimal, and what the file
    states besides.

    What is read is rounded to cents that add up in rows and columns; --json and --csv are exact.

    \b
    farthing allocate rules.yaml --since 2026-11 --until 2026-11
    farthing allocate rules.yaml --csv --round cents
    """,
)
