"""Totals of metrics that run on, kept in the journal with the rows that they explain.

A series whose growth was acknowledged goes on from there after a restart, whichever thread hears of it; one
whose rows were not kept goes on from where it was before.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Final

import msgspec

from farthing.importers.otlp_metrics import Heard, Key, Totals
from farthing.ledger.journal import Arrived, Journal, Note

KIND: Final = "series"
_MOST_KNOWN: Final = 100_000
_HEARD: Final = msgspec.json.Decoder(Heard)


class KeptTotals:
    """The totals of all senders of a journal, for many threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._mutex, self._counting = threading.Lock(), threading.Lock()
        self._known: dict[bytes, Heard] = {}
        self._epoch = journal.epoch
        self._on_their_way = 0

    @contextlib.contextmanager
    def request(self) -> Iterator["Request"]:
        """One request of metrics: its rows are made with its `totals` and submitted before the next one's."""
        with self._mutex:
            if self._journal.epoch != self._epoch:
                # Something that these totals rest on was not kept.
                self._known.clear()
                self._epoch = self._journal.epoch
            elif self._on_their_way == 0 and len(self._known) > _MOST_KNOWN:
                self._known.clear()
            yield Request(self, self._epoch)

    def heard(self, key: bytes) -> Heard | None:
        """What is known of a series. Raises InputError where the journal cannot be read."""
        if key not in self._known:
            for value in self._journal.noted(KIND, [key]).values():
                self._known[key] = _HEARD.decode(value)
        return self._known.get(key)

    def submit(self, rows: Sequence[Arrived], fresh: dict[bytes, Heard], epoch: int) -> Future[int]:
        """Keep rows and the totals that explain them. Raises JournalFull."""
        notes = [
            Note(
                KIND,
                key,
                int(heard[1]) // 1_000_000 if heard[1].isdecimal() else 0,
                msgspec.json.encode(heard),
            )
            for key, heard in fresh.items()
        ]
        future = self._journal.submit(rows, notes, epoch)
        self._known |= fresh
        with self._counting:
            self._on_their_way += 1
        future.add_done_callback(self._arrived)
        return future

    def _arrived(self, _future: "Future[int]") -> None:
        with self._counting:
            self._on_their_way -= 1


class Request:
    """The totals as one request sees and changes them; nothing is changed unless it is submitted."""

    def __init__(self, kept: KeptTotals, epoch: int) -> None:
        self._kept, self._epoch = kept, epoch
        self._fresh: dict[bytes, Heard] = {}
        self.totals = Totals(self)

    def get(self, key: Key, default: Heard, /) -> Heard:
        """What is known of a series."""
        short = _short(key)
        return self._fresh.get(short) or self._kept.heard(short) or default

    def __setitem__(self, key: Key, heard: Heard, /) -> None:
        """Take down what is known of a series now."""
        self._fresh[_short(key)] = heard

    def submit(self, rows: Sequence[Arrived]) -> Future[int]:
        """Keep the rows of the request. Raises JournalFull, and then the totals are as they were."""
        return self._kept.submit(rows, self._fresh, self._epoch)


def _short(key: Key) -> bytes:
    """A series in 16 bytes: its attributes may be long, and name people."""
    return hashlib.md5("\0".join(key).encode(), usedforsecurity=False).digest()
