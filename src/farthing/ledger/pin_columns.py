"""A pin says which price book a month is priced with, and whether the month is closed."""

from typing import Final

from farthing.ledger.columns import Column

PINS: Final = (
    Column("pin_id", "text", "idempotency key: the same id is the same pin"),
    Column("at", "time", "when it was set, UTC"),
    Column("day", "day", "the day of `at`, by which the table is partitioned"),
    Column("action", "text", "use, close or open"),
    Column("month", "text", "the month, as 2026-11; empty for every open month"),
    Column("book", "text", "hash of the price book"),
    Column("as_of", "text", "the day whose prices count, empty for the day of each event"),
    Column("label", "text", "what people call it"),
    Column("content", "text", "lock file of the book in base64; empty where an earlier pin has it"),
)
