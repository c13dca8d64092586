"""Which price book each month is priced with: a log of decisions that is only ever added to."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from farthing.ledger.connection import IMPORT_MEMORY, connect, name
from farthing.ledger.pin_columns import PINS
from farthing.ledger.remote import reach
from farthing.ledger.table import Table
from farthing.units.problem import InputError, Problem

Action: TypeAlias = Literal["use", "close", "open"]
EVERY_OPEN_MONTH: Final = ""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pin:
    """One decision: from `at` on, `month` (or every open month) is priced with `book`."""

    at: datetime
    action: Action
    month: str = EVERY_OPEN_MONTH
    book: str = ""
    as_of: str = ""
    label: str = ""
    content: str = ""

    @property
    def pin_id(self) -> str:
        """The same decision at the same moment is the same pin."""
        said = "\n".join((self.at.isoformat(), self.action, self.month, self.book, self.as_of))
        return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclass
class State:
    """What holds after some pins."""

    general: Pin | None = None
    own: dict[str, Pin] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def book_of(self, month: str) -> Pin | None:
        """The pin that says how a month ("2026-11") is priced; None where none was ever set."""
        return self.own.get(month, self.general)

    def take(self, pin: Pin) -> None:
        """Let one more decision hold."""
        if pin.action == "open":
            self.closed.discard(pin.month)
        elif pin.action == "close":
            self.own[pin.month] = pin
            self.closed.add(pin.month)
        elif pin.month == EVERY_OPEN_MONTH:
            self.general = pin
            self.own = {month: held for month, held in self.own.items() if month in self.closed}
        elif pin.month not in self.closed:
            self.own[pin.month] = pin


class Pins:
    """The pins of a ledger's `books` table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> tuple[Pin, ...]:
        """Every pin, oldest first."""
        files = self._table.files()
        if not files.uris:
            return ()
        shown = ", ".join(name(column.name) for column in PINS if column.name not in {"pin_id", "day", "at"})
        query = f"SELECT epoch_us({name('at')}), {shown} FROM {files.relation()} ORDER BY 1, pin_id"
        with connect(threads=1) as connection:
            reach(connection, files.uris)
            rows = connection.execute(query).fetchall()
        return tuple(Pin(_EPOCH + timedelta(microseconds=at), *said) for at, *said in rows)

    def state(self) -> State:
        """What holds now, read once."""
        state = State()
        for pin in self.all():
            state.take(pin)
        return state

    def book_of(self, month: str) -> Pin | None:
        """The pin that says how a month ("2026-11") is priced; None where none was ever set."""
        return self.state().book_of(month)

    def closed(self, month: str) -> bool:
        """Whether a month is closed: no new book changes what it cost."""
        return month in self.state().closed

    def closed_months(self) -> tuple[str, ...]:
        """Every closed month, oldest first."""
        return tuple(sorted(self.state().closed))

    def content(self, book: str) -> str:
        """The lock file of a book in base64, empty where no pin has it."""
        return next((pin.content for pin in self.all() if pin.book == book and pin.content), "")

    def use(self, *pins: Pin) -> None:
        """Price months, or every open one, with other books. Raises InputError for a closed month."""
        closed = self.state().closed
        if problems := [_is_closed(pin.month) for pin in pins if pin.month in closed]:
            raise InputError(problems)
        self._set([_with(pin, "use") for pin in pins])

    def close(self, months: Sequence[str], pin: Pin) -> None:
        """Close months with the book of `pin`; one that is closed stays as it was closed."""
        closed = self.state().closed
        self._set([_with(pin, "close", month) for month in months if month not in closed])

    def open(self, months: Sequence[str], at: datetime) -> None:
        """Let the next book change months again; until then they keep theirs."""
        closed = self.state().closed
        self._set([Pin(at, "open", month) for month in months if month in closed])

    def _set(self, pins: Sequence[Pin]) -> None:
        if not pins:
            return
        known = {pin.book for pin in self.all() if pin.content}
        columns = ", ".join(f"{name(column.name)} {column.sql_type}" for column in PINS)
        marks = ", ".join("?" for _ in PINS)
        with connect(IMPORT_MEMORY, threads=1) as connection:
            connection.execute(f"CREATE TEMP TABLE set_pins ({columns})")
            for pin in pins:
                content = "" if pin.book in known else pin.content
                known.add(pin.book)
                connection.execute(f"INSERT INTO set_pins VALUES ({marks})", _row(pin, content))
            self._table.append(connection, "SELECT * FROM set_pins")


def _with(pin: Pin, action: Action, month: str | None = None) -> Pin:
    place = pin.month if month is None else month
    return Pin(pin.at, action, place, pin.book, pin.as_of, pin.label, pin.content)


def _row(pin: Pin, content: str) -> list[str]:
    at = pin.at.astimezone(UTC)
    said = [pin.action, pin.month, pin.book, pin.as_of, pin.label, content]
    return [pin.pin_id, at.isoformat(), at.date().isoformat(), *said]


def _is_closed(month: str) -> Problem:
    return Problem(
        "month-closed", "error", month, "the month is closed",
        "what it cost was settled, and no other book may change it", "Open the month first.",
    )  # fmt: skip
