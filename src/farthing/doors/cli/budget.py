"""`farthing budget`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import BUDGET
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import budget
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put
    from farthing.present.budget_text import readable

    found = budget.answer(ask("budget", options))
    remember(budget.memorable(found))
    return put(readable(found) if shown.form == "text" else found, shown)


command = click.Command(
    "budget",
    params=[
        click.Argument(["file"], nargs=-1),
        *(one for one in question_options(BUDGET, LEDGER_COMMON) if one.name != "file"),
        *shown_options(),
    ],
    callback=_run,
    help="""Where budgets stand: what was spent, what is expected by the end, and when a limit is used up.

    FILE is YAML: budgets: [{name, where, amount, period, soft, hard, alerts}]. What was spent is exact, what
    is expected has a range. Ends with 3 where a hard limit is passed, with --fail-on forecast also where it
    is expected to be. A past day (--as-of) counts in full.

    Nothing is sent anywhere without --alert; with it each threshold that was reached is told once to its
    webhooks, signed, and kept for the next time where it cannot arrive.

    \b
    farthing budget budgets.yaml
    farthing budget budgets.yaml --alert --quiet
    farthing budget budgets.yaml --fail-on forecast --as-of 2026-11-16
    """,
)
