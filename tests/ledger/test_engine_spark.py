"""Spark answers as DuckDB does: to the last digit, over the same files, with processes of its own."""

import importlib.util
from decimal import Decimal

import numpy as np
import pytest
from ledger_rows import FIRST, events, select, table_at

from farthing.ledger.charges import CHARGES
from farthing.ledger.connection import connect
from farthing.ledger.engine import engine
from farthing.ledger.store import open_ledger
from farthing.ledger.views import titles, view
from farthing.units.problem import InputError

MONEY = "CAST('1234567890123456789.12345678901234567' || (n % 10) AS DECIMAL(38,18))"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Events of five days in three files a day, and bills, in a folder with a name that is hard to read."""
    ledger = open_ledger(str(tmp_path_factory.mktemp("ledger") / "it's {a,b} #1 ü"))
    given = {
        "batch": "CASE WHEN n < 500 THEN 'a' ELSE 'b' END",
        "team": "(['search', 'it''s', 'back\\slash', ''])[n % 4 + 1]",
        "ttft_ms": "CASE WHEN n % 7 > 0 THEN n END",
        "gpu_seconds": "CASE WHEN n % 3 > 0 THEN CAST(n * 1.001 AS DECIMAL(18,3)) END",
        "billed_amount": "CASE WHEN n < 5 THEN CAST('0.000000000000000001' AS DECIMAL(38,18)) END",
        "tags": "CASE WHEN n % 2 = 0 THEN MAP {'cost center': 'c' || (n % 3)} END",
        "prefix_hashes": "CASE WHEN n % 5 = 0 THEN [n, -n] END",
        "cache_read_tokens": "9223372036854775807 - n",
    }
    bills = {"at": FIRST, "until": FIRST, "day": "DATE '2026-01-01'", "billed_cost": MONEY}
    with connect(threads=1) as connection:
        for part in range(3):
            ledger.events.append(connection, events(part * 2400, (part + 1) * 2400, **given))
        rows = select(CHARGES, "range(20) r(n)", charge_id="'c' || n", **bills)
        ledger.charges.append(connection, rows)
    return {"events": ledger.events.files(), "charges": ledger.charges.files()}


def assert_alike(spark, sql, tables):
    """Both engines answer with the same columns of the same types and the same values."""
    ours, theirs = engine(None).ask(sql, tables).columns, spark.ask(sql, tables).columns
    assert list(ours) == list(theirs)
    for title, cells in ours.items():
        assert cells.dtype == theirs[title].dtype, title
        assert cells.tolist() == theirs[title].tolist(), title
        assert list(map(type, cells.tolist())) == list(map(type, theirs[title].tolist())), title
    return theirs


@pytest.mark.parametrize("title", titles())
def test_every_view(spark, tables, title):
    answer = assert_alike(spark, view(title), tables)
    assert len(next(iter(answer.values()))) > 0


def test_days_as_counted_by_hand(spark, tables):
    answer = spark.ask(view("days"), tables).columns
    assert answer["day"].astype("datetime64[D]").astype(str).tolist() == [
        f"2026-01-0{day}" for day in range(1, 6)
    ]
    assert answer["events"].tolist() == answer["requests"].tolist() == [1440] * 5
    assert answer["events"].dtype == np.int64


def test_sums_beyond_64_bits_and_18_decimals(spark, tables):
    sql = """
        SELECT sum(cache_read_tokens) AS wide, sum(cache_read_tokens + input_tokens) AS wider,
               CAST(sum(CAST(cache_read_tokens AS HUGEINT)) AS DECIMAL(38, 0)) AS cast_sum
        FROM events WHERE input_tokens < 10
    """
    answer = assert_alike(spark, sql, tables)
    assert answer["wide"].tolist() == [10 * (2**63 - 1) - 45]
    assert answer["wider"].tolist() == [10 * (2**63 - 1)]
    money = assert_alike(spark, "SELECT sum(billed_cost) AS cost FROM charges", tables)
    # 20 times 1234567890123456789.12345678901234567 and a last digit from 0 to 9 twice, 90 in all.
    assert money["cost"].tolist() == [Decimal("24691357802469135782.469135780246913490")]


def test_a_sum_that_no_type_holds_is_an_error_and_not_a_number(spark, tables):
    huge = "SELECT sum(CAST('99999999999999999999' AS DECIMAL(38,18)) + 0 * input_tokens) AS s FROM events"
    for one in (engine(None), spark):
        with pytest.raises(Exception, match=r"(?i)overflow|out of range"):
            one.ask(huge, tables)


def test_every_column_comes_back_as_from_duckdb(spark, tables):
    for table in tables.values():
        shown = ", ".join(f'"{column.name}"' for column in table.columns)
        key = table.columns[0].name
        answer = assert_alike(spark, f"SELECT {shown} FROM {table.table} ORDER BY {key} LIMIT 300", tables)
        assert len(answer) == len(table.columns)


def test_what_questions_are_made_of(spark, tables):
    sql = """
        WITH bucketed AS (
            SELECT left(CAST(make_timestamp((epoch_us("at") // 3600000000) * 3600000000) AS VARCHAR), 13)
                     AS hour,
                   CAST(CAST(date_trunc('week', "day") AS DATE) AS VARCHAR) AS week,
                   left(CAST("day" AS VARCHAR), 7) AS month,
                   COALESCE("tags"['cost center'], '') AS tag, "team",
                   CASE WHEN epoch_us("at") >= 1767225600000000 THEN 1 ELSE 0 END AS stretch,
                   ((epoch_us("at") // 60000000) + 5760) % 10080 AS minute,
                   GREATEST("input_tokens" - 100, 0) AS beyond,
                   "requests", "ttft_ms", "gpu_seconds", events.batch
            FROM events
            WHERE "day" >= DATE '2026-01-02' AND "team" NOT IN ('none') AND model IN ('model-1', 'model-2')
        )
        SELECT hour, week, month, tag, "team", stretch, min(minute) AS first_minute,
               CAST(sum(beyond) AS BIGINT) AS beyond, sum(CAST("requests" AS DECIMAL(38, 0))) AS requests,
               count(*) FILTER ("ttft_ms" > 5000) AS slow, count("ttft_ms") AS timed,
               CAST(sum("gpu_seconds") * 1000 AS BIGINT) AS gpu_ms, sum("gpu_seconds") AS gpu_seconds,
               max("ttft_ms") AS slowest
        FROM bucketed GROUP BY ALL ORDER BY hour, tag, "team"
    """
    answer = assert_alike(spark, sql, tables)
    assert sum(answer["requests"].tolist()) == 4 * 1440 * 2 / 3
    assert "back\\slash" in answer["team"].tolist()


def test_lines_join_by_their_words(spark, tables):
    sql = """
        SELECT dense_rank() OVER (ORDER BY c.n, l.line DESC) AS place, l.line, c.*
        FROM (SELECT model, count(*) AS n FROM events GROUP BY ALL) AS c
        JOIN (VALUES (0, 'model-2'), (1, 'it''s \\'), (2, 'model-0')) AS l("line", "model")
          ON c.model = l."model"
        ORDER BY l.line
    """
    answer = assert_alike(spark, sql, tables)
    assert (answer["line"].tolist(), answer["n"].tolist()) == ([0, 2], [2400, 2400])
    assert answer["place"].tolist() == [2, 1]


def test_nulls_come_last_in_both_directions(spark, tables):
    for direction in ("ASC", "DESC"):
        sql = (
            f"SELECT DISTINCT gpu_seconds FROM events WHERE input_tokens < 9 ORDER BY gpu_seconds {direction}"
        )
        assert assert_alike(spark, sql, tables)["gpu_seconds"].tolist()[-1] is None


def test_a_ledger_without_tables(spark, tmp_path):
    nothing = {"events": table_at(tmp_path / "none").files()}
    answer = assert_alike(spark, view("days"), nothing)
    assert [len(cells) for cells in answer.values()] == [0, 0, 0]
    answer = assert_alike(
        spark, 'SELECT count(*) AS n, sum(requests) AS r, max("at") AS last FROM events', nothing
    )
    assert [cells.tolist() for cells in answer.values()] == [[0], [None], [None]]


def test_no_question_leaves_a_view_behind(spark, tables):
    spark.ask(view("days"), tables)
    assert [table.name for table in spark._session.catalog.listTables() if "farthing" in table.name] == []


@pytest.mark.parametrize("setting", ["spark://", "local", "local[]", "sc://", "sparkling"])
def test_an_address_that_is_none_is_refused(setting):
    with pytest.raises(InputError, match="no engine"):
        engine(setting)


@pytest.mark.skipif(importlib.util.find_spec("grpc") is not None, reason="what it lacks is installed")
def test_spark_connect_says_what_it_lacks():
    with pytest.raises(InputError) as refused:
        engine("sc://127.0.0.1:15002")
    assert "farthing[spark-connect]" in refused.value.problems[0].fix
