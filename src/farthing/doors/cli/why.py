"""`farthing why`."""

import click

from farthing.app.fields import TRAIN
from farthing.doors.cli.options import given, question_options


def _run(name: str, as_json: bool, **values: object) -> int:
    options = given(values)
    from farthing.app.asking import ask
    from farthing.app.train import answer
    from farthing.app.why import why
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document, explanation

    found = why(name, answer(ask("train", options)) if options else None)
    if as_json:
        click.echo(document.encode(found))
    else:
        click.echo(explanation.render(found, width=width(), color=in_color()), nl=False)
    return 0


command = click.Command(
    "why",
    params=[
        click.Argument(["name"]),
        *question_options(TRAIN),
        click.Option(["--json", "as_json"], is_flag=True, help="print the explanation as JSON"),
    ],
    callback=_run,
    help="""Explain one number by its NAME: formula, inputs, ground and source.

    Without options it explains the last answer; with the options of train, the answer to those.

    \b
    farthing why gpu_hours
    """,
)
