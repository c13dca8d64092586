"""`farthing reprice`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import REPRICE
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import reprice
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put

    found = reprice.answer(ask("reprice", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "reprice",
    params=[*question_options(REPRICE, LEDGER_COMMON), *shown_options()],
    callback=_run,
    help="""What the ledger would cost at other prices: shown first, and changed only with --apply.

    Other prices are today's price book, a contract or price list (--book), or what a day asked (--as-of).
    With --apply, the months that are open are priced so from now on; closed months keep theirs
    (farthing ledger close).

    \b
    farthing reprice --book contract.yaml
    farthing reprice --as-of 2026-01-01 --by model,month
    farthing reprice --apply
    """,
)
