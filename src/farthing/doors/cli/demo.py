"""`farthing demo`."""

import click


def _run(as_json: bool) -> int:
    from farthing.app.demo import demo
    from farthing.app.last import remember
    from farthing.doors.cli.output import in_color, width
    from farthing.present import comparison, document

    found = demo()
    remember(found.estimate)
    if as_json:
        click.echo(document.encode(found))
    else:
        click.echo(comparison.render(found, width=width(), color=in_color()), nl=False)
    return 0


command = click.Command(
    "demo",
    params=[click.Option(["--json", "as_json"], is_flag=True, help="print the comparison as JSON")],
    callback=_run,
    help="Estimate a published training run from its configuration, beside what was reported.",
)
