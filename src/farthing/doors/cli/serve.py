"""`farthing serve`."""

import click

from farthing.app.fields import SERVE
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.app.serve import answer
    from farthing.doors.cli.output import put

    found = answer(ask("serve", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "serve",
    params=[*question_options(SERVE), *shown_options()],
    callback=_run,
    help="""What serving a model on your own accelerators takes: speed, latency, copies, money a month.

    Give a model, what a request reads and writes, and how much is asked: so many at once, requests a
    second, tokens a day, or a recorded trace. Latency targets decide how many copies it takes; what is
    held is paid for, busy or idle:

    \b
    farthing serve --model llama-3.1-8b --accelerator h100-sxm --input 1000 --output 250 --concurrency 64
    farthing serve --model llama-3.1-70b --accelerator h100-sxm --demand 500M/day --ttft 2s --tpot 50ms
    """,
)
