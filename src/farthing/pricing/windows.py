"""Hours of the week: "mon-fri, 01:00-04:00" as spans of minutes since Monday 00:00 UTC."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.pricing.rows import Hours

DAY_MINUTES: Final = 1440
WEEK_MINUTES: Final = 7 * DAY_MINUTES
MINUTE_US: Final = 60_000_000
EPOCH_MINUTE: Final = 3 * DAY_MINUTES  # 1970-01-01 was a Thursday
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"^([01]\d|2[0-4]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)$")


def daily(start: int, end: int) -> Hours:
    """The same minutes of every day; an end before its start lies on the next day."""
    return Hours(spans=tuple(_placed(range(7), [(start, end)], 0)))


def weekly(days: str, hours: str, utc_offset: str) -> Hours:
    """Days such as "mon-fri, sun" and hours such as "16:30-00:30" of a zone, as spans in UTC.

    Raises ValueError saying what cannot be read.
    """
    ahead = int(utc_offset[1:3]) * 60 + int(utc_offset[4:6])
    shift = ahead if utc_offset[0] == "+" else -ahead
    return Hours(spans=tuple(_placed(_read_days(days), list(_read_hours(hours)), shift)))


def minute_of_week(at_us: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Minutes since Monday 00:00 UTC of times in microseconds since 1970."""
    return np.asarray((at_us // MINUTE_US + EPOCH_MINUTE) % WEEK_MINUTES)


def mask(hours: Hours) -> npt.NDArray[np.bool_]:
    """For each minute of a week whether it lies in the hours."""
    found = np.zeros(WEEK_MINUTES, dtype=bool)
    for start, end in hours.spans:
        found[start:end] = True
    return found


def covers(hours: Hours, minute: int) -> bool:
    """Whether a minute of the week lies in the hours."""
    return any(start <= minute < end for start, end in hours.spans)


def _placed(days: Iterable[int], spans: list[tuple[int, int]], shift: int) -> Iterator[tuple[int, int]]:
    for day in days:
        for start, end in spans:
            first = (day * DAY_MINUTES + start - shift) % WEEK_MINUTES
            length = (end - start) % DAY_MINUTES or DAY_MINUTES
            yield first, min(first + length, WEEK_MINUTES)
            if first + length > WEEK_MINUTES:
                yield 0, first + length - WEEK_MINUTES


def _read_days(text: str) -> list[int]:
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        ends = [end[:3] for end in part.split("-")]
        if not 1 <= len(ends) <= 2 or any(end not in _DAYS for end in ends):
            raise ValueError(f"{part!r} names no days of the week; write mon-fri or sat,sun")
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        found |= {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    return sorted(found)


def _read_hours(text: str) -> Iterator[tuple[int, int]]:
    for part in text.split(","):
        found = _SPAN.match(part.strip())
        if found is None:
            raise ValueError(f"{part.strip()!r} is no span of hours; write 01:00-04:00")
        hour, minute, until_hour, until_minute = (int(group) for group in found.groups())
        start, end = hour * 60 + minute, until_hour * 60 + until_minute
        if max(start, end) > DAY_MINUTES:
            raise ValueError(f"{part.strip()!r} goes beyond 24:00")
        yield start, end
