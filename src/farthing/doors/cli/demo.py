"""`farthing demo`."""

from datetime import date

import click


def _run(as_json: bool, as_of: str | None, **wanted: bool) -> int:
    asked = [name for name, is_wanted in wanted.items() if is_wanted]
    if len(asked) > 1:
        raise click.UsageError(f"--{asked[0]} and --{asked[1]} are two tables: ask for one.")
    if as_of is not None and (not asked or asked[0] not in _DATED):
        raise click.UsageError("--as-of goes with --prices, --categories or --roi.")
    if asked and asked[0] in _DATED:
        return _DATED[asked[0]](as_json, as_of)
    return {"times": _times, "sizes": _sizes, "serving": _serving}.get("".join(asked), _published_run)(
        as_json
    )


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


def _serving(as_json: bool) -> int:
    from farthing.app.stated_serving import stated_serving
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document
    from farthing.present.stated_serving import render

    rows = stated_serving()
    click.echo(
        document.encode(rows) if as_json else render(rows, width=width(), color=in_color()), nl=as_json
    )
    return 0


def _prices(as_json: bool, as_of: str | None) -> int:
    from farthing.app.stated_prices import stated_prices
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document
    from farthing.present.stated_prices import render

    found = stated_prices(_day(as_of))
    click.echo(
        document.encode(found) if as_json else render(found, width=width(), color=in_color()), nl=as_json
    )
    return 0


def _categories(as_json: bool, as_of: str | None) -> int:
    from farthing.app.stated_categories import stated_categories
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document
    from farthing.present.stated_categories import render

    found = stated_categories(_day(as_of))
    click.echo(
        document.encode(found) if as_json else render(found, width=width(), color=in_color()), nl=as_json
    )
    return 0


def _roi(as_json: bool, as_of: str | None) -> int:
    from farthing.app.stated_roi import stated_roi
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document
    from farthing.present.stated_roi import render

    found = stated_roi(_day(as_of))
    click.echo(
        document.encode(found) if as_json else render(found, width=width(), color=in_color()), nl=as_json
    )
    return 0


def _day(as_of: str | None) -> date | None:
    from farthing.units.dates import parse_date

    return None if as_of is None else parse_date(as_of, "--as-of")


_DATED = {"prices": _prices, "categories": _categories, "roi": _roi}

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
        click.Option(["--serving"], is_flag=True, help="instead, its table of vLLM throughput, recomputed"),
        click.Option(
            ["--prices"], is_flag=True, help="instead, its prices from 2024 to 2030, beside a tested forecast"
        ),
        click.Option(
            ["--categories"], is_flag=True, help="instead, its seven kinds of models, beside the dated book"
        ),
        click.Option(
            ["--roi"],
            is_flag=True,
            help="instead, its returns of tuning and hosting, recomputed",
        ),
        click.Option(["--as-of"], metavar="DATE", help="the day from which prices are looked at"),
    ],
    callback=_run,
    help="Estimate a published training run from its configuration, beside what was reported.",
)
