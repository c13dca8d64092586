"""`forecast`: what will be spent, with a range, and how far off such forecasts were."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypedDict, Unpack

from farthing.app.asking import Asked, ask
from farthing.app.forecast_time import end_of_data, horizon_of, moment_of, start_of, step_of, told
from farthing.app.ledgers import account, empty, in_asked_currency, ledger_of
from farthing.app.spend import accounts_of, asking_of
from farthing.estimate.answer import Estimate, Line, Range, Result, Row
from farthing.track.account import Accounts
from farthing.track.dimensions import TIMES
from farthing.track.dimensions import Asked as Asking
from farthing.track.forecast import Forecast
from farthing.track.forecast import forecast as forecast_of
from farthing.track.history import history
from farthing.track.projection import DRIVERS, SEASONAL_NAIVE, TRAILING_MEAN
from farthing.track.season import DAY
from farthing.track.series import Series
from farthing.units.problem import InputError, Problem

_CENTS: Final = 6  # decimals of a forecast amount: small unit prices, and no pretense beyond
_FEW_TESTS: Final = 3
_SAID: Final = {
    DRIVERS: "requests × tokens × price",
    SEASONAL_NAIVE: "the last season again",
    TRAILING_MEAN: "the mean of late",
}


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


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A forecast, and the stretch of it that was asked for, in periods from its start."""

    asking: Asking
    known: Series
    made: Forecast
    lo: float
    hi: float
    horizon: timedelta
    problems: tuple[Problem, ...]


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
        [*_group_rows(ahead), *_period_rows(ahead)],
        lines=_lines(ahead),
        problems=[*accounts.book.problems, *ahead.problems],
        book=accounts.book.hash,
        main="forecast_usd",
        following="farthing anomalies",
    )
    return in_asked_currency(asked, made)


def _ahead(asked: Asked, accounts: Accounts, asking: Asking, horizon: timedelta) -> _Ahead:
    present = moment_of(asked, accounts)
    if asking.window.until is not None:
        present = min(present, start_of(asking.window.until))
    first, last = accounts.first_and_last(asking)
    step = step_of(asked, _span(accounts, asking, present, first, last), horizon)
    if step < DAY and "as_of" in asked.options and last is not None and last < present:
        present = end_of_data(present, last, step)
    try:
        known = history(accounts, asking, present, step)
    except ValueError as error:
        raise InputError([_nothing(present)]) from error
    lo = known.running.share if known.running is not None and not known.silent_periods else 0.0
    hi = lo + horizon / step
    made = forecast_of(known, math.ceil(hi))
    problems = (*known.problems, *_doubts(known, made, step, asked))
    return _Ahead(asking, known, made, lo, hi, horizon, problems)


def _span(
    accounts: Accounts, asking: Asking, present: datetime, first: datetime | None, last: datetime | None
) -> timedelta:
    """How long the data go on: whole days, or within a day or two from the first to the last event."""
    days = [day for day in accounts.days if asking.window.has(day) and day <= present.date()]
    if len(days) > 2:
        return (days[-1] - days[0]) + DAY
    return timedelta(0) if first is None or last is None else min(last, present) - first


def _results(ahead: _Ahead) -> dict[str, Result]:
    made, total = ahead.made, ahead.made.total(ahead.lo, ahead.hi)
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


def _period_rows(ahead: _Ahead) -> Iterator[Row]:
    """A row a period: what is asked of it, so that the middle ones add up to the forecast."""
    made = ahead.made
    blank = dict.fromkeys(ahead.asking.by, "")
    shown = "%Y-%m-%d" if made.step >= DAY else "%Y-%m-%d %H:%M"
    for place in range(len(made.usd_mid)):
        part = min(ahead.hi - place, 1.0) - max(min(ahead.lo - place, 1.0), 0.0)
        low, middle, high = (
            round(float(usd[place]) * part, _CENTS) for usd in (made.usd_low80, made.usd_mid, made.usd_high80)
        )
        start = f"{made.start + place * made.step:{shown}}"
        yield {**blank, "start": start, "forecast_usd": middle, "p10_usd": low, "p90_usd": high}


def _group_rows(ahead: _Ahead) -> Iterator[Row]:
    """A row a group for the whole horizon, where groups were asked for."""
    if not ahead.asking.by:
        return
    drivers = ahead.made.drivers
    for place, key in enumerate(ahead.made.groups):
        total = ahead.made.of_group(place, ahead.lo, ahead.hi)
        low, middle, high = (round(usd, _CENTS) for usd in (total.p10, total.p50, total.p90))
        row: dict[str, str | int | float | bool | None] = dict(zip(ahead.asking.by, key, strict=True))
        row |= {"start": "", "forecast_usd": middle, "p10_usd": low, "p90_usd": high}
        if ahead.made.method == DRIVERS:
            row["requests"] = round(float(drivers.requests[place].sum()))
            row["tokens_per_request"] = round(float(drivers.tokens_per_request[place]))
            row["usd_per_m_tokens"] = round(float(drivers.usd_per_token[place]) * 1e6, _CENTS)
        yield row


def _lines(ahead: _Ahead) -> Iterator[Line]:
    """What moves it, and how wrong each way would have been."""
    made = ahead.made
    late = ahead.known.total_usd[-len(made.usd_mid) :]
    whole = float(late.mean()) * (ahead.hi - ahead.lo)
    yield Line("At the pace of late", "track.forecast.pace", Range(whole, whole, whole))
    if made.method == DRIVERS:
        drivers = made.drivers
        requests = float(drivers.requests.sum() / len(made.usd_mid))
        tokens = float(drivers.tokens.sum()) / len(made.usd_mid)
        if requests:
            said = f"{requests:,.6g} requests × {tokens / requests:,.6g} tokens"
            price = float(drivers.usd.sum()) / len(made.usd_mid) / tokens * 1e6 if tokens else 0.0
            basis = f"{said} × ${price:,.4g} a million tokens, each {told(made.step)}"
            yield Line("Drivers", "track.forecast.drivers", None, basis=basis)
    for name, error in made.candidates.items():
        if error is not None:
            used = ": used" if name == made.method else ""
            basis = f"back-tested error {error:.1%} (WAPE of {told(made.tested_periods * made.step)} ahead)"
            yield Line(f"{_SAID[name].capitalize()}{used}", f"track.forecast.{name}", None, basis=basis)


def _verdict(ahead: _Ahead) -> str:
    made, total = ahead.made, ahead.made.total(ahead.lo, ahead.hi)
    least = "at least " if any(one.code == "unpriced" for one in ahead.problems) else ""
    said = f"{least}${total.p50:,.2f} in {told(ahead.horizon)} (80%: ${total.p10:,.2f} to ${total.p90:,.2f})"
    how = f"by {_SAID[made.method]}, from {ahead.known.periods:,} periods of {told(made.step)}"
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
        what = f"{_SAID[made.method]} was less wrong than the drivers, and is used"
        yield Problem("naive-wins", "note", "", what, "", "")


def _nothing(present: datetime) -> Problem:
    what = f"nothing of what was asked for is in the ledger before {present:%Y-%m-%d %H:%M}"
    fix = "farthing spend --by day shows what there is; --as-of names the day that it is forecast from"
    return Problem("empty-window", "error", "", what, "a forecast needs a past", fix)
