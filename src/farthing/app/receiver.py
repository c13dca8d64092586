"""Usage as it happens: received, committed to the journal, acknowledged, and moved into the ledger."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Final

import msgspec

from farthing.app.asking import now
from farthing.app.moving import Moving
from farthing.app.received import Busy, Received, Signal, State
from farthing.importers import events, registry
from farthing.importers.checked import FURTHEST_AHEAD
from farthing.importers.format import Format
from farthing.importers.live.arrivals import Arrivals, of_events, of_rows
from farthing.importers.live.kept_totals import KeptTotals
from farthing.importers.live.otlp_wire import request_of_bytes
from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import LOGS, METRICS, TRACES, Request, request_of, rows_of_request
from farthing.importers.otlp_spans import Outer
from farthing.ledger.journal import Journal, JournalFull
from farthing.ledger.known import Known
from farthing.ledger.store import open_ledger
from farthing.pricing.overlay import book_with
from farthing.units.problem import InputError, Problem

MOST_EVENTS: Final = 10_000
_SIGNALS: Final[Mapping[Signal, str]] = {"traces": TRACES, "metrics": METRICS, "logs": LOGS}
_DOCUMENT: Final = msgspec.json.Decoder(dict[str, object])


class Receiver:
    """Takes usage from many threads; what it has acknowledged is on the disk, and in the ledger soon.

    `ledger` is a folder or URL, `journal` a file on a local disk. Raises InputError for a place that can
    be neither.
    """

    def __init__(self, ledger: str, journal: Path) -> None:
        self._ledger = open_ledger(ledger)
        self._journal_path = journal
        self._outer = Outer()
        self._mutex = threading.Lock()
        self._received = self._duplicate = self._set_aside = 0

    def start(self) -> None:
        """Open the journal and begin to move what waits in it. Raises InputError where it cannot be used."""
        self._journal = Journal(self._journal_path)
        self._totals = KeptTotals(self._journal)
        self._known = Known(self._ledger.events)
        self._moving = Moving(self._journal, self._ledger, book_with((), ()))
        self._moving.start()

    def close(self, timeout_s: float) -> None:
        """Take nothing more, move what waits as far as the time goes, and let go of the journal."""
        self._moving.close(timeout_s)
        self._known.close()
        self._journal.close()

    def settle(self, timeout_s: float) -> bool:
        """Wait until everything that was acknowledged is in the ledger; whether it was within the time."""
        return self._moving.settle(timeout_s)

    def otlp(self, signal: Signal, body: bytes, is_json: bool) -> "Future[Received]":
        """Take a request of OTLP. Raises InputError for what is none, Busy where nothing can be taken."""
        request = _request_of_json(body) if is_json else request_of_bytes(_SIGNALS[signal], body)
        latest = now() + FURTHEST_AHEAD
        with _busy():
            if request.metrics:  # their totals run on: one request after the other, each with its rows
                with self._totals.request() as kept:
                    arrivals = of_rows(rows_of_request(request, kept.totals, self._outer), latest)
                    return self._answered(kept.submit(arrivals.rows), _received(arrivals, 0))
            arrivals = of_rows(rows_of_request(request, Totals(), self._outer), latest)
            return self._kept(arrivals, 0)

    def events(self, document: object) -> "Future[Received]":
        """Take `{"events": [...]}`, at most 10,000, or records of a `format` that writes one to a line.

        Raises InputError for what is none, Busy where nothing can be taken.
        """
        sent, format_ = _events_of(document)
        arrivals = of_events(sent, now() + FURTHEST_AHEAD, format_)
        ids = {row.event_id for row in arrivals.rows}
        waiting = self._journal.known(ids)
        stored = self._known.of({one: day for one, day in arrivals.days.items() if one not in waiting})
        with _busy():
            return self._kept(arrivals, len(waiting | stored))

    def state(self) -> State:
        """Where it stands."""
        waiting, moved = self._journal.waiting(), self._moving.state()
        with self._mutex:
            received, duplicate, set_aside = self._received, self._duplicate, self._set_aside
        return State(
            waiting_events=waiting.events,
            waiting_byte=waiting.byte,
            oldest_waiting_s=waiting.oldest_s,
            received_events=received,
            moved_events=moved.stored,
            duplicate_events=duplicate + moved.duplicate,
            set_aside_events=set_aside + moved.set_aside,
            last_move=moved.last_move,
            trouble=str(self._journal.trouble or moved.trouble or ""),
            notes=(*self._journal.problems, *moved.notes),
        )

    def _kept(self, arrivals: Arrivals, known: int) -> "Future[Received]":
        """Commit rows, those that are known already too, for they may say more than before."""
        answer = _received(arrivals, known)
        if arrivals.rows:
            return self._answered(self._journal.submit(arrivals.rows), answer)
        self._count(answer)
        future: Future[Received] = Future()
        future.set_result(answer)
        return future

    def _answered(self, committed: "Future[int]", answer: Received) -> "Future[Received]":
        """The answer as soon as the journal has the rows; Busy where it cannot have them."""
        future: Future[Received] = Future()
        future.set_running_or_notify_cancel()

        def tell(done: "Future[int]") -> None:
            error = done.exception()
            if isinstance(error, JournalFull):
                future.set_exception(Busy(error.problem, error.retry_after_s))
            elif error is not None:
                future.set_exception(error)
            else:
                self._count(answer)
                future.set_result(answer)

        committed.add_done_callback(tell)
        return future

    def _count(self, answer: Received) -> None:
        with self._mutex:
            self._received += answer.stored + answer.duplicate
            self._duplicate += answer.duplicate
            self._set_aside += len(answer.set_aside)


def _request_of_json(body: bytes) -> Request:
    try:
        return request_of(_DOCUMENT.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what, why = "the body is not JSON as OTLP writes it", str(error)[:200]
        fix = "send an Export…ServiceRequest as JSON, or protobuf with Content-Type: application/x-protobuf"
        raise InputError([Problem("not-otlp", "error", "body", what, why, fix)]) from None


def _events_of(document: object) -> tuple[list[object], Format]:
    """The records of a request and their format. Raises InputError."""
    sent = document.get("events") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(sent, list):
        what, fix = "the body has no list of events", 'send {"events": [{"event_id": …, "at": …}, …]}'
        raise InputError([Problem("no-events", "error", "events", what, "", fix)])
    if len(sent) > MOST_EVENTS:
        what = f"{len(sent):,} events are too many for one request"
        fix = f"send at most {MOST_EVENTS:,} at a time"
        raise InputError([Problem("too-many-events", "error", "events", what, "", fix)])
    named = document.get("format", events.FORMAT.name)
    format_ = registry.named(str(named))
    if format_.table != "events":
        what, fix = (
            f"the format {format_.name} is one of bills",
            f"farthing import --format {format_.name} reads it",
        )
        raise InputError([Problem("not-events", "error", "format", what, "", fix)])
    return sent, format_


def _received(arrivals: Arrivals, known: int) -> Received:
    ids = {row.event_id for row in arrivals.rows}
    return Received(len(ids) - known, arrivals.repeated + known, arrivals.set_aside)


@contextlib.contextmanager
def _busy() -> Iterator[None]:
    """Tell those who send that the journal can take nothing now."""
    try:
        yield
    except JournalFull as full:
        raise Busy(full.problem, full.retry_after_s) from full
