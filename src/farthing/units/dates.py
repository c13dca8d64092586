"""Days of the calendar, as ISO 8601 writes them."""

import re
from datetime import date
from typing import Final

from farthing.units.problem import InputError, Problem, quoted

_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_date(text: str, where: str) -> date:
    """The day that `text` names; `where` is the field, for errors. Raises InputError.

    >>> parse_date("2026-02-10", "--as-of").isoformat()
    '2026-02-10'
    """
    try:
        if _ISO_DAY.fullmatch(text.strip()):
            return date.fromisoformat(text.strip())
        why = "a day is written year-month-day"
    except ValueError:
        why = "the calendar has no such day"
    fix = "Write a day such as 2026-02-10"
    raise InputError([Problem("date", "error", where, f"{quoted(text)} is not a day", why, fix)])
