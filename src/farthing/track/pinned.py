"""Which price book each month is priced with: the one it is pinned to, else today's."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from farthing.ledger.pins import Pin, Pins, State
from farthing.pricing import lock
from farthing.pricing.book import Book
from farthing.track.dimensions import EVER, Window
from farthing.units.problem import InputError, Problem


@dataclass(frozen=True, slots=True)
class Span:
    """Months in a row with one book; with `at`, all of them at the prices of that day."""

    window: Window
    book: Book
    at: date | None = None

    def is_priced_as(self, other: "Span") -> bool:
        """Whether both have the same prices."""
        return self.book.hash == other.book.hash and self.at == other.at


class Books:
    """The books of a ledger's months."""

    def __init__(self, pins: Pins, current: Book, instead: Span | None = None) -> None:
        self._pins = pins
        self._current = current
        self._instead = instead
        self._open: dict[str, Book] = {current.hash: current}
        self.state: State = pins.state()

    def spans(self, window: Window, days: Sequence[date]) -> list[Span]:
        """Stretches of months with one book each, within a window, for the days that have events."""
        found: list[Span] = []
        for month in sorted({day.replace(day=1) for day in days if window.has(day)}):
            span = self.of(f"{month:%Y-%m}", within(window, month))
            if found and found[-1].is_priced_as(span):
                span = replace(span, window=Window(found.pop().window.since, span.window.until))
            found.append(span)
        return found

    def of(self, month: str, window: Window = EVER) -> Span:
        """The book of a month. Raises InputError where what was pinned cannot be read."""
        pin = self.state.book_of(month)
        if self._instead is not None and month not in self.state.closed:
            return replace(self._instead, window=window)
        if pin is None or not pin.book:
            return Span(window, self._current)
        if pin.book not in self._open:
            self._open[pin.book] = self._read(pin, month)
        return Span(window, self._open[pin.book], date.fromisoformat(pin.as_of) if pin.as_of else None)

    def repriced(self, book: Book, at: date | None) -> "Books":
        """The same with another book for every month that is not closed."""
        return Books(self._pins, self._current, Span(EVER, book, at))

    def _read(self, pin: Pin, month: str) -> Book:
        content = self._pins.content(pin.book)
        if not content:
            what = f"the price book {pin.book[:19]} is not in the ledger"
            fix = "Price the month with another book: farthing reprice --apply."
            raise InputError([Problem("bad-lock", "error", month, what, "", fix)])
        return lock.open_lock(base64.b64decode(content), f"the book of {month}")[0]


def pin_of(book: Book, month: str, catalog: str, at: datetime, as_of: date | None = None) -> Pin:
    """A pin that prices a month with a book from now on, at the prices of one day where that is given."""
    content, _ = lock.locked(book, catalog=catalog, on=at.date())
    day = "" if as_of is None else as_of.isoformat()
    held = base64.b64encode(content).decode()
    return Pin(at, "use", month, book.hash, as_of=day, label=book.base.package, content=held)


def months(days: Sequence[date]) -> Iterator[str]:
    """The months of some days, each once, in order."""
    yield from sorted({f"{day:%Y-%m}" for day in days})


def within(window: Window, month: date) -> Window:
    """A month, or the part of it that lies in a window; `month` is its first day."""
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    since = month if window.since is None else max(month, window.since)
    return Window(since, after if window.until is None else min(after, window.until))
