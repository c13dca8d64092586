"""The HTTP door as one ASGI application."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from farthing.app.verbs import verbs
from farthing.doors.http.answered import as_refusal, json_reply, problems_reply
from farthing.doors.http.door import Door
from farthing.doors.http.events import post_events
from farthing.doors.http.guard import Guard
from farthing.doors.http.health import health, metrics, ready
from farthing.doors.http.otlp import SIGNALS, export
from farthing.doors.http.questions import get_verbs, post_verb
from farthing.doors.http.refused import RefusedError, refused

_Answering: TypeAlias = Callable[[Door, Request], Awaitable[Response]]
ALIVE: Final = ("/health", "/healthz", "/livez")
READY: Final = ("/ready", "/readyz")
OPEN: Final = {**dict.fromkeys(ALIVE, health), **dict.fromkeys(READY, ready), "/metrics": metrics}


def application(door: Door, hosts: Collection[str]) -> ASGIApp:
    """The application. `hosts` are the names that requests may be for, empty for any."""
    routes = [
        *(Route(path, _answering(door, answer), methods=["GET"]) for path, answer in OPEN.items()),
        *(Route(f"/v1/{signal}", partial(export, door, signal), methods=["POST"]) for signal in SIGNALS),
        Route("/openapi.json", _answering(door, _open_api), methods=["GET"]),
        Route("/api", _answering(door, get_verbs), methods=["GET"]),
        Route("/api/events", _answering(door, post_events), methods=["POST"]),
        Route("/api/{verb}", _answering(door, post_verb), methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _unrouted})
    app.router.redirect_slashes = False
    plain = {route.path for route in routes if "{" not in route.path}
    return Guard(app, door, hosts, partial(_route, plain), OPEN)


def _answering(door: Door, answer: _Answering) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint whose refusals are JSON."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(door, request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets a document
            return problems_reply(as_refusal(error))

    return answered


async def _open_api(_door: Door, _request: Request) -> Response:
    from farthing.doors.http.open_api import open_api  # describing the verbs imports all of them

    return json_reply(await asyncio.to_thread(open_api))


async def _unrouted(_request: Request, error: Exception) -> Response:
    """No such path, or not with this method."""
    assert isinstance(error, HTTPException)
    return problems_reply(_no_such_path(error))


def _no_such_path(error: HTTPException) -> RefusedError:
    what = "this path does not take that method" if error.status_code == 405 else "there is nothing here"
    fix = "GET /api lists the verbs, GET /openapi.json says all"
    return refused(error.status_code, "not-found", what, fix, headers=error.headers)


def _route(plain: Collection[str], path: str) -> str:
    """What a request counts as: never a word of its own, so that nobody can make up labels."""
    if path in plain:
        return path
    name = path.removeprefix("/api/")
    return f"/api/{name}" if path.startswith("/api/") and name in verbs() else "other"
