"""Accounts of a ledger: usage at the prices of its months, and bills, by any dimensions."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from farthing.ledger.answer import Engine
from farthing.ledger.connection import name
from farthing.ledger.events import BY_NAME
from farthing.ledger.files import Files
from farthing.ledger.store import Ledger
from farthing.ledger.written import day_of
from farthing.pricing.book import Book
from farthing.track.bought import lines_of
from farthing.track.charged import Charged, charged
from farthing.track.dimensions import TIMES, Asked, Window, filters, grouped, shown
from farthing.track.per import Per
from farthing.track.pinned import Books, Span
from farthing.track.spent import Key, Spent, ToDollars, Usage, spent
from farthing.track.usage import Question

_NO_USAGE = Spent()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Account:
    """Usage and charges in the groups that were asked for."""

    usage: Usage
    charges: Charged

    @cached_property
    def usd(self) -> dict[Key, Fraction]:
        """Dollars of each group, usage and charges together."""
        keys = dict.fromkeys((*self.usage.groups, *self.charges.groups))
        return {key: self.of(key).usd + self.charges.groups.get(key, Fraction(0)) for key in keys}

    def of(self, key: Key) -> Spent:
        """The usage of a group; nothing where it has only charges."""
        return self.usage.groups.get(key, _NO_USAGE)

    @cached_property
    def spent(self) -> Spent:
        """All usage, added up once: an answer looks at it many times."""
        return self.usage.total

    @cached_property
    def charges_usd(self) -> Fraction:
        """All charges that are added up."""
        return sum(self.charges.groups.values(), Fraction(0))

    @cached_property
    def total_usd(self) -> Fraction:
        """All of it."""
        return self.spent.usd + self.charges_usd


@dataclass(frozen=True)
class Accounts:
    """Who answers, over which ledger, with which prices.

    Those of `books` by month, or without them `book` for all; with `at`, at the prices of that day. With
    `lasting`, of the bills only lines for longer than a day, or (false) only the others.
    """

    engine: Engine
    ledger: Ledger
    book: Book
    books: Books | None
    to_dollars: ToDollars
    at: date | None = None
    lasting: bool | None = None

    @cached_property
    def events(self) -> Files:
        """The events of the version that all questions are asked of."""
        return self.ledger.events.files()

    @cached_property
    def charges(self) -> Files:
        """The charges of the version that all questions are asked of."""
        return self.ledger.charges.files()

    @cached_property
    def days(self) -> list[date]:
        """The days of which the ledger has anything, in order."""
        return sorted({*self.events.days, *self.charges.days})

    @property
    def after(self) -> date | None:
        """The day after the last one; None where there is nothing."""
        return self.days[-1] + timedelta(days=1) if self.days else None

    def has(self, window: Window) -> bool:
        """Whether anything happened in a window."""
        return any(window.has(day) for day in self.days)

    def account(self, asked: Asked) -> Account:
        """What was asked for, priced."""
        usage = Usage()
        for span in self.spans(asked.window):
            question = self.question(asked, span.window)
            usage.add(spent(question, [lines_of(span.book, span.at)], self.to_dollars)[0])
        bills = charged(self.engine, self.charges, self.events, asked, self.to_dollars, lasting=self.lasting)
        return Account(usage, bills)

    def compared(self, asked: Asked, default_by: tuple[str, ...]) -> tuple[Account, Account] | None:
        """The window and the stretch of the same length before, without their dates; None without either."""
        since, until = asked.window.since, asked.window.until or self.after
        if since is None or until is None or until <= since:
            return None
        before = Window(since - (until - since), since)
        if not self.has(before):
            return None
        by = tuple(one for one in asked.by if one not in TIMES) or default_by
        now = replace(asked, by=by)
        return self.account(now), self.account(replace(now, window=before))

    def first_and_last(self, asked: Asked) -> tuple[datetime | None, datetime | None]:
        """The moments of the first and the last event that is meant; None where there is none."""
        if not self.events.rows:
            return None, None
        at = f"epoch_us({name('at')})"
        condition = filters(asked, BY_NAME)
        sql = f"SELECT MIN({at}) AS first_us, MAX({at}) AS last_us FROM events WHERE {condition}"
        columns = self.engine.ask(sql, {"events": self.events}).columns
        told = [columns[one].tolist()[0] for one in ("first_us", "last_us")]
        first, last = (None if us is None else _EPOCH + timedelta(microseconds=int(us)) for us in told)
        return first, last

    def spans(self, window: Window) -> list[Span]:
        """Stretches of the window that have one book each."""
        if self.books is None:
            return [Span(window, self.book, self.at)]
        return self.books.spans(window, self.events.days)

    def question(self, asked: Asked, window: Window) -> Question:
        """The same question of a part of the days, of the same version as all others."""
        files = self.events
        if not all(map(window.has, files.days)):
            newest = self.ledger.events.files(window.since, window.until)
            files = newest if newest.version == files.version else _within(files, window)
        return Question(self.engine, files, replace(asked, window=window))

    def counted(self, asked: Asked, per: Per) -> tuple[dict[Key, int], int]:
        """How many of something there were, by group and in all."""
        by_group = self._counted(asked, per)
        whole = self._counted(replace(asked, by=()), per)
        return by_group, whole.get((), 0)

    def _counted(self, asked: Asked, per: Per) -> dict[Key, int]:
        keys = [f"{grouped(one, BY_NAME)} AS by_{place}" for place, one in enumerate(asked.by)]
        sql = (
            f"SELECT {', '.join([*keys, f'{per.sql} AS counted'])} FROM events"
            f" WHERE {filters(asked, BY_NAME)} GROUP BY ALL"
        )
        columns = self.engine.ask(sql, {"events": self.events}).columns
        keys_of = (
            tuple(shown(one, columns[f"by_{turn}"][place]) for turn, one in enumerate(asked.by))
            for place in range(len(columns["counted"]))
        )
        # A sum of nothing is null.
        return {key: int(count or 0) for key, count in zip(keys_of, columns["counted"].tolist(), strict=True)}


def _within(files: Files, window: Window) -> Files:
    """The files of some days; what is known of them is what is known of all."""
    uris = tuple(uri for uri in files.uris if window.has(date.fromisoformat(day_of(uri))))
    return replace(files, uris=uris, days=tuple(filter(window.has, files.days)))


def cache_hit_share(counts: dict[str, int]) -> Fraction | None:
    """The share of input tokens that were read from a cache; None where there was no input."""
    read = counts.get("cache_read_tokens", 0)
    written = counts.get("cache_write_5m_tokens", 0) + counts.get("cache_write_1h_tokens", 0)
    total = counts.get("input_tokens", 0) + read + written
    return Fraction(read, total) if total else None
