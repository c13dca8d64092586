from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_rows import FIRST, asked, events, select, table_at

from farthing.ledger.append import Appended
from farthing.ledger.charges import CHARGES
from farthing.ledger.connection import connect
from farthing.ledger.events import EVENTS
from farthing.ledger.store import open_ledger
from farthing.ledger.trouble import ConflictError
from farthing.ledger.written import write_sorted
from farthing.units.problem import InputError

DAYS = 1440  # events a day


@pytest.fixture
def table(tmp_path):
    return table_at(tmp_path / "ledger")


@pytest.fixture
def connection():
    with connect("400MB", threads=2) as opened:
        yield opened


def totals(table):
    return asked(table, "count(*), count(DISTINCT event_id), coalesce(sum(output_tokens), 0)")


def test_nothing_is_made_before_something_is_written(tmp_path):
    ledger = open_ledger(str(tmp_path / "new"))
    assert not ledger.events.exists()
    assert ledger.events.compact().files_after == ledger.events.remove("true") == 0
    assert ledger.charges.version() == -1
    assert ledger.books.files().rows == 0
    assert totals(ledger.events) == (0, 0, 0)
    assert not (tmp_path / "new").exists()


def test_rows_lie_in_a_folder_for_each_day(table, connection, tmp_path):
    assert table.append(connection, events(0, 2 * DAYS)) == Appended(2880, 0, 0, 1)
    files = table.files()
    assert files.days == (date(2026, 1, 1), date(2026, 1, 2))
    assert files.rows == 2880
    assert [Path(uri).parent.name for uri in files.uris] == ["day=2026-01-01", "day=2026-01-02"]
    assert all(uri.startswith(str(tmp_path)) for uri in files.uris)


def test_every_type_comes_back_as_it_went(table, connection):
    given = {
        "billed_amount": "CAST('12345678901234567890.123456789012345678' AS DECIMAL(38,18))",
        "gpu_seconds": "CAST('999999999999999.999' AS DECIMAL(18,3))",
        "quality": "0.1",
        "input_tokens": "9223372036854775807",
        "tags": "MAP {'cost center': 'ü', '': ''}",
        "prefix_hashes": "[1, -2, 9223372036854775807]",
        "team": "'a''b\"c'",
    }
    table.append(connection, events(0, 1, **given))
    shown = "CAST(billed_amount AS VARCHAR), CAST(gpu_seconds AS VARCHAR), quality, input_tokens, tags"
    row = asked(table, f'{shown}, prefix_hashes, team, epoch_us("at"), day, ttft_ms')
    moment = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 + 123_456
    assert row == (
        "12345678901234567890.123456789012345678",
        "999999999999999.999",
        0.1,
        2**63 - 1,
        {"cost center": "ü", "": ""},
        [1, -2, 2**63 - 1],
        "a'b\"c",
        moment,
        date(2026, 1, 1),
        None,
    )


def test_a_key_is_stored_once_on_whichever_day_it_comes_again(table, connection):
    table.append(connection, events(0, 100))
    elsewhere = events(50, 150, day="DATE '2027-05-05'")
    assert table.append(connection, elsewhere) == Appended(50, 50, 0, 2)
    assert totals(table) == (150, 150, 1500)
    assert table.append(connection, elsewhere) == Appended(0, 100, 0, 2)


def test_more_output_takes_the_place_of_less(table, connection):
    table.append(connection, events(0, 100))
    # A stream that went on: even ones grew, odd ones shrank, ten are new.
    later = events(90, 110, output_tokens="CASE WHEN n % 2 = 0 THEN 25 ELSE 4 END")
    assert table.append(connection, later) == Appended(10, 5, 5, 2)
    # 90 whole events and 5 odd ones with 10, 5 even ones with 25, 5 new ones with 25 and 5 with 4.
    assert totals(table) == (110, 110, 95 * 10 + 10 * 25 + 5 * 4)


def test_where_nothing_may_be_superseded_the_first_stays(table, connection):
    table.append(connection, events(0, 10))
    assert table.append(connection, events(0, 10, output_tokens="99"), supersedes=False).duplicate == 10
    assert totals(table) == (10, 10, 100)


