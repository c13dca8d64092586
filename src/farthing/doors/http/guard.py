"""Around every endpoint: for whom the request is, how many run at once, and what each answer says besides."""

from collections.abc import Callable, Collection
from ipaddress import ip_address
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from farthing.doors.http.answered import as_refusal, problems_reply
from farthing.doors.http.door import Door
from farthing.doors.http.refused import RefusedError, busy, refused

LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
_RETRY_S: Final = 1


class Guard:
    """ASGI around ASGI. `hosts` are the names that requests may be for, empty for any.

    `unbounded` are paths that are answered however many requests run.
    """

    def __init__(
        self,
        app: ASGIApp,
        door: Door,
        hosts: Collection[str],
        route_of: Callable[[str], str],
        unbounded: Collection[str],
    ) -> None:
        self._app = app
        self._door = door
        self._hosts = frozenset(hosts)
        self._route_of = route_of
        self._unbounded = frozenset(unbounded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send)
        self._door.running += 1
        try:
            self._check(scope)
            await self._app(scope, answer.receive, answer.send)
        except Exception as error:
            if answer.status is None:
                await problems_reply(as_refusal(error))(scope, answer.receive, answer.send)
            else:
                raise
        finally:
            self._door.running -= 1
            self._door.counters.request(self._route_of(scope["path"]), answer.status or 499)

    def _check(self, scope: Scope) -> None:
        named = Headers(scope=scope).getlist("host")
        if self._hosts and (len(named) != 1 or host_name(named[0]) not in self._hosts):
            raise _not_for_us(named[0] if named else "")
        if self._door.running > self._door.limits.requests and scope["path"] not in self._unbounded:
            raise busy("too many requests run at once", _RETRY_S, 503)


class _Answer:
    """Notes the code of an answer and whether the body was read to its end, and adds headers."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        self._unread = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
        self._receive = receive
        self._send = send
        self.status: int | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        if not message.get("more_body", False):
            self._unread = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
            if self._unread:
                headers["connection"] = "close"  # the rest of the body is not read
        await self._send(message)


def allowed_hosts(host: str, named: Collection[str]) -> frozenset[str]:
    """The names that requests may be for: on this machine alone, unless others are named.

    A page of another site can make its own name lead here (DNS rebinding), but not send ours. A server that
    others reach has names that only its owner knows, so that any is taken there until some are named.
    """
    given = {host_name(name) for name in named}
    if not is_loopback(host):
        return frozenset(given)
    return frozenset({*given, *LOCAL_NAMES, host_name(host if ":" not in host else f"[{host}]")})


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what is bound to this host."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def host_name(header: str) -> str:
    """The name in a Host header, without its port.

    >>> host_name("Localhost:8088"), host_name("[::1]:8088")
    ('localhost', '[::1]')
    """
    name, bracket, _ = header.strip().lower().partition("]")
    return f"{name}]" if bracket else name.partition(":")[0].rstrip(".")


def _not_for_us(named: str) -> RefusedError:
    what = f"the request is for {named[:80]!r}, which this server does not go by"
    why = "pages of other sites could otherwise reach it through your browser"
    fix = "start it with --allow-host NAME, or let the proxy send Host: localhost"
    return refused(421, "wrong-host", what, fix, why=why, where="Host")
