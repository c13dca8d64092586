"""A body that is JSON: its type, its depth and its text are looked at before it is used."""

from typing import Final

import msgspec
from starlette.requests import Request

from farthing.doors.http.answered import JSON
from farthing.doors.http.depth import check_depth
from farthing.doors.http.limits import Limits
from farthing.doors.http.otlp import content_type
from farthing.doors.http.refused import refused
from farthing.doors.http.unpack import unpacked

_WRITE: Final = "write one JSON object in UTF-8"


def must_be_json(request: Request) -> None:
    """Raises RefusedError for another content type; pages of other sites cannot send this one unasked."""
    found = content_type(request)
    if found != JSON:
        what = f"the content type {found[:60]!r} is not read"
        raise refused(415, "content-type", what, f"send {JSON}", headers={"accept": JSON})


def decoded(body: bytes, encoding: str, limits: Limits) -> object:
    """What a body says; an empty one says nothing, `{}`. Raises RefusedError."""
    plain = unpacked(body, encoding, limits)
    check_depth(plain, limits.json_depth)
    try:
        return msgspec.json.decode(plain) if plain.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise refused(400, "bad-json", "the body is no JSON", _WRITE, why=str(error)[:200]) from None
