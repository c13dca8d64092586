"""What all endpoints share: who may in, how much at once, who keeps what comes, and what is counted."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from farthing.app.received import Received
from farthing.doors.http.access import Access
from farthing.doors.http.counters import Counters
from farthing.doors.http.limits import Limits
from farthing.doors.http.receiving import Receiver
from farthing.doors.http.refused import busy
from farthing.doors.http.room import Room

_RETRY_S = 5


@dataclass(slots=True)
class Door:
    """One server's parts.

    `defaults` are options of verbs that questions have when they do not say otherwise, beside the ledger.
    """

    receiver: Receiver
    access: Access
    limits: Limits
    ledger: str
    defaults: Mapping[str, Mapping[str, object]]
    room: Room = field(init=False)
    counters: Counters = field(default_factory=Counters)
    running: int = 0
    asking: int = 0
    receivers: ThreadPoolExecutor = field(init=False)
    askers: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.room = Room(self.limits.held_byte)
        self.receivers = ThreadPoolExecutor(self.limits.receivers, "farthing-receive")
        self.askers = ThreadPoolExecutor(self.limits.verbs, "farthing-ask")

    async def committed(self, hand_over: Callable[[], Future[Received]]) -> Received:
        """Hand records over in a thread, and wait until they are on the disk. Raises RefusedError."""
        started_s = time.monotonic()
        future = await asyncio.get_running_loop().run_in_executor(self.receivers, hand_over)
        try:
            async with asyncio.timeout(self.limits.commit_s):
                # Shielded: records that were handed over may be stored, whoever still waits for them.
                found = await asyncio.shield(asyncio.wrap_future(future))
        except TimeoutError:
            raise busy("the disk takes too long", _RETRY_S, 503) from None
        self.counters.received(found, time.monotonic() - started_s)
        return found

    def close(self) -> None:
        """Let threads end when they are done."""
        self.receivers.shutdown(wait=False)
        self.askers.shutdown(wait=False, cancel_futures=True)
