"""Which price book each month is priced with: the one it is pinned to, else today's."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from farthing.ledger.pins import Pin, Pins, State
from farthing.pricing import lock
from farthing.pricing.book import Book
from farthing.track.dimensions import Window
from farthing.units.problem import InputError, Problem


@dataclass(frozen=True, slots=True)
class Span:
    """Months in a row with one book."""

    window: Window
    book: Book


class Books:
    """The books of a ledger's months."""

    def __init__(self, pins: Pins, current: Book) -> None:
        self._pins = pins
        self._current = current
        self._open: dict[str, Book] = {current.hash: current}
        self.state: State = pins.state()

    def spans(self, window: Window, days: Sequence[date]) -> list[Span]:
        """Stretches of months with one book each, within a window, for the days that have events."""
        found: list[Span] = []
        for month in sorted({day.replace(day=1) for day in days if window.has(day)}):
            book = self.of(f"{month:%Y-%m}")
            part = within(window, month)
            if found and found[-1].book.hash == book.hash:
                part = Window(found.pop().window.since, part.until)
            found.append(Span(part, book))
        return found

    def of(self, month: str) -> Book:
        """The book of a month. Raises InputError where what was pinned cannot be read."""
        pin = self.state.book_of(month)
        if pin is None or not pin.book:
            return self._current
        if pin.book not in self._open:
            self._open[pin.book] = self._read(pin, month)
        return self._open[pin.book]

    def _read(self, pin: Pin, month: str) -> Book:
        content = self._pins.content(pin.book)
        if not content:
            what = f"the price book {pin.book[:19]} is not in the ledger"
            fix = "Price the month with another book: farthing reprice --apply."
            raise InputError([Problem("bad-lock", "error", month, what, "", fix)])
        return lock.open_lock(base64.b64decode(content), f"the book of {month}")[0]


def pin_of(book: Book, month: str, catalog: str, at: datetime) -> Pin:
    """A pin that prices a month with a book from now on."""
    content, _ = lock.locked(book, catalog=catalog, on=at.date())
    return Pin(
        at, "use", month, book.hash, label=book.base.package, content=base64.b64encode(content).decode()
    )


def months(days: Sequence[date]) -> Iterator[str]:
    """The months of some days, each once, in order."""
    yield from sorted({f"{day:%Y-%m}" for day in days})


def within(window: Window, month: date) -> Window:
    """A month, or the part of it that lies in a window; `month` is its first day."""
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    since = month if window.since is None else max(month, window.since)
    return Window(since, after if window.until is None else min(after, window.until))
