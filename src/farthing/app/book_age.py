"""How old the price book is on a day."""

from datetime import date

import msgspec

from farthing.app.asking import today
from farthing.pricing import age
from farthing.pricing.book import Book
from farthing.units.problem import Problem


class Dated(msgspec.Struct, frozen=True):
    """A book's hash and package, the day of its newest price, and its age in days on the day asked for."""

    hash: str
    package: str
    newest: str
    days: int | None
    problems: tuple[Problem, ...] = ()


def dated(of: Book, on: date) -> Dated:
    """How old a book is on a day, with a warning where that is too old."""
    found = age.age(of, on)
    newest, days = (found.newest.isoformat(), found.days) if found else ("", None)
    return Dated(of.hash, of.base.package, newest, days, age.problems(of, on, today()))
