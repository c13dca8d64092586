"""Which rows of the ledger an option means: days and conditions."""

import re
from datetime import date, timedelta
from typing import Final

from farthing.app.asking import Asked
from farthing.ledger.charges import BY_NAME as CHARGE_COLUMNS
from farthing.ledger.events import BY_NAME as EVENT_COLUMNS
from farthing.track.dimensions import Condition, Window, read_conditions
from farthing.units.dates import parse_date
from farthing.units.problem import InputError, Problem

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_LAST_MONTH: Final = 12


def window_of(asked: Asked) -> Window:
    """The days from --since to --until, both included; a month ("2026-11") means all of its days.

    Raises InputError for days that are none or in the wrong order.
    """
    words = asked.question.words
    since = _first(words["since"], "--since") if "since" in words else None
    until = _last(words["until"], "--until") + timedelta(days=1) if "until" in words else None
    if since is not None and until is not None and until <= since:
        what = f"--until {words['until']} lies before --since {words['since']}"
        raise InputError([Problem("bad-value", "error", "--until", what, "", "Swap them.")])
    return Window(since, until)


def conditions_of(asked: Asked) -> tuple[Condition, ...]:
    """The conditions of --where, over columns of events or charges."""
    return read_conditions(asked.question.many.get("where", ()), {**CHARGE_COLUMNS, **EVENT_COLUMNS})


def _first(word: str, option: str) -> date:
    if month := month_of(word):
        return date(*month, 1)
    return parse_date(word, option)


def _last(word: str, option: str) -> date:
    if not (month := month_of(word)):
        return parse_date(word, option)
    year, number = month
    after = date(year + number // _LAST_MONTH, number % _LAST_MONTH + 1, 1)
    return after - timedelta(days=1)


def month_of(word: str) -> tuple[int, int] | None:
    """Year and number of a month ("2026-11"); None for a word that is none."""
    found = _MONTH.fullmatch(word.strip())
    if found is None or not 1 <= int(found[2]) <= _LAST_MONTH:
        return None
    return int(found[1]), int(found[2])
