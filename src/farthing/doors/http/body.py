"""The body of a request: read once, within bounds, and only after everything else was checked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from farthing.doors.http.limits import Limits
from farthing.doors.http.refused import RefusedError, refused
from farthing.doors.http.room import Room


@asynccontextmanager
async def body_of(request: Request, most_byte: int, limits: Limits, room: Room) -> AsyncIterator[bytes]:
    """The body as it was sent; its memory counts until the end of the `with`. Raises RefusedError."""
    if declared_byte(request) > most_byte:
        raise too_large(most_byte)
    read = bytearray()
    try:
        try:
            async with asyncio.timeout(limits.body_s):
                async for chunk in request.stream():
                    if len(read) + len(chunk) > most_byte:
                        raise too_large(most_byte)
                    room.take(len(chunk))
                    read += chunk
        except TimeoutError:
            what = f"the body took more than {limits.body_s:g} s"
            raise refused(408, "slow-body", what, "send it faster, or less at once") from None
        except ClientDisconnect:
            raise refused(400, "cut-short", "the body ended early") from None
        yield bytes(read)
    finally:
        room.give(len(read))


def declared_byte(request: Request) -> int:
    """The size that the request says it has, 0 where it says none. Raises RefusedError."""
    said = request.headers.get("content-length", "0")
    if not (said.isascii() and said.isdecimal()):
        raise refused(400, "bad-length", "Content-Length is no number")
    return int(said[:20])


def too_large(most_byte: int) -> RefusedError:
    """The body is more than is taken."""
    what = f"the body is larger than {most_byte:,} bytes"
    return refused(413, "too-large", what, "send less at once")
