"""Hours of the week: "mon-fri, 01:00-04:00" as spans of minutes since Monday 00:00 UTC."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.pricing.rows import Hours
from farthing.units.week import DAY_MINUTES, DAYS, read_days, read_hours

WEEK_MINUTES: Final = 7 * DAY_MINUTES
MINUTE_US: Final = 60_000_000
EPOCH_MINUTE: Final = 3 * DAY_MINUTES  # 1970-01-01 was a Thursday


def daily(start: int, end: int) -> Hours:
    """The same minutes of every day; an end before its start lies on the next day."""
    return Hours(spans=tuple(_placed(range(7), [(start, end)], 0)))


def weekly(days: str, hours: str, utc_offset: str) -> Hours:
    """Days such as "mon-fri, sun" and hours such as "16:30-00:30" of a zone, as spans in UTC.

    Raises ValueError saying what cannot be read.
    """
    ahead = int(utc_offset[1:3]) * 60 + int(utc_offset[4:6])
    shift = ahead if utc_offset[0] == "+" else -ahead
    return Hours(spans=tuple(_placed(read_days(days), read_hours(hours), shift)))


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


def _placed(days: Iterable[int], spans: Iterable[tuple[int, int]], shift: int) -> Iterator[tuple[int, int]]:
    for day in days:
        for start, end in spans:
            first = (day * DAY_MINUTES + start - shift) % WEEK_MINUTES
            length = (end - start) % DAY_MINUTES or DAY_MINUTES
            yield first, min(first + length, WEEK_MINUTES)
            if first + length > WEEK_MINUTES:
                yield 0, first + length - WEEK_MINUTES


def words(hours: Hours) -> str:
    """Hours in UTC as people write them: "mon-fri 01:00-04:00, 06:00-10:00; sat-sun all day"."""
    by_day = [_said(hours, day) for day in range(7)]
    parts: list[str] = []
    first = 0
    for day in range(1, 8):
        if day == 7 or by_day[day] != by_day[first]:
            if by_day[first]:
                named = DAYS[first] if day == first + 1 else f"{DAYS[first]}-{DAYS[day - 1]}"
                parts.append(f"{named} {by_day[first]}")
            first = day
    return "; ".join(parts)


def _said(hours: Hours, day: int) -> str:
    """The spans that lie on one day."""
    begin, end = day * DAY_MINUTES, (day + 1) * DAY_MINUTES
    clipped = sorted((max(start, begin), min(stop, end)) for start, stop in hours.spans)
    spans = [(start - begin, stop - begin) for start, stop in clipped if start < stop]
    if spans == [(0, DAY_MINUTES)]:
        return "all day"
    return ", ".join(f"{_clock(start)}-{_clock(stop)}" for start, stop in spans)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
