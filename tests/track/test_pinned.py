"""Each month with its own book: what was imported with one keeps it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from small_ledger import accounts_of, book, event

from farthing.ledger.pins import Pin
from farthing.track.dimensions import Asked, Window
from farthing.track.pinned import Books, months, pin_of, within
from farthing.units.problem import InputError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
# A token a month, ten times as many each: January, February, March, and January a year later.
EVENTS = tuple(
    event(day=day, input_tokens=10**turn)
    for turn, day in enumerate(("2026-01-31", "2026-02-01", "2026-03-31", "2027-01-01"))
)


def later(minutes):
    return NOON.replace(minute=minutes)


@pytest.fixture
def accounts(tmp_path):
    """January is pinned to a book in which a token costs 2 dollars, March to one in which it costs 3."""
    found = accounts_of(tmp_path, EVENTS)
    pins = found.ledger.pins
    pins.use(pin_of(book("2"), "2026-01", "", NOON), pin_of(book("3"), "2026-03", "", NOON))
    return found


def total(accounts, current="1", window=None, **instead):
    """The total with today's book, in which a token costs a dollar."""
    books = Books(accounts.ledger.pins, book(current))
    books = books.repriced(**instead) if instead else books
    asked = Asked(window=window or Window())
    return replace(accounts, book=book(current), books=books).account(asked).total_usd


def test_each_month_has_the_prices_of_its_book(accounts):
    assert total(accounts) == 2 * 1 + 1 * 10 + 3 * 100 + 1 * 1_000


def test_todays_book_prices_only_months_without_one(accounts):
    assert total(accounts, "7") == 2 * 1 + 7 * 10 + 3 * 100 + 7 * 1_000


def test_a_window_is_priced_as_its_months(accounts):
    assert total(accounts, window=Window(date(2026, 1, 31), date(2026, 3, 31))) == 2 + 10
    assert total(accounts, window=Window(date(2026, 3, 31))) == 300 + 1_000


def test_another_book_for_every_month_that_is_not_closed(accounts):
    assert total(accounts, book=book("5"), at=None) == 5 * 1_111
    accounts.ledger.pins.close(["2026-03"], pin_of(book("3"), "2026-03", "", later(1)))
    assert total(accounts, book=book("5"), at=None) == 5 * 1_011 + 3 * 100


def test_months_with_one_book_are_asked_for_together(accounts):
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 4, 1), date(2026, 5, 1)]
    books = Books(accounts.ledger.pins, book())
    spans = books.spans(Window(date(2026, 1, 20), date(2026, 4, 15)), days)
    assert [(span.window, span.book.hash) for span in spans] == [
        (Window(date(2026, 1, 20), date(2026, 2, 1)), book("2").hash),
        (Window(date(2026, 2, 1), date(2026, 4, 15)), book().hash),
    ]


def test_a_book_that_the_ledger_lost_is_an_error(accounts):
    accounts.ledger.pins.use(Pin(later(2), "use", "2026-02", "sha256:gone"))
    with pytest.raises(InputError) as refused:
        total(accounts)
    assert (refused.value.problems[0].code, refused.value.problems[0].where) == ("bad-lock", "2026-02")


def test_months_and_their_parts():
    assert list(months([date(2026, 2, 3), date(2025, 12, 1), date(2026, 2, 28)])) == ["2025-12", "2026-02"]
    assert within(Window(), date(2026, 12, 1)) == Window(date(2026, 12, 1), date(2027, 1, 1))
    since = Window(date(2026, 2, 10), date(2026, 2, 20))
    assert within(since, date(2026, 2, 1)) == since
    february = Window(date(2026, 2, 1), date(2026, 3, 1))
    assert within(Window(None, date(2026, 9, 1)), date(2026, 2, 1)) == february
