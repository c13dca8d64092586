"""What this door needs of the receiver that keeps usage, and what that answers."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Literal, Protocol, TypeAlias

from farthing.units.problem import Problem

Signal: TypeAlias = Literal["traces", "metrics", "logs"]


class Received(Protocol):
    """What became of the records of a request, once they are safe on the disk."""

    @property
    def stored(self) -> int:
        """New events."""

    @property
    def duplicate(self) -> int:
        """Events that were known."""

    @property
    def set_aside(self) -> Sequence[Problem]:
        """What could not be used, and why."""


class State(Protocol):
    """How it goes: what waits on its way into the ledger, and what was done since the start."""

    @property
    def waiting_events(self) -> int:
        """Events that are safe and not in the ledger yet."""

    @property
    def waiting_byte(self) -> int:
        """Their size."""

    @property
    def oldest_waiting_s(self) -> float:
        """For how long the oldest has waited."""

    @property
    def moved_events(self) -> int:
        """Events that went into the ledger."""

    @property
    def duplicate_events(self) -> int:
        """Events that were there already."""

    @property
    def set_aside_events(self) -> int:
        """Events that were kept apart."""

    @property
    def trouble(self) -> str:
        """What is wrong, empty where nothing is."""


class Receiver(Protocol):
    """Takes usage in, from many threads. What it cannot take now it refuses with `retry_after_s`."""

    def otlp(self, signal: Signal, body: bytes, is_json: bool) -> "Future[Received]":
        """An export request. Raises InputError for what is none."""

    def events(self, document: object) -> "Future[Received]":
        """Plain events. Raises InputError."""

    def settle(self, timeout_s: float) -> bool:
        """Wait until all that was acknowledged is in the ledger; False where time ran out."""

    def state(self) -> State:
        """How it goes."""
