"""From the journal into the ledger: each event once, whatever is sent twice, late, wrong or half."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from ledger_rows import asked

from farthing.importers.live.arrived import arrived
from farthing.importers.live.mover import Mover
from farthing.importers.live.pace import pause_s
from farthing.ledger.journal import Arrived, Journal, Note
from farthing.ledger.store import open_ledger
from farthing.units.problem import InputError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_US = int(NOW.timestamp()) * 1_000_000


class Live:
    """A journal, a ledger and a mover between them, in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.journal = Journal(folder / "journal.sqlite")
        self.ledger = open_ledger(str(folder / "ledger"))
        self.mover = self.another()

    def another(self, **given):
        return Mover(self.journal, self.ledger, self.folder / "moving", **given)

    def send(self, *rows, source="events"):
        self.journal.submit([arrived(row, source) for row in rows]).result(30)

    def move(self, now=NOW):
        return self.mover.move(now)

    def stored(self, what="count(*), coalesce(sum(output_tokens), 0)"):
        return asked(self.ledger.events, what)

    def close(self):
        self.mover.close()
        self.journal.close()


@pytest.fixture
def live(tmp_path):
    made = Live(tmp_path)
    yield made
    made.close()


def event(number, **given):
    at = str(NOON_US + number * 1_000_000)
    return {"event_id": f"e-{number}", "at": at, "model": "gpt-4o", "output_tokens": 10} | given


def test_what_waits_is_stored_and_waits_no_more(live):
    live.send(*(event(n) for n in range(5)))
    live.send(event(7, at=str(NOON_US - 86_400_000_000)))
    moved = live.move()
    assert (moved.taken, moved.stored, moved.duplicate, moved.set_aside) == (6, 6, 0, 0)
    assert [str(day) for day in moved.days] == ["2026-11-21", "2026-11-22"]
    assert live.stored() == (6, 60)
    assert live.journal.waiting().events == 0
    assert live.move().taken == 0


def test_every_column_arrives(live):
    given = {
        "event_id": "all", "at": str(NOON_US + 123_456), "provider": "openai", "model": "gpt-4o",
        "operation": "chat", "requests": "2", "input_tokens": 7, "duration_ms": "15", "quality": 0.5,
        "billed_amount": "0.0000001", "billed_currency": "USD", "gpu_seconds": "1.25", "user": "u",
        "tags": {"service": "s", "own": "1"}, "prefix_hashes": [1, 2**62], "prompt": "secret",
    }  # fmt: skip
    live.send(given, source="otlp")
    assert live.move().stored == 1
    what = (
        'epoch_us("at"), batch, source, requests, input_tokens, duration_ms, quality,'
        ' CAST(billed_amount AS VARCHAR), CAST(gpu_seconds AS VARCHAR), "user", tags, prefix_hashes'
    )
    assert live.stored(what) == (
        NOON_US + 123_456, "live-2026-11-22", "otlp", 2, 7, 15, 0.5, "0.000000100000000000", "1.250", "u",
        {"service": "s", "own": "1"}, [1, 2**62],
    )  # fmt: skip
    assert b"secret" not in b"".join(path.read_bytes() for path in live.folder.rglob("*") if path.is_file())


def test_the_same_again_changes_nothing_and_more_output_replaces_less(live):
    live.send(event(1), event(2), event(2, output_tokens=20))
    assert (live.move().stored, live.stored()) == (2, (2, 30))
    live.send(event(1), event(2), event(1, output_tokens=5), event(3))
    moved = live.move()
    assert (moved.stored, moved.duplicate, live.stored()) == (1, 3, (3, 40))
    live.send(event(1, output_tokens=11))
    assert (live.move().stored, live.stored()) == (1, (3, 41))


def test_rows_without_an_id_are_known_by_their_content(live):
    row = {"at": str(NOON_US), "model": "gpt-4o", "output_tokens": 3}
    live.send(row, row)
    live.send(row | {"output_tokens": 4})
    assert live.move().stored == 2
    live.send(row)
    assert (live.move().duplicate, live.stored()) == (1, (2, 7))


def test_what_is_wrong_is_set_aside_with_its_reason_and_the_rest_is_stored(live):
    live.send(
        event(1),
        event(2, output_tokens="many"),
        event(3, at="yesterday"),
        event(4, model="m" * 2_000),
        event(5),
        {"aside": "it is not as OTLP has it"},
    )
    live.journal.submit([Arrived("noise", b"\x00\xff}{"), Arrived("tags", b'{"tags":7,"at":"1"}')]).result(30)
    moved = live.move()
    assert (moved.stored, moved.set_aside, live.stored()) == (2, 6, (2, 20))
    assert sorted(one.why for one in live.journal.asides()) == [
        "at is no moment: yesterday",
        "it cannot be read as JSON",
        "it cannot be read as JSON",
        "it is not as OTLP has it",
        "model is longer than 1,000 characters: 2000",
        "output_tokens is no whole number: many",
    ]
    assert live.journal.waiting().events == 0


def test_each_of_thousands_of_wrong_rows_has_its_reason(live):
    live.send(*(event(n, output_tokens=-n) for n in range(2_500)))
    moved = live.move()
    assert (moved.stored, moved.set_aside) == (1, 2_499)
    assert {one.why for one in live.journal.asides(3_000)} == {
        f"output_tokens is negative: -{n}" for n in range(1, 2_500)
    }


