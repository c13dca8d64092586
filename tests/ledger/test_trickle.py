"""A table that one process appends to all day: few files, remembered keys, rows that make others go."""

import random

import numpy as np
import pytest
from ledger_rows import asked, events, table_at

from farthing.ledger import rewrite
from farthing.ledger.connection import connect
from farthing.ledger.seen_keys import SeenKeys

TOTALS = "count(*), count(DISTINCT event_id), coalesce(sum(output_tokens), 0)"


@pytest.fixture
def table(tmp_path):
    return table_at(tmp_path)


@pytest.fixture
def connection():
    with connect("200MB", threads=1) as made:
        yield made


def test_many_small_files_become_few_and_no_row_changes(table, connection, monkeypatch):
    monkeypatch.setattr(rewrite, "_MOST_SMALL", 3)
    monkeypatch.setattr(rewrite, "_MOST_GATHERED", 2)
    counts = []
    for n in range(17):
        table.append(connection, events(n, n + 1))
        table.gather()
        counts.append(len(table.files().uris))
    # Four small ones become one; the third such becomes one with all there is.
    assert counts == [1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 1, 2, 3, 4, 2]
    assert asked(table, TOTALS) == (17, 17, 170)
    version = table.version()
    assert table.gather().files_before == 2
    assert table.version() == version


def test_another_days_files_are_left_alone(table, connection, monkeypatch):
    monkeypatch.setattr(rewrite, "_MOST_SMALL", 3)
    table.append(connection, events(0, 1))
    day = "DATE '2026-02-01'"
    for n in range(10, 14):
        table.append(connection, events(n, n + 1, day=day))
    gathered = table.gather()
    assert (gathered.files_before, gathered.files_after) == (5, 2)


def test_a_table_that_remembers_its_keys_knows_each(tmp_path, connection):
    chance = random.Random(3)
    table, other = table_at(tmp_path), table_at(tmp_path)
    table.remember_keys()
    best = {}
    for turn in range(12):
        first, output = chance.randrange(60), chance.randrange(1, 4)
        writer = other if turn % 4 == 3 else table
        appended = writer.append(connection, events(first, first + 20, output_tokens=str(output)))
        new = [n for n in range(first, first + 20) if n not in best]
        longer = [n for n in range(first, first + 20) if best.get(n, output) < output]
        assert (appended.stored, appended.superseded) == (len(new), len(longer))
        best |= dict.fromkeys([*new, *longer], output)
        if turn % 5 == 4:
            other.compact()
        if turn == 7:
            best = {n: output for n, output in best.items() if n >= 30}
            other.remove("input_tokens < 30")
    assert asked(table, TOTALS) == (len(best), len(best), sum(best.values()))


def test_hashes_are_found_in_the_files_that_have_them_and_forgotten_with_them():
    chance = np.random.default_rng(11)
    held = {f"file-{n}": chance.integers(0, 500, size=n, dtype=np.uint64) for n in range(1, 40)}

    def read(uris):
        places = np.repeat(np.arange(len(uris), dtype=np.uint32), [held[uri].size for uri in uris])
        return np.concatenate([held[uri] for uri in uris]), places

    seen, names = SeenKeys(), list(held)
    for turn in range(30):
        current = [names[n] for n in sorted(chance.choice(len(names), size=20, replace=False))]
        ours = chance.integers(0, 500, size=turn, dtype=np.uint64)
        expected = [uri for uri in current if set(held[uri].tolist()) & set(ours.tolist())]
        assert seen.meeting(current, ours, read) == expected


def test_rows_go_with_the_change_that_brings_others(table, connection):
    table.append(connection, events(0, 5))
    leaving = "SELECT 'event-' || n FROM (VALUES (1), (3), (99)) gone(n)"
    appended = table.append(connection, events(5, 7), leaving=leaving)
    assert (appended.stored, appended.left) == (2, 2)
    assert asked(table, "list(input_tokens ORDER BY input_tokens)") == ([0, 2, 4, 5, 6],)
    version = table.version()
    again = table.append(connection, events(5, 7), leaving=leaving)
    assert (again.duplicate, again.left, table.version()) == (2, 0, version)
    last = table.append(connection, events(5, 7), leaving="SELECT 'event-' || 2")
    assert (last.duplicate, last.left) == (2, 1)
    assert asked(table, "list(input_tokens ORDER BY input_tokens)") == ([0, 4, 5, 6],)
    assert table.version() == version + 1
