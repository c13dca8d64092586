"""How old a book is: since when none of its prices is known to have changed."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from farthing.pricing.book import Book
from farthing.units.problem import Problem

STALE_DAYS: Final = 120
CODE: Final = "stale-book"
_SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Age:
    """The newest dated price of a book on or before a day, and how many days before."""

    newest: date
    days: int

    @property
    def stale(self) -> bool:
        """Whether so much time has passed that prices have surely changed since."""
        return self.days > STALE_DAYS


def age(book: Book, on: date) -> Age | None:
    """How old a book is on a day; None where no price of it is dated."""
    midnight = int(datetime.combine(on + timedelta(days=1), time(), tzinfo=UTC).timestamp()) * _SECOND_US
    own = (row.start for sku in book.extra.values() for row in sku.rows if row.dated and row.start < midnight)
    place = bisect_right(book.base.starts, midnight - 1)
    newest = max((*book.base.starts[max(0, place - 1) : place], *own), default=None)
    if newest is None:
        return None
    day = datetime.fromtimestamp(newest // _SECOND_US, tz=UTC).date()
    return Age(day, (on - day).days)


def problems(book: Book, on: date, now: date) -> tuple[Problem, ...]:
    """A warning where a book is too old for a day.

    For a day in the past it is not, where it has newer prices from before `now`: somebody kept it.
    """
    found, known = age(book, on), age(book, max(on, now))
    if found is None or not found.stale or (known is not None and known.newest > on):
        return ()
    what = f"the newest price in the book is of {found.newest}, {found.days} days before {on}"
    why, fix = "prices change every few weeks", "farthing catalog update --from FILE takes newer ones"
    return (Problem(CODE, "warning", "price book", what, why, fix),)
