"""Days and hours of the week as people write them: "mon-fri", "01:00-04:00, 16:30-00:30"."""

import re
from typing import Final

DAY_MINUTES: Final = 1440
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)$")


def read_days(text: str) -> tuple[int, ...]:
    """Days of the week, Monday being 0. Raises ValueError saying what cannot be read.

    >>> read_days("fri-mon, wed")
    (0, 2, 4, 5, 6)
    """
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        ends = [end[:3] for end in part.split("-")]
        if not 1 <= len(ends) <= 2 or any(end not in DAYS for end in ends):
            raise ValueError(f"{part!r} names no days of the week; write mon-fri or sat,sun")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found |= {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    return tuple(sorted(found))


def read_hours(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of minutes of a day; an end before its start lies on the next day. Raises ValueError.

    >>> read_hours("01:00-04:00, 16:30-00:30")
    ((60, 240), (990, 30))
    """
    return tuple(_read_span(part.strip()) for part in text.split(","))


def _read_span(text: str) -> tuple[int, int]:
    found = _SPAN.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no span of hours; write 01:00-04:00")
    hour, minute, until_hour, until_minute = (int(group) for group in found.groups())
    start, end = hour * 60 + minute, until_hour * 60 + until_minute
    if max(start, end) > DAY_MINUTES:
        raise ValueError(f"{text!r} goes beyond 24:00")
    return start, end
