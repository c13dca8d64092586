"""One server in this process: it binds, answers until it is told to stop, and finishes what runs."""

import contextlib
import errno
import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from farthing.doors.http.connection import BoundedHead
from farthing.doors.http.limits import Limits
from farthing.units.problem import InputError, Problem

_GRACE_S: Final = 20
_BACKLOG: Final = 1024
_MOST_CONNECTIONS: Final = 4096


class _Server(uvicorn.Server):
    """uvicorn's, but a signal to stop ends the process as its caller says, not by that signal."""

    def __init__(self, config: uvicorn.Config, up: Callable[[], None]) -> None:
        super().__init__(config)
        self._up = up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and say so: from now on requests are answered and signals are heard."""
        await super().startup(sockets)
        self._up()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Stop; a second Ctrl+C does not wait for what runs."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises InputError for an address that is taken or not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise InputError([_unusable(host, port, error)]) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        raise InputError([_unusable(host, port, error)]) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """The URL of a socket that listens."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(app: ASGIApp, listening: socket.socket, limits: Limits, up: Callable[[], None]) -> None:
    """Answer requests until SIGTERM or SIGINT. `up` is called when the first can be answered."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    protocol = type("BoundedHead", (BoundedHead,), {"limits": limits})
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_GRACE_S,
    )
    with contextlib.closing(listening):
        _Server(config, up).run([listening])


def _unusable(host: str, port: int, error: Exception) -> Problem:
    where = f"{host}:{port}"
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        what, fix = (
            "another program listens there already",
            "stop it, or choose another port: --port 0 finds one",
        )
        return Problem("port-in-use", "error", where, what, "", fix)
    if isinstance(error, OSError) and error.errno == errno.EACCES:
        fix = "choose a port above 1023, and let a proxy listen in front"
        return Problem("port-forbidden", "error", where, "this user may not listen there", "", fix)
    what, fix = "it is no address of this machine", "try --host 127.0.0.1"
    return Problem("bad-host", "error", where, what, str(getattr(error, "strerror", None) or error), fix)
