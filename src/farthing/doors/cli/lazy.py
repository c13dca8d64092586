"""A command group that knows its verbs' names and help, and imports a verb only to run it."""

from importlib import import_module
from typing import NamedTuple

import click


class Verb(NamedTuple):
    """Where a command lives and the line that the group's help shows for it."""

    home: str
    help: str


class LazyGroup(click.Group):
    """A click group over a table of verbs; `module:attribute` is imported when needed."""

    def __init__(self, verbs: dict[str, Verb], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]
        self.verbs = verbs

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order of the table."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a verb, imported now; None for a word that is no verb."""
        if cmd_name not in self.verbs:
            return None
        module, _, attribute = self.verbs[cmd_name].home.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, and names the nearest verb for a word that is none."""
        if args[0] not in self.verbs and not args[0].startswith("-"):
            from farthing.units.problem import did_you_mean

            ctx.fail(f"{args[0]!r} is no command. {did_you_mean(args[0], self.verbs)}".rstrip())
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The verbs with their help, without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.help) for name, verb in self.verbs.items()])
