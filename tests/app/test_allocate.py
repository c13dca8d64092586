"""`allocate`: the total of `spend`, and cents that add up, through the public door. All synthetic."""

import csv
import io
import json
from decimal import Decimal

import pytest
from ledgers_made import TOTAL, ledger

from farthing.app.allocate import allocate
from farthing.app.spend import spend
from farthing.doors.cli.main import main
from farthing.units.problem import InputError

LINES = (
    "a,2026-09-30T23:59:59Z,maker,small,1000000,100000,search,acme,ok",  # 3 + 1.5
    "b,2026-10-01T00:00:00Z,maker,small,2000000,0,search,globex,ok",  # 6
    "c,2026-10-15T12:00:00Z,maker,large,1000000,100000,support,acme,ok",  # 6 + 3
    "d,2026-10-31T12:00:00Z,maker,large,0,200000,,,error",  # 6, of nobody
)
THREE = (
    "to: team\ntargets: [a, b, c, search, support]\npools:\n  - {name: p, cost: {amount: 100}, share: even}\n"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return ledger(tmp_path_factory.mktemp("allocate"), LINES)


@pytest.fixture
def rules(tmp_path):
    def write(text):
        path = tmp_path / "rules.yaml"
        path.write_text(text)
        return str(path)

    return write


def added(rows, name):
    return sum(Decimal(row[name]) for row in rows)


@pytest.mark.parametrize(
    "window", [{}, {"since": "2026-10"}, {"until": "2026-10-15"}, {"where": "model=large"}]
)
def test_the_total_is_that_of_spend(place, rules, window):
    path = rules("to: team\npools:\n  - {name: big, cost: {where: [model=large]}, share: even}\n")
    found = allocate(file=path, ledger=place, **window)
    total = spend(ledger=place, **window).results["total_usd"].exact
    assert found.results["total_usd"].exact == total
    assert added(found.rows, "total_usd") == Decimal(total)


def test_rows_say_what_is_direct_shared_and_of_nobody(place, rules):
    path = rules(
        "to: team\npools:\n  - {name: big, cost: {where: [model=large]}, share: {fixed: {search: 1}}}\n"
    )
    found = allocate(file=path, ledger=place)
    assert found.results["total_usd"].exact == TOTAL
    rows = {row["team"]: (row["direct_usd"], row["pool_big_usd"], row["total_usd"]) for row in found.rows}
    assert rows == {"search": ("10.5", "15", "25.5"), "support": ("0", "0", "0")}
    untagged = allocate(file=rules("to: team"), ledger=place)
    assert [(row["team"], row["total_usd"]) for row in untagged.rows] == [
        ("search", "10.5"), ("support", "9"), ("(not said)", "6"),
    ]  # fmt: skip


def test_shown_cents_add_up_in_rows_and_columns(place, rules):
    """$20 of $100 and a third each: 33.33 three times is a cent too little."""
    path = rules(THREE.replace("[a, b, c, search, support]", "[a]"))
    rows = allocate(file=path, ledger=place, round="cents").rows
    assert sorted(row["pool_p_usd"] for row in rows) == ["0", "33.33", "33.33", "33.34"]
    assert added(rows, "pool_p_usd") == 100
    for row in rows:
        assert Decimal(row["direct_usd"]) + Decimal(row["pool_p_usd"]) == Decimal(row["total_usd"])


def test_exact_rows_of_shares_without_an_end_add_up_to_the_last_decimal(place, rules):
    found = allocate(file=rules(THREE.replace("[a, b, c, search, support]", "[a]")), ledger=place)
    assert added(found.rows, "total_usd") == Decimal(found.results["total_usd"].exact) == Decimal("125.5")
    assert found.results["stated_usd"].exact == "100"
    assert found.results["ledger_usd"].exact == TOTAL


def test_the_command_line_shows_cents_and_csv_is_exact(place, rules, capsys):
    arguments = ["allocate", rules(THREE.replace("[a, b, c, search, support]", "[a]")), "--ledger", place]
    assert main(arguments) == 0
    assert "$33.34" in capsys.readouterr().out
    assert main([*arguments, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert added(rows, "total_usd") == Decimal("125.5")
    assert {len(row["pool_p_usd"]) for row in rows if row["pool_p_usd"] != "0"} == {len("33.333333333333")}
    assert main([*arguments, "--json", "--round", "cents"]) == 0
    assert added(json.loads(capsys.readouterr().out)["rows"], "total_usd") == Decimal("125.5")


def test_what_has_no_price_makes_it_at_least(tmp_path, rules, capsys):
    place = ledger(tmp_path, (*LINES, "x,2026-10-02T09:00:00Z,maker,unheard-of,5,5,search,acme,ok"))
    arguments = ["allocate", rules("to: customer"), "--ledger", place, "--quiet"]
    assert (main(arguments), main([*arguments, "--strict"])) == (0, 5)
    assert capsys.readouterr().out.startswith("At least $25.50 by customer")


def test_mistakes_are_said(place, rules, tmp_path):
    with pytest.raises(InputError, match="no file of rules"):
        allocate(ledger=place)
    with pytest.raises(InputError, match="farthing import"):
        allocate(file=rules("to: team"), ledger=str(tmp_path / "none"))
    with pytest.raises(InputError, match="no exchange rate for ISK"):
        allocate(file=rules("to: team\npools: [{name: a, cost: {amount: ISK 5}}]"), ledger=place)
