"""`farthing token`: who may send usage and ask questions over HTTP."""

import click

_JSON = click.option("--json", "as_json", is_flag=True, help="print as JSON")

_HELP = """Tokens let programs in that reach farthing over HTTP; only a hash of each is kept.

A token of scope write sends usage and nothing else, one of scope read asks questions, admin does both and may
name files of the server. What changes here holds from the next request on, in a running server too.

\b
farthing token create --scope write --name collector
farthing token list
farthing token revoke collector
"""


@click.group("token", help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Who may in."""


@command.command("create")
@click.option("--scope", required=True, metavar="write|read|admin", help="what it is good for")
@click.option("--name", default="", metavar="TEXT", help="what to call it")
@click.option("--expires", metavar="DURATION", help="how long it holds, for example 90d (default: for ever)")
@_JSON
def create(scope: str, name: str, expires: str | None, as_json: bool) -> None:
    """Make a token and print it, this once."""
    from farthing.app import access_tokens
    from farthing.present import document

    made = access_tokens.create(scope, name, expires)
    if as_json:
        click.echo(document.encode(made))
        return
    click.echo(made.token)
    until = f" until {made.expires[:10]}" if made.expires else ""
    click.echo(f"Token {made.id} for {made.scope}{until}. It is not shown again.", err=True)


@command.command("list")
@_JSON
def list_(as_json: bool) -> None:
    """List the tokens there are; none of them can be read again."""
    from farthing.app import access_tokens
    from farthing.doors.cli.output import width
    from farthing.present import access, document

    found = access_tokens.listed()
    click.echo(
        document.encode(access.shown(found)) if as_json else access.listing(found, width()).rstrip("\n")
    )


@command.command("revoke")
@click.argument("token", metavar="TOKEN")
@_JSON
def revoke(token: str, as_json: bool) -> None:
    """Take back a token by its id, or all of a name."""
    from farthing.app import access_tokens
    from farthing.present import access, document

    gone = access_tokens.revoke(token)
    if as_json:
        click.echo(document.encode(access.shown(gone)))
        return
    click.echo(f"Revoked {', '.join(f'{one.id} ({one.scope})' for one in gone)}.")
