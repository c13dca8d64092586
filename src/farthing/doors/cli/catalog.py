"""`farthing catalog`."""

import click

from farthing.doors.cli.catalog_prices import COMMANDS

_JSON = click.option("--json", "as_json", is_flag=True, help="print as JSON")


@click.group("catalog", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """The facts: accelerators, models, rental prices, power, and where each comes from."""


@command.command("list")
@click.argument("kind", required=False)
@_JSON
def list_(kind: str | None, as_json: bool) -> None:
    """List the entries of a KIND, or the kinds there are."""
    from farthing.app.facts import KINDS, entries
    from farthing.doors.cli.output import width
    from farthing.present import document, facts

    found = entries(kind)
    if as_json:
        click.echo(document.encode(found))
    elif kind is None:
        click.echo(facts.kinds(found, KINDS, width=width()), nl=False)
    else:
        click.echo(facts.listing(found, width=width()), nl=False)


@command.command("show")
@click.argument("name")
@_JSON
def show(name: str, as_json: bool) -> None:
    """Show one entry by any of its names, with its sources."""
    from farthing.app import facts as app
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document, facts

    found = app.show(name)
    shown = (
        document.encode(found) if as_json else facts.fact(found, width=width(), color=in_color()).rstrip("\n")
    )
    click.echo(shown)


@command.command("search")
@click.argument("text")
@_JSON
def search(text: str, as_json: bool) -> None:
    """Find entries that have TEXT in one of their names."""
    from farthing.app import facts as app
    from farthing.doors.cli.output import width
    from farthing.present import document, facts

    found = app.search(text)
    click.echo(document.encode(found) if as_json else facts.listing(found, width=width()).rstrip("\n"))


@command.command("check")
@_JSON
def check(as_json: bool) -> int:
    """Read every fact again and say what is wrong; exit code 2 when an error is found."""
    from farthing.app import facts as app
    from farthing.doors.cli.output import width
    from farthing.present import document, facts

    found = app.check()
    click.echo(document.encode(found) if as_json else facts.check(found, width=width()).rstrip("\n"))
    return 2 if any(problem.severity == "error" for problem in found.problems) else 0


for _command in COMMANDS:
    command.add_command(_command)
