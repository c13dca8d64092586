"""Usage that the bill of one period leaves to the next: the last hours of a day or month."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Final, TypeAlias

from farthing.ledger.connection import name
from farthing.ledger.events import BY_NAME, COUNTS
from farthing.track.account import Accounts
from farthing.track.bought import tier_of
from farthing.track.dimensions import Asked, filters
from farthing.track.reconcile.bill import DAY_US
from farthing.track.reconcile.causes import LAG, Effect
from farthing.track.reconcile.cells import Grid, Kind, Place
from farthing.track.reconcile.open_cells import Open
from farthing.track.reconcile.parts import Names, Part, Rates
from farthing.track.reconcile.split import fine

_MINUTE_US: Final = 60_000_000
_STEPS_US: Final = (_MINUTE_US, 1_000_000)
_DAYS: Final = 2  # how late usage may be billed
_ENOUGH: Final = Fraction(2, 5)  # of the places that a moment concerns
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Measure: TypeAlias = Fraction | int  # dollars or units
Tails: TypeAlias = dict[Place, list[tuple[int, Measure]]]


@dataclass(frozen=True)
class Late:
    """Looks for the moment after which usage was left to the next stretch of time."""

    accounts: Accounts
    asked: Asked
    named: Names
    grid: Grid
    rates: Rates

    def effects(self, cells: Iterable[Open]) -> Iterator[Effect]:
        """What the bill has later than the events, for cells of one provider."""
        spans: dict[int, dict[Place, Open]] = {}
        for one in cells:
            spans.setdefault(one.cell.start_us, {})[one.place] = one
        carried: dict[Place, Fraction] = {}
        for turn, start in enumerate(sorted(spans)):
            held = spans[start]
            end = max(one.cell.end_us for one in held.values())
            came = carried or (self._came(held, start, end) if turn == 0 else {})
            owed = {place: came.get(place, Fraction(0)) - one.left for place, one in held.items()}
            is_owed = any(more > held[place].slack for place, more in owed.items())
            at, carried = self._cut(owed, held, end) if is_owed else (0, {})
            yield from _moved(held, came, carried, start, at)

    def _came(self, held: Mapping[Place, Open], start: int, end: int) -> dict[Place, Fraction]:
        """What the bill has from the stretch before, whose own bill is not at hand."""
        more = {place: one.left for place, one in held.items()}
        if not any(one.left > one.slack for one in held.values()):
            return {}
        for step in _STEPS_US:
            before = self._tails(start, step, held)
            shifted = _less(before, self._tails(end, step, held), end - start)
            if found := _vote(before, more, held) or _vote(shifted, more, held):
                return _at(before, found)
        return {}

    def _cut(
        self, owed: Mapping[Place, Fraction], held: Mapping[Place, Open], end: int
    ) -> tuple[int, dict[Place, Fraction]]:
        """The moment from which usage was left to the next stretch, and how much that is."""
        for step in _STEPS_US:
            tails = self._tails(end, step, held)
            if at := _vote(tails, owed, held):
                return at, _at(tails, at)
        return 0, {}

    def _place(self, part: Part, held: Mapping[Place, Open], known: dict[Place, Place]) -> Place:
        """Where use counts; looked up once for all minutes that have such use."""
        own = Place(part.provider, part.model, part.meter, part.tier, part.region)
        if own not in known:
            place = self.grid.of_part(part)[0]
            told = fine(place, part.meter, part.tier)
            known[own] = told if told in held else place
        return known[own]

    def _measured(
        self, part: Part, held: Mapping[Place, Open], known: dict[Place, Place]
    ) -> tuple[Place, int, Measure]:
        """Where use counts, when, and how much: dollars where the bill gives nothing but money."""
        place = self._place(part, held, known)
        if place not in held or not held[place].is_money:
            return place, part.at_us, part.quantity
        counted = held[place].cell.sums.get(Kind(part.model, part.meter, part.tier))
        if counted is not None and counted.quantity:
            return place, part.at_us, part.quantity * counted.usd / counted.quantity
        day = part.at_us // DAY_US * DAY_US
        rate = self.rates.rate(part.provider, part.model, part.meter, part.tier, day)
        return place, part.at_us, part.quantity * (rate or Fraction(0))

    def _tails(self, end: int, step: int, held: Mapping[Place, Open]) -> Tails:
        """For each place the sums of what came at or after moments, the latest first."""
        columns = [column for column in COUNTS if column.meter and column.name != "reasoning_tokens"]
        words = ("provider", "model", "service_tier", "region")
        sums = ", ".join(f"SUM({name(column.name)}) AS {name(column.name)}" for column in columns)
        first, last = (
            datetime.fromtimestamp(0, UTC) + timedelta(microseconds=one)
            for one in (end - _DAYS * DAY_US, end)
        )
        sql = (
            f"SELECT epoch_us({name('at')}) // {step} AS step, {', '.join(words)}, {sums} FROM events"
            f" WHERE {filters(Asked(where=self.asked.where), BY_NAME)}"
            f" AND {name('day')} >= DATE '{first.date()}'"
            f" AND {name('day')} <= DATE '{last.date()}' AND epoch_us({name('at')}) < {end}"
            f" AND epoch_us({name('at')}) >= {end - _DAYS * DAY_US} GROUP BY ALL ORDER BY step DESC"
        )
        found = self.accounts.engine.ask(sql, {"events": self.accounts.events}).columns
        said = [found[word].tolist() for word in words]
        counts = {column.meter: found[column.name].tolist() for column in columns}
        tails: Tails = {}
        known: dict[Place, Place] = {}
        for row, at in enumerate(found["step"].tolist()):
            provider, model = self.named(said[0][row], said[1][row])
            for meter, column in counts.items():
                if column[row]:
                    part = Part(
                        provider,
                        model,
                        meter,
                        tier_of(said[2][row]),
                        said[3][row],
                        at * step,
                        int(column[row]),
                        None,
                    )
                    _add(tails, *self._measured(part, held, known))
        return tails


def _add(tails: Tails, place: Place, at: int, measure: Measure) -> None:
    series = tails.setdefault(place, [])
    total = measure + (series[-1][1] if series else 0)
    if series and series[-1][0] == at:
        series.pop()
    series.append((at, total))


def _vote(tails: Tails, wanted: Mapping[Place, Fraction], held: Mapping[Place, Open]) -> int:
    """The moment at which most places have as much as is wanted of them; 0 where none is."""
    votes: dict[int, int] = {}
    for place, quantity in wanted.items():
        slack = held[place].slack
        if quantity <= slack:
            continue
        for at, total in tails.get(place, ()):
            if abs(total - quantity) <= slack:
                votes[at] = votes.get(at, 0) + 1
    if not votes:
        return 0
    best, most = 0, Fraction(0)
    for at in sorted(votes, reverse=True):  # of several the latest: it moves the least
        agreeing, concerned = _agreement(tails, wanted, held, at)
        for_it = agreeing - _ENOUGH * concerned
        if agreeing >= min(2, concerned) and for_it > most:
            best, most = at, for_it
    return best


def _agreement(
    tails: Tails, wanted: Mapping[Place, Fraction], held: Mapping[Place, Open], at: int
) -> tuple[int, int]:
    """How many places have what is wanted of them after a moment, and of how many it should be so.

    All that have use after it, or anything left: a bill that was closed then lacks all that came later.
    """
    agreeing = concerned = 0
    for place, one in held.items():
        after, more = _sum_at(tails.get(place, ()), at), wanted.get(place, Fraction(0))
        if after or abs(more) > one.slack:
            concerned += 1
            agreeing += abs(after - more) <= one.slack
    return agreeing, concerned


def _sum_at(series: Sequence[tuple[int, Measure]], at: int) -> Measure:
    """The sum of what came at a moment or after it."""
    place = bisect_right(series, -at, key=lambda one: -one[0])
    return series[place - 1][1] if place else 0


def _at(tails: Tails, at: int) -> dict[Place, Fraction]:
    found = {place: Fraction(_sum_at(series, at)) for place, series in tails.items()}
    return {place: quantity for place, quantity in found.items() if quantity}


def _less(before: Tails, after: Tails, length_us: int) -> Tails:
    """What came from the stretch before less what was left to the next, cut at the same hour of the day."""
    found: Tails = {}
    for place, series in before.items():
        later = after.get(place, [])
        found[place] = [(at, total - _sum_at(later, at + length_us)) for at, total in series]
    return found


def _moved(
    held: Mapping[Place, Open],
    came: Mapping[Place, Fraction],
    left: Mapping[Place, Fraction],
    start: int,
    at: int,
) -> Iterator[Effect]:
    for place, one in held.items():
        if quantity := came.get(place):
            why = f"used before {_said(start)}, billed after"
            yield one.take(quantity, LAG, why)
        if quantity := left.get(place):
            why = f"used from {_said(at)} on, left to the next bill or day"
            yield one.take(-quantity, LAG, why)


def _said(moment_us: int) -> str:
    return f"{_EPOCH + timedelta(microseconds=moment_us):%Y-%m-%d %H:%M}"