def test_a_move_takes_so_many_and_the_next_one_goes_on(live):
    live.mover = live.another(most=4)
    live.send(*(event(n) for n in range(10)))
    assert [live.move().taken for _ in range(4)] == [4, 4, 2, 0]
    assert live.stored() == (10, 100)


def test_a_move_that_was_not_told_of_is_done_again(live, monkeypatch):
    live.send(event(1), event(2))
    with monkeypatch.context() as broken:
        broken.setattr(Journal, "done", lambda *_: (_ for _ in ()).throw(OSError("gone")))
        with pytest.raises(InputError, match="cannot be written"):
            live.move()
    moved = live.move()
    assert (moved.stored, moved.duplicate, live.stored()) == (0, 2, (2, 20))


def test_two_movers_of_one_journal_store_each_event_once(live):
    live.send(*(event(n) for n in range(6)))
    other = live.another(most=4)
    taken = live.journal.take(6)
    assert other.move(NOW).stored == 4
    live.journal.take = lambda _most: taken  # it had taken them before
    moved = live.move()
    assert (moved.stored, moved.duplicate, live.stored()) == (2, 4, (6, 60))
    assert live.journal.waiting().events == 0
    other.close()


def test_a_clock_that_jumps_loses_nothing(live):
    for number, now in enumerate((NOW, NOW - timedelta(days=4_000), NOW + timedelta(days=300), NOW)):
        live.send(event(number))
        assert live.move(now).stored == 1
        live.mover = live.another()  # a process that starts with a wrong clock
    assert live.stored() == (4, 40)


def test_a_ledger_that_cannot_be_written_leaves_rows_waiting(live):
    (live.folder / "ledger").write_text("a file is in its place")
    live.send(event(1))
    with pytest.raises(InputError, match="cannot be written to"):
        live.move()
    assert live.journal.waiting().events == 1
    (live.folder / "ledger").unlink()
    assert (live.move().stored, live.stored()) == (1, (1, 10))


def test_the_journal_keeps_columns_of_events_and_nothing_else():
    row = arrived(
        {"event_id": "x", "prompt": "secret", "model": "m", "tags": {"a": "b"}, "team": None}, "otlp"
    )
    assert row.event_id == "x"
    assert json.loads(row.row) == {
        "event_id": "x",
        "model": "m",
        "requests": 1,
        "source": "otlp",
        "tags": {"a": "b"},
    }


def test_an_event_is_one_request_unless_it_says_another_number(live):
    live.send(event(1), event(2, requests=3), event(3, requests=0))
    live.move()
    assert live.stored("list(requests ORDER BY event_id)") == ([1, 3, 0],)


def test_an_event_without_a_moment_is_set_aside(live):
    live.send({"event_id": "x", "model": "m", "output_tokens": 1})
    assert (live.move().set_aside, live.journal.asides()[0].why) == (1, "at is no moment: nothing")


def test_moves_are_soon_after_a_silence_seldom_in_a_trickle_and_at_once_in_a_flood():
    pauses = [1.0]
    for taken in (5, 5, 5, 5, 5, 0, 5, 100, 5):
        pauses.append(pause_s(taken, 100, pauses[-1]))
    assert pauses[1:] == [2.0, 4.0, 5.0, 5.0, 5.0, 1.0, 2.0, 0.0, 1.0]


def test_a_tidy_forgets_series_that_are_long_silent_and_keeps_the_rows(live):
    live.journal.submit([], [Note("series", bytes([n]), n * 86_400, b"[]") for n in range(100)]).result(30)
    live.send(event(1))
    live.move()
    live.mover.tidy(NOW)
    assert len(live.journal.noted("series", [bytes([n]) for n in range(100)])) == 61
    assert live.stored() == (1, 10)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"output_tokens": 10**30}, "output_tokens is no whole number: a number of 100 bits"),
        ({"output_tokens": float("nan")}, "output_tokens is no whole number: nan"),
        ({"output_tokens": -(2**63) - 1}, "output_tokens is no whole number: a number of 64 bits"),
        ({"model": {"text": "secret"}}, "model is no plain value"),
        ({"tags": {"a": ["secret"]}}, "tags is no plain value"),
        ({"tags": "secret"}, "tags is no plain value"),
        ({"prefix_hashes": ["x"]}, "prefix_hashes is no plain value"),
    ],
)
def test_values_that_no_column_has_are_set_aside(live, given, why):
    live.send(event(1) | given, event(2))
    moved = live.move()
    assert (moved.stored, moved.set_aside) == (1, 1)
    assert [one.why for one in live.journal.asides()] == [why]
    assert b"secret" not in live.journal.asides()[0].row


def test_text_that_is_no_unicode_is_mended(live):
    live.send(
        event(1, event_id="a\ud800", model="m\udfff", tags={"b\ud800": "c\ud800"}), event(2, team="x\x00y")
    )
    assert live.move().stored == 2
    assert live.stored("list(event_id ORDER BY event_id), list(team ORDER BY event_id)") == (
        ["a?", "e-2"],
        ["", "x\x00y"],
    )
