"""A receiver's journal and mover without the network."""

from datetime import UTC, datetime

from ledger_rows import asked

from farthing.importers.live.arrived import arrived
from farthing.importers.live.kept_totals import KeptTotals
from farthing.importers.live.mover import Mover
from farthing.importers.otlp_request import request_rows
from farthing.ledger.journal import Journal
from farthing.ledger.store import open_ledger

NOW = datetime(2026, 9, 22, tzinfo=UTC)


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
