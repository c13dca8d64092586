"""What moved against the period before."""

from datetime import date

from small_ledger import accounts_of, charge, event

from farthing.track.dimensions import Asked, Window
from farthing.track.movers import movers

WEEK = Window(date(2026, 3, 9), date(2026, 3, 16))


def compared(folder, window, by=("model",)):
    events = [
        event(day="2026-03-02", input_tokens=100),
        event(day="2026-03-08", input_tokens=1),
        event(day="2026-03-09", input_tokens=40),
        event(day="2026-03-10", model="dear", input_tokens=3),
        event(day="2026-03-15", team="ads", input_tokens=1),
        event(day="2026-03-16", input_tokens=1_000),
    ]
    lines = [charge("2026-03-03", cost="7"), charge("2026-03-10", cost="7")]
    return accounts_of(folder, events, lines).compared(Asked(by, window=window), ("model",))


def moved(found):
    return [(one.key, one.before_usd, one.now_usd, one.change_usd) for one in movers(*found)]


def test_the_largest_change_comes_first_and_what_stood_still_is_left_out(tmp_path):
    """101 dollars become 41, nothing becomes 30; bills of 7 dollars in both weeks are no change."""
    now, before = compared(tmp_path, WEEK)
    assert (now.total_usd, before.total_usd) == (78, 108)
    assert moved((now, before)) == [(("plain",), 101, 41, -60), (("dear",), 0, 30, 30)]


def test_the_dates_themselves_do_not_move(tmp_path):
    """By team and day only teams can be compared: the days of two weeks are never the same."""
    assert moved(compared(tmp_path, WEEK, ("team", "day"))) == [
        (("",), 108, 77, -31),
        (("ads",), 0, 1, 1),
    ]


def test_by_time_alone_the_default_is_compared(tmp_path):
    assert [key for key, *_ in moved(compared(tmp_path, WEEK, ("day",)))] == [("plain",), ("dear",)]


def test_without_an_end_the_last_day_is_the_end(tmp_path):
    """Eight days from March 9 on, and the eight before: March 1 to 8."""
    now, before = compared(tmp_path, Window(date(2026, 3, 9)))
    assert (now.total_usd, before.total_usd) == (1_078, 108)


def test_nothing_before_is_no_comparison(tmp_path):
    assert compared(tmp_path / "a", Window(date(2026, 3, 2), date(2026, 3, 9))) is None
    assert compared(tmp_path / "b", Window(None, date(2026, 3, 9))) is None
    assert compared(tmp_path / "c", Window(date(2027, 1, 1))) is None


def test_no_more_than_asked(tmp_path):
    assert [one.key for one in movers(*compared(tmp_path, WEEK), most=1)] == [("plain",)]
