"""Hours of the week, minute by minute."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from farthing.pricing.clock import clock
from farthing.pricing.windows import WEEK_MINUTES, covers, daily, mask, minute_of_week, weekly

DAY = 1440
MINUTE_US = 60_000_000


def minutes(hours):
    return {int(minute) for minute in np.flatnonzero(mask(hours))}


def test_a_window_holds_from_its_first_minute_and_not_in_its_last():
    assert minutes(weekly("mon", "01:00-04:00", "+00:00")) == set(range(60, 240))


def test_whole_days():
    assert minutes(weekly("sat,sun", "00:00-24:00", "+00:00")) == set(range(5 * DAY, 7 * DAY))
    assert len(minutes(weekly("mon-sun", "00:00-24:00", "+08:00"))) == WEEK_MINUTES


def test_a_night_belongs_to_the_day_on_which_it_began():
    assert minutes(weekly("sun", "23:30-00:30", "+00:00")) == {*range(7 * DAY - 30, 7 * DAY), *range(30)}


def test_days_may_wrap_around_the_week():
    assert minutes(weekly("fri-mon", "00:00-24:00", "+00:00")) == {*range(DAY), *range(4 * DAY, 7 * DAY)}


def test_zones_ahead_begin_earlier():
    assert minutes(weekly("mon", "00:00-01:00", "+08:00")) == set(range(7 * DAY - 480, 7 * DAY - 420))
    assert minutes(weekly("sun", "23:00-24:00", "-05:00")) == set(range(240, 300))
    assert minutes(weekly("tue", "05:30-06:00", "+05:30")) == set(range(DAY, DAY + 30))


def test_every_day_alike():
    assert minutes(daily(990, 30)) == {
        day * DAY + minute for day in range(7) for minute in (*range(30), *range(990, DAY))
    }


@pytest.mark.parametrize(
    ("days", "hours", "offset"),
    [
        ("mon-fri", "01:00-04:00, 06:00-10:00", "+00:00"),
        ("sun", "22:00-03:00", "-05:00"),
        ("wed", "00:00-24:00", "+13:45"),
    ],
)
def test_a_mask_and_single_minutes_say_the_same(days, hours, offset):
    window = weekly(days, hours, offset)
    found = mask(window)
    assert [covers(window, minute) for minute in range(WEEK_MINUTES)] == found.tolist()


def test_the_week_of_the_calendar():
    for days in (-9, -1, 0, 1, 20_777, 20_780):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days, hours=13, minutes=7)
        at = np.array([days * 86_400_000_000 + (13 * 60 + 7) * MINUTE_US + 59_999_999])
        assert minute_of_week(at).tolist() == [moment.weekday() * DAY + 13 * 60 + 7]


def test_a_clock_steps_by_what_all_changes_share():
    hour = 60 * MINUTE_US
    codes = mask(weekly("mon-sun", "01:00-04:00", "+00:00")).astype(np.int64)
    found = clock(np.array([48 * hour]), codes, 2, 3, 0, 100 * hour)
    assert (found.step_us, found.first, len(found.places)) == (hour, 0, 101)
    at = np.array([0, hour - 1, hour, 4 * hour - 1, 4 * hour, 48 * hour - 1, 48 * hour, 49 * hour])
    room = np.empty((2, len(at)), dtype=np.int64)
    assert found.place(at, *room).tolist() == [0, 0, 3, 3, 0, 0, 6, 9]


def test_a_clock_without_changes_stands():
    found = clock(np.array([], dtype=np.int64), np.zeros(1, dtype=np.int64), 1, 1, -5, 10**18)
    assert found.stands
    assert found.step_us == 0


@pytest.mark.parametrize("wrong", ["25:00-26:00", "1-2", "00:00", "23:00-24:30", ""])
def test_hours_that_cannot_be_read(wrong):
    with pytest.raises(ValueError, match=r"hours|24:00"):
        weekly("mon", wrong, "+00:00")


@pytest.mark.parametrize("wrong", ["someday", "mon-tue-wed", "", "mo"])
def test_days_that_cannot_be_read(wrong):
    with pytest.raises(ValueError, match="no days"):
        weekly(wrong, "01:00-02:00", "+00:00")
