"""Keeping a ledger: its batches, taking one back, taking out a customer, and what is too old."""

import pytest
from ledgers_made import EVENTS, HEADER, TOTAL, ledger

from farthing.app.ledger_import import bring_in, undo
from farthing.app.ledger_keeping import Erased, batches, close, erase, erase_before, tidy
from farthing.app.spend import spend
from farthing.units.problem import InputError


def total(place):
    return spend(ledger=place).results["total_usd"].exact


def test_a_batch_is_listed_and_can_be_taken_back(tmp_path):
    place = ledger(tmp_path)
    more = tmp_path / "more.csv"
    more.write_text(f"{HEADER}\ne,2026-10-05T00:00:00Z,maker,small,1000000,0,search,acme,ok\n")
    bring_in(files=[str(more)], ledger=place)
    assert total(place) == "28.5"
    newest, first = batches(place)
    assert (newest.rows, newest.source, newest.first_at) == (1, "events", "2026-10-05T00:00:00Z")
    assert (first.rows, first.last_at) == (len(EVENTS), "2026-10-31T12:00:00Z")
    assert undo(newest.batch, place) == (1, 0)
    assert total(place) == TOTAL
    with pytest.raises(InputError, match="no batch"):
        undo(newest.batch, place)


def test_a_customer_is_counted_first_and_then_gone_from_the_disk(tmp_path):
    place = ledger(tmp_path)
    spend(ledger=place, by=["customer"])
    assert erase(["customer=acme"], place) == Erased(2, 0)
    assert total(place) == TOTAL
    assert erase(["customer=acme"], place, is_meant=True) == Erased(2, 0)
    assert total(place) == "12"
    held = [path for path in (tmp_path / "ledger").rglob("*") if path.is_file() and path.suffix == ".parquet"]
    assert held
    assert not any(b"acme" in path.read_bytes() for path in held)
    assert erase(["customer=acme"], place, is_meant=True) == Erased(0, 0)


def test_what_is_too_old_goes(tmp_path):
    place = ledger(tmp_path)
    assert erase_before("2026-10-01", place, is_meant=True) == Erased(1, 0)
    assert total(place) == "21"


def test_tidying_changes_no_total(tmp_path):
    place = ledger(tmp_path)
    for number in range(3):
        more = tmp_path / f"more-{number}.csv"
        more.write_text(f"{HEADER}\nm{number},2026-10-05T00:00:00Z,maker,small,1000000,0,search,acme,ok\n")
        bring_in(files=[str(more)], ledger=place)
    before = total(place)
    (events,) = tidy(0, place)
    assert events.files_after < events.files_before
    assert total(place) == before == "34.5"


@pytest.mark.parametrize("conditions", [[], ["nothing=1"], ["customer"]])
def test_rows_are_only_taken_out_where_it_is_said_which(tmp_path, conditions):
    with pytest.raises(InputError):
        erase(conditions, ledger(tmp_path), is_meant=True)


def test_a_month_is_written_as_a_month(tmp_path):
    with pytest.raises(InputError, match="2026-11"):
        close(["October"], ledger(tmp_path))
