"""Series out of a ledger: whole days, the running one apart, recordings that begin or stop within a day."""

from datetime import UTC, datetime, timedelta

import pytest
from bulk_ledger import accounts_of
from small_ledger import charge, event

from farthing.track.dimensions import Asked, Condition
from farthing.track.forecast import daily_history
from farthing.track.history import history

BUSY = [
    event(
        at=f"2026-03-{day:02d}T{hour:02d}:00:00Z", input_tokens=100 * day, team="ads" if hour < 9 else "web"
    )
    for day in range(1, 21)
    for hour in (1, 9, 23)
]


def at(day, hour=0):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def codes(series):
    return [problem.code for problem in series.problems]


def test_whole_days_with_their_drivers(tmp_path):
    found = daily_history(accounts_of(tmp_path, BUSY), Asked(), at(21))
    assert (found.start, found.periods, found.silent_periods, found.running) == (at(1), 20, 0, None)
    assert found.groups == (("maker", "plain"),)
    assert found.usd[0, :3].tolist() == found.tokens[0, :3].tolist() == [300, 600, 900]
    assert found.requests[0].tolist() == [3.0] * 20
    assert found.ahead == at(21)


def test_the_running_day_is_no_whole_one(tmp_path):
    found = daily_history(accounts_of(tmp_path, BUSY), Asked(), at(20, 12))
    assert (found.periods, found.running.share, found.ahead) == (19, 0.5, at(20))


def test_a_last_day_that_stops_early_is_a_part(tmp_path):
    cut = [one for one in BUSY if one["at"] < "2026-03-20T10"]
    found = daily_history(accounts_of(tmp_path, cut), Asked(), at(21))
    assert (found.periods, found.silent_periods, codes(found)) == (19, 1, ["partial"])
    assert found.running.usd == 4000
    assert found.ahead == at(21)


def test_a_first_day_that_starts_late_is_left_out(tmp_path):
    late = [one for one in BUSY if one["at"] > "2026-03-01T10"]
    found = daily_history(accounts_of(tmp_path, late), Asked(), at(21))
    assert (found.start, found.periods) == (at(2), 19)


def test_days_after_the_last_import_are_unknown_and_not_free(tmp_path):
    accounts = accounts_of(tmp_path, BUSY)
    found = daily_history(accounts, Asked(), at(25))
    assert (found.periods, found.silent_periods, codes(found)) == (20, 4, ["stale"])
    old = daily_history(accounts, Asked(), at(21) + timedelta(days=90))
    assert (old.periods, old.silent_periods, codes(old), old.ahead) == (20, 0, ["stale"], at(21))


def test_a_silence_as_long_as_those_before_is_free(tmp_path):
    weekly = [event(day=f"2026-03-{day:02d}", input_tokens=700) for day in (2, 9, 16)]
    found = daily_history(accounts_of(tmp_path, weekly), Asked(), at(20))
    assert (found.periods, found.silent_periods, codes(found)) == (18, 0, [])
    assert found.usd[0, -4:].tolist() == [700, 0, 0, 0]


def test_groups_and_conditions(tmp_path):
    accounts = accounts_of(tmp_path, BUSY, [charge(day="2026-03-05", provider="cloud", cost="40")])
    found = daily_history(accounts, Asked(by=("team", "day")), at(21))
    assert found.groups == (("web",), ("ads",), ("",))
    assert found.usd[:, 4].tolist() == [1000, 500, 40]
    ads = daily_history(accounts, Asked(where=(Condition("team", ("ads",)),)), at(21))
    assert ads.usd.sum() == 100 * sum(range(1, 21))


def test_minutes_and_hours(tmp_path):
    near = [event(at=f"2026-03-02T10:{minute:02d}:30Z", input_tokens=minute) for minute in range(60)]
    accounts = accounts_of(tmp_path, near)
    minutes = history(accounts, Asked(), at(2, 11), timedelta(minutes=1))
    assert minutes.usd[0].tolist() == list(range(60))
    tens = history(accounts, Asked(), at(2, 11), timedelta(minutes=10))
    assert tens.usd[0].tolist() == [sum(range(ten, ten + 10)) for ten in range(0, 60, 10)]


def test_a_part_of_one_day_is_taken_at_its_pace(tmp_path):
    found = daily_history(accounts_of(tmp_path, [event(input_tokens=50)]), Asked(), at(2, 12))
    assert (found.usd.tolist(), codes(found), found.ahead) == ([[100.0]], ["short-history"], at(2))


def test_what_has_no_price_and_corrections_are_said(tmp_path):
    events = [*BUSY, event(day="2026-03-04", model="nobody knows", input_tokens=5)]
    corrections = [charge(day="2026-03-05", cost="-40", provider="cloud")]
    found = daily_history(accounts_of(tmp_path, events, corrections), Asked(), at(21))
    assert codes(found) == ["negative", "unpriced"]


def test_nothing_before_that_moment(tmp_path):
    with pytest.raises(ValueError, match="nothing happened"):
        daily_history(accounts_of(tmp_path, BUSY), Asked(), at(1) - timedelta(days=9))
