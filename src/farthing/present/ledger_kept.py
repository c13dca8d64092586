"""Batches, months and files of the ledger as tables for the terminal."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from farthing.present.layout import table

if TYPE_CHECKING:
    from farthing.app.ledger_keeping import Batch, Month, Tidied


def batches(found: "Iterable[Batch]", width: int) -> str:
    """What each import brought."""
    body = [(one.batch, one.table, one.source, f"{one.rows:,}", one.first_at, one.last_at) for one in found]
    return _drawn(("batch", "table", "format", "rows", "from", "to"), body, "<<<><<", width)


def months(found: "Iterable[Month]", width: int) -> str:
    """How each month is priced."""
    body = [(one.month, "closed" if one.closed else "open", one.as_of, one.book[:19]) for one in found]
    return _drawn(("month", "state", "prices of", "book"), body, "<<<<", width)


def tidied(found: "Iterable[Tidied]", width: int) -> str:
    """What became of the files of each table."""
    body = [(one.table, f"{one.files_before:,}", f"{one.files_after:,}", f"{one.removed:,}") for one in found]
    return _drawn(("table", "files before", "after", "taken away"), body, "<>>>", width)


def _drawn(head: Sequence[str], body: Sequence[Sequence[str]], align: str, width: int) -> str:
    if not body:
        return "Nothing was imported yet.\n"
    return "\n".join(table([head, *body], align, width, indent=0)) + "\n"
