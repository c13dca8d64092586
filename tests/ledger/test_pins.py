from datetime import UTC, datetime, timedelta, timezone

import pytest

from farthing.ledger.pins import Pin
from farthing.ledger.store import open_ledger
from farthing.units.problem import InputError

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def pins(tmp_path):
    return open_ledger(str(tmp_path)).pins


def pin(day, book, month=""):
    return Pin(START + timedelta(days=day), "use", month, book, content=f"lock of {book}")


def books(pins, *months):
    return [held.book if (held := pins.book_of(month)) else None for month in months]


def test_no_month_has_a_book_before_one_is_set(pins):
    assert pins.all() == ()
    assert pins.book_of("2026-02") is None
    assert not pins.closed("2026-02")


def test_a_closed_month_keeps_its_book(pins):
    pins.use(pin(0, "a"))
    pins.close(["2026-01", "2026-02"], pin(1, "a"))
    pins.use(pin(2, "b"))
    assert books(pins, "2026-01", "2026-02", "2026-03") == ["a", "a", "b"]
    assert pins.closed_months() == ("2026-01", "2026-02")
    with pytest.raises(InputError) as refused:
        pins.use(pin(3, "c", "2026-01"))
    assert refused.value.problems[0].code == "month-closed"


def test_closing_again_changes_nothing(pins):
    pins.close(["2026-01"], pin(0, "a"))
    pins.close(["2026-01"], pin(1, "b"))
    assert books(pins, "2026-01") == ["a"]
    assert len(pins.all()) == 1


def test_an_opened_month_keeps_its_book_until_another_comes(pins):
    pins.close(["2026-01"], pin(0, "a"))
    pins.open(["2026-01"], START + timedelta(days=1))
    assert (books(pins, "2026-01"), pins.closed("2026-01")) == (["a"], False)
    pins.use(pin(2, "b"))
    assert books(pins, "2026-01") == ["b"]


def test_one_month_may_have_a_book_of_its_own(pins):
    pins.use(pin(0, "a"))
    pins.use(pin(1, "b", "2026-02"))
    assert books(pins, "2026-01", "2026-02") == ["a", "b"]


def test_a_book_is_kept_once(pins):
    pins.close(["2026-01", "2026-02"], pin(0, "a"))
    pins.use(pin(1, "a"))
    assert [held.content for held in pins.all()].count("lock of a") == 1
    assert pins.content("a") == "lock of a"
    assert pins.content("b") == ""


def test_moments_are_kept_exactly_in_utc(pins):
    moment = datetime(2026, 3, 1, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    pins.use(Pin(moment, "use", book="a"))
    assert [held.at for held in pins.all()] == [datetime(2026, 2, 28, 23, 30, 0, 123456, tzinfo=UTC)]
