"""Tokens as text and as JSON, without the hashes that are kept of them."""

from collections.abc import Sequence

import msgspec

from farthing.app.token_file import Token
from farthing.present.layout import table


class Shown(msgspec.Struct, frozen=True):
    """A token as others may see it."""

    id: str
    name: str
    scope: str
    made: str
    expires: str


def shown(tokens: Sequence[Token]) -> tuple[Shown, ...]:
    """The tokens without their hashes."""
    return tuple(Shown(one.id, one.name, one.scope, one.made, one.expires) for one in tokens)


def listing(tokens: Sequence[Token], width: int) -> str:
    """A line for each token."""
    if not tokens:
        return "There are no tokens: farthing token create --scope write makes one.\n"
    rows = [("id", "name", "scope", "made", "expires")]
    rows += [
        (one.id, one.name, one.scope, one.made[:16], one.expires[:16] or "never") for one in shown(tokens)
    ]
    return "\n".join(table(rows, "<<<<<", width)) + "\n"
