"""`farthing spend`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import SPEND
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import spend
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put, top_of

    top = top_of(options)
    found = spend.answer(ask("spend", options))
    remember(found)
    return put(found, shown, top)


command = click.Command(
    "spend",
    params=[*question_options(SPEND, LEDGER_COMMON), *shown_options()],
    callback=_run,
    help="""Where the money went: usage at the prices of its day, and bills, by anything that they say.

    Every amount is exact. What has no price is counted and named, and the total is then "at least". Each
    month keeps the price book that it was imported with until farthing reprice changes that; --book
    prices everything with another one.

    \b
    farthing spend --by model
    farthing spend --by team,day --since 2026-11-01 --until 2026-11-30
    farthing spend --by tag:feature --where team=search --per customer
    farthing spend --by provider,model --csv
    """,
)
