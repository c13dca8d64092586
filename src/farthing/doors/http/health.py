"""Whether the server is alive, whether it can take more, and what it counts: open to all, about nobody."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from farthing.doors.http.answered import json_reply
from farthing.doors.http.door import Door

_TROUBLE = "usage cannot be kept or moved at the moment: the server's log says why"
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


async def health(_door: Door, _request: Request) -> Response:
    """The process answers."""
    return json_reply({"status": "alive"})


async def ready(door: Door, _request: Request) -> Response:
    """200 while what comes can be kept and moves on; else 503, and why."""
    state = await asyncio.to_thread(door.receiver.state)
    why = _TROUBLE if state.trouble else ""
    if not why and state.oldest_waiting_s > door.limits.ready_waiting_s:
        why = f"events have waited {state.oldest_waiting_s:,.0f} s for the ledger"
    document = {"status": "not ready" if why else "ready", "waiting_events": state.waiting_events}
    return json_reply(document | ({"why": why} if why else {}), 503 if why else 200)


async def metrics(door: Door, _request: Request) -> Response:
    """Counts since the start, in the text format of Prometheus."""
    state = await asyncio.to_thread(door.receiver.state)
    return Response(door.counters.text(state, door.running), media_type=_PROMETHEUS)
