"""`farthing optimum`."""

import click

from farthing.app.fields import OPTIMUM
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.app.optimum import answer
    from farthing.doors.cli.output import put

    found = answer(ask("optimum", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "optimum",
    params=[*question_options(OPTIMUM), *shown_options()],
    callback=_run,
    help="""How big to train: the size and the tokens for a budget, a loss or a size, with a range.

    What the model will serve over its life counts: a smaller one, trained for longer, is cheaper to use.
    Published models are shown on the same scale, in tokens for each parameter and times Chinchilla:

    \b
    farthing optimum --budget '$1M' --lifetime-tokens 10T --accelerator h100-sxm
    farthing optimum --loss 2.05 --lifetime-tokens 1T
    farthing optimum --params 7B --lifetime-tokens 10T --model llama-3.1-8b
    """,
)
