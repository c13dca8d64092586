"""Connections: what uvicorn leaves open is bounded here.

The head of a request is bounded in size and in time. A connection whose body was not read is closed so that
its client still gets the answer: an ordinary close makes the system send a reset, and a client that is busy
sending would see that instead of the 401 or 413, and try again.
"""

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from farthing.doors.http.limits import Limits

_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)


class _Lingering(asyncio.Transport):
    """A transport that, where more may come, ends its own side, drops that, and closes a little later."""

    def __init__(self, inner: asyncio.Transport, more_may_come: Callable[[], bool], linger_s: float) -> None:
        super().__init__()
        self._inner = inner
        self._more_may_come = more_may_come
        self._linger_s = linger_s
        self.is_leaving = False

    def close(self) -> None:
        """End what we say at once; hang up when the other side has, or after a while."""
        if self.is_leaving or self._inner.is_closing() or not self._more_may_come():
            self._inner.close()
            return
        self.is_leaving = True
        self._inner.write_eof()
        self._inner.resume_reading()
        asyncio.get_running_loop().call_later(self._linger_s, self._inner.abort)

    def is_closing(self) -> bool:
        """Whether nothing more can be said."""
        return self.is_leaving or self._inner.is_closing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Say more."""
        self._inner.write(data)

    def pause_reading(self) -> None:
        """Let what comes wait."""
        if not self.is_closing():
            self._inner.pause_reading()

    def resume_reading(self) -> None:
        """Take what comes again."""
        if not self.is_closing():
            self._inner.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - asyncio's signature
        """What is known of the connection."""
        return self._inner.get_extra_info(name, default)


class BoundedHead(HttpToolsProtocol):
    """A connection that is closed where a request's line and headers come too slowly or are too many."""

    limits = Limits()

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_byte = 0
        self._in_head = True
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client came; it has so long to say what it wants."""
        super().connection_made(_Lingering(transport, self._more_may_come, self.limits.linger_s))
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """It left."""
        self._end()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """All of its head is here."""
        self._end()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """More bytes of a head or a body; after the answer they are thrown away."""
        if self.transport.is_closing():
            return
        self._head_byte += len(data)
        super().data_received(data)
        if self._in_head and self._head_byte > self.limits.head_byte:
            self._refuse(_TOO_LARGE)

    def _more_may_come(self) -> bool:
        return (self._in_head and self._head_byte > 0) or (self.cycle is not None and self.cycle.more_body)

    def _begin(self) -> None:
        self._in_head = True
        self._head_byte = 0
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.limits.head_s, self._refuse, _TOO_SLOW)

    def _end(self) -> None:
        self._in_head = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, answer: bytes) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
