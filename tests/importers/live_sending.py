"""Requests in OTLP's JSON as senders make them, synthetic, and a journal, a ledger and a mover for them."""

from datetime import UTC, datetime

from ledger_rows import asked

from farthing.importers.live.arrived import arrived
from farthing.importers.live.kept_totals import KeptTotals
from farthing.importers.live.mover import Mover
from farthing.importers.otlp_request import request_rows
from farthing.ledger.journal import Journal
from farthing.ledger.store import open_ledger

NOW = datetime(2026, 9, 22, tzinfo=UTC)
START_S = 1_790_000_040  # a full minute
# Senders: service, session, user.
ALICE = ("claude-code", "s-alice", "alice")
BOB = ("claude-code", "s-bob", "bob")
APP = ("chatbot", "", "")


def attribute(key, value):
    return {"key": key, "value": {"stringValue": value}}


def resource(sender):
    service, session, user = sender
    given = [attribute("service.name", service)]
    given += [attribute("session.id", session)] if session else []
    given += [attribute("user.id", user)] if user else []
    return {"attributes": given}


def call(sender, at_s, tokens, number, took_s=0):
    """A span of a call that ended at a second after START_S."""
    ended = (START_S + at_s) * 10**9
    given = [
        attribute("gen_ai.operation.name", "chat"),
        attribute("gen_ai.response.model", "gpt-4o"),
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": str(tokens)}},
    ]
    span = {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "startTimeUnixNano": str(ended - took_s * 10**9),
        "endTimeUnixNano": str(ended),
        "attributes": given,
    }
    return {"resourceSpans": [{"resource": resource(sender), "scopeSpans": [{"spans": [span]}]}]}


def point(sender, since_s, at_s, tokens, *, is_running=False):
    """An export of a counter: what was added since, or, where it `is_running`, since the start."""
    data_point = {
        "attributes": [attribute("gen_ai.request.model", "gpt-4o")],
        "startTimeUnixNano": str((START_S + since_s) * 10**9),
        "timeUnixNano": str((START_S + at_s) * 10**9),
        "asInt": str(tokens),
    }
    data = {"aggregationTemporality": 2 if is_running else 1, "dataPoints": [data_point]}
    metric = {"name": "gen_ai.client.inference.usage.output_tokens", "sum": data}
    return {"resourceMetrics": [{"resource": resource(sender), "scopeMetrics": [{"metrics": [metric]}]}]}


class Live:
    """A receiver's journal and mover, which may start again at any time."""

    def __init__(self, folder):
        self.folder = folder
        self.ledger = open_ledger(str(folder / "ledger"))
        self.start()

    def start(self):
        self.journal = Journal(self.folder / "journal.sqlite")
        self.totals = KeptTotals(self.journal)
        self.mover = Mover(self.journal, self.ledger, self.folder / "moving")

    def stop(self):
        self.mover.close()
        self.journal.close()

    def send(self, *documents):
        for document in documents:
            with self.totals.request() as request:
                rows = [arrived(row, "otlp") for row in request_rows(document, request.totals)]
                request.submit(rows).result(30)

    def move(self):
        return self.mover.move(NOW)

    def stored(self):
        return int(asked(self.ledger.events, "coalesce(sum(output_tokens), 0)")[0])
