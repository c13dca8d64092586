"""Processes that are killed, meet or run out of room: nothing is lost, doubled or read by halves.

With FARTHING_LONG=1 two writers and a reader meet for a minute.
"""

import multiprocessing
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import store_processes
from ledger_rows import table_at
from store_processes import BLOCK, LEAST_READS, append_batch, expected, half_read, totals

from farthing.ledger.connection import connect

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are those of POSIX")
KILLS = 20
MEETING_S = 60 if os.environ.get("FARTHING_LONG") else 5
PATIENCE_S = 120


@pytest.fixture(scope="module")
def processes():
    """Processes that start at once, because what they need was loaded before they forked."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["store_processes"])
    return context


def started(processes, work, *given):
    process = processes.Process(target=work, args=given, daemon=True)
    process.start()
    return process


def joined(*running):
    for process in running:
        process.join(PATIENCE_S)
    return [process.exitcode for process in running]


def data_files(folder):
    return sorted(str(path) for path in (folder / "events").glob("day=*/*"))


def test_a_process_that_is_killed_leaves_whole_batches_alone(processes, tmp_path):
    moments = random.Random(20261122)
    table, begun = table_at(tmp_path), 0
    for _ in range(KILLS):
        heard, told = processes.Pipe(duplex=False)
        writer = started(processes, store_processes.write_until_killed, str(tmp_path), begun, told)
        begun, took = next_batch(heard)
        begun, took = next_batch(heard)
        time.sleep(moments.uniform(0, 1.5 * took))
        writer.kill()
        joined(writer)
        while heard.poll():
            begun = heard.recv()
        # The batch that it spoke of last is there as a whole or not at all.
        assert totals(table) in (expected(begun), expected(begun + 1))
    with connect(threads=1) as connection:
        for batch in range(begun + 1):
            append_batch(table, connection, batch)
    assert totals(table) == expected(begun + 1)
    table.vacuum(0)
    assert data_files(tmp_path) == sorted(table.files().uris)


def next_batch(heard):
    """The number of the batch that a writer begins next, and how long it took to come to it."""
    since = time.monotonic()
    assert heard.poll(PATIENCE_S)
    return heard.recv(), time.monotonic() - since


def test_two_writers_a_tidier_and_a_reader_meet(processes, tmp_path):
    until = time.monotonic() + MEETING_S
    heard, told = processes.Pipe(duplex=False)
    batches = list(range(MEETING_S * 3))
    reader = started(processes, store_processes.read_until, str(tmp_path), until, told)
    tidier = started(processes, store_processes.tidy, str(tmp_path), until, 1)
    writers = [
        started(processes, store_processes.write_batches, str(tmp_path), order)
        for order in (batches, batches[::-1])
    ]
    assert joined(*writers, tidier, reader) == [0, 0, 0, 0]
    reads, wrong = heard.recv()
    assert wrong == []
    assert reads >= LEAST_READS
    assert totals(table_at(tmp_path)) == expected(len(batches))


def test_a_vacuum_leaves_what_writers_have_on_their_way(processes, tmp_path):
    until = time.monotonic() + MEETING_S / 2
    batches = list(range(MEETING_S * 2))
    tidier = started(processes, store_processes.tidy, str(tmp_path), until, 0)
    writers = [
        started(processes, store_processes.write_batches, str(tmp_path), batches[start::2])
        for start in (0, 1)
    ]
    assert joined(*writers, tidier) == [0, 0, 0]
    table = table_at(tmp_path)
    assert totals(table) == expected(len(batches))
    assert half_read(table)[1:] == (0, 0)
    table.vacuum(0)
    assert data_files(tmp_path) == sorted(table.files().uris)


@pytest.mark.parametrize("byte", [200, 1_000, 20_000])
def test_files_that_may_not_grow_leave_the_table_as_it_was(processes, tmp_path, byte):
    table = table_at(tmp_path)
    with connect(threads=1) as connection:
        append_batch(table, connection, 0)
    before, version = data_files(tmp_path), table.version()
    heard, told = processes.Pipe(duplex=False)
    writer = started(processes, store_processes.append_with_little_room, str(tmp_path), 9, byte, told)
    assert joined(writer) == [0]
    assert heard.recv() == "no-space"
    assert (totals(table), table.version(), data_files(tmp_path)) == (expected(1), version, before)
    with connect(threads=1) as connection:
        append_batch(table, connection, 1)
    assert totals(table) == expected(2)


def test_a_full_disk_leaves_the_table_as_it_was(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        problems = [little_room(disk / str(kept), kept) for kept in (0, 64, 128, 144, 160, 176, 400)]
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    # Wherever the room ended, in the rows or in the log: the table is as it was. In the end there is enough.
    assert set(problems) == {"no-space", ""}
    assert problems[-1] == ""


def little_room(folder, kept):
    """What an append says to so many kilobytes of room; the table is whole before and after."""
    table = table_at(folder)
    with connect(threads=1) as connection:
        append_batch(table, connection, 0)
    filler = folder.parent / "filler"
    room = os.statvfs(folder)
    filler.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - kept * 1024)))
    before = data_files(folder)
    said = store_processes._problem_of_append(str(folder), 9)
    filler.unlink()
    if said:
        assert (totals(table), data_files(folder)) == (expected(1), before)
    assert store_processes._problem_of_append(str(folder), 9) == ""
    assert totals(table) == (10 * BLOCK, 10 * BLOCK, 10 * BLOCK * 99)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else Path.unlink(path)
    return said
