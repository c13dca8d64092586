"""`farthing anomalies`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import ANOMALIES
from farthing.doors.cli.options import given, question_options, shown_options, take_shown

_FOUND = 3


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import anomalies
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put

    asked = ask("anomalies", options)
    found = anomalies.answer(asked)
    remember(found)
    code = put(found, shown)
    return _FOUND if found.rows and "fail" in asked.question.flags else code


command = click.Command(
    "anomalies",
    params=[*question_options(ANOMALIES, LEDGER_COMMON), *shown_options()],
    callback=_run,
    help="""What cost more than was to be expected, since when, and which driver explains it.

    Expected is what the past before each moment says: its level, its growth, the course of the week. Found
    are spikes, jumps that stay, slow drift, new models that make the whole dearer, and caches that were
    lost; stretches of one cause are one. What stays becomes normal after some weeks. --fail exits with 3
    where there is any (for a job that should stop); without it finding something is no failure.

    \b
    farthing anomalies
    farthing anomalies --by team,model --since 2026-11-01
    farthing anomalies --every hour --where environment=production --fail
    """,
)
