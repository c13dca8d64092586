import pytest
from ledger_rows import asked, events, table_at

from farthing.ledger import day_groups
from farthing.ledger.connection import connect
from farthing.ledger.day_groups import DayGroup
from farthing.ledger.events import EVENTS
from farthing.ledger.written import typed

MIXED = "DATE '2026-01-01' + CAST(n * 7 % 20 AS INTEGER)"  # twenty days in turn
RUNS = "DATE '2026-01-01' + CAST(n // 100 AS INTEGER)"  # a hundred events of each day


@pytest.fixture
def connection():
    with connect("400MB", threads=1) as opened:
        yield opened


def groups(connection, last, day):
    return day_groups.day_groups(connection, typed(events(0, last, day=day), EVENTS))


def test_a_few_days_are_written_one_after_the_other(connection):
    days = [f"2026-01-0{day}" for day in range(1, 9)]
    assert groups(connection, 800, RUNS) == [DayGroup(day, day) for day in days]


def test_mixed_days_are_taken_apart_in_passes_of_bounded_size(connection, monkeypatch):
    assert groups(connection, 2000, MIXED) == [DayGroup("2026-01-01", "2026-01-20")]
    monkeypatch.setattr(day_groups, "_MOST_ROWS", 700)  # seven days of a hundred events
    assert groups(connection, 2000, MIXED) == [
        DayGroup("2026-01-01", "2026-01-07"),
        DayGroup("2026-01-08", "2026-01-14"),
        DayGroup("2026-01-15", "2026-01-20"),
    ]


def test_many_days_in_their_order_are_written_one_after_the_other(connection, monkeypatch):
    monkeypatch.setattr(day_groups, "_CHUNK", 100)
    assert len(groups(connection, 2000, RUNS)) == 20
    assert len(groups(connection, 2000, MIXED)) == 1


def test_a_day_that_is_too_large_alone_is_a_pass_of_its_own():
    counts = [("a", 300_000), ("b", 200_000), ("c", 900_000), ("d", 1)]
    assert list(day_groups._mixed(counts)) == [DayGroup(day, day) for day in "abcd"]


def test_passes_are_not_too_many_either():
    thousand_days = [(f"{day:04}", 24_000) for day in range(1000)]
    # 24 million rows in at most 24 passes or so are a million each, not 400,000.
    assert len(list(day_groups._mixed(thousand_days))) == 25
    assert next(day_groups._mixed(thousand_days)) == DayGroup("0000", "0040")


def test_no_rows_are_no_passes(connection):
    assert groups(connection, 0, RUNS) == []


@pytest.mark.parametrize("most", [1, 350, 10**6])
def test_each_way_writes_the_same_rows(tmp_path, connection, monkeypatch, most):
    monkeypatch.setattr(day_groups, "_MOST_ROWS", most)
    table = table_at(tmp_path)
    assert table.append(connection, events(0, 2000, day=MIXED)).stored == 2000
    assert table.append(connection, events(1000, 3000, day=MIXED)).stored == 1000
    assert len(table.files().days) == 20
    wrong = f"count(*) FILTER (day <> {MIXED.replace('n *', 'input_tokens *')})"
    assert asked(table, f"count(*), count(DISTINCT event_id), {wrong}") == (3000, 3000, 0)