def test_a_row_that_moves_to_another_day_leaves_the_old_one(table, connection):
    table.append(connection, events(0, 10))
    table.append(connection, events(3, 4, output_tokens="11", day="DATE '2026-02-01'"))
    assert totals(table) == (10, 10, 101)
    assert [(files.rows, files.days) for files in (table.files(date(2026, 2, 1)),)] == [
        (1, (date(2026, 2, 1),))
    ]


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30), st.integers(0, 5)), min_size=1, max_size=6))
def test_any_order_of_appends_leaves_the_longest_of_each_key(tmp_path_factory, batches):
    table = table_at(tmp_path_factory.mktemp("any"))
    longest: dict[int, int] = {}
    with connect(threads=1) as connection:
        for first, count, output in batches:
            before = dict(longest)
            for n in range(first, first + count):
                longest[n] = max(longest.get(n, 0), output)
            done = table.append(connection, events(first, first + count, output_tokens=str(output)))
            assert done.stored == len(longest) - len(before)
            assert done.superseded == sum(before[n] < longest[n] for n in before)
            assert done.stored + done.superseded + done.duplicate == count
    assert totals(table) == (len(longest), len(longest), sum(longest.values()))


def test_statistics_reach_past_the_thirty_second_column(table, connection):
    counted = {"web_searches": "n", "code_sessions": "0", "ttft_ms": "n"}
    table.append(connection, events(0, 3000, **counted))
    files = table.files()
    assert files.largest["web_searches"] == 2999
    assert files.largest["input_tokens"] == 2999
    assert files.largest["code_sessions"] == 0
    assert {"code_sessions", "team", "tags", "billed_amount", "prefix_hashes"} <= files.empty
    assert files.empty.isdisjoint({"web_searches", "ttft_ms", "model", "at", "requests", "event_id"})
    assert table.files(until=date(2026, 1, 2)).largest["web_searches"] == DAYS - 1


def test_days_choose_files(table, connection):
    table.append(connection, events(0, 3 * DAYS))
    assert table.files(date(2026, 1, 2), date(2026, 1, 3)).days == (date(2026, 1, 2),)
    assert table.files(until=date(2026, 1, 1)).uris == ()
    assert table.files(date(2026, 1, 3)).rows == DAYS


def test_a_batch_is_taken_back_and_gone_from_the_disk(table, connection):
    table.append(connection, events(0, 2000, batch="'one'"))
    table.append(connection, events(1000, 3000, batch="'two'", customer="'acme'"))
    assert table.remove("batch = 'two'") == 1000
    assert totals(table) == (2000, 2000, 20_000)
    assert table.remove("batch = 'two'") == 0
    assert table.vacuum(0) > 0
    assert sorted(map(str, data_files(table))) == sorted(table.files().uris)
    everything = data_files(table)[0].parents[1].rglob("*.*")
    assert not any(b"acme" in file.read_bytes() for file in everything)
    assert table.append(connection, events(1000, 3000, batch="'two'")).stored == 1000


def test_a_condition_that_is_null_for_a_row_keeps_it(table, connection):
    table.append(connection, events(0, 10, ttft_ms="CASE WHEN n < 5 THEN n END"))
    assert table.remove("ttft_ms >= 3") == 2
    assert totals(table) == (8, 8, 80)


def test_files_of_which_nothing_is_left_are_not_written_again(table, connection):
    table.append(connection, events(0, 2000, batch="'one'"))
    kept = set(table.files().uris)
    table.append(connection, events(2000, 4000, batch="'two'"))
    assert table.remove("batch = 'two'") == 2000
    assert set(table.files().uris) == kept
    assert table.remove("day < DATE '2026-01-02'") == DAYS
    assert table.files().days == (date(2026, 1, 2),)
    assert set(table.files().uris) < kept


def test_taking_out_everything_leaves_an_empty_table(table, connection):
    table.append(connection, events(0, 10))
    assert table.remove("true") == 10
    assert totals(table) == (0, 0, 0)
    assert table.append(connection, events(0, 10)).stored == 10


def test_compacting_leaves_one_ordered_file_for_each_day_and_every_row(table, connection):
    for part in range(4):
        table.append(connection, events(part * 1000, (part + 1) * 1000))
    before = totals(table)
    done = table.compact()
    assert done.files_before > done.files_after == len(table.files().days) == 3
    assert totals(table) == before
    for uri in table.files().uris:
        rows = connection.execute(f"SELECT model, epoch_us(\"at\") FROM read_parquet('{uri}')").fetchall()
        assert rows == sorted(rows)
    again = table.compact()
    assert again.version == done.version
    assert table.append(connection, events(0, 4000)).duplicate == 4000


