"""Days and hours of the week as people write them."""

import pytest

from farthing.units.week import read_days, read_hours


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-sun", (0, 1, 2, 3, 4, 5, 6)),
        ("Mon - Fri", (0, 1, 2, 3, 4)),
        ("sat,sun", (5, 6)),
        ("saturday-monday", (0, 5, 6)),
        ("wed", (2,)),
    ],
)
def test_days_are_read(text, days):
    assert read_days(text) == days


@pytest.mark.parametrize("text", ["", "someday", "mon-wed-fri", "mon,,tue", "0-4"])
def test_other_days_are_refused(text):
    with pytest.raises(ValueError, match="days of the week"):
        read_days(text)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("01:00-04:00", ((60, 240),)),
        ("16:30 - 00:30", ((990, 30),)),
        ("00:00-24:00,00:00-00:01", ((0, 1440), (0, 1))),
    ],
)
def test_hours_are_read(text, spans):
    assert read_hours(text) == spans


@pytest.mark.parametrize("text", ["", "9-5", "01:00", "25:00-26:00", "01:60-02:00", "23:00-24:01"])
def test_other_hours_are_refused(text):
    with pytest.raises(ValueError, match=r"span of hours|beyond 24:00"):
        read_hours(text)
