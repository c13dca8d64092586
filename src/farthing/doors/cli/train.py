"""`farthing train`."""

import click

from farthing.app.fields import TRAIN
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.last import remember
    from farthing.app.train import answer
    from farthing.doors.cli.output import put

    found = answer(ask("train", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "train",
    params=[*question_options(TRAIN), *shown_options()],
    callback=_run,
    help="""What a training run takes: time, GPU-hours, memory, energy and money, with a range.

    Give a model and its tokens, or the FLOPs of a sample and the samples, or only accelerators and
    how long they are held:

    \b
    farthing train --model llama-3.1-8b --tokens 15T --accelerator h100-sxm --count 512
    farthing train --accelerator a100-sxm-80gb --count 280 --duration '2 weeks' --rate '$2.50/h'
    """,
)
