"""`reprice`: the difference first, then the change, and never in a closed month."""

from decimal import Decimal

import pytest
from ledgers_made import BOOK, TOTAL, book, ledger

from farthing.app.ledger_keeping import close, priced_months, reopen
from farthing.app.reprice import reprice
from farthing.app.spend import spend
from farthing.units.problem import InputError

DEARER = BOOK.replace('"6"', '"8"').replace('"30"', '"40"')  # large only: 8 + 4 and 8 in October


def total(place):
    return spend(ledger=place).results["total_usd"].exact


def dearer(folder):
    path = folder / "dearer.yaml"
    path.write_text(DEARER)
    return str(path)


def test_nothing_changes_before_it_is_applied(tmp_path):
    place = ledger(tmp_path)
    found = reprice(ledger=place, book=[dearer(tmp_path)])
    assert (found.results["before_usd"].exact, found.results["after_usd"].exact) == (TOTAL, "30.5")
    assert found.results["change_usd"].exact == "5"
    assert [(row["model"], row["change_usd"]) for row in found.rows] == [("large", "5"), ("small", "0")]
    assert total(place) == TOTAL


def test_applied_prices_hold_from_then_on_and_apply_again_changes_nothing(tmp_path):
    place = ledger(tmp_path)
    assert reprice(ledger=place, book=[dearer(tmp_path)], apply=True).results["months_applied"].p50 == 2
    assert total(place) == "30.5"
    again = reprice(ledger=place, book=[dearer(tmp_path)])
    assert again.results["change_usd"].exact == "0"


def test_a_closed_month_keeps_its_prices_until_it_is_opened(tmp_path):
    place = ledger(tmp_path)
    close(["2026-10"], place)
    shown = reprice(ledger=place, book=[dearer(tmp_path)], apply=True)
    assert shown.results["after_usd"].exact == TOTAL
    assert [problem.code for problem in shown.problems if problem.where == "2026-10"] == ["month-closed"]
    assert total(place) == TOTAL
    assert [(month.month, month.closed) for month in priced_months(place)] == [
        ("2026-09", False),
        ("2026-10", True),
    ]
    reopen(["2026-10"], place)
    reprice(ledger=place, book=[dearer(tmp_path)], apply=True)
    assert total(place) == "30.5"


def test_a_window_applies_to_its_months_alone(tmp_path):
    place = ledger(tmp_path)
    half = BOOK.replace('"3"', '"1.5"').replace('"15"', '"7.5"')
    reprice(ledger=place, book=[book(tmp_path, half)], apply=True, since="2026-09", until="2026-09")
    # September's 4.50 is halved, October stays as it was.
    assert total(place) == str(Decimal(TOTAL) - Decimal("2.25"))


def test_all_at_the_prices_of_a_day(tmp_path):
    fall = """
prices:
  - {provider: maker, model: small, meter: input, amount: "4", per: 1M tokens, source: by hand}
  - {provider: maker, model: small, meter: input, amount: "1", per: 1M tokens, source: by hand,
     valid_from: 2026-10-01}
  - {provider: maker, model: small, meter: output, amount: "10", per: 1M tokens, source: by hand}
"""
    place = ledger(tmp_path)
    path = book(tmp_path, fall)
    by_day = reprice(ledger=place, book=[path], where=["model=small"])
    assert by_day.results["after_usd"].exact == "7"  # 4 + 1, then 2 at the new price
    before = reprice(ledger=place, book=[path], where=["model=small"], as_of="2026-09-15")
    assert before.results["after_usd"].exact == "13"  # 4 + 1 + 8
    after = reprice(ledger=place, book=[path], where=["model=small"], as_of="2026-10-15")
    assert after.results["after_usd"].exact == "4"  # 1 + 1 + 2


def test_a_part_of_a_month_cannot_be_priced_by_itself(tmp_path):
    place = ledger(tmp_path)
    with pytest.raises(InputError, match="--where"):
        reprice(ledger=place, book=[dearer(tmp_path)], where=["model=large"], apply=True)


def test_an_empty_ledger_says_how_to_begin(tmp_path):
    with pytest.raises(InputError, match="farthing import"):
        reprice(ledger=str(tmp_path / "nothing"))
