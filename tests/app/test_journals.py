"""Whoever asks a ledger hears of events that were received for it and wait."""

from datetime import UTC, datetime

import pytest
from ledgers_made import ledger

from farthing.app.journals import journal_of, waiting
from farthing.app.spend import spend
from farthing.ledger.journal import Journal
from farthing.ledger.journal_rows import Arrived


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", str(tmp_path / "data"))


def noted(place):
    return [problem.what for problem in spend(ledger=place).problems if problem.code == "waiting"]


def test_waiting_events_are_noted_while_another_owns_the_journal(tmp_path):
    place = ledger(tmp_path, ("e1,2026-11-01T00:00:00Z,maker,small,1000000,0,search,acme,ok",))
    assert noted(place) == []
    journal = Journal(journal_of(place))
    journal.submit([Arrived("a", b"{}"), Arrived("b", b"{}")]).result(30)
    assert noted(place) == ["2 events that were received are not in the ledger yet"]
    journal.done(journal.take(10), {}, datetime.now(tz=UTC))
    assert noted(place) == []
    journal.close()


def test_each_ledger_has_a_journal_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert journal_of("ledger") == journal_of(str(tmp_path / "ledger"))
    assert journal_of("ledger") != journal_of("other")
    assert journal_of("s3://bucket/ledger") != journal_of("s3://bucket/other")


def test_a_journal_that_is_none_says_nothing(tmp_path):
    path = journal_of(str(tmp_path))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"noise" * 1000)
    assert waiting(str(tmp_path)) == []
