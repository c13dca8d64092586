"""A receiver for tests of the HTTP door: what it acknowledged waits in memory, and settling imports it."""

import threading
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path

import msgspec

from farthing.app.asking import now
from farthing.app.ledger_import import bring_in
from farthing.app.received import Received, State
from farthing.importers.live.arrivals import of_events, of_rows
from farthing.importers.live.otlp_wire import request_of_bytes
from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import LOGS, METRICS, TRACES, request_of, rows_of_request
from farthing.units.problem import InputError, Problem

SIGNALS = {"traces": TRACES, "metrics": METRICS, "logs": LOGS}
FUTURE = timedelta(days=366)


class DirectReceiver:
    """Decodes and checks as the real one does, without its journal."""

    def __init__(self, ledger, journal):
        self.ledger = str(ledger)
        self.folder = Path(journal).parent
        self.lock = threading.Lock()
        self.waiting = []
        self.moved = 0
        self.totals = Totals()
        self.trouble = None

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)

    def close(self, timeout_s):
        self.settle(timeout_s)

    def otlp(self, signal, body, is_json):
        if is_json:
            try:
                request = request_of(msgspec.json.decode(body, type=dict))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise InputError([Problem("not-otlp", "error", signal, str(error)[:200], "", "")]) from None
        else:
            request = request_of_bytes(SIGNALS[signal], body)
        return self._keep(of_rows(rows_of_request(request, self.totals), now() + FUTURE))

    def events(self, document):
        return self._keep(of_events(document["events"], now() + FUTURE))

    def settle(self, _timeout_s):
        with self.lock:
            if self.waiting:
                path = self.folder / "waiting.jsonl"
                path.write_bytes(b"\n".join(self.waiting) + b"\n")
                bring_in(files=[str(path)], format="events", ledger=self.ledger)
                self.moved += len(self.waiting)
                self.waiting.clear()
        return True

    def state(self):
        with self.lock:
            waiting = len(self.waiting)
            return State(waiting, 0, 0.0, waiting + self.moved, self.moved, 0, 0, None, self.trouble)

    def _keep(self, arrivals):
        with self.lock:
            self.waiting += [row.row for row in arrivals.rows]
        done = Future()
        done.set_result(Received(len(arrivals.rows), arrivals.repeated, arrivals.set_aside))
        return done
