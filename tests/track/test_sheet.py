"""Spreadsheets, read back from the file's own XML."""

import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest

from farthing.track import sheet
from farthing.track.sheet import write_sheet
from farthing.units.problem import InputError

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(path, number=1):
    """The cells of a sheet by their places: texts as they are, numbers as floats; formulas are an error."""
    with zipfile.ZipFile(path) as file:
        root = ET.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
    found = {}
    for cell in root.iter(f"{MAIN}c"):
        assert cell.find(f"{MAIN}f") is None, "a formula"
        told = "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
        value = cell.find(f"{MAIN}v")
        found[cell.get("r")] = told if value is None else float(value.text)
    return found


def test_text_is_text_and_numbers_are_numbers(tmp_path):
    path = tmp_path / "spend.xlsx"
    row = ['=HYPERLINK("http://x")', Decimal("57.868362"), Fraction(-9, 4), 3, None, "http://x.example", "7"]
    assert write_sheet(path, "spend", ["a", "b", "c", "d", "e", "f", "=g"], [row]) == 1
    found = cells(path)
    assert found["A2"] == '=HYPERLINK("http://x")'
    assert (found["B2"], found["C2"], found["D2"]) == (57.868362, -2.25, 3.0)
    assert "E2" not in found
    assert (found["F2"], found["G2"], found["G1"]) == ("http://x.example", "7", "=g")
    with zipfile.ZipFile(path) as file:
        assert b"hyperlink" not in file.read("xl/worksheets/sheet1.xml").lower().replace(b"=hyperlink", b"")


def test_days_and_moments_are_those_of_the_calendar(tmp_path):
    path = tmp_path / "days.xlsx"
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    write_sheet(path, "days", ["day", "at", "old"], [[date(2026, 5, 1), moment, date(1890, 1, 2)]])
    # Day 1 is the first of January 1900, and a 29th of February 1900 is counted: 2026-05-01 is day 46143.
    assert cells(path) == {
        "A1": "day", "B1": "at", "C1": "old", "A2": 46143.0, "B2": 46143.5, "C2": "1890-01-02"
    }  # fmt: skip


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(sheet, "MOST_ROWS", 3)
    path = tmp_path / "long.xlsx"
    assert write_sheet(path, "long", ["n"], ([n] for n in range(7))) == 7
    assert [cells(path, number).get("A2") for number in (1, 2, 3)] == [0.0, 3.0, 6.0]
    with zipfile.ZipFile(path) as file:
        assert b'name="long 3"' in file.read("xl/workbook.xml")


def test_names_and_texts_that_sheets_cannot_hold_are_cut(tmp_path):
    path = tmp_path / "cut.xlsx"
    write_sheet(path, "'spend [by/team]: 2026, all of it and more'", ["t"], [["x" * 40_000], ["\x00_x0041_"]])
    assert len(cells(path)["A2"]) == 32_767
    assert cells(path)["A2"].endswith("x…")
    with zipfile.ZipFile(path) as file:
        assert b'name="spend  by team   2026, all of i"' in file.read("xl/workbook.xml")


def test_equal_tables_are_equal_files(tmp_path):
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    for path in (first, second):
        write_sheet(path, "t", ["a"], [["b"]])
    assert first.read_bytes() == second.read_bytes()


def test_without_the_package_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(InputError, match=r"farthing\[xlsx\]"):
        write_sheet(tmp_path / "t.xlsx", "t", ["a"], [])


def test_a_file_that_fails_halfway_is_not_there(tmp_path):
    def rows():
        yield ["a"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_sheet(tmp_path / "t.xlsx", "t", ["a"], rows())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_sheet(tmp_path / "none" / "t.xlsx", "t", ["a"], [])
