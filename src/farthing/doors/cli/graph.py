"""`farthing graph`."""

import click


def _run(verb: str, as_json: bool) -> int:
    from farthing.app.graph import graph
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document, explanation

    found = graph(verb)
    if as_json:
        click.echo(document.encode(found))
    else:
        click.echo(explanation.chains(found, width=width(), color=in_color()), nl=False)
    return 0


command = click.Command(
    "graph",
    params=[
        click.Argument(["verb"]),
        click.Option(["--json", "as_json"], is_flag=True, help="print the chains as JSON"),
    ],
    callback=_run,
    help="""Print the chains of formulas behind a VERB, in the order in which they run.

    Every name can be overridden with --set, and explained with farthing why.

    \b
    farthing graph train
    """,
)
