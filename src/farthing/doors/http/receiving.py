"""What this door needs of the receiver that keeps usage."""

from concurrent.futures import Future
from typing import Protocol

from farthing.app.received import Received, Signal, State


class Receiver(Protocol):
    """Takes usage in, from many threads. What it cannot take now it refuses with Busy."""

    def otlp(self, signal: Signal, body: bytes, is_json: bool) -> "Future[Received]":
        """An export request. Raises InputError for what is none."""

    def events(self, document: object) -> "Future[Received]":
        """Plain events. Raises InputError."""

    def settle(self, timeout_s: float) -> bool:
        """Wait until all that was acknowledged is in the ledger; False where time ran out."""

    def state(self) -> State:
        """How it goes."""
