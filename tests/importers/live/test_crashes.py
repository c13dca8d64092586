"""Processes that are killed while they take in and move: each acknowledged event is in the ledger, once."""

import multiprocessing
import random
import sys
import time
from datetime import UTC, datetime

import live_processes
import pytest
from ledger_rows import asked
from live_processes import BATCH, SENDERS, opened, send_point

from farthing.importers.live.kept_totals import KeptTotals
from farthing.ledger.store import open_ledger

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
KILLS = 20
PATIENCE_S = 60


def heard(pipe, acknowledged, firsts, points):
    """Take down what a process said before it was killed; the last word may be half said."""
    try:
        while pipe.poll():
            what, sender, number = pipe.recv()
            if what == "point":
                points.append(number)
            else:
                acknowledged.append((sender, number))
                firsts[sender] = number + BATCH
    except (EOFError, OSError):
        return


def test_what_was_acknowledged_before_a_kill_is_stored_once(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["live_processes"])
    moments = random.Random(20261122)
    acknowledged, points, firsts = [], [0], [0] * SENDERS
    for _ in range(KILLS):
        pipe, told = context.Pipe(duplex=False)
        given = (str(tmp_path), list(firsts), points[-1] + 1, told)
        process = context.Process(target=live_processes.submit_until_killed, args=given, daemon=True)
        process.start()
        told.close()
        assert pipe.poll(PATIENCE_S), "it acknowledged nothing"
        time.sleep(moments.uniform(0, 1.6))
        process.kill()
        process.join(PATIENCE_S)
        heard(pipe, acknowledged, firsts, points)
    journal, mover = opened(str(tmp_path), most=100_000)
    send_point(KeptTotals(journal), points[-1] + 1)
    while mover.move(datetime.now(UTC)).taken:
        pass
    assert journal.waiting().events == journal.asides_in_all() == 0
    mover.close()
    journal.close()
    events = open_ledger(str(tmp_path / "ledger")).events
    plain = "source = 'events'"
    rows, ids, output = asked(
        events,
        f"count(*) FILTER ({plain}), count(DISTINCT event_id) FILTER ({plain}),"
        f" sum(output_tokens) FILTER ({plain})",
    )
    # A sender goes on after what was acknowledged, and submits one batch at a time.
    sent = [range(first + BATCH) for first in firsts]
    (stored,) = asked(events, f"list(event_id) FILTER ({plain})")
    stored = set(stored)
    expected = {f"{sender}-{n}" for sender, first in acknowledged for n in range(first, first + BATCH)}
    assert len(expected) >= KILLS * BATCH
    assert expected <= stored <= {f"{sender}-{n}" for sender in range(SENDERS) for n in sent[sender]}
    assert rows == ids == len(stored)
    assert output == sum(int(one.partition("-")[2]) % 100 for one in stored)
    last = points[-1] + 1
    assert asked(events, "sum(input_tokens)") == (last * (last + 1) // 2,)
