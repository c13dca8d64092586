"""The stretch of days that a budget is for: of the calendar, from a day of one's own, or between dates."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from farthing.track.dimensions import EVER, Window

Repeats: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
MONTHS: Final[dict[Repeats, int]] = {"month": 1, "quarter": 3, "year": 12}
LATEST_START: Final = 28
"""A day of the month that every month has."""
LONGEST_DAYS: Final = 3_660
"""What is further away than ten years nobody can forecast."""
_MONTHS_PER_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Days that begin again and again, `month` and `day` being where one begins; or one stretch of dates."""

    repeats: Repeats | None = "month"
    month: int = 1
    day: int = 1
    once: Window = EVER

    def at(self, day: date) -> Window:
        """The stretch that holds a day; the only one where it does not repeat.

        >>> Period("month", day=15).at(date(2026, 3, 14))
        Window(since=datetime.date(2026, 2, 15), until=datetime.date(2026, 3, 15))
        """
        if self.repeats is None:
            return self.once
        if self.repeats == "day":
            return Window(day, day + timedelta(days=1))
        if self.repeats == "week":
            monday = day - timedelta(days=day.weekday())
            return Window(monday, monday + timedelta(days=7))
        return self._months(day, MONTHS[self.repeats])

    def before(self, window: Window) -> Window | None:
        """The stretch before one of these; None where there is no other."""
        if self.repeats is None or window.since is None:
            return None
        return self.at(window.since - timedelta(days=1))

    def _months(self, day: date, count: int) -> Window:
        passed = day.year * _MONTHS_PER_YEAR + day.month - 1 - (day.day < self.day)
        first = passed - (passed - (self.month - 1)) % count
        return Window(self._start(first), self._start(first + count))

    def _start(self, months: int) -> date:
        return date(months // _MONTHS_PER_YEAR, months % _MONTHS_PER_YEAR + 1, self.day)


def months_later(day: date, count: int) -> date:
    """The same day of a later (or earlier) month, or the last one of a month that has no such day.

    >>> months_later(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * _MONTHS_PER_YEAR + day.month - 1 + count, _MONTHS_PER_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_of(window: Window) -> int:
    """How many days a window has that is bounded on both sides."""
    return (last_day(window) - first_day(window)).days + 1


def first_day(window: Window) -> date:
    """The first day of a window that has one."""
    if window.since is None:
        raise ValueError("the window has no first day")
    return window.since


def last_day(window: Window) -> date:
    """The last day of a window that has one."""
    if window.until is None:
        raise ValueError("the window has no last day")
    return window.until - timedelta(days=1)
