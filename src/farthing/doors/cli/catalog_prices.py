"""`farthing catalog prices`, `update`, `conflicts` and `lock`: the price book."""

import click

_JSON = click.option("--json", "as_json", is_flag=True, help="print as JSON")
_AS_OF = click.option("--as-of", metavar="DATE", help="as on this day (default: today)")
_BOOK = click.option(
    "--book", multiple=True, metavar="FILE", help="a contract, price list or locked book (repeatable)"
)
_FX = click.option(
    "--fx", multiple=True, metavar="TEXT", help="exchange rate, for example GBP=1.27@2026-02-10"
)


@click.command(
    "prices",
    help="""What a model costs on a day, or how an accelerator's rent changed.

    NAME is an accelerator, or a model with or without its provider.

    \b
    farthing catalog prices gpt-4o --as-of 2024-06-01
    farthing catalog prices anthropic/claude-sonnet-4-5 --history
    farthing catalog prices h100-sxm --since 2026-01-01
    """,
)
@click.argument("name")
@_AS_OF
@click.option("--history", is_flag=True, help="every dated change of a model, oldest first")
@click.option("--tier", metavar="TIER", help="standard, batch, flex, priority or fast")
@click.option("--region", metavar="REGION", help="for example eu")
@click.option("--since", metavar="DATE", help="of an accelerator: leave out older quotes")
@_BOOK
@_FX
@click.option("--strict", is_flag=True, help="exit with 5 when the book is stale or there is no price")
@_JSON
def prices(name: str, as_json: bool, **values: object) -> int:
    """Print the prices of a model, or the rent of an accelerator."""
    from farthing.app import price_look_up
    from farthing.doors.cli.errors import exit_code
    from farthing.doors.cli.output import in_color, width
    from farthing.present import document, facts
    from farthing.present import prices as shown

    options = {key: value for key, value in values.items() if key != "strict"}
    found = price_look_up.prices_of(name, options)
    if isinstance(found, tuple):
        click.echo(document.encode(found) if as_json else facts.prices(found, width=width()).rstrip("\n"))
        return 0
    text = document.encode(found) if as_json else shown.model(found, width=width(), color=in_color())
    click.echo(text.rstrip("\n"))
    return exit_code(found.problems, strict=bool(values["strict"]))


@click.command("update")
@click.option(
    "--from", "source", metavar="FILE", help="newer prices: genai-prices (JSON, wheel) or LiteLLM's JSON"
)
@click.option("--reset", is_flag=True, help="go back to the prices that were installed")
@_JSON
def update(source: str | None, reset: bool, as_json: bool) -> None:
    """Keep newer prices from a FILE in your data folder and use them from now on; nothing is fetched."""
    from farthing.app import price_book
    from farthing.present import document
    from farthing.present import prices as shown

    if bool(source) == reset:
        raise click.UsageError("Give either --from FILE or --reset.")
    found = price_book.update(source) if source else price_book.reset()
    click.echo(document.encode(found) if as_json else shown.updated(found).rstrip("\n"))


@click.command("conflicts")
@click.option("--from", "source", metavar="FILE", help="LiteLLM's JSON, or the word litellm: that installed")
@_AS_OF
@click.option("--all", "every", is_flag=True, help="show every rate, not only those widest apart")
@_JSON
def conflicts(source: str | None, as_of: str | None, every: bool, as_json: bool) -> None:
    """Where sources of prices disagree, which one is taken, and why."""
    from farthing.app import price_book
    from farthing.doors.cli.output import width
    from farthing.present import document
    from farthing.present import prices as shown
    from farthing.units.dates import parse_date

    found = price_book.disagreements(parse_date(as_of, "--as-of") if as_of else None, source)
    text = document.encode(found) if as_json else shown.conflicts(found, width=width(), every=every)
    click.echo(text.rstrip("\n"))


@click.command("lock")
@click.argument("out")
@_BOOK
@_FX
@_JSON
def lock(out: str, book: tuple[str, ...], fx: tuple[str, ...], as_json: bool) -> None:
    """Write the whole price book into the file OUT, from which the same totals come out later."""
    from farthing.app import price_book
    from farthing.doors.cli.output import width
    from farthing.present import document
    from farthing.present import prices as shown

    found = price_book.lock_book(out, book, fx)
    click.echo(document.encode(found) if as_json else shown.locked(found, width=width()).rstrip("\n"))


COMMANDS = (prices, update, conflicts, lock)
