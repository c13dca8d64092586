"""The journal: what was acknowledged is there, whatever becomes of the process, the disk or the file."""

import random
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from farthing.ledger import journal_rows
from farthing.ledger.journal import Arrived, Journal, JournalFull, Note
from farthing.units.problem import InputError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PATIENCE_S = 30


@pytest.fixture
def journal(tmp_path):
    opened = Journal(tmp_path / "journal.sqlite")
    yield opened
    opened.close()


def rows(first, last, size=40):
    return [Arrived(f"event-{n}", b'{"n":"%s"}' % str(n).encode().zfill(size)) for n in range(first, last)]


def kept(journal, most=10**6):
    return [row.event_id for row in journal.take(most).rows]


def submitted(journal, some):
    return journal.submit(some).result(PATIENCE_S)


def reopened(path):
    journal = Journal(path)
    try:
        return kept(journal), journal.problems
    finally:
        journal.close()


def test_rows_come_out_in_the_order_they_came_and_stay_until_they_are_done(journal):
    assert submitted(journal, rows(0, 3)) == 3
    assert submitted(journal, rows(3, 5)) == 2
    taken = journal.take(4)
    assert [row.event_id for row in taken.rows] == ["event-0", "event-1", "event-2", "event-3"]
    assert journal.take(4) == taken
    assert journal.waiting().events == 5
    journal.done(taken, {}, NOW)
    assert kept(journal) == ["event-4"]
    assert (journal.waiting().events, journal.waiting().byte) == (1, len(rows(4, 5)[0].row))


def test_what_is_known_is_what_waits(journal):
    submitted(journal, rows(0, 2))
    submitted(journal, rows(0, 1))
    assert journal.known(["event-0", "event-1", "event-2"]) == {"event-0", "event-1"}
    journal.done(journal.take(2), {}, NOW)
    assert journal.known(["event-0", "event-1"]) == {"event-0"}


def test_what_is_set_aside_is_kept_with_its_reason(journal, monkeypatch):
    monkeypatch.setattr(journal_rows, "MOST_ASIDES", 3)
    for first in (0, 3):
        submitted(journal, rows(first, first + 3))
        journal.done(journal.take(3), {0: "no moment", 2: "no count"}, NOW)
    assert [(one.why, one.row) for one in journal.asides(2)] == [
        ("no count", rows(5, 6)[0].row),
        ("no moment", rows(3, 4)[0].row),
    ]
    assert (len(journal.asides()), journal.asides_in_all()) == (3, 4)
    assert journal.waiting().events == 0


def test_done_twice_by_two_movers_counts_once(journal):
    submitted(journal, rows(0, 5))
    less, more = journal.take(3), journal.take(5)
    journal.done(less, {1: "bad"}, NOW)
    journal.done(more, {1: "bad"}, NOW)
    assert (journal.waiting().events, journal.waiting().byte, journal.asides_in_all()) == (0, 0, 1)
    assert journal.known(["event-1"]) == set()


