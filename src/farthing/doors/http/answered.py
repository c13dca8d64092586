"""What goes wrong while a request is answered becomes a refusal; our own mistakes are logged and said."""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.responses import Response

from farthing.app.received import Busy
from farthing.doors.http.refused import RefusedError, refused
from farthing.present.exit_codes import INFEASIBLE
from farthing.units.problem import FarthingError, Problem

JSON: Final = "application/json"
_LOG: Final = logging.getLogger("farthing.http")


def as_refusal(error: Exception) -> RefusedError:
    """The refusal that an error means. Busy is back-pressure, and no mistake."""
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, Busy):
        return RefusedError(429, [error.problem], {"retry-after": str(max(1, error.retry_after_s))})
    if isinstance(error, FarthingError):
        infeasible = any(problem.code == INFEASIBLE for problem in error.problems)
        code = "6" if infeasible else "2"
        return RefusedError(422 if infeasible else 400, error.problems, {"farthing-exit-code": code})
    _LOG.error("a request failed", exc_info=error)
    what = f"this is a mistake in farthing, not in what you asked ({type(error).__name__})"
    return refused(500, "bug", what, "please report it; the server's log has the details")


def problems_reply(error: RefusedError) -> Response:
    """A refusal as the contract has it."""
    return json_reply({"problems": error.problems}, error.status, error.headers)


def json_reply(
    document: Mapping[str, object] | Sequence[object],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A document as JSON."""
    return Response(msgspec.json.encode(document) + b"\n", status, headers, JSON)


def said(problems: Sequence[Problem], most: int = 5) -> str:
    """Problems as one text, the first few of them."""
    shown = " ".join(str(problem) for problem in problems[:most])
    more = f" And {len(problems) - most:,} more." if len(problems) > most else ""
    return f"{shown[:2000]}{more}"
