"""How much one server takes on: every bound that keeps a client from harming others."""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on requests. Sizes are in bytes, times in seconds.

    `body_byte` bounds a body as it is sent, `unpacked_byte` and `unpacking_ratio` what it becomes,
    `held_byte` all bodies in memory together. `requests` are answered at once, `verbs` of them questions.
    """

    body_byte: int = 16 * MIB
    unpacked_byte: int = 64 * MIB
    unpacking_ratio: int = 250
    held_byte: int = 256 * MIB
    body_s: float = 30.0
    json_depth: int = 64
    events: int = 10_000
    question_byte: int = MIB
    requests: int = 256
    receivers: int = 4
    verbs: int = 2
    verbs_waiting: int = 16
    verb_s: float = 120.0
    commit_s: float = 30.0
    settle_s: float = 10.0
    draws: int = 65_536
    rate_per_s: float = 1000.0
    head_byte: int = 64 * 1024
    head_s: float = 10.0
    linger_s: float = 2.0
    ready_waiting_s: float = 300.0
