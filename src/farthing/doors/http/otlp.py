"""OTLP over HTTP: traces, metrics and logs as protobuf or JSON, answered in kind.

https://opentelemetry.io/docs/specs/otlp/#otlphttp: a response has the encoding of its request, an error is a
google.rpc.Status, what was set aside is a partial success, and 429 and 503 ask to send it again.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from farthing.app.received import Received, Signal
from farthing.doors.http import protobuf
from farthing.doors.http.answered import JSON, as_refusal, said
from farthing.doors.http.body import body_of
from farthing.doors.http.depth import check_depth
from farthing.doors.http.door import Door
from farthing.doors.http.refused import RefusedError, refused
from farthing.doors.http.unpack import encoding_of, unpacked

PROTOBUF: Final = "application/x-protobuf"
SIGNALS: Final[Mapping[Signal, str]] = {
    "traces": "rejectedSpans",
    "metrics": "rejectedDataPoints",
    "logs": "rejectedLogRecords",
}
# google.rpc.Code: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
_CODES: Final = {401: 16, 403: 7, 404: 5, 408: 4, 413: 8, 429: 8, 500: 13, 503: 14}
_INVALID_ARGUMENT: Final = 3


async def export(door: Door, signal: Signal, request: Request) -> Response:
    """One export request."""
    form = content_type(request)
    try:
        found = await _kept(door, signal, request, form)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client gets a Status
        return _refusal(as_refusal(error), form)
    rejected = len(found.set_aside)
    message = said(found.set_aside) if rejected else ""
    if form != JSON:
        return Response(protobuf.partial_success(rejected, message), media_type=PROTOBUF)
    partial_success = {SIGNALS[signal]: str(rejected), "errorMessage": message}
    document = {"partialSuccess": partial_success} if rejected else {}
    return Response(msgspec.json.encode(document), media_type=JSON)


async def _kept(door: Door, signal: Signal, request: Request, form: str) -> Received:
    door.access.require(request, "write")
    if form not in (JSON, PROTOBUF):
        what = f"the content type {form[:60]!r} is not read"
        raise refused(415, "content-type", what, f"send {PROTOBUF} or {JSON}", headers={"accept": PROTOBUF})
    encoding = encoding_of(request.headers.get("content-encoding", ""))
    async with body_of(request, door.limits.body_byte, door.limits, door.room) as body:
        door.counters.body(len(body))
        return await door.committed(partial(_hand_over, door, signal, body, encoding, form == JSON))


def _hand_over(door: Door, signal: Signal, body: bytes, encoding: str, is_json: bool) -> "Future[Received]":
    plain = unpacked(body, encoding, door.limits)
    if is_json:
        check_depth(plain, door.limits.json_depth)
    return door.receiver.otlp(signal, plain, is_json)


def content_type(request: Request) -> str:
    """The content type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _refusal(error: RefusedError, form: str) -> Response:
    code, message = _CODES.get(error.status, _INVALID_ARGUMENT), said(error.problems)
    if form == PROTOBUF:
        return Response(protobuf.status(code, message), error.status, error.headers, PROTOBUF)
    document = msgspec.json.encode({"code": code, "message": message})
    return Response(document, error.status, error.headers, JSON)
