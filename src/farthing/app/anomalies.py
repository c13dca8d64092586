"""`anomalies`: what cost more than was to be expected, since when, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, TypedDict, Unpack

from farthing.app.anomaly_words import named, sentence, verdict, when
from farthing.app.asking import Asked, ask
from farthing.app.forecast_time import moment_of, start_of, told
from farthing.app.ledgers import account, count, empty, in_asked_currency, ledger_of
from farthing.app.spend import accounts_of, asking_of
from farthing.estimate.answer import Estimate, Line, Range, Result, Row
from farthing.track.account import Accounts
from farthing.track.anomaly import Anomaly
from farthing.track.anomaly import anomalies as anomalies_of
from farthing.track.dimensions import TIMES, Window
from farthing.track.dimensions import Asked as Asking
from farthing.track.expected import scales
from farthing.track.history import INNER, history
from farthing.track.season import DAY, Clock
from farthing.track.series import Series
from farthing.units.problem import InputError, Problem

_LEAST_REQUESTS: Final = 10  # in a usual hour, for hours to be looked at one by one
_HOUR: Final = timedelta(hours=1)
_WEEKS: Final = 21  # days of data from which on days are looked at
_CENTS: Final = 6


class AnomaliesOptions(TypedDict, total=False):
    """What `anomalies` may be asked."""

    by: str | list[str]
    every: str
    since: str
    until: str
    where: str | list[str]
    fail: bool
    ledger: str
    book: str | list[str]
    as_of: str
    currency: str
    fx: str | list[str]


def anomalies(**options: Unpack[AnomaliesOptions]) -> Estimate:
    """What cost more than the past before it let expect, by groups, one row for each cause.

    `since` and `until` say which are told; what is expected comes from all that is known before. Raises
    InputError.
    """
    return answer(ask("anomalies", options))


def answer(asked: Asked) -> Estimate:
    """The anomalies for options that were read already."""
    ledger = ledger_of(asked.options.get("ledger"))
    if not ledger.events.exists() and not ledger.charges.exists():
        raise empty(ledger)
    asking = asking_of(asked, INNER)
    asking = replace(asking, by=tuple(one for one in asking.by if one not in TIMES) or INNER)
    accounts = accounts_of(asked, ledger)
    known = _known(asked, accounts, asking)
    found = [one for one in anomalies_of(known) if _is_meant(one, known, asking.window)]
    least = "at least " if any(one.code == "unpriced" for one in known.problems) else ""
    made = account(
        asked,
        verdict(found, known, least),
        _results(found, known),
        _rows(found, known),
        lines=_lines(found, known),
        problems=[*accounts.book.problems, *known.problems, *_doubts(known, asked)],
        book=accounts.book.hash,
        main="excess_usd",
        following=_next(found, known, asking.by),
    )
    return in_asked_currency(asked, made)


def _known(asked: Asked, accounts: Accounts, asking: Asking) -> Series:
    """All that is known up to the end of what was asked for."""
    present = moment_of(asked, accounts)
    every = asked.question.words.get("every")
    span = (accounts.days[-1] - accounts.days[0]).days + 1 if accounts.days else 0
    step = DAY if every == "day" or (every is None and span >= _WEEKS) else _HOUR
    if asking.window.until is not None:
        present = min(present, start_of(asking.window.until))
    past = replace(asking, window=Window(None, asking.window.until))
    try:
        known = history(accounts, past, present, step, steady=False)
        if every is None and step < DAY and known.requests.sum() < _LEAST_REQUESTS * known.periods:
            return history(accounts, past, present, DAY, steady=False)
        return known
    except ValueError as error:
        what = f"nothing of what was asked for is in the ledger before {present:%Y-%m-%d %H:%M}"
        fix = "farthing spend --by day shows what there is"
        raise InputError([Problem("empty-window", "error", "", what, "", fix)]) from error


def _is_meant(one: Anomaly, known: Series, window: Window) -> bool:
    """Whether some of it lies in the days that were asked for."""
    first, last = _day(one.first, known), _day(one.last, known)
    return (window.since is None or last >= window.since) and (window.until is None or first < window.until)


def _day(period: int, known: Series) -> date:
    return (known.start + period * known.step).date()


def _results(found: Sequence[Anomaly], known: Series) -> dict[str, Result]:
    excess = sum(one.excess_usd for one in found)
    days = known.periods * known.step / DAY
    return {
        "anomalies": count(len(found), "anomalies"),
        "excess_usd": Result(excess, excess, excess, unit="USD"),
        "known_days": Result(days, days, days, unit="days"),
    }


def _rows(found: Iterable[Anomaly], known: Series) -> Iterator[Row]:
    for one in found:
        yield {
            "from": when(one.first, known),
            "to": when(one.last, known),
            "kind": one.kind,
            "driver": one.driver,
            "group": named(one, known),
            "expected_usd": round(one.expected_usd, _CENTS),
            "actual_usd": round(one.actual_usd, _CENTS),
            "excess_usd": round(one.excess_usd, _CENTS),
            "score": round(one.score, 2),
            "why": sentence(one, known),
        }


def _lines(found: Iterable[Anomaly], known: Series) -> Iterator[Line]:
    """Each anomaly in a sentence: the column of a table has no room for one."""
    for one in found:
        amount = Range(one.excess_usd, one.excess_usd, one.excess_usd)
        yield Line(
            one.kind.replace("_", " "), f"track.anomaly.{one.kind}", amount, basis=sentence(one, known)
        )


def _doubts(known: Series, asked: Asked) -> Iterator[Problem]:
    if "every" not in asked.question.words:
        yield Problem("step", "note", "--every", f"periods of {told(known.step)}, as the data allow", "", "")
    clock = Clock(known.start, known.step)
    least = max(2 * clock.season(known.periods), min(one.least for one in scales(known.step)))
    if known.periods <= least:
        what = f"{known.periods:,} periods of {told(known.step)} are known"
        why = f"nothing is expected before {least:,} are"
        yield Problem("short-history", "warning", "", what, why, "ask again later, or --every hour")
    if known.running is not None:
        yield Problem("running", "note", "", "the running period is not looked at: it is not over", "", "")


def _next(found: Sequence[Anomaly], known: Series, by: Sequence[str]) -> str:
    if not found:
        return "farthing forecast"
    dearest = max(found, key=lambda one: one.excess_usd)
    since, until = (_day(period, known) for period in (dearest.first, dearest.last))
    return f"farthing spend --by {','.join(by)},day --since {since} --until {until}"
