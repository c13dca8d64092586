"""What the processes of the crash tests do: submit and move at once, and say what was acknowledged.

Event n of sender s has the id "s-n" and n % 100 output tokens. The total of point k of the series is
k(k + 1) / 2.
"""

import itertools
import threading
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from farthing.importers.live.arrived import arrived
from farthing.importers.live.kept_totals import KeptTotals
from farthing.importers.live.mover import Mover
from farthing.importers.otlp_request import request_rows
from farthing.ledger.journal import Journal, JournalFull
from farthing.ledger.store import open_ledger

AT_S = 1_790_000_000
BATCH = 50
SENDERS = 3


def opened(folder: str, most: int = 2_000) -> tuple[Journal, Mover]:
    """The journal of a folder and its mover."""
    place = Path(folder)
    journal = Journal(place / "journal.sqlite")
    return journal, Mover(journal, open_ledger(str(place / "ledger")), place / "moving", most)


def batch(sender: int, first: int) -> list:
    """Events `first` to before `first` + BATCH of a sender."""
    return [
        arrived(
            {
                "event_id": f"{sender}-{n}",
                "at": str((AT_S + n) * 1_000_000),
                "model": "gpt-4o",
                "output_tokens": n % 100,
            },
            "events",
        )
        for n in range(first, first + BATCH)
    ]


def point(k: int) -> dict:
    """An export of a total that runs on."""
    data_point = {
        "asInt": str(k * (k + 1) // 2),
        "startTimeUnixNano": str(AT_S * 10**9),
        "timeUnixNano": str((AT_S + k) * 10**9),
    }
    data = {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [data_point]}
    metric = {"name": "gen_ai.client.inference.usage.input_tokens", "sum": data}
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}


def send_point(totals: KeptTotals, k: int) -> None:
    """Submit an export, and wait until it is acknowledged."""
    with totals.request() as request:
        rows = [arrived(row, "otlp") for row in request_rows(point(k), request.totals)]
        future = request.submit(rows)
    future.result()


def submit_until_killed(folder: str, firsts: list[int], first_point: int, told: Connection) -> None:
    """Submit and move; say after each acknowledgment what it was for."""
    journal, mover = opened(folder)
    saying = threading.Lock()

    def say(*what: object) -> None:
        with saying:
            told.send(what)

    def send(sender: int) -> None:
        for first in itertools.count(firsts[sender], BATCH):
            while True:
                try:
                    journal.submit(batch(sender, first)).result()
                    break
                except JournalFull:
                    time.sleep(0.01)
            say("events", sender, first)
            time.sleep(0.02)  # so that moves, too, come to an end now and then

    def count() -> None:
        totals = KeptTotals(journal)
        for k in itertools.count(first_point):
            send_point(totals, k)
            say("point", 0, k)
            time.sleep(0.005)

    for sender in range(SENDERS):
        threading.Thread(target=send, args=(sender,), daemon=True).start()
    threading.Thread(target=count, daemon=True).start()
    while True:
        mover.move(datetime.now(UTC))
        mover.tidy(datetime.now(UTC))
        time.sleep(0.01)
