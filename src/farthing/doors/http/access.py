"""Who may do what: the token of a request, looked at before anything of its body is."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request

from farthing.app.access_tokens import Scope, Tokens, allows
from farthing.app.token_file import Token
from farthing.doors.http.rates import Rates
from farthing.doors.http.refused import RefusedError, busy, refused
from farthing.units.problem import InputError

_LONGEST = 512
_MAKE = "farthing token create --scope {} makes one"


class Access:
    """Recognizes tokens and keeps each to its rate. `clock` says the moment, for tokens that expire."""

    def __init__(self, tokens: Tokens, rates: Rates, clock: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._rates = rates
        self._clock = clock

    def require(self, request: Request, scope: Scope) -> Token:
        """The token of a request that has the scope. Raises RefusedError: 401, 403, or 429 over its rate."""
        presented = _bearer(request)
        try:
            # A request without a token takes the same way, so that the time taken tells nothing.
            holder = self._tokens.holder(presented or "", self._clock())
        except InputError as error:
            raise RefusedError(503, error.problems, {"retry-after": "30"}) from error
        if presented is None:
            raise _unauthorized("no token was given", "", scope)
        if holder is None:
            raise _unauthorized("the token is not known, or holds no more", "invalid_token", scope)
        if not allows(holder, scope):
            raise _forbidden(holder, scope)
        if (wait_s := self._rates.take(holder.id)) > 0:
            raise busy("this token asks more often than it may", int(wait_s) + 1)
        return holder


def _bearer(request: Request) -> str | None:
    """What follows `Bearer`; None where nothing of the kind is there once."""
    given = request.headers.getlist("authorization")
    if len(given) != 1:
        return None
    scheme, _, token = given[0].partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and 0 < len(token) <= _LONGEST else None


def _unauthorized(what: str, error: str, scope: Scope) -> RefusedError:
    said = 'Bearer realm="farthing"' + (f', error="{error}"' if error else "")
    fix = f"send Authorization: Bearer TOKEN; {_MAKE.format(scope)}"
    return refused(401, "unauthorized", what, fix, headers={"www-authenticate": said})


def _forbidden(holder: Token, scope: Scope) -> RefusedError:
    said = f'Bearer realm="farthing", error="insufficient_scope", scope="{scope}"'
    what, why = f"the token is for {holder.scope} alone", f"this needs {scope}"
    headers = {"www-authenticate": said}
    return refused(403, "forbidden", what, _MAKE.format(scope), why=why, headers=headers)
