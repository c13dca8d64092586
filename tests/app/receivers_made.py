"""A receiver for tests of the HTTP door: it keeps what comes in a file, and settles by importing that."""

import threading
from concurrent.futures import Future
from pathlib import Path

import msgspec
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from farthing.app.ledger_import import bring_in
from farthing.app.received import Received, State
from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import request_rows
from farthing.units.problem import InputError, Problem

MESSAGES = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
}


class DirectReceiver:
    """`otlp.jsonl` and `events.jsonl` beside the journal are what was acknowledged."""

    def __init__(self, ledger, journal):
        self.ledger = str(ledger)
        self.folder = Path(journal).parent
        self.lock = threading.Lock()
        self.waiting = {"otlp": [], "events": []}
        self.imported = 0
        self.trouble = None
        self.closed = False

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)

    def close(self, timeout_s):
        self.settle(timeout_s)
        self.closed = True

    def otlp(self, signal, body, is_json):
        document = self._document(signal, body, is_json)
        rows = list(request_rows(document, Totals()))
        asides = [Problem("set-aside", "warning", "", row["aside"], "", "") for row in rows if "aside" in row]
        return self._keep("otlp", [document], len(rows) - len(asides), asides)

    def events(self, document):
        rows = [row for row in document["events"] if isinstance(row, dict)]
        strange = len(document["events"]) - len(rows)
        asides = [Problem("set-aside", "warning", "", "it is no object", "", "")] * strange
        return self._keep("events", rows, len(rows), asides)

    def settle(self, _timeout_s):
        with self.lock:
            for kind, waiting in self.waiting.items():
                if waiting:
                    path = self.folder / f"{kind}.jsonl"
                    path.write_bytes(b"\n".join(map(msgspec.json.encode, waiting)) + b"\n")
                    bring_in(files=[str(path)], format=kind, ledger=self.ledger)
                    self.imported += len(waiting)
                    waiting.clear()
        return True

    def state(self):
        with self.lock:
            waiting = sum(map(len, self.waiting.values()))
            return State(waiting, 0, 0.0, waiting + self.imported, self.imported, 0, 0, None, self.trouble)

    def _document(self, signal, body, is_json):
        try:
            if is_json:
                return msgspec.json.decode(body, type=dict)
            return MessageToDict(MESSAGES[signal].FromString(body))
        except (msgspec.DecodeError, UnicodeDecodeError, DecodeError, RecursionError, ValueError) as error:
            raise InputError([Problem("bad-request", "error", signal, str(error)[:200], "", "")]) from None

    def _keep(self, kind, rows, stored, asides):
        with self.lock:
            self.waiting[kind] += rows
        done = Future()
        done.set_result(Received(stored, 0, tuple(asides)))
        return done
