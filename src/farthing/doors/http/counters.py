"""What the server counts, as Prometheus reads it. Labels are routes and codes, never anything of a user."""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from farthing.app.received import Received, State

COMMIT_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Counters:
    """Counts since the start; added to from the event loop, read by /metrics."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._events: Counter[str] = Counter()
        self._commits = [0] * (len(COMMIT_S) + 1)
        self._commit_s = 0.0
        self._body_byte = 0

    def request(self, route: str, status: int) -> None:
        """One request was answered."""
        with self._lock:
            self._requests[route, status] += 1

    def body(self, size_byte: int) -> None:
        """A body was read."""
        with self._lock:
            self._body_byte += size_byte

    def received(self, found: Received, took_s: float) -> None:
        """Records were committed, which took so long from hand-over to the disk."""
        with self._lock:
            self._events["stored"] += found.stored
            self._events["duplicate"] += found.duplicate
            self._events["set_aside"] += len(found.set_aside)
            self._commits[bisect_left(COMMIT_S, took_s)] += 1
            self._commit_s += took_s

    def text(self, state: State, running: int) -> str:
        """Everything in the text format of Prometheus, version 0.0.4."""
        with self._lock:
            return "\n".join([*self._own(running), *_of_receiver(state)]) + "\n"

    def _own(self, running: int) -> Iterator[str]:
        yield from _head("farthing_http_requests_total", "counter", "Requests that were answered.")
        for (route, status), count in sorted(self._requests.items()):
            yield f'farthing_http_requests_total{{route="{route}",status="{status}"}} {count}'
        yield from _one("farthing_http_requests_running", "gauge", "Requests being answered.", running)
        yield from _one("farthing_http_body_bytes_total", "counter", "Bytes of bodies read.", self._body_byte)
        yield from _head("farthing_received_events_total", "counter", "Events by what became of them.")
        for outcome in ("stored", "duplicate", "set_aside"):
            yield f'farthing_received_events_total{{outcome="{outcome}"}} {self._events[outcome]}'
        name = "farthing_commit_seconds"
        yield from _head(name, "histogram", "From a body that was read to its records on the disk.")
        *below, every = accumulate(self._commits)
        for bound, count in zip(COMMIT_S, below, strict=True):
            yield f'{name}_bucket{{le="{bound:g}"}} {count}'
        yield f'{name}_bucket{{le="+Inf"}} {every}'
        yield f"{name}_sum {self._commit_s:.6f}"
        yield f"{name}_count {every}"


def _of_receiver(state: State) -> Iterator[str]:
    trouble = int(bool(state.trouble))
    told = (
        ("waiting_events", "gauge", "Events on their way into the ledger.", state.waiting_events),
        ("waiting_bytes", "gauge", "Their size.", state.waiting_byte),
        ("oldest_waiting_seconds", "gauge", "For how long the oldest waits.", state.oldest_waiting_s),
        ("acknowledged_events_total", "counter", "Events that are safe.", state.received_events),
        ("moved_events_total", "counter", "Events moved into the ledger.", state.moved_events),
        ("duplicate_events_total", "counter", "Events that were known already.", state.duplicate_events),
        ("set_aside_events_total", "counter", "Events that could not be used.", state.set_aside_events),
        ("trouble", "gauge", "1 while nothing can be taken or moved.", trouble),
    )
    for name, kind, help_, value in told:
        yield from _one(f"farthing_{name}", kind, help_, value)


def _one(name: str, kind: str, help_: str, value: float) -> Iterator[str]:
    yield from _head(name, kind, help_)
    yield f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"


def _head(name: str, kind: str, help_: str) -> Iterator[str]:
    yield f"# HELP {name} {help_}"
    yield f"# TYPE {name} {kind}"
