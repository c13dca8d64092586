"""Budgets that a running receiver looks at: told once, whatever goes wrong in between."""

import logging
import threading
import time
from datetime import UTC, datetime

import pytest
from ledgers_made import ledger
from receivers import receiver

from farthing.app.watching import Watching
from farthing.units.problem import InputError


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path / "state"))


@pytest.fixture
def place(tmp_path):
    moment = datetime.now(tz=UTC).strftime("%Y-%m-%dT00:00:01Z")
    return ledger(tmp_path, (f"e1,{moment},maker,small,1000000,0,search,acme,ok",))  # $3 on this day


def budgets(folder, url, amount):
    path = folder / "budgets.yaml"
    path.write_text(f'budgets:\n  - {{name: all, amount: {amount}, alerts: [{{webhook: "{url}"}}]}}\n')
    return str(path)


def until(true):
    end = time.monotonic() + 20
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def test_a_threshold_is_told_once_however_often_it_is_looked_at(tmp_path, place):
    with receiver() as hook:
        watching = Watching([budgets(tmp_path, hook.url, 2)], place, every_s=0.1)
        watching.start()
        until(lambda: hook.came)
        time.sleep(0.5)
        watching.close(20)
        assert len(hook.came) == 1


def test_a_file_that_turns_bad_is_said_once_and_watched_on(tmp_path, place, caplog):
    with receiver() as hook:
        path = budgets(tmp_path, hook.url, 1_000)
        watching = Watching([path], place, every_s=0.1)
        watching.start()
        assert hook.came == []
        with caplog.at_level(logging.WARNING, "farthing.budgets"):
            (tmp_path / "budgets.yaml").write_text("budgets: nothing")
            until(lambda: caplog.messages)
            time.sleep(0.3)
            assert len(caplog.messages) == 1
        budgets(tmp_path, hook.url, 2)
        until(lambda: hook.came)
        watching.close(20)


def test_a_bad_file_is_refused_at_the_start(tmp_path, place):
    (tmp_path / "budgets.yaml").write_text("budgets: nothing")
    with pytest.raises(InputError):
        Watching([str(tmp_path / "budgets.yaml")], place).start()


def test_no_file_is_nothing_to_watch(place):
    before = threading.active_count()
    watching = Watching([], place)
    watching.start()
    assert threading.active_count() == before
    watching.close(1)
