"""`farthing forecast`."""

import click

from farthing.app.fields import LEDGER_COMMON
from farthing.app.fields_ledger import FORECAST
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app import forecast
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.doors.cli.ledger_output import put

    found = forecast.answer(ask("forecast", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "forecast",
    params=[*question_options(FORECAST, LEDGER_COMMON), *shown_options()],
    callback=_run,
    help="""What will be spent, out of what was: requests × tokens × price, each carried on by itself.

    Seasons of the day and the week, growth, and prices that are known to change are taken in. The same is
    tried at moments of the past, beside the last season again and the mean of late: whichever was least
    wrong is used, and its error is said (wape: the sum of errors over the sum of spend; coverage_80: the
    share of the past within the 80% range). --as-of forecasts as on a day of the past; the running day is
    never taken for a whole one.

    \b
    farthing forecast --horizon 30d
    farthing forecast --horizon '2 weeks' --by team
    farthing forecast --horizon 6h --every 10m --where model=gpt-5
    """,
)
