"""Tokens that let programs in over HTTP: made, listed, revoked, and recognized by a running server.

Only the SHA-256 of a token is kept. A token is 32 random bytes, so that nobody can try them out and a hash
that is slow on purpose, as for passwords that people choose, would protect nothing and cost every request.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from farthing.app.asking import now
from farthing.app.token_file import Token, changing, read_tokens, signature, tokens_path
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

Scope: TypeAlias = Literal["write", "read", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
PREFIX: Final = "fth_"
_RANDOM_BYTE: Final = 32
_LONGEST_NAME: Final = 60
_SECONDS_PER_HOUR: Final = 3600


class NewToken(msgspec.Struct, frozen=True):
    """A token as it is shown once, and what is kept of it."""

    token: str
    id: str
    name: str
    scope: str
    made: str
    expires: str


def create(scope: str, name: str = "", expires: str | None = None) -> NewToken:
    """Make a token. `expires` is how long it holds, for example "90d". Raises InputError."""
    moment = now()
    if scope not in SCOPES:
        raise InputError([_no_scope(scope)])
    if len(name) > _LONGEST_NAME or not name.isprintable():
        what = f"{quoted(name)} cannot be the name of a token"
        fix = f"at most {_LONGEST_NAME} printable characters"
        raise InputError([Problem("bad-value", "error", "--name", what, "", fix)])
    until = "" if expires is None else (moment + _span(expires)).isoformat(timespec="seconds")
    token = PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(_RANDOM_BYTE)).decode().rstrip("=")
    digest = _digest(token)
    kept = Token(digest[:8], name, scope, moment.isoformat(timespec="seconds"), until, digest)
    with changing() as tokens:
        tokens.append(kept)
    return NewToken(token, kept.id, kept.name, kept.scope, kept.made, kept.expires)


def listed() -> tuple[Token, ...]:
    """Every token that was made and not revoked, expired ones included. Raises InputError."""
    return read_tokens(tokens_path())


def revoke(word: str) -> tuple[Token, ...]:
    """Take back the token of an id, or all of a name. Raises InputError where there is none."""
    with changing() as tokens:
        gone = [one for one in tokens if one.id == word] or [one for one in tokens if one.name == word != ""]
        if not gone:
            raise InputError([_unknown(word, tokens)])
        tokens[:] = [one for one in tokens if one not in gone]
    return tuple(gone)


class Tokens:
    """The tokens as a running server sees them: what changes in the file holds from the next request on."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or tokens_path()
        self._signature: tuple[int, ...] | None = None
        self._tokens: tuple[tuple[bytes, Token], ...] = ()

    def holder(self, presented: str, moment: datetime) -> Token | None:
        """The token that was presented, None for one that is unknown or no longer holds.

        Every entry is compared in constant time and to the end, whatever was found, so that the time taken
        tells nothing about the tokens there are. Raises InputError where the file cannot be read.
        """
        given = _digest(presented).encode()
        found: Token | None = None
        for digest, token in self._current():
            found = token if hmac.compare_digest(digest, given) else found
        return found if found is not None and holds(found, moment) else None

    def any_hold(self, moment: datetime) -> bool:
        """Whether there is one that lets anybody in."""
        return any(holds(token, moment) for _, token in self._current())

    def _current(self) -> tuple[tuple[bytes, Token], ...]:
        found = signature(self._path)
        if found != self._signature:
            self._tokens = tuple((one.digest.encode(), one) for one in read_tokens(self._path))
            self._signature = found
        return self._tokens


def holds(token: Token, moment: datetime) -> bool:
    """Whether a token still holds at a moment."""
    return not token.expires or moment < datetime.fromisoformat(token.expires)


def allows(token: Token, scope: Scope) -> bool:
    """Whether a token is good for what needs this scope: `admin` is good for everything."""
    return token.scope in (scope, "admin")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _span(text: str) -> timedelta:
    hours = parse_as(text, "duration_h", "--expires").value
    if isinstance(hours, Spread) or not 0 < hours < 24 * 365 * 100:
        what, fix = f"{quoted(text)} is not how long a token can hold", "write a time such as 90d"
        raise InputError([Problem("bad-value", "error", "--expires", what, "", fix)])
    return timedelta(seconds=round(hours * _SECONDS_PER_HOUR))


def _no_scope(scope: str) -> Problem:
    what = f"{quoted(scope)} is no scope"
    why = "write: send usage; read: ask questions; admin: both, and name files of the server"
    fix = did_you_mean(scope, SCOPES) or f"it is one of {', '.join(SCOPES)}"
    return Problem("not-a-choice", "error", "--scope", what, why, fix)


def _unknown(word: str, tokens: Sequence[Token]) -> Problem:
    known = [name for one in tokens for name in (one.id, one.name) if name]
    fix = did_you_mean(word, known) or "farthing token list shows their ids and names"
    return Problem("unknown-token", "error", "TOKEN", f"no token is called {quoted(word)}", "", fix)
