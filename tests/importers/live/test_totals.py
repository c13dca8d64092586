"""Totals that run on go on after restarts, refusals and failures, and each of their points counts once."""

import random
import sqlite3
import threading

import pytest
from ledger_rows import asked
from live_sending import APP, START_S, Live, point

from farthing.importers.otlp_metrics import Totals
from farthing.importers.otlp_request import request_rows
from farthing.ledger.journal import JournalFull


@pytest.fixture
def live(tmp_path):
    made = Live(tmp_path)
    yield made
    made.stop()


def test_a_total_goes_on_after_a_restart(live):
    live.send(point(APP, -900, 60, 100, is_running=True))  # it began before the receiver did
    live.move()
    live.stop()
    live.start()
    live.send(point(APP, -900, 60, 100, is_running=True))  # the sender heard nothing and sends it again
    live.send(point(APP, -900, 120, 130, is_running=True))
    live.stop()
    live.start()
    live.send(point(APP, -900, 180, 145, is_running=True), point(APP, 200, 240, 5, is_running=True))
    live.move()
    assert live.stored() == 145 + 5


def test_a_total_whose_rows_were_refused_counts_in_full_the_next_time(live):
    live.send(point(APP, 0, 60, 100, is_running=True))
    with live.totals.request() as request:  # and is not submitted
        list(request_rows(point(APP, 0, 120, 130, is_running=True), request.totals))
    live.send(point(APP, 0, 120, 130, is_running=True))
    live.move()
    assert live.stored() == 130


def test_a_total_whose_commit_failed_counts_in_full_the_next_time(live):
    """The disk gives up between two points, and the sender sends the second one again, after a third."""
    live.send(point(APP, 0, 60, 100, is_running=True))
    with sqlite3.connect(live.journal.path) as other:
        other.execute("ALTER TABLE waiting RENAME TO elsewhere")
    for at_s, tokens in ((120, 130), (180, 150)):
        live.journal._refused_until = 0.0
        with pytest.raises(JournalFull):
            live.send(point(APP, 0, at_s, tokens, is_running=True))
    with sqlite3.connect(live.journal.path) as other:
        other.execute("ALTER TABLE elsewhere RENAME TO waiting")
    other.close()
    live.journal._refused_until = 0.0
    live.send(*(point(APP, 0, at_s, tokens, is_running=True) for at_s, tokens in ((120, 130), (180, 150))))
    live.move()
    assert asked(live.ledger.events, 'list(output_tokens ORDER BY "at")') == ([100, 30, 20],)


def test_many_threads_hear_of_one_total(live):
    points = [point(APP, 0, 10 * k, k * k, is_running=True) for k in range(1, 60)]
    random.Random(1).shuffle(points)
    threads = [threading.Thread(target=live.send, args=points[start::4]) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    live.move()
    assert live.stored() == 59 * 59


def test_kinds_of_tokens_that_a_collector_sends_apart_are_all_there(live):
    output, other = point(APP, 0, 60, 5), point(APP, 0, 60, 7)
    metric = other["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0]
    metric["name"] = metric["name"].replace("output", "input")
    live.send(output, other)
    live.move()
    live.send(other, output)
    live.move()
    assert asked(live.ledger.events, "sum(input_tokens), sum(output_tokens)") == (7, 5)


def test_the_points_of_files_say_since_when_they_count():
    totals = Totals()
    rows = [
        row
        for at_s, tokens in ((60, 5), (120, 9))
        for row in request_rows(point(APP, 0, at_s, tokens, is_running=True), totals)
    ]
    assert [(row["tags"]["since"], row["output_tokens"]) for row in rows] == [
        (f"{START_S}000000", 5),
        (f"{START_S + 60}000000", 4),
    ]
