"""`forecast`: what will be spent, with a range, and how far off such forecasts were."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final, TypedDict, Unpack

from farthing.app.asking import Asked, ask
from farthing.app.forecast_rows import SAID, Ahead, group_rows, lines, period_rows
from farthing.app.forecast_time import end_of_data, horizon_of, moment_of, start_of, step_of, told
from farthing.app.ledgers import account, empty, in_asked_currency, ledger_of
from farthing.app.spend import accounts_of, asking_of
from farthing.estimate.answer import Estimate, Result
from farthing.track.account import Accounts
from farthing.track.dimensions import TIMES
from farthing.track.dimensions import Asked as Asking
from farthing.track.forecast import Forecast
from farthing.track.forecast import forecast as forecast_of
from farthing.track.history import history
from farthing.track.lasting import again, lasting
from farthing.track.projection import DRIVERS
from farthing.track.season import DAY
from farthing.track.series import Series
from farthing.track.spent import Key
from farthing.units.problem import InputError, Problem

_FEW_TESTS: Final = 3
_INSTANT: Final = timedelta(microseconds=1)


class ForecastOptions(TypedDict, total=False):
    """What `forecast` may be asked."""

    horizon: str
    by: str | list[str]
    every: str
    since: str
    until: str
    where: str | list[str]
    ledger: str
    book: str | list[str]
    as_of: str
    currency: str
    fx: str | list[str]


def forecast(**options: Unpack[ForecastOptions]) -> Estimate:
    """What will be spent from now (or the day `as_of`) until `horizon` later, in periods of `every`.

    Raises InputError, also where nothing is known before that moment.
    """
    return answer(ask("forecast", options))


def answer(asked: Asked) -> Estimate:
    """The forecast for options that were read already."""
    asking = asking_of(asked, ())
    asking = replace(asking, by=tuple(one for one in asking.by if one not in TIMES))
    horizon = horizon_of(asked)
    ledger = ledger_of(asked.options.get("ledger"))
    if not ledger.events.exists() and not ledger.charges.exists():
        raise empty(ledger)
    accounts = accounts_of(asked, ledger)
    ahead = _ahead(asked, accounts, asking, horizon)
    made = account(
        asked,
        _verdict(ahead),
        _results(ahead),
        [*group_rows(ahead), *period_rows(ahead)],
        lines=lines(ahead),
        problems=[*accounts.book.problems, *ahead.problems],
        book=accounts.book.hash,
        main="forecast_usd",
        following="farthing anomalies",
    )
    return in_asked_currency(asked, made)


def _ahead(asked: Asked, accounts: Accounts, asking: Asking, horizon: timedelta) -> Ahead:
    present = moment_of(asked, accounts)
    if asking.window.until is not None:
        present = min(present, start_of(asking.window.until))
    first, last = accounts.first_and_last(asking)
    step = step_of(asked, _span(accounts, asking, present, first, last), horizon)
    if step < DAY and "as_of" in asked.options and last is not None and last < present:
        present = end_of_data(present, last, step)
    try:
        known, stored = _known(accounts, asking, present, step)
    except ValueError as error:
        raise InputError([_nothing(present)]) from error
    lo = known.running.share if known.running is not None and not known.silent_periods else 0.0
    hi = lo + horizon / step
    made = forecast_of(known, math.ceil(hi))
    problems = (*known.problems, *_doubts(known, made, step, asked))
    first_day, last_day = (present - _INSTANT).date() + DAY, (present + horizon - _INSTANT).date()
    bills = {key: again(days, first_day, last_day) for key, days in stored.items()}
    bills = {key: days for key, days in bills.items() if days}
    return Ahead(asking, known, made, lo, hi, horizon, problems, bills)


def _known(
    accounts: Accounts, asking: Asking, present: datetime, step: timedelta
) -> tuple[Series, Mapping[Key, Mapping[date, Fraction]]]:
    """The past, without bill lines for longer than a day, and these; all together where there are no others.

    Raises ValueError where there is none.
    """
    stored = lasting(accounts, asking)
    try:
        return history(replace(accounts, lasting=False), asking, present, step), stored
    except ValueError:
        return history(accounts, asking, present, step), {}


def _span(
    accounts: Accounts, asking: Asking, present: datetime, first: datetime | None, last: datetime | None
) -> timedelta:
    """How long the data go on: whole days, or within a day or two from the first to the last event."""
    days = [day for day in accounts.days if asking.window.has(day) and day <= present.date()]
    if len(days) > 2:
        return (days[-1] - days[0]) + DAY
    return timedelta(0) if first is None or last is None else min(last, present) - first


def _results(ahead: Ahead) -> dict[str, Result]:
    made, total = ahead.made, ahead.total()
    parts = made.drivers
    requests = float(parts.requests.sum())
    found = {
        "forecast_usd": Result(total.p05, total.p50, total.p95, unit="USD"),
        "low_80_usd": _one(total.p10, "USD"),
        "high_80_usd": _one(total.p90, "USD"),
        "method": Result(0.0, 0.0, 0.0, unit="", name=made.method),
        "season": Result(0.0, 0.0, 0.0, unit="", name=made.season),
        "step_h": _one(made.step / timedelta(hours=1), "h"),
        "known_periods": _one(ahead.known.periods, "periods"),
        "tested_forecasts": _one(made.tested_origins, "forecasts"),
    }
    if made.wape is not None:
        found["wape"] = _one(made.wape, "share")
    if made.coverage_80 is not None:
        found["coverage_80"] = _one(made.coverage_80, "share")
    for name, error in made.candidates.items():
        if error is not None:
            found[f"wape_{name}"] = _one(error, "share")
    if requests and made.method == DRIVERS:
        tokens = float(parts.tokens.sum())
        found["requests"] = _one(requests, "requests")
        found["tokens_per_request"] = _one(tokens / requests, "tokens")
        if tokens:
            found["usd_per_m_tokens"] = _one(float(parts.usd.sum()) / tokens * 1e6, "USD")
    return found


def _one(number: float, unit: str) -> Result:
    return Result(float(number), float(number), float(number), unit=unit)


def _verdict(ahead: Ahead) -> str:
    made, total = ahead.made, ahead.total()
    least = "at least " if any(one.code == "unpriced" for one in ahead.problems) else ""
    said = f"{least}${total.p50:,.2f} in {told(ahead.horizon)} (80%: ${total.p10:,.2f} to ${total.p90:,.2f})"
    how = f"by {SAID[made.method]}, from {ahead.known.periods:,} periods of {told(made.step)}"
    if made.wape is None:
        return f"{said[0].upper()}{said[1:]}, {how}; too little is known to try that on the past."
    tested = f"such forecasts were off by {made.wape:.0%}"
    if made.coverage_80 is not None:
        tested += f", and {made.coverage_80:.0%} of what followed lay within their 80% range"
    return f"{said[0].upper()}{said[1:]}, {how}; {tested}."


def _doubts(known: Series, made: Forecast, step: timedelta, asked: Asked) -> Iterator[Problem]:
    """What a reader should know before believing it."""
    if "every" not in asked.question.words:
        what = f"periods of {told(step)}, as long as the data allow"
        yield Problem("step", "note", "--every", what, "", "")
    if made.tested_origins < _FEW_TESTS:
        what = f"{known.periods:,} whole periods are known: {made.tested_origins} forecasts could be tried"
        why = "the range is wide because little is known, not because much was seen"
        yield Problem("short-history", "warning", "", what, why, "ask again when more periods are over")
    elif made.tested_periods < len(made.usd_mid):
        what = f"tried on the past only {told(made.tested_periods * step)} ahead"
        yield Problem("short-history", "note", "", what, "the range beyond is carried on", "")
    if made.method != DRIVERS:
        what = f"{SAID[made.method]} was less wrong than the drivers, and is used"
        yield Problem("naive-wins", "note", "", what, "", "")


def _nothing(present: datetime) -> Problem:
    what = f"nothing of what was asked for is in the ledger before {present:%Y-%m-%d %H:%M}"
    fix = "farthing spend --by day shows what there is; --as-of names the day that it is forecast from"
    return Problem("empty-window", "error", "", what, "a forecast needs a past", fix)
