"""The course of spend out of the ledger: whole periods up to a moment, and what the running one holds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final

import numpy as np

from farthing.ledger.events import BY_NAME
from farthing.track.account import Account, Accounts
from farthing.track.dimensions import TIMES, Asked, Window, filters
from farthing.track.known_prices import Known, at_prices_of, factors, known_changes
from farthing.track.season import DAY
from farthing.track.series import Running, Series
from farthing.track.spent import Key, Spent
from farthing.track.wording import counted
from farthing.units.problem import Problem
from farthing.units.types import FloatArray

INNER: Final = ("provider", "model")  # told apart where nothing is asked for: prices differ between them
OTHERS: Final = "(others)"
MOST_GROUPS: Final = 40
_EPOCH: Final = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday, so that weeks are weeks
_EPOCH_US: Final = 4 * 86_400_000_000
_UNITS: Final = (("day", DAY), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
_STALE: Final = timedelta(days=35)
_BESIDE: Final = 14  # periods that the last one is held against
_LEAST_BESIDE: Final = 3
_EARLY: Final = 0.04  # of a period: an hour of a day
_INPUTS: Final = ("input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
_TOKENS: Final = (*_INPUTS, "output_tokens")


def daily_history(accounts: Accounts, asking: Asked, now: datetime) -> Series:
    """Spend by whole days up to `now`, by the groups that are asked for. Raises ValueError without any."""
    return history(accounts, asking, now, DAY)


def history(
    accounts: Accounts, asking: Asked, now: datetime, step: timedelta, *, steady: bool = True
) -> Series:
    """The same in periods of another length: minutes, hours or days, whole ones of each.

    Dollars are those of today's prices, with what future ones make of them, unless `steady` is false.
    Raises ValueError where the ledger has nothing before `now`.
    """
    unit = next(word for word, one in _UNITS if step % one == timedelta(0))
    by = tuple(one for one in asking.by if one not in TIMES) or INNER
    before = now.astimezone(UTC)
    window = Window(asking.window.since, _sooner(asking.window.until, before.date() + DAY))
    asked = replace(asking, by=(*by, unit), window=window)
    account = accounts.account(asked)
    changes = known_changes(accounts, asked, before.date()) if steady else Known((), ())
    usd = at_prices_of(accounts, asked, account, before.date()) if changes.past else account.usd
    made = _Course(accounts, replace(asking, window=window), before, step).series(account, usd)
    if usd != account.usd:
        made = _noted(made, "the past is taken at today's prices: some have changed")
    return _ahead(made, accounts, replace(asked, by=by), before.date(), changes)


def _ahead(made: Series, accounts: Accounts, asked: Asked, today: date, changes: Known) -> Series:
    """The series with what is known of prices to come."""
    if not changes.coming:
        return made
    days = factors(accounts, asked, made.groups, today, made.ahead.date(), changes.coming)
    periods = math.ceil(days.shape[1] * DAY / made.step)
    places = np.minimum((np.arange(periods) * (made.step / DAY)).astype(np.intp), days.shape[1] - 1)
    if (days == 1).all():
        return made
    first = made.ahead.date() + int(np.flatnonzero((days != 1).any(0))[0]) * DAY
    made = replace(made, price_factor=days[:, places])
    return _noted(made, f"prices that are known to change, first on {first}, are taken in")


def _noted(made: Series, what: str) -> Series:
    note = Problem("known-prices", "note", "", what, "", "")
    return replace(made, problems=(*made.problems, note))


def _sooner(until: date | None, other: date) -> date:
    return other if until is None else min(until, other)


@dataclass(frozen=True, slots=True)
class _Course:
    """Where moments fall among periods."""

    accounts: Accounts
    asking: Asked
    now: datetime
    step: timedelta

    def series(self, account: Account, usd: Mapping[Key, Fraction]) -> Series:
        """The whole periods of an account by groups and units of time; `usd` are their dollars."""
        cells = {key: moment for key in account.usd if (moment := self._place(key[-1])) is not None}
        running = (self.now - _EPOCH) // self.step
        places = [place for place in cells.values() if place <= running]
        if not places:
            raise ValueError("nothing happened before that moment")
        first, last = min(places), max(places)
        share = (self.now - _EPOCH - running * self.step) / self.step
        first, whole, cut = self._whole(first, last, running)
        if whole <= first:
            return self._begun(account, usd, cells, first, share if first == running else cut or 1.0)
        groups = _groups(account, cells)
        filled = _Filled(groups, first, whole - first)
        for key, place in cells.items():
            filled.add(groups[key[:-1]], place, account.of(key), usd[key])
        begun = _usd(account, (key for key, place in cells.items() if place == whole))
        is_running = whole <= last and (whole == running or cut is not None)
        made = Series(
            start=_EPOCH + first * self.step,
            step=self.step,
            groups=tuple(_named(account, cells)),
            requests=filled.requests,
            tokens=filled.tokens,
            usd=filled.usd,
            inputs=filled.inputs,
            cached=filled.cached,
            running=Running(share if whole == running else cut or 0.0, begun) if is_running else None,
            problems=(*_negative(filled.usd), *_unpriced(account)),
        )
        if cut is not None:
            made = replace(made, problems=(*made.problems, _cut(_EPOCH + whole * self.step, self.step)))
        return self._up_to_now(made, running - whole, 0 if cut is None else 1)

    def _begun(
        self,
        account: Account,
        usd: Mapping[Key, Fraction],
        cells: Mapping[Key, int],
        first: int,
        share: float,
    ) -> Series:
        """A history of nothing but a part of a period: as a whole one at that pace, for want of better."""
        groups = _groups(account, cells)
        filled = _Filled(groups, first, 1)
        for key, place in cells.items():
            filled.add(groups[key[:-1]], place, account.of(key), usd[key])
        pace = 1 / max(share, _EARLY)
        what = f"{share:.0%} of one period is all that is known: the forecast is that pace, and hardly more"
        few = Problem("short-history", "warning", "", what, "", "ask again when a few periods are over")
        return Series(
            start=_EPOCH + (first - 1) * self.step,
            step=self.step,
            groups=tuple(_named(account, cells)),
            requests=filled.requests * pace,
            tokens=filled.tokens * pace,
            usd=filled.usd * pace,
            running=Running(share, float(filled.usd.sum())),
            problems=(few, *_negative(filled.usd), *_unpriced(account)),
        )

    def _place(self, told: str) -> int | None:
        """The period of a moment as dimensions show it, counted from a Monday of 1970."""
        if not told:
            return None
        moment = datetime.fromisoformat(told if len(told) != 13 else f"{told}:00").replace(tzinfo=UTC)
        return (moment - _EPOCH) // self.step

    def _whole(self, first: int, last: int, running: int) -> tuple[int, int, float | None]:
        """The first whole period, the one after the last whole one, and how much of that was recorded.

        A recording begins and ends somewhere within a period: that shows where its first (or last) event
        is later (or earlier) than in all periods beside.
        """
        starts, ends = self._edges()
        whole = last + 1 if last < running else running
        cut = None
        beside = [ends[place] for place in range(last - _BESIDE, last) if place in ends]
        told = whole == last + 1 and last in ends and len(beside) >= _LEAST_BESIDE
        if told and ends[last] < min(beside) - _EARLY:
            whole, cut = last, ends[last]
        beside = [starts[place] for place in range(first + 1, first + 1 + _BESIDE) if place in starts]
        late = first in starts and len(beside) >= _LEAST_BESIDE and starts[first] > max(beside) + _EARLY
        return (first + 1 if late and first + 1 < whole else first), whole, cut

    def _edges(self) -> tuple[Mapping[int, float], Mapping[int, float]]:
        """The shares of each period at which its first and last events are."""
        if not self.accounts.events.rows:
            return {}, {}
        step_us = self.step // timedelta(microseconds=1)
        at = f'(epoch_us("at") - {_EPOCH_US})'
        sql = (
            f"SELECT {at} // {step_us} AS place, MIN({at}) AS first_us, MAX({at}) AS last_us FROM events"
            f" WHERE {filters(self.asking, BY_NAME)} GROUP BY ALL"
        )
        columns = self.accounts.engine.ask(sql, {"events": self.accounts.events}).columns
        places = [int(one) for one in columns["place"].tolist()]
        first, last = (
            {place: (int(us) - place * step_us) / step_us for place, us in zip(places, found, strict=True)}
            for found in (columns["first_us"].tolist(), columns["last_us"].tolist())
        )
        return first, last

    def _up_to_now(self, made: Series, silent: int, cut: int) -> Series:
        """The series with the periods between its end and the present.

        Silence that is no longer than silences within the history is spend of nothing. A longer one is
        lack of data, and where it outlasts the history the present is where the data end.
        """
        if silent <= cut:
            return replace(made, silent_periods=max(silent, 0))
        if silent <= _longest_silence(made.usd):
            return _with_nothing(made, silent)
        ended = _told(made.start + made.periods * self.step, self.step)
        if silent > made.periods or silent * self.step > _STALE:
            what = f"the ledger ends at {ended}, long before {_told(self.now, self.step)}"
            why = "the forecast is for what follows the end of the data"
            return _warned(made, 0, what, why)
        what = f"nothing is in the ledger from {ended} on"
        why = f"{counted(silent, 'period')} until now are taken as not imported yet, not as free of cost"
        return _warned(made, silent, what, why)


def _warned(made: Series, silent: int, what: str, why: str) -> Series:
    problem = Problem("stale", "warning", "", what, why, "import what happened since")
    return replace(made, silent_periods=silent, problems=(*made.problems, problem))


def _longest_silence(usd: FloatArray) -> int:
    """The most periods in a row that cost nothing."""
    busy = np.flatnonzero(usd.any(0))
    return int(np.diff(busy).max()) - 1 if len(busy) > 1 else 0


def _with_nothing(made: Series, periods: int) -> Series:
    """The series with so many more periods of no spend."""
    nothing = np.zeros((len(made.groups), periods))

    def longer(known: FloatArray) -> FloatArray:
        return np.concatenate([known, nothing], axis=1)

    return replace(
        made,
        silent_periods=0,
        requests=longer(made.requests),
        tokens=longer(made.tokens),
        usd=longer(made.usd),
        inputs=None if made.inputs is None else longer(made.inputs),
        cached=None if made.cached is None else longer(made.cached),
    )


class _Filled:
    """Arrays of groups by periods, filled cell by cell."""

    def __init__(self, groups: Mapping[Key, int], first: int, periods: int) -> None:
        shape = (max(groups.values()) + 1, periods)
        self.requests, self.tokens, self.usd = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.inputs, self.cached = np.zeros(shape), np.zeros(shape)
        self._first, self._periods = first, periods

    def add(self, group: int, place: int, spent: Spent, usd: Fraction) -> None:
        """Take in what a group had in a unit of time; what lies outside the whole periods is left out."""
        period = place - self._first
        if not 0 <= period < self._periods:
            return
        self.requests[group, period] += spent.counts.get("requests", 0)
        self.tokens[group, period] += _counted(spent, _TOKENS)
        self.inputs[group, period] += _counted(spent, _INPUTS)
        self.cached[group, period] += spent.counts.get("cache_read_tokens", 0)
        self.usd[group, period] += float(usd)


def _counted(spent: Spent, columns: Sequence[str]) -> int:
    return sum(spent.counts.get(column, 0) for column in columns)


def _groups(account: Account, cells: Mapping[Key, int]) -> dict[Key, int]:
    """The row of each group: the dearest have their own, those beyond the most that are shown share one."""
    named = list(dict.fromkeys(_named(account, cells)))
    places = {key: place for place, key in enumerate(named)}
    return {key[:-1]: places.get(key[:-1], len(named) - 1) for key in cells}


def _named(account: Account, cells: Mapping[Key, int]) -> Sequence[Key]:
    """Groups, the dearest first; the last one stands for all others where there are too many."""
    sums: dict[Key, Fraction] = {}
    for key in cells:
        sums[key[:-1]] = sums.get(key[:-1], Fraction(0)) + account.usd[key]
    ordered = sorted(sums, key=lambda key: (-sums[key], key))
    if len(ordered) <= MOST_GROUPS:
        return ordered
    return [*ordered[: MOST_GROUPS - 1], (OTHERS,) * len(ordered[0])]


def _usd(account: Account, keys: Iterator[Key]) -> float:
    return float(sum((account.usd[key] for key in keys), Fraction(0)))


def _told(moment: datetime, step: timedelta) -> str:
    return f"{moment:%Y-%m-%d}" if step >= DAY else f"{moment:%Y-%m-%d %H:%M}"


def _cut(started: datetime, step: timedelta) -> Problem:
    what = f"the period from {_told(started, step)} on ends earlier than those before: it is taken as a part"
    return Problem("partial", "note", "", what, "a recording that stops says nothing of what follows", "")


def _negative(usd: FloatArray) -> Iterator[Problem]:
    """Corrections are no spend that goes on."""
    if count := int((usd < 0).sum()):
        what = f"{counted(count, 'period')} of a group came to less than nothing (corrections or credits)"
        yield Problem("negative", "warning", "", what, "they are taken as 0: a correction does not recur", "")


def _unpriced(account: Account) -> Iterator[Problem]:
    if events := account.spent.unpriced_events:
        what = f"{counted(events, 'event')} without a price: taken as free"
        fix = "farthing spend --by provider,model names them; --book FILE gives their prices"
        yield Problem("unpriced", "warning", "", what, "what is said is a lower bound", fix)
