"""The difference between events and a bill: which lines bill use, in which days, and what is compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from farthing.ledger.answer import Engine
from farthing.ledger.files import Files
from farthing.track.account import Accounts
from farthing.track.dimensions import Asked as Question
from farthing.track.dimensions import Window
from farthing.track.reconcile import alike
from farthing.track.reconcile.bill import DAY_US, BillLine, bill_lines, day_at, us_of
from farthing.track.reconcile.causes import (
    ADJUSTMENT,
    COMMITMENT,
    DISCOUNT,
    NO_EVENTS,
    ROUNDING,
    TAX,
    Effect,
    Reconciled,
    Where,
)
from farthing.track.reconcile.compared import Comparison
from farthing.track.reconcile.parts import Names, Part, parts_of
from farthing.track.reconcile.reported import reported
from farthing.track.spent import DOLLARS, ToDollars

_DIRECT: Final = {"Tax": TAX, "Credit": DISCOUNT, "Purchase": COMMITMENT, "Adjustment": ADJUSTMENT}
_LATE_DAYS: Final = 3


@dataclass(frozen=True)
class Reconciliation:
    """A bill against the events of a ledger; `engine` reads the bill's lines, `accounts` price the events.

    `usage` are the accounts of a provider's usage report: what it counts is billed at the book's prices.
    """

    accounts: Accounts
    engine: Engine
    charges: Files
    asked: Question
    to_dollars: ToDollars
    usage: Accounts | None = None

    def run(self) -> Reconciled:
        """The difference, split: the effects add up to it exactly."""
        named = Names(self.accounts.book)
        found = Reconciled()
        lines = bill_lines(self.engine, self.charges, replace(self.asked, by=()), named)
        if self.usage is not None:
            lines += reported(self.usage, replace(self.asked, by=()), named)
        usage = list(self._usage(lines, found))
        if not usage:
            return found
        windows = _windows(usage, self.asked.window, self.accounts.events.days)
        by_hour = any(edge % DAY_US for line in usage for edge in (line.start_us, line.end_us))
        asked = replace(self.asked, by=(), window=_days(windows))
        parts = list(_within(parts_of(self.accounts, asked, named, by_hour=by_hour), windows, found.others))
        repeats = alike.repeats(self.accounts, asked, named)
        again = alike.copies(self.accounts, asked, named, by_hour=by_hour) if repeats else ()
        twice = list(_within(again, windows, set()))
        found.window = asked.window
        comparison = Comparison(self.accounts, asked, named, self.rate, windows, by_hour, found, repeats)
        comparison.solve(usage, parts, twice)
        return found

    def rate(self, currency: str, start_us: int) -> Fraction | None:
        """Dollars for one unit of a bill's currency on a day."""
        return Fraction(1) if currency in DOLLARS else self.to_dollars(currency, day_at(start_us))

    def _usage(self, lines: Iterable[BillLine], found: Reconciled) -> Iterator[BillLine]:
        """The lines that bill use; the others are effects at once."""
        every = list(lines)
        named = {line.provider for line in every if line.model}
        for line in every:
            rate = self.rate(line.currency, line.start_us)
            if rate is None:
                found.foreign[line.currency] = found.foreign.get(line.currency, 0) + line.lines
                continue
            usd = line.cost * rate
            found.billed_usd += usd
            found.lines += line.lines
            cause = _direct(line, named)
            if cause:
                where = Where(line.provider, line.model, line.meter, line.tier, line.region,
                              line.start_us, line.end_us, line.service)  # fmt: skip
                found.effects.append(Effect(cause, usd, where, _why(line), line.lines))
            else:
                yield line


def _direct(line: BillLine, named: set[str]) -> str:
    """The cause of a line that bills no use of a model by itself; "" where it does."""
    if line.is_rounding:
        return ROUNDING
    if line.category in _DIRECT:
        return _DIRECT[line.category]
    if line.cost < 0:
        return DISCOUNT
    if line.status == "Unused":
        return COMMITMENT
    if line.model or (line.is_ai and (line.meter or line.provider not in named)):
        return ""
    return f"{NO_EVENTS}: {line.service or line.provider}"


def _why(line: BillLine) -> str:
    told = " ".join(part for part in (line.category.lower(), line.status.lower()) if part)
    return f"a {told} line of the bill" + (f" for {line.service}" if line.service else "")


def _windows(lines: Sequence[BillLine], given: Window, days: Sequence[date]) -> dict[str, tuple[int, int]]:
    """From when to when each provider's bill is; one of a month that lacks its last days is of all of it."""
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        first, last = found.get(line.provider, (line.start_us, line.end_us))
        found[line.provider] = (min(first, line.start_us), max(last, line.end_us))
    return {provider: _as_asked(span, given, days) for provider, span in found.items()}


def _as_asked(span: tuple[int, int], given: Window, days: Sequence[date]) -> tuple[int, int]:
    start = span[0] if given.since is None else us_of(given.since)
    end = _whole_month(span, days) if given.until is None else us_of(given.until)
    return start, max(start, end)


def _whole_month(span: tuple[int, int], days: Sequence[date]) -> int:
    """The end of a bill, or of its month where only the last days lack and events are there."""
    first, last = day_at(span[0]), day_at(span[1] - 1)
    after = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    lacks = (after - last).days - 1
    is_month = first.day == 1 and (first.year, first.month) == (last.year, last.month)
    if is_month and 0 < lacks <= _LATE_DAYS and any(last < day < after for day in days):
        return us_of(after)
    return span[1]


def _days(windows: Mapping[str, tuple[int, int]]) -> Window:
    first = min(start for start, _ in windows.values())
    last = max(end for _, end in windows.values())
    return Window(day_at(first), day_at(last - 1) + timedelta(days=1))


def _within(
    parts: Iterable[Part], windows: Mapping[str, tuple[int, int]], others: set[str]
) -> Iterator[Part]:
    """The parts that the bill is about; providers that are on no line of it are `others`."""
    for part in parts:
        if part.provider not in windows:
            others.add(part.provider)
            continue
        start, end = windows[part.provider]
        if start <= part.at_us < end:
            yield part
