"""Tables as CSV and Parquet: every digit, every text, whole or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest

from farthing.track.table_files import decimal_text, write_table
from farthing.units.problem import InputError

MAY = date(2026, 5, 1)
COLUMNS = {"name": "text", "cost": "money", "tokens": "whole", "day": "day", "at": "moment"}
ROWS = [
    ['=1+1, "quoted"\nand é', Fraction(57868362, 10**6), 2**53 + 1, MAY, datetime(2026, 5, 1, tzinfo=UTC)],
    ["", Decimal("-0.000000000000000001"), -1, None, None],
    [None, None, None, None, None],
]  # fmt: skip


def test_csv_is_that_of_rfc_4180_and_runs_nothing(tmp_path):
    path = tmp_path / "t.csv"
    assert write_table(path, "t", COLUMNS, ROWS) == 3
    assert path.read_bytes().decode() == (
        "name,cost,tokens,day,at\r\n"
        '"\'=1+1, ""quoted""\nand é",57.868362,9007199254740993,2026-05-01,2026-05-01T00:00:00Z\r\n'
        ",-0.000000000000000001,-1,,\r\n"
        ",,,,\r\n"
    )


def test_parquet_keeps_types_texts_and_order(tmp_path):
    path = tmp_path / "t.parquet"
    assert write_table(path, "t", COLUMNS, ROWS) == 3
    read = f"SELECT name, cost, tokens, day, epoch_us(\"at\") // 1000000 FROM read_parquet('{path}')"
    assert duckdb.connect().execute(read).fetchall() == [
        ('=1+1, "quoted"\nand é', Decimal("57.868362"), 9007199254740993, MAY, 1777593600),
        ("", Decimal("-0.000000000000000001"), -1, None, None),
        (None, None, None, None, None),
    ]
    described = duckdb.connect().execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
    assert [row[1] for row in described] == [
        "VARCHAR", "DECIMAL(38,18)", "BIGINT", "DATE", "TIMESTAMP WITH TIME ZONE"
    ]  # fmt: skip


def test_an_empty_table_has_its_columns(tmp_path):
    for ending in ("csv", "parquet", "xlsx"):
        assert write_table(tmp_path / f"t.{ending}", "t", COLUMNS, []) == 0
    assert (tmp_path / "t.csv").read_text() == "name,cost,tokens,day,at\n"
    rows = duckdb.connect().execute(f"SELECT count(*), count(cost) FROM read_parquet('{tmp_path}/t.parquet')")
    assert rows.fetchall() == [(0, 0)]


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.csv, \.parquet, \.xlsx"):
        write_table(tmp_path / "t.pdf", "t", COLUMNS, [])


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_what_was_there_stays_when_writing_fails(tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    path.write_text("before")

    def rows():
        yield ROWS[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_table(path, "t", COLUMNS, rows())
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_place_that_cannot_be_written_is_said(tmp_path, ending):
    with pytest.raises(InputError, match="cannot be written"):
        write_table(tmp_path / "none" / f"t.{ending}", "t", COLUMNS, ROWS)


def test_digits_beyond_the_eighteenth_round_half_to_even():
    half = Fraction(1, 2 * 10**18)
    assert decimal_text(half) == "0"
    assert decimal_text(3 * half) == "0.000000000000000002"
    assert decimal_text(-3 * half) == "-0.000000000000000002"
    assert decimal_text(Fraction(10**25)) == "1" + "0" * 25
