"""`farthing ledger`: what an owner of data does with it."""

import click

_LEDGER = click.option("--ledger", metavar="TEXT", help="where it lies (default: FARTHING_LEDGER)")
_JSON = click.option("--json", "as_json", is_flag=True, help="print as JSON")

_HELP = """Keep the ledger: imports, months and their prices, tidying up, and taking out a customer's data.

\b
farthing ledger batches
farthing ledger close 2026-10
farthing ledger tidy --keep-hours 24
farthing ledger erase --where customer=acme --yes
"""


@click.group("ledger", help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Keep the ledger."""


@command.command("batches")
@_LEDGER
@_JSON
def batches(ledger: str | None, as_json: bool) -> None:
    """What each import brought, the newest first; farthing import undo BATCH takes one back."""
    from farthing.app import ledger_keeping
    from farthing.doors.cli.output import width
    from farthing.present import document, ledger_kept

    found = ledger_keeping.batches(ledger)
    click.echo(document.encode(found) if as_json else ledger_kept.batches(found, width()).rstrip("\n"))


@command.command("months")
@_LEDGER
@_JSON
def months(ledger: str | None, as_json: bool) -> None:
    """How each month is priced, and which are closed."""
    from farthing.app import ledger_keeping
    from farthing.doors.cli.output import width
    from farthing.present import document, ledger_kept

    found = ledger_keeping.priced_months(ledger)
    click.echo(document.encode(found) if as_json else ledger_kept.months(found, width()).rstrip("\n"))


@command.command("close")
@click.argument("months", nargs=-1, required=True, metavar="MONTH...")
@_LEDGER
def close(months: tuple[str, ...], ledger: str | None) -> None:
    """Close months, for example 2026-10: what they cost stays, whatever prices become known."""
    from farthing.app import ledger_keeping

    ledger_keeping.close(months, ledger)
    click.echo(f"Closed {', '.join(months)}.")


@command.command("open")
@click.argument("months", nargs=-1, required=True, metavar="MONTH...")
@_LEDGER
def reopen(months: tuple[str, ...], ledger: str | None) -> None:
    """Let farthing reprice --apply change months again."""
    from farthing.app import ledger_keeping

    ledger_keeping.reopen(months, ledger)
    click.echo(f"Opened {', '.join(months)}.")


@command.command("tidy")
@click.option(
    "--keep-hours",
    type=click.IntRange(0, 24 * 3650),
    default=24 * 7,
    show_default=True,
    help="older versions of so many hours stay readable",
)
@_LEDGER
@_JSON
def tidy(keep_hours: int, ledger: str | None, as_json: bool) -> None:
    """Make few files of many, and take away those that nobody needs any more."""
    from farthing.app import ledger_keeping
    from farthing.doors.cli.output import width
    from farthing.present import document, ledger_kept

    found = ledger_keeping.tidy(keep_hours, ledger)
    click.echo(document.encode(found) if as_json else ledger_kept.tidied(found, width()).rstrip("\n"))


@command.command("erase")
@click.option("--where", multiple=True, metavar="TEXT", help="whose rows: customer=acme (repeatable)")
@click.option("--before", metavar="DATE", help="or: everything that happened before this day")
@click.option("--yes", is_flag=True, help="do it; without this the rows are only counted")
@_LEDGER
def erase(where: tuple[str, ...], before: str | None, yes: bool, ledger: str | None) -> None:
    """Take rows out of the ledger and off the disk: a customer's data, or what is too old to keep."""
    from farthing.app import ledger_keeping

    if bool(where) == bool(before):
        raise click.UsageError("Give either --where or --before.")
    if before:
        found = ledger_keeping.erase_before(before, ledger, is_meant=yes)
    else:
        found = ledger_keeping.erase(where, ledger, is_meant=yes)
    done = "Took out" if yes else "Would take out (with --yes)"
    click.echo(f"{done} {found.events:,} events and {found.charges:,} charges.")
