"""`farthing finetune`."""

import click

from farthing.app.fields import FINETUNE
from farthing.doors.cli.options import given, question_options, shown_options, take_shown


def _run(**values: object) -> int:
    shown = take_shown(values)
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.finetune import answer
    from farthing.app.last import remember
    from farthing.doors.cli.output import put

    found = answer(ask("finetune", options))
    remember(found)
    return put(found, shown)


command = click.Command(
    "finetune",
    params=[*question_options(FINETUNE), *shown_options()],
    callback=_run,
    help="""What fine-tuning takes: time, memory, money, and which accelerator is enough, with a range.

    Give a model and its examples. Without an accelerator the cheapest one that fits is taken; the
    other ways, managed services among them, are shown beside it. --against FILE says what is saved:

    \b
    farthing finetune --model qwen2.5-14b --method qlora --examples 5000
    farthing finetune --model llama-3.1-8b --method dpo --examples 20k --accelerator h100-sxm
    farthing finetune --model gpt-4o-mini --method managed --examples 5000
    """,
)
