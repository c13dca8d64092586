"""`forecast` and `anomalies` on the command line: keys, forms and exit codes."""

import csv
import io
import json
from datetime import date, timedelta

import pytest
from ledgers_made import BOOK, HEADER

FIRST = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path, monkeypatch, farthing):
    monkeypatch.setenv("FARTHING_LEDGER", str(tmp_path / "ledger"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book.yaml").write_text(BOOK)
    tokens = [5_000_000 if number == 30 else 1_000_000 for number in range(42)]
    days = [FIRST + timedelta(days=number) for number in range(42)]
    rows = [
        f"{day},{day}T12:00:00Z,maker,small,{many},0,,,ok" for day, many in zip(days, tokens, strict=True)
    ]
    (tmp_path / "events.csv").write_text("\n".join((HEADER, *rows)) + "\n")
    assert farthing("import", "events.csv", "--book", "book.yaml").code == 0


def test_forecast_has_the_keys_of_the_contract(farthing):
    found = farthing("forecast", "--horizon", "10d", "--as-of", "2026-04-12", "--json")
    answer = json.loads(found.out)
    assert found.code == 0
    assert {"forecast_usd", "wape", "coverage_80", "method"} <= set(answer["results"])
    assert answer["results"]["forecast_usd"]["p50"] == pytest.approx(30, rel=0.08)
    assert answer["rows"][0]["start"] == "2026-04-13"
    table = list(csv.DictReader(io.StringIO(
        farthing("forecast", "--horizon", "10d", "--as-of", "2026-04-12", "--csv").out
    )))  # fmt: skip
    assert sum(float(row["forecast_usd"]) for row in table) == pytest.approx(30, rel=0.08)


def test_forecast_says_how_it_came_about(farthing):
    found = farthing("forecast", "--horizon", "10d", "--as-of", "2026-04-12")
    assert "back-tested error" in found.out
    assert "requests ×" in found.out
    assert farthing("why", "wape").code == 0


def test_anomalies_are_no_failure_unless_they_shall_be(farthing):
    asked = ("anomalies", "--as-of", "2026-04-12")
    shown = farthing(*asked)
    assert shown.code == 0
    assert "on 2026-04-01 tokens a request of maker, small rose from 1,000,000 to 5,000,000" in shown.out
    assert farthing(*asked, "--fail").code == 3
    assert farthing(*asked, "--since", "2026-04-05", "--fail").code == 0
    (row,) = json.loads(farthing(*asked, "--json").out)["rows"]
    assert {"from", "to", "kind", "driver", "group", "expected_usd", "actual_usd", "excess_usd", "score",
            "why"} <= set(row)  # fmt: skip


@pytest.mark.parametrize("words", [("--horizon", "soon"), ("--every", "fortnight"), ("--by", "tema")])
def test_what_cannot_be_read_is_bad_input(farthing, words):
    found = farthing("forecast", *words)
    assert found.code == 2
    assert "Traceback" not in found.err
