"""`farthing reconcile`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import RECONCILE
from farthing.doors.cli.options import given, question_options, shown_options, take_shown

_BEYOND = 3


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import reconcile
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put

    asked = ask("reconcile", options)
    tolerance = reconcile.tolerance_of(asked)
    found = reconcile.answer(asked)
    remember(found)
    code = put(found, shown)
    return code or (_BEYOND if tolerance is not None and reconcile.beyond(found, tolerance) else 0)


command = click.Command(
    "reconcile",
    params=[*question_options(RECONCILE, LEDGER_COMMON), *shown_options()],
    callback=_run,
    help="""What the events cost against what was billed, and why they differ, cause by cause.

    The bill is one or several files (--invoice; --report for the provider's own cost report) in any format
    that farthing import reads, or the bill lines in the ledger. Causes add up to the difference exactly;
    what nothing explains is said to be unexplained. With --tolerance 1% the exit code is 3 where the
    difference is more than that share of what was calculated.

    \b
    farthing reconcile --invoice focus.csv
    farthing reconcile --report costs.json --by model,day --since 2026-10 --until 2026-10
    farthing reconcile --invoice bill.csv --map columns.yaml --fx EUR=1.08@2026-10-01 --tolerance 1%
    """,
)
