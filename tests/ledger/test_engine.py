from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pytest
from ledger_rows import events, table_at

from farthing.ledger.connection import connect
from farthing.ledger.engine import engine
from farthing.ledger.store import open_ledger
from farthing.ledger.views import titles, view
from farthing.units.problem import InputError


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    table = table_at(tmp_path_factory.mktemp("engine"))
    with connect(threads=1) as connection:
        table.append(connection, events(0, 2000, batch="CASE WHEN n < 500 THEN 'a' ELSE 'b' END"))
    return {"events": table.files()}


def test_days(files):
    answer = engine(None).ask(view("days"), files).columns
    assert answer["day"].astype("datetime64[D]").tolist() == [
        np.datetime64(day).item() for day in ("2026-01-01", "2026-01-02")
    ]
    assert answer["events"].tolist() == answer["requests"].tolist() == [1440, 560]
    assert answer["events"].dtype == np.int64


def test_batches(files):
    answer = engine("duckdb").ask(view("batches"), files).columns
    assert answer["batch"].tolist() == ["b", "a"]
    assert answer["events"].tolist() == [1500, 500]
    assert str(answer["first_at"][1]) == "2026-01-01T00:00:00.123456"


def test_wide_integers_and_decimals_are_exact():
    sql = """
        SELECT sum(n) AS wide, sum(small) AS small, sum(CAST(price AS DECIMAL(38,18))) AS money
        FROM (VALUES (9223372036854775807, 1, '0.000000000000000001'),
                     (9223372036854775807, 2, '99999999999999999999')) AS t(n, small, price)
    """
    columns = engine(None).ask(sql, {}).columns
    assert columns["wide"].tolist() == [2**64 - 2]
    assert columns["small"].tolist() == [3]
    assert type(columns["small"][0]) is int
    assert columns["money"].tolist() == [Decimal("99999999999999999999.000000000000000001")]


def test_nulls_are_none_whatever_the_type():
    kinds = ("BIGINT", "HUGEINT", "VARCHAR", "DECIMAL(38,18)", "DOUBLE", "BIGINT[]", "DATE", "TIMESTAMPTZ")
    shown = ", ".join(f"CAST(NULL AS {kind}) AS c{place}" for place, kind in enumerate(kinds))
    columns = engine(None).ask(f"SELECT {shown}", {}).columns
    assert [cells.tolist() for cells in columns.values()] == [[None]] * len(kinds)


def test_lists_maps_and_small_integers_become_what_python_has():
    sql = "SELECT [1, 2] AS l, MAP {'a': 'b'} AS m, CAST(3 AS TINYINT) AS i, true AS b"
    columns = engine(None).ask(sql, {}).columns
    assert {name: cells.tolist() for name, cells in columns.items()} == {
        "l": [[1, 2]],
        "m": [{"a": "b"}],
        "i": [3],
        "b": [True],
    }
    assert columns["i"].dtype == np.int64


def test_a_ledger_without_tables_answers_with_no_rows(tmp_path):
    ledger = open_ledger(str(tmp_path / "none"))
    answer = engine(None).ask(view("days"), {"events": ledger.events.files()})
    assert answer.rows == 0
    assert list(answer.columns) == ["day", "events", "requests"]
    sql = "SELECT count(*) AS n, sum(billed_cost) AS cost FROM charges"
    columns = engine(None).ask(sql, {"charges": ledger.charges.files()}).columns
    assert (columns["n"].tolist(), columns["cost"].tolist()) == ([0], [None])


def test_threads_ask_one_engine_about_different_tables(files, tmp_path):
    table = table_at(tmp_path)
    with connect(threads=1) as connection:
        table.append(connection, events(0, 7))
    one = engine(None)

    def count(tables):
        return one.ask("SELECT count(*) AS n FROM events", tables).columns["n"].tolist()

    asked = [files, {"events": table.files()}] * 10
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(count, asked)) == [[2000], [7]] * 10


def test_order_is_kept_in_a_large_answer():
    columns = engine(None).ask("SELECT i FROM range(300000) r(i) ORDER BY i DESC", {}).columns
    assert (columns["i"] == np.arange(299_999, -1, -1)).all()


def test_an_engine_that_nobody_knows_is_refused():
    with pytest.raises(InputError, match="no engine"):
        engine("snowflake")


def test_a_view_that_no_file_has_is_refused_with_the_nearest():
    assert {"days", "batches"} <= set(titles())
    with pytest.raises(InputError, match="Did you mean days"):
        view("day")


def test_a_connection_reads_no_network():
    with connect() as connection, pytest.raises(Exception, match=r"httpfs|not found|extension"):
        connection.execute("SELECT * FROM read_parquet('s3://bucket/file.parquet')").fetchall()
    with connect("400MB", threads=1) as connection:
        ((zone, threads),) = connection.execute(
            "SELECT current_setting('TimeZone'), current_setting('threads')"
        ).fetchall()
    assert (zone, threads) == ("UTC", 1)
