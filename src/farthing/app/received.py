"""What a receiver of usage answers, and the state that it is in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from farthing.units.problem import Problem

Signal: TypeAlias = Literal["traces", "metrics", "logs"]


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a request: new events, events that were known, and what was wrong with the others."""

    stored: int = 0
    duplicate: int = 0
    set_aside: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Where a receiver stands. Numbers of events are since it started, but for those that wait.

    `trouble` says why nothing can be taken or moved at the moment, empty where all is well; `notes` is what
    an owner should know besides.
    """

    waiting_events: int
    waiting_byte: int
    oldest_waiting_s: float
    received_events: int
    moved_events: int
    duplicate_events: int
    set_aside_events: int
    last_move: datetime | None
    trouble: str
    notes: tuple[Problem, ...] = ()


class Busy(Exception):  # noqa: N818, a state of things and no mistake of anybody's
    """Nothing was taken: too much waits already, or the disk takes nothing. Send it again later."""

    def __init__(self, problem: Problem, retry_after_s: int) -> None:
        self.problem = problem
        self.retry_after_s = retry_after_s
        super().__init__(str(problem))
