"""`POST /api/events`: plain events, a column for each of the ledger's."""

from concurrent.futures import Future
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from farthing.app.received import Received
from farthing.doors.http.answered import json_reply
from farthing.doors.http.body import body_of
from farthing.doors.http.door import Door
from farthing.doors.http.json_body import decoded, must_be_json
from farthing.doors.http.refused import refused
from farthing.doors.http.unpack import encoding_of


async def post_events(door: Door, request: Request) -> Response:
    """Keep events; what cannot be used is set aside with its reason."""
    door.access.require(request, "write")
    must_be_json(request)
    encoding = encoding_of(request.headers.get("content-encoding", ""))
    async with body_of(request, door.limits.body_byte, door.limits, door.room) as body:
        door.counters.body(len(body))
        found = await door.committed(partial(_hand_over, door, body, encoding))
    return json_reply(
        {"stored": found.stored, "duplicate": found.duplicate, "set_aside": tuple(found.set_aside)}
    )


def _hand_over(door: Door, body: bytes, encoding: str) -> "Future[Received]":
    document = decoded(body, encoding, door.limits)
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise refused(400, "bad-events", "the body has no list of events", 'write {"events": [{…}, …]}')
    if len(events) > door.limits.events:
        what = f"{len(events):,} events are more than {door.limits.events:,}"
        raise refused(413, "too-many", what, "send them in several requests")
    return door.receiver.events(document)
