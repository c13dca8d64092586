"""`import` and `spend` on the command line: keys, exit codes, and tables that no spreadsheet runs."""

import csv
import io
import json
from decimal import Decimal

import pytest
from ledgers_made import BOOK, EVENTS, HEADER, TOTAL

ROW = {"model", "events", "input_tokens", "output_tokens", "cost_usd", "unpriced_events"}


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_LEDGER", str(tmp_path / "ledger"))
    (tmp_path / "book.yaml").write_text(BOOK)
    (tmp_path / "events.csv").write_text("\n".join((HEADER, *EVENTS)) + "\n")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def imported(farthing):
    assert farthing("import", "events.csv", "--book", "book.yaml").code == 0


def more(tmp_path, *lines):
    (tmp_path / "more.csv").write_text("\n".join((HEADER, *lines)) + "\n")


def test_import_says_what_became_of_each_file(farthing):
    found = farthing("import", "events.csv", "--book", "book.yaml", "--json")
    answer = json.loads(found.out)
    assert found.code == 0
    assert set(answer["results"]) == {"read", "stored", "duplicate", "set_aside"}
    (row,) = answer["rows"]
    assert set(row) == {"file", "format", "read", "stored", "duplicate", "set_aside", "batch"}
    assert (row["file"], row["stored"]) == ("events.csv", 4)
    undone = farthing("import", "undo", row["batch"])
    assert (undone.code, undone.out) == (0, f"Took back 4 events and 0 charges of batch {row['batch']}.\n")


@pytest.mark.usefixtures("imported")
def test_spend_has_the_keys_of_the_contract(farthing):
    found = farthing("spend", "--json")
    answer = json.loads(found.out)
    assert found.code == 0
    assert {"farthing", "verb", "as_of", "catalog", "book", "verdict", "results", "lines", "rows",
            "assumptions", "drivers", "problems", "sources", "next"} <= set(answer)  # fmt: skip
    assert answer["verb"] == "spend"
    assert {"total_usd", "events", "unpriced_events"} <= set(answer["results"])
    assert answer["results"]["total_usd"]["exact"] == TOTAL
    assert answer["results"]["total_usd"]["unit"] == "USD"
    assert all(set(row) >= ROW for row in answer["rows"])
    assert sum(Decimal(row["cost_usd"]) for row in answer["rows"]) == Decimal(TOTAL)


@pytest.mark.usefixtures("imported")
def test_spend_as_a_table_has_every_decimal(farthing):
    found = list(csv.DictReader(io.StringIO(farthing("spend", "--by", "team", "--csv").out)))
    assert [(row["team"], row["cost_usd"]) for row in found] == [("support", "15"), ("search", "10.5")]
    assert "| team | events |" in farthing("spend", "--by", "team", "--md").out
    assert farthing("spend", "--quiet").out.count("\n") == 1


@pytest.mark.usefixtures("imported")
def test_a_formula_in_a_name_is_shown_and_never_run(farthing, tmp_path):
    bad = '=HYPERLINK("http://x")'
    quoted = '"' + bad.replace('"', '""') + '"'
    more(tmp_path, f"e,2026-10-02,maker,small,1000000,0,{quoted},,ok", "f,2026-10-02,maker,small,1,0,@x,,ok")
    farthing("import", "more.csv")
    cells = [row[0] for row in csv.reader(io.StringIO(farthing("spend", "--by", "team", "--csv").out))]
    assert {f"'{bad}", "'@x"} <= set(cells)
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
    rows = json.loads(farthing("spend", "--by", "team", "--json").out)["rows"]
    assert bad in [row["team"] for row in rows]


@pytest.mark.usefixtures("imported")
def test_what_has_no_price_is_an_exit_code_where_that_is_asked_for(farthing, tmp_path):
    assert farthing("spend", "--strict").code == 0
    more(tmp_path, "e,2026-10-02,maker,nobody-knows,1,0,ads,,ok")
    assert farthing("import", "more.csv").code == 0
    assert farthing("spend").code == 0
    assert farthing("spend", "--strict").code == 5
    assert farthing("spend", "--strict", "--where", "team=search").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("spend",),
        ("import", "nothing.csv"),
        ("import", "events.csv", "--set", "tema=x"),
        ("import", "events.csv", "--format", "evnts"),
        ("import", "undo", "nothing"),
        ("import", "undo"),
        ("import", "odd.bin"),
    ],
)
def test_bad_input_is_two(farthing, tmp_path, words):
    (tmp_path / "odd.bin").write_bytes(b"\x00\x01" * 100)
    found = farthing(*words)
    assert found.code == 2
    assert "Traceback" not in found.out + found.err


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize(
    "option", [("--by", "modle"), ("--where", "=x"), ("--per", "custmer"), ("--since", "x")]
)
def test_a_question_that_means_nothing_is_two_with_its_problem(farthing, option):
    found = farthing("spend", *option, "--json")
    assert found.code == 2
    assert [problem["where"] for problem in json.loads(found.out)["problems"]] == [option[0]]


def test_explain_says_what_each_figure_is_and_a_bad_number_of_rows_is_refused(farthing, tmp_path):
    source = tmp_path / "events.csv"
    source.write_text("at,provider,model,input_tokens\n2026-10-01,anthropic,claude-sonnet-4-5,1000\n")
    place = ("--ledger", str(tmp_path / "ledger"))
    farthing("import", str(source), *place)
    plain, explained = farthing("spend", *place).out, farthing("spend", "--explain", *place).out
    assert "usage_usd + charges_usd" in explained
    assert "usage_usd + charges_usd" not in plain
    assert farthing("spend", "--top", "few", *place).code == 2
