"""`farthing demo`."""

import click


def _run(as_json: bool, times: bool, sizes: bool) -> int:
    if times and sizes:
        raise click.UsageError("--times and --sizes are two tables: ask for one.")
    return _times(as_json) if times else _sizes(as_json) if sizes else _published_run(as_json)


def _published_run(as_json: bool) -> int:
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


def _times(as_json: bool) -> int:
    from farthing.app.stated_times import stated_times
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document
    from farthing.present.stated_times import render

    rows = stated_times()
    if as_json:
        click.echo(document.encode(rows))
    else:
        click.echo(render(rows, width=width(), color=in_color()), nl=False)
    return 0


def _sizes(as_json: bool) -> int:
    from farthing.app.stated_sizes import stated_sizes
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document
    from farthing.present.stated_sizes import render

    found = stated_sizes()
    click.echo(
        document.encode(found) if as_json else render(found, width=width(), color=in_color()), nl=as_json
    )
    return 0


command = click.Command(
    "demo",
    params=[
        click.Option(["--json", "as_json"], is_flag=True, help="print the comparison as JSON"),
        click.Option(
            ["--times"], is_flag=True, help="instead, a report's table of training times, recomputed"
        ),
        click.Option(
            ["--sizes"], is_flag=True, help="instead, its tables of model and data sizes, recomputed"
        ),
    ],
    callback=_run,
    help="Estimate a published training run from its configuration, beside what was reported.",
)
