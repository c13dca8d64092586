"""Answers that are kept: the same as those that were given, and only for the same files."""

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from farthing.ledger.answer import Answer
from farthing.ledger.events import EVENTS
from farthing.ledger.files import Files
from farthing.track.remembered import RememberedEngine

WHEN = np.array([datetime(2026, 5, 1, tzinfo=UTC).replace(tzinfo=None)], dtype="datetime64[us]")
CELLS = {
    "count": np.array([7], dtype=np.int64),
    "when": WHEN,
    "text": np.array(["a'b", None], dtype=object)[:1],
    "wide": np.array([2**80], dtype=object),
    "money": np.array([Decimal("0.1")], dtype=object),
}


class Counting:
    """An engine that counts how often it was asked."""

    name = "counting"

    def __init__(self, cells):
        self.cells, self.asked = cells, 0

    def ask(self, _sql, _tables):
        self.asked += 1
        return Answer(dict(self.cells))


def files(*uris):
    return Files("events", EVENTS, 1, uris, len(uris))


def same(one, other):
    assert list(one.columns) == list(other.columns)
    for title, cells in one.columns.items():
        assert cells.dtype == other.columns[title].dtype
        assert cells.tolist() == other.columns[title].tolist()


def test_an_answer_is_kept_as_it_was_given(tmp_path):
    engine = Counting(CELLS)
    first = RememberedEngine("counting", lambda: engine, tmp_path).ask("SELECT 1", {"events": files("a")})
    again = RememberedEngine("counting", lambda: engine, tmp_path).ask("SELECT 1", {"events": files("a")})
    same(first, again)
    assert engine.asked == 1


def test_other_files_and_other_questions_are_asked_again(tmp_path):
    engine = Counting(CELLS)
    kept = RememberedEngine("counting", lambda: engine, tmp_path)
    kept.ask("SELECT 1", {"events": files("a")})
    kept.ask("SELECT 1", {"events": files("a", "b")})
    kept.ask("SELECT 2", {"events": files("a")})
    assert engine.asked == 3


def test_what_is_damaged_or_cannot_be_kept_is_asked_again(tmp_path):
    engine = Counting(CELLS)
    kept = RememberedEngine("counting", lambda: engine, tmp_path)
    kept.ask("SELECT 1", {"events": files("a")})
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:20])
    kept.ask("SELECT 1", {"events": files("a")})
    assert engine.asked == 2
    odd = Counting({"tags": np.array([{"a": "b"}], dtype=object)})
    for _ in range(2):
        RememberedEngine("counting", lambda: odd, tmp_path).ask("SELECT 3", {"events": files("a")})
    assert odd.asked == 2


def test_a_folder_that_cannot_be_written_is_no_mistake(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    engine = Counting(CELLS)
    same(
        RememberedEngine("counting", lambda: engine, blocked).ask("SELECT 1", {"events": files("a")}),
        Answer(dict(CELLS)),
    )
