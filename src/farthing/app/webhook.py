"""One signed message to a web address: a deadline for all of it, no redirects, and what to do afterwards."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from farthing import __version__
from farthing.track.webhook_target import host_of

DEADLINE_S: Final = 10.0
_AGAIN: Final = frozenset({408, 425, 429, *range(500, 600)})
_LONGEST_WAIT_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went. `why` is "" where it arrived; `wait_s` is what the receiver asked for (Retry-After)."""

    why: str = ""
    is_worth_another_try: bool = False
    wait_s: float | None = None

    @property
    def has_arrived(self) -> bool:
        """Whether the receiver took it."""
        return not self.why


def post(url: str, body: bytes, headers: Mapping[str, str], now: datetime) -> Outcome:
    """Send a body once. Redirects are answers that refuse: what was signed for one host goes to no other."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=DEADLINE_S)
    timer = threading.Timer(DEADLINE_S, _cut, [connection])
    timer.daemon = True
    timer.start()
    try:
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        said = {"Content-Type": "application/json", "User-Agent": f"farthing/{__version__}", **headers}
        connection.request("POST", path, body, said)
        return _outcome(url, connection.getresponse(), now)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(_unreached(url, error), is_worth_another_try=not isinstance(error, ssl.SSLError))
    finally:
        timer.cancel()
        connection.close()


def _outcome(url: str, answer: http.client.HTTPResponse, now: datetime) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome()
    why = f"{host_of(url)} answered {answer.status}"
    if 300 <= answer.status < 400:
        why += f" and sends on to {host_of(answer.headers.get('Location', ''))}: redirects are not followed"
    again = answer.status in _AGAIN
    return Outcome(why, again, _asked_wait(answer.headers.get("Retry-After", ""), now) if again else None)


def _asked_wait(said: str, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for, as a number or a date; None where it says neither."""
    if said.strip().isdecimal():
        return min(float(said[:12]), _LONGEST_WAIT_S)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait.total_seconds(), 0.0), _LONGEST_WAIT_S)


def _unreached(url: str, error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return f"{host_of(url)} was not reached ({said})"


def _cut(connection: http.client.HTTPConnection) -> None:
    """End an exchange that takes too long, however slowly it goes on."""
    if (held := connection.sock) is not None:
        with contextlib.suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)
