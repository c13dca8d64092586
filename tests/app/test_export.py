"""`export`: FOCUS with the same total as `spend`, tables as they are, and cells that nothing runs."""

import csv
import subprocess
import sys
from decimal import Decimal

import pytest
from ledgers_made import EVENTS, TOTAL, book, ledger

from farthing.app.export import export
from farthing.app.ledger_import import bring_in
from farthing.app.spend import spend
from farthing.track.focus_check import check, read_dataset
from farthing.units.problem import InputError


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_focus_has_the_total_of_spend_and_passes_the_column_model(tmp_path, suffix):
    place, out = ledger(tmp_path), tmp_path / f"out.{suffix}"
    found = export(out=str(out), focus="1.4", ledger=place)
    lines = list(read_dataset(out))
    assert check(lines) == ()
    # Two days of one meter each, two of both: six lines.
    assert found.results["rows_written"].p50 == len(lines) == 6
    assert sum(Decimal(str(row["BilledCost"])) for row in lines) == Decimal(TOTAL)


def test_what_is_exported_comes_in_again_as_bills_of_the_same_total(tmp_path):
    place, out = ledger(tmp_path), tmp_path / "out.csv"
    export(out=str(out), ledger=place, by=["team"])
    other = str(tmp_path / "other")
    bring_in(files=[str(out)], ledger=other)
    assert spend(ledger=other).results["charges_usd"].exact == TOTAL
    rows = {row["team"]: row["cost_usd"] for row in spend(ledger=other, by=["team"]).rows}
    assert rows == {"search": "10.5", "support": "15"}


def test_list_costs_are_those_without_the_contract(tmp_path):
    source = tmp_path / "one.csv"
    source.write_text(
        "event_id,at,provider,model,input_tokens\nx,2026-10-01T00:00:00Z,anthropic,claude-sonnet-4-5,1000000\n"
    )
    path = tmp_path / "half.yaml"
    path.write_text(
        'prices:\n  - {provider: anthropic, model: claude-sonnet-4-5, meter: input, amount: "1.5",'
        " per: 1M tokens, source: by hand}\n"
    )
    place, out = str(tmp_path / "ledger"), tmp_path / "out.csv"
    bring_in(files=[str(source)], ledger=place, book=[str(path)])
    export(out=str(out), ledger=place)
    (row,) = rows_of(out)
    assert (row["BilledCost"], row["ListCost"], row["PricingQuantity"]) == ("1.5", "3", "1")


def test_a_formula_never_runs_in_a_file(tmp_path):
    harm = '=HYPERLINK("http://x")'
    line = f'e,2026-10-01T00:00:00Z,maker,small,1000000,0,"{harm.replace(chr(34), chr(34) * 2)}",@acme,ok'
    place = ledger(tmp_path, (line,))
    for table, column in (("events", "team"), ("spend", "team")):
        out = tmp_path / f"{table}.csv"
        export(out=str(out), table=table, ledger=place, by=["team"] if table == "spend" else [])
        (row,) = rows_of(out)
        assert row[column] == f"'{harm}"


def test_the_table_of_events_has_every_row_and_column(tmp_path):
    place, out = ledger(tmp_path), tmp_path / "events.csv"
    assert export(out=str(out), table="events", ledger=place).results["rows_written"].p50 == len(EVENTS)
    rows = {row["event_id"]: row for row in rows_of(out)}
    assert (rows["c"]["at"], rows["c"]["input_tokens"], rows["c"]["customer"]) == (
        "2026-10-15T12:00:00Z",
        "1000000",
        "acme",
    )


def test_standard_output_has_the_table_alone(tmp_path):
    place = ledger(tmp_path)
    words = ["export", "-", "--table", "spend", "--by", "team", "--ledger", place]
    done = subprocess.run(
        [sys.executable, "-m", "farthing.doors.cli.main", *words], capture_output=True, text=True, check=True
    )
    rows = {row["team"]: row["cost_usd"] for row in csv.DictReader(done.stdout.splitlines())}
    assert rows == {"search": "10.5", "support": "15"}


def test_what_has_no_price_is_left_out_and_said(tmp_path):
    place = ledger(tmp_path, (*EVENTS, "z,2026-10-02T00:00:00Z,nobody,no-model,10,20,search,,ok"))
    found = export(out=str(tmp_path / "out.csv"), ledger=place)
    said = {
        (problem.where, problem.what.split()[0]) for problem in found.problems if problem.code == "unpriced"
    }
    assert said == {("nobody/no-model", "10"), ("nobody/no-model", "20")}


REFUSED = [({}, "no file"), ({"out": "a.csv", "focus": "1.5"}, "1.5"), ({"out": "a.doc"}, "a.doc")]


@pytest.mark.parametrize(("options", "what"), REFUSED)
def test_what_cannot_be_written_is_said(tmp_path, options, what):
    place = ledger(tmp_path)
    options = {**options, **({"out": str(tmp_path / options["out"])} if "out" in options else {})}
    with pytest.raises(InputError, match=what):
        export(ledger=place, **options)


def test_a_sheet_is_a_sheet(tmp_path):
    place, out = ledger(tmp_path), tmp_path / "out.xlsx"
    export(out=str(out), table="spend", by=["month"], ledger=place, book=[book(tmp_path)])
    assert out.read_bytes()[:2] == b"PK"
