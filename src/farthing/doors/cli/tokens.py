"""`farthing tokens`."""

import click

from farthing.app.fields import TOKENS
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.app.tokens import answer
    from farthing.doors.cli.output import put

    found = answer(ask("tokens", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "tokens",
    params=[*question_options(TOKENS), *shown_options()],
    callback=_run,
    help="""What requests to models by the token cost: a request, a day, a month, a year, at any date.

    Prices are dated facts with sources; the hour, the tier, the length of the input and the cache count.
    Several models are compared; without one, those that no other beats in price and quality are shown:

    \b
    farthing tokens --model claude-sonnet-4-5 --input 2000 --output 500 --requests 10k/day
    farthing tokens --model gpt-5 --model gemini-2.5-pro --input 1k..8k --output 400 --cached-share 60%
    farthing tokens --min-quality 80 --benchmark mmlu-pro --requests 10k/day
    farthing tokens --model claude-sonnet-4-5 --demand 5M/day
    """,
)