def test_notes_are_there_with_their_rows_and_forgotten_by_their_age(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    notes = [Note("series", bytes([n]), n, b"%d" % n) for n in range(200)]
    journal.submit(rows(0, 1), notes).result(PATIENCE_S)
    journal.submit([], [Note("series", b"\x07", 500, b"newer")]).result(PATIENCE_S)
    journal.close()
    journal = Journal(tmp_path / "journal.sqlite")
    asked = [bytes([n]) for n in range(256)] * 3
    assert len(journal.noted("series", asked)) == 200
    journal.forget("series", NOW, 350)  # 500, the newest of them, is now
    assert journal.noted("series", [b"\x07", b"\x08", b"\xc7"]) == {b"\x07": b"newer", b"\xc7": b"199"}
    journal.forget("series", datetime.fromtimestamp(300, UTC), 100)
    assert journal.noted("series", [b"\x07", b"\xc7"]) == {b"\x07": b"newer"}
    assert journal.noted("other", [b"\x07"]) == {}
    journal.close()


def test_many_threads_submit_at_once(journal):
    def send(thread):
        for n in range(20):
            submitted(journal, [Arrived(f"{thread}-{n}-{k}", b"{}") for k in range(5)])

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = kept(journal)
    assert len(found) == len(set(found)) == 8 * 20 * 5 == journal.waiting().events


def test_too_much_is_refused_at_once_and_taken_again_later(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite", most_events=10)
    submitted(journal, rows(0, 8))
    with pytest.raises(JournalFull) as refused:
        journal.submit(rows(8, 11))
    assert (refused.value.retry_after_s > 0, refused.value.problem.code) == (True, "journal-full")
    journal.done(journal.take(5), {}, NOW)
    assert submitted(journal, rows(8, 11)) == 3
    assert kept(journal) == [f"event-{n}" for n in range(5, 11)]
    journal.close()


def test_a_slow_disk_holds_senders_back_and_loses_nothing(tmp_path):
    """Another connection has the database: a commit takes as long as that lasts."""
    path = tmp_path / "journal.sqlite"
    journal = Journal(path, most_events=30)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    futures = [journal.submit(rows(n, n + 10)) for n in (0, 10, 20)]
    with pytest.raises(JournalFull):
        journal.submit(rows(30, 40))
    time.sleep(0.1)
    assert not any(future.done() for future in futures)
    assert kept(journal) == []
    other.execute("COMMIT")
    other.close()
    assert [future.result(PATIENCE_S) for future in futures] == [10, 10, 10]
    assert len(kept(journal)) == 30
    journal.close()


def test_a_commit_that_fails_fails_what_was_worked_out_on_top_of_it(tmp_path):
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE waiting RENAME TO elsewhere")
    epoch = journal.epoch
    future = journal.submit(rows(0, 1))
    with pytest.raises(JournalFull):
        future.result(PATIENCE_S)
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE elsewhere RENAME TO waiting")
    other.close()
    assert (journal.epoch, journal.waiting().events, journal.known(["event-0"])) == (epoch + 1, 0, set())
    with pytest.raises(JournalFull):  # it failed a moment ago
        journal.submit(rows(0, 1))
    journal._refused_until = 0.0
    with pytest.raises(JournalFull, match="a commit before this one failed"):
        journal.submit(rows(0, 1), epoch=epoch)
    assert submitted(journal, rows(1, 2)) == 1
    assert (kept(journal), journal.trouble) == (["event-1"], None)
    journal.close()


def test_a_second_process_is_told_who_has_it(tmp_path):
    path = tmp_path / "journal.sqlite"
    script = (
        "import sys\nfrom pathlib import Path\nfrom farthing.ledger.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\nprint('open', flush=True)\nsys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", script, str(path)], **pipes) as process:
        assert process.stdout.readline() == "open\n"
        with pytest.raises(InputError, match=f"belongs to process {process.pid}"):
            Journal(path)
        process.kill()
        process.wait()
    assert reopened(path) == ([], ())


def test_the_file_and_its_log_shrink_again(tmp_path):
    path = tmp_path / "journal.sqlite"
    journal = Journal(path)
    for first in range(0, 12_000, 2_000):
        submitted(journal, rows(first, first + 2_000, size=4_000))
    assert path.stat().st_size > 40_000_000
    while (taken := journal.take(1_000)).rows:
        journal.done(taken, {}, NOW)
        submitted(journal, [])
    for n in range(20):
        submitted(journal, rows(n, n + 1))
        journal.done(journal.take(10), {}, NOW)
    journal.close()
    assert path.stat().st_size < 20_000_000
    assert not Path(f"{path}-wal").exists() or Path(f"{path}-wal").stat().st_size == 0


def test_a_full_disk_is_said_and_nothing_is_half_there(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        filler = disk / "filler"
        filler.write_bytes(bytes(2_500_000))
        journal = Journal(disk / "journal.sqlite")
        taken, refused = filled(journal)
        assert refused.problem.code in ("no-space", "journal-unusable")
        assert 0 < taken < 99
        assert kept(journal) == [f"event-{n}" for n in range(taken * 10)]
        filler.unlink()
        journal._refused_until = 0.0
        while (some := journal.take(20)).rows:
            journal.done(some, {}, NOW)
        assert submitted(journal, rows(0, 10, size=20_000)) == 10
        journal.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def filled(journal):
    """How many batches a small disk takes, and what the next one is told."""
    for taken in range(100):
        try:
            submitted(journal, rows(taken * 10, taken * 10 + 10, size=20_000))
        except JournalFull as refused:
            return taken, refused
    raise AssertionError("the disk is not small")


def damaged(path, how):
    """A journal with rows of which some are in its log alone, and then harm done to it."""
    script = (
        "import os, sys\nfrom pathlib import Path\nsys.path.insert(0, sys.argv[2])\n"
        "from test_journal import rows, submitted\nfrom farthing.ledger.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for n in range(0, 2000, 100): submitted(journal, rows(n, n + 100, 300))\nos._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path), str(Path(__file__).parent)], check=True)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    content = path.read_bytes()
    noise = random.Random(5).randbytes(len(content))
    cut = len(content) // 2
    path.write_bytes(
        {
            "cut short": content[:cut],
            "a hole of noise": content[:cut] + noise[:50_000] + content[cut + 50_000 :],
            "all noise": noise,
            "empty": b"",
        }[how]
    )


@pytest.mark.parametrize("how", ["cut short", "a hole of noise", "all noise", "empty"])
def test_a_damaged_file_is_put_aside_and_what_can_be_read_is_taken_over(tmp_path, how):
    path = tmp_path / "journal.sqlite"
    damaged(path, how)
    harmed = path.read_bytes()
    found, problems = reopened(path)
    assert [problem.code for problem in problems] == ["journal-damaged"]
    assert (tmp_path / "journal.sqlite.unreadable-1").read_bytes() == harmed
    least = {"cut short": 500, "a hole of noise": 1_000, "all noise": 0, "empty": 0}[how]
    assert least <= len(found) < 2_000
    assert set(found) <= {f"event-{n}" for n in range(2_000)}
    assert reopened(path) == (found, ())


def test_a_database_of_something_else_is_left_alone(tmp_path):
    path = tmp_path / "mine.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="something else"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_hold_it_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="the journal cannot be used"):
        Journal(tmp_path / "file" / "journal.sqlite")


def test_an_id_that_is_no_text_is_its_senders_mistake(journal):
    with pytest.raises(UnicodeEncodeError):
        journal.submit([Arrived("\ud800", b"{}")])
    assert submitted(journal, rows(0, 1)) == 1
    assert journal.waiting().events == 1


@pytest.mark.skipif(sys.platform == "win32", reason="rights are those of POSIX")
def test_nobody_else_may_read_it(journal, tmp_path):
    submitted(journal, rows(0, 1))
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0}, modes
