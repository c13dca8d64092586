"""The times of a forecast: the present, how far ahead, and how long a period is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from farthing.app.asking import Asked, now
from farthing.track.account import Accounts
from farthing.track.season import DAY, WEEK
from farthing.units.kinds import Kind
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import parse_quantity
from farthing.units.spread import Spread

DEFAULT_HORIZON: Final = timedelta(days=30)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_WORDS: Final = {"minute": _MINUTE, "hour": _HOUR, "day": DAY, "week": WEEK}
_STEPS: Final = (_MINUTE, 10 * _MINUTE, _HOUR, DAY)
_ENOUGH: Final = 14  # periods that a longer step should leave of the history
MOST_PERIODS: Final = 2000
_FEW_DAYS: Final = timedelta(days=7)


def moment_of(asked: Asked, accounts: Accounts) -> datetime:
    """The present: the clock, or with --as-of that day.

    A day of the past is over where the ledger has anything of it, else it has not begun.
    """
    moment = now()
    day = asked.question.as_of
    if "as_of" not in asked.options or day == moment.date():
        return moment
    return start_of(day) + DAY if day in accounts.days else start_of(day)


def start_of(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def end_of_data(present: datetime, last: datetime, step: timedelta) -> datetime:
    """The present of a day of the past, in periods within a day: where its data end, if they end in it.

    A day says no hour: a recording that stops at noon is carried on from noon.
    """
    midnight = start_of(last.date())
    end = midnight + ((last - midnight) // step + 1) * step
    return end if end > present - DAY else present


def horizon_of(asked: Asked) -> timedelta:
    """How far ahead. Raises InputError."""
    word = asked.question.words.get("horizon")
    return DEFAULT_HORIZON if word is None else _length(word, "--horizon")


def step_of(asked: Asked, span: timedelta, horizon: timedelta) -> timedelta:
    """How long a period is: as asked, else as long as leaves enough of them. Raises InputError.

    Days where there are two weeks of them, or where many are asked for; else hours, ten minutes,
    minutes; and never so short that there would be thousands of them ahead.
    """
    word = asked.question.words.get("every")
    if word is not None:
        return _step(word, horizon)
    days_are_asked = horizon > _FEW_DAYS and span >= DAY / 4
    fit = [step for step in _STEPS if span >= _ENOUGH * step or (step == DAY and days_are_asked)]
    longest = max([step for step in fit if step <= horizon], default=_STEPS[0])
    return next(step for step in (*_STEPS, WEEK) if step >= longest and horizon / step <= MOST_PERIODS)


def _step(word: str, horizon: timedelta) -> timedelta:
    step = _WORDS.get(word.strip().lower()) or _length(word, "--every")
    even = DAY % step == timedelta(0) or step % DAY == timedelta(0)
    if step < _MINUTE or not even or step % _MINUTE:
        fix = did_you_mean(word, _WORDS) or "Write minute, hour, day, week, or a length such as 10m or 6h."
        what = f"{quoted(word)} does not divide a day into equal periods"
        raise InputError([Problem("bad-value", "error", "--every", what, "", fix)])
    if horizon / step > MOST_PERIODS:
        what = f"{quoted(word)} makes {horizon / step:,.0f} periods of the horizon"
        why = f"more than {MOST_PERIODS:,} say nothing that a longer period does not"
        raise InputError([Problem("bad-value", "error", "--every", what, why, "ask for longer periods")])
    return step


def _length(word: str, option: str) -> timedelta:
    value = parse_quantity(word, Kind.DURATION, option).value
    if isinstance(value, Spread) or not 60 <= value <= 10 * 365 * DAY.total_seconds():
        what = f"{quoted(word)} is not one length of time from a minute to ten years"
        raise InputError([Problem("bad-value", "error", option, what, "", "Write one such as 30d.")])
    return timedelta(seconds=float(value))


def told(length: timedelta) -> str:
    """A length of time in words: 30 days, 6 hours, 10 minutes."""
    for word, unit in (("day", DAY), ("hour", _HOUR)):
        if length >= unit and length % unit == timedelta(0):
            return _plural(length // unit, word)
    return _plural(round(length / _MINUTE), "minute")


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
