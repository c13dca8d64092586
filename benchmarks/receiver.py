"""Measure the receiver under synthetic load, as ratios in one run, for docs/benchmarks.md.

python benchmarks/receiver.py [--seconds 20] [--steady 60] [--batch 100] [--clients 4] [--no-page]

`farthing up` runs as a process of its own, the clients as another: both share the machine's processors.
What was acknowledged is counted in the ledger afterwards. The limit beside it is SQLite alone: one process
that commits the same rows, in batches as large, waiting for the disk each time, with nothing read or checked.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from page import Measured, machine, renew
from receiver_load import template

from farthing.importers.live.arrivals import of_rows
from farthing.importers.live.otlp_wire import request_of_bytes
from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import TRACES, rows_of_request

TITLE = "The receiver"
RATE = 10_000
STEADY_S = 60
FARTHING = [sys.executable, "-m", "farthing.doors.cli.main"]


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, str]]:
    """`farthing up` with a ledger of its own: its address and a token."""
    environment = os.environ | {
        "FARTHING_DATA": str(folder),
        "FARTHING_STATE": str(folder),
        "FARTHING_LEDGER": str(folder / "ledger"),
    }
    made = subprocess.run(
        [*FARTHING, "token", "create", "--scope", "write", "--json"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    limits = ["--rate", "100000/s"]
    running = subprocess.Popen(
        [*FARTHING, "up", "--port", "0", *limits], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None, "it is a pipe"
    line = running.stdout.readline()
    address = next((word.rstrip(",") for word in line.split() if word.startswith("http://")), "")
    assert address, "it did not start"
    try:
        yield address, json.loads(made.stdout)["token"]
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(120)


def load(address: str, token: str, seconds: float, batch: int, clients: int, rate: int) -> dict[str, float]:
    """What clients met."""
    script = Path(__file__).with_name("receiver_load.py")
    words = [address, token, str(seconds), str(batch), str(clients), str(rate)]
    found = subprocess.run([sys.executable, str(script), *words], check=True, capture_output=True, text=True)
    return json.loads(found.stdout)


def stored(folder: Path) -> int:
    """Events in the ledger."""
    from farthing.ledger.store import open_ledger

    return open_ledger(str(folder / "ledger")).events.files().rows


def bare(folder: Path, batch: int, seconds: float) -> float:
    """Rows a second of SQLite alone: the rows of one request committed over and over, as durably."""
    from datetime import UTC, datetime

    request = request_of_bytes(TRACES, template(batch, 0)[0])
    rows = of_rows(rows_of_request(request, Totals()), datetime(2100, 1, 1, tzinfo=UTC)).rows
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE waiting (seq INTEGER PRIMARY KEY, event_id TEXT, row BLOB)")
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO waiting (event_id, row) VALUES (?, ?)", ((row.event_id, row.row) for row in rows)
        )
        connection.execute("COMMIT")
        count += len(rows)
    connection.close()
    return count / seconds


def main() -> None:
    """Measure, print, and renew the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--steady", type=float, default=STEADY_S)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--no-page", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        limit = bare(folder, given.batch, min(5.0, given.seconds))
        with server(folder) as (address, token):
            full = load(address, token, given.seconds, given.batch, given.clients, 0)
            time.sleep(given.seconds)  # what waits is moved before the steady load begins
            steady = load(address, token, given.steady, given.batch, given.clients, RATE)
            began = time.monotonic()
        drained_s = time.monotonic() - began
        kept = stored(folder)
    print(json.dumps({"bare": limit, "full": full, "steady": steady, "drained_s": drained_s, "kept": kept}))
    speed, held = full["spans"] / full["seconds"], steady["spans"] / steady["seconds"]
    sent = int(full["spans"] + steady["spans"])
    where = f"{given.clients} clients with batches of {given.batch} synthetic spans"
    size = f"{full['byte'] / given.batch:.0f} bytes each"
    told = [f"`benchmarks/receiver.py` on {machine()}: {where} ({size}), clients and server on one machine."]
    fast, slow = f"{full['p99_ms']:.0f} ms", f"{steady['p99_ms']:.0f} ms"
    refused = full["refused"] + steady["refused"]
    rows = [
        Measured(
            "spans a second, sent as fast as answered", "12,000", f"{speed:,.0f}", "≥ 10,000", speed >= RATE
        ),
        Measured("p99 of an acknowledgment then", "150 ms", fast, "", None),
        Measured(
            f"{RATE:,} spans a second for {given.steady:g} s: held", f"{RATE:,}", f"{held:,.0f}", "", None
        ),
        Measured("p99 of an acknowledgment then", "100 ms", slow, "< 250 ms", steady["p99_ms"] < 250),
        Measured("median then", "20 ms", f"{steady['p50_ms']:.0f} ms", "", None),
        Measured("requests refused", "0", f"{refused:.0f}", "", None),
        Measured("SQLite alone, same rows and batches", "60,000", f"{limit:,.0f} a second", "", None),
        Measured("ours of it", "0.2", f"{speed / limit:.2f}", "", None),
        Measured("acknowledged spans in the ledger", "all", f"{kept:,} of {sent:,}", "all", kept == sent),
    ]
    for row in rows:
        print(f"{row.what}: {row.found} (expected {row.expected}; bar {row.bar or 'none'}) {row.verdict}")
    if not given.no_page:
        renew(TITLE, told, rows)


if __name__ == "__main__":
    main()