def test_a_version_stays_readable_until_it_is_vacuumed(table, connection):
    table.append(connection, events(0, 100))
    old = table.files()
    table.remove("input_tokens >= 50")
    table.vacuum(24)
    assert connection.execute(f"SELECT count(*) FROM {old.relation()}").fetchall() == [(100,)]


def test_a_query_that_fails_leaves_nothing(table, connection):
    table.append(connection, events(0, 10))
    broken = events(0, 100_000, output_tokens="CAST(CASE WHEN n = 99999 THEN 'x' ELSE '1' END AS BIGINT)")
    with pytest.raises(Exception, match="Could not convert"):
        table.append(connection, broken)
    assert totals(table) == (10, 10, 100)
    assert sorted(map(str, data_files(table))) == sorted(table.files().uris)


def test_another_handle_sees_what_was_written(tmp_path, connection):
    first, second = table_at(tmp_path), table_at(tmp_path)
    assert second.files().rows == 0
    first.append(connection, events(0, 10))
    assert second.files().rows == 10
    assert second.append(connection, events(5, 15)).stored == 5
    assert first.files().rows == 15


def test_two_that_take_the_same_file_away_cannot_both_be_right(table, connection):
    """Delta itself lets a change and a compaction of one version both happen: rows would be there twice."""
    table.append(connection, events(0, 100))
    files, log = table.files(), table._log
    gone = [log.place.path(uri) for uri in files.uris]
    with log.place.writing() as folder:
        compacted = write_sorted(connection, events(0, 100), EVENTS, folder, date(2026, 1, 1))
        changed = write_sorted(connection, events(0, 100), EVENTS, folder, date(2026, 1, 1))
        log.commit(folder, compacted, gone, files.version, changes=False, keys=False)
        with pytest.raises(ConflictError):
            log.commit(folder, changed, gone, files.version, changes=True, keys=True)
    assert totals(table) == (100, 100, 1000)


def test_rows_that_come_do_not_disturb_a_compaction(table, connection):
    table.append(connection, events(0, 100))
    before, log = table.files(), table._log
    table.append(connection, events(100, 200))
    with log.place.writing() as folder:
        compacted = write_sorted(connection, events(0, 100), EVENTS, folder, date(2026, 1, 1))
        gone = [log.place.path(uri) for uri in before.uris]
        log.commit(folder, compacted, gone, before.version, changes=False, keys=False)
    assert totals(table) == (200, 200, 2000)


def test_charges_have_no_output_and_are_never_superseded(tmp_path, connection):
    charges = open_ledger(str(tmp_path)).charges
    at = {"at": FIRST, "until": FIRST, "day": "DATE '2026-01-01'"}
    rows = select(CHARGES, "range(5) r(n)", charge_id="'c' || n", billed_cost="n", **at)
    assert charges.append(connection, rows).stored == 5
    assert charges.append(connection, rows).duplicate == 5
    assert asked(charges, "count(*), CAST(sum(billed_cost) AS VARCHAR)") == (5, "10.000000000000000000")


@pytest.mark.parametrize(
    "place", ["with space", "ünïcödé", "it's", "a#b", "a+b&c=d", "{a,b}", "a]b", "today=1"]
)
def test_the_folder_may_be_called_anything(tmp_path, connection, place):
    table = table_at(tmp_path / place)
    table.append(connection, events(0, 10))
    assert table.append(connection, events(0, 20, output_tokens="11")) == Appended(10, 0, 10, 2)
    table.compact()
    table.remove("input_tokens = 1")
    table.vacuum(0)
    assert totals(table) == (19, 19, 209)
    assert table.files().days == (date(2026, 1, 1),)


def test_a_file_url_is_a_folder(tmp_path, connection):
    open_ledger(f"file://{tmp_path}/a%20b").events.append(connection, events(0, 5))
    assert table_at(tmp_path / "a b").files().rows == 5


@pytest.mark.parametrize(
    "url", ["", "ftp://host/ledger", "http://host/ledger", "a%20b", "a*b", "day=2020-01-01"]
)
def test_a_place_that_keeps_no_ledger_is_refused(url):
    with pytest.raises(InputError) as refused:
        open_ledger(url)
    assert refused.value.problems[0].code == "ledger-url"


def test_a_file_is_no_ledger(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError):
        open_ledger(str(tmp_path / "file"))


def data_files(table):
    return list(Path(table.files().uris[0]).parents[1].glob("day=*/*.parquet"))
