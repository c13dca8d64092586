"""What usage cost, by groups: calculated from the price book, or billed where it has no price."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np

from farthing.track.bought import Find
from farthing.track.priced import Priced, added
from farthing.track.usage import Question

ToDollars: TypeAlias = Callable[[str, date], Fraction | None]
Key: TypeAlias = tuple[str, ...]
DOLLARS: Final = ("", "USD")


@dataclass(slots=True)
class Spent:
    """Sums of a group of events.

    `usd` is all of it, `billed_usd` that part which no book prices and a provider says it charged.
    `unpriced_events` are those for which neither is known: with any, `usd` is a lower bound.
    """

    events: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    usd: Fraction = Fraction(0)
    billed_usd: Fraction = Fraction(0)
    billed_events: int = 0
    unpriced_events: int = 0

    def add(self, other: "Spent") -> None:
        """Take in the sums of another group."""
        self.events += other.events
        self.usd += other.usd
        self.billed_usd += other.billed_usd
        self.billed_events += other.billed_events
        self.unpriced_events += other.unpriced_events
        for column, count in other.counts.items():
            self.counts[column] = self.counts.get(column, 0) + count


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A model, or an accelerator, of which some use has no price: whose, in which tier, and why."""

    provider: str
    model: str
    tier: str
    why: str


@dataclass(slots=True)
class Usage:
    """Spend by groups, and what of it has no price with the number of such events."""

    groups: dict[Key, Spent] = field(default_factory=dict)
    unpriced: dict[Unpriced, int] = field(default_factory=dict)

    def add(self, other: "Usage") -> None:
        """Take in another part of the same question."""
        for key, spent in other.groups.items():
            self.groups.setdefault(key, Spent()).add(spent)
        for what, count in other.unpriced.items():
            self.unpriced[what] = self.unpriced.get(what, 0) + count

    @property
    def total(self) -> Spent:
        """The sum of all groups."""
        found = Spent()
        for spent in self.groups.values():
            found.add(spent)
        return found


def spent(question: Question, books: Iterable[Find], to_dollars: ToDollars) -> list[Usage]:
    """What events cost by each book, added up by groups.

    Where a book lacks a price and the provider's own charge is known, that is taken instead; a charge in
    a currency without a rate is none.
    """
    finds = list(books)
    calculated = question.priced(finds)
    found = [Usage(_groups(priced)) for priced in calculated]
    models = frozenset(
        question.words[place].model for priced in calculated for place in priced.lacking.tolist()
    )
    if models:
        for usage, priced in zip(found, question.priced(finds, apart=models), strict=True):
            _correct(usage, priced, question, to_dollars)
    return found


def _groups(priced: Priced) -> dict[Key, Spent]:
    events = added(priced.events, priced.group)
    money = added(priced.amounts.amounts, priced.group)
    columns = {column: added(count, priced.group) for column, count in priced.counts.items()}
    scale = priced.amounts.scale
    return {
        key: Spent(
            events=events[place],
            counts={column: sums[place] for column, sums in columns.items()},
            usd=Fraction(money[place], scale),
        )
        for place, key in enumerate(priced.keys)
    }


def _correct(usage: Usage, priced: Priced, question: Question, to_dollars: ToDollars) -> None:
    """Count what has no price, and take what was billed in its stead."""
    events, amounts = priced.events, priced.amounts
    for row in np.flatnonzero(amounts.unpriced).tolist():
        group = usage.groups[priced.keys[int(priced.group[row])]]
        count = int(events[row])
        usd = billed_usd(priced, row, to_dollars)
        if usd is None:
            group.unpriced_events += count
            what = _what(priced, question, row)
            usage.unpriced[what] = usage.unpriced.get(what, 0) + count
        else:
            group.usd += usd - Fraction(int(amounts.amounts[row]), amounts.scale)
            group.billed_usd += usd
            group.billed_events += count


def billed_usd(priced: Priced, row: int, to_dollars: ToDollars) -> Fraction | None:
    """What a provider charged for the events of a row that were told apart; None where that is not known."""
    columns = priced.answer.columns
    if "billed" not in columns or not bool(columns["is_billed"][row]):
        return None
    return _dollars(
        columns["billed"][row], str(columns["currency"][row]), columns["billed_on"][row], to_dollars
    )


def _dollars(amount: object, currency: str, day: object, to_dollars: ToDollars) -> Fraction | None:
    exact = Fraction(Decimal(str(amount)))
    if currency in DOLLARS:
        return exact
    rate = to_dollars(currency, date.fromisoformat(str(day)[:10]))
    return None if rate is None else exact * rate


def _what(priced: Priced, question: Question, row: int) -> Unpriced:
    place = int(priced.line[row])
    words = question.words[place]
    bought = words.accelerator or words.model
    return Unpriced(words.provider, bought, words.service_tier, priced.why(row))


def nothing(_currency: str, _day: date) -> Fraction | None:
    """No exchange rate at all."""
    return None
