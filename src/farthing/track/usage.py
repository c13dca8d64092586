"""Events priced: one pass over them for any number of price books, exact to the last decimal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from farthing.ledger.answer import Engine
from farthing.ledger.connection import name
from farthing.ledger.events import BY_NAME
from farthing.ledger.files import Files
from farthing.pricing.rows import Row
from farthing.pricing.table import Line, rows_within
from farthing.track.bought import Find, different, in_tier, layout_of, us
from farthing.track.cube_query import COLUMN_OF, GPU_TIME, LINE_COLUMNS, REQUEST, CubeQuery, LineNames
from farthing.track.dimensions import Asked, filters
from farthing.track.priced import Priced, Read, nothing, priced

_NO_DAY: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class Question:
    """What is asked of which events, and who answers."""

    engine: Engine
    files: Files
    asked: Asked

    def priced(self, books: Sequence[Find], apart: frozenset[str] = frozenset()) -> list[Priced]:
        """The events priced by each book: one pass over them, whatever the number of books.

        A book is what finds a line of it by provider and model; `lines_of` makes one of a price book.
        With `apart`, events of those models alone, told apart by what they used (`CubeQuery`).
        """
        words = self.words
        if not words:
            return [nothing()] * len(books)
        lines = [in_tier(find, one) for find in books for one in words]
        lines_once, places = different(lines)
        first_us, last_us = self._span
        query = CubeQuery(
            asked=self.asked,
            files=self.files,
            layout=layout_of(lines_once, self._meters, first_us, last_us),
            lines=words,
            timed=self._models(lines, lambda row: row.hours is not None),
            stepped=self._models(lines, lambda row: bool(row.above_tokens and not row.bracket)),
            apart=apart,
        )
        read = Read(query, self.engine.ask(query.sql, {"events": self.files}))
        count = len(words)
        return [
            priced(read, tuple(lines[first : first + count]), places[first : first + count])
            for first in range(0, len(lines), count)
        ]

    @cached_property
    def words(self) -> tuple[LineNames, ...]:
        """Every combination of words that decides a rate, of all rows of these days.

        What `asked` leaves out may be among them: so all questions of the same days ask for the same words.
        """
        listed = ", ".join(
            f"'' AS {name(column)}" if column in self.files.empty else name(column) for column in LINE_COLUMNS
        )
        sql = (
            f"SELECT DISTINCT {listed} FROM events WHERE {filters(Asked(window=self.asked.window), BY_NAME)}"
        )
        found = self.engine.ask(f"{sql} ORDER BY ALL", {"events": self.files}).columns
        columns = (found[column].tolist() for column in LINE_COLUMNS)
        return tuple(LineNames(*words) for words in zip(*columns, strict=True))

    def _models(self, lines: Sequence[Line], what: Callable[[Row], bool]) -> frozenset[str]:
        """Models, as the ledger calls them, of which some line has such a price while events happened."""
        first, last = self._span
        count = len(self.words)
        return frozenset(
            self.words[place % count].model
            for place, line in enumerate(lines)
            if any(map(what, rows_within(line, first, last)))
        )

    @property
    def _meters(self) -> tuple[str, ...]:
        used = (meter for meter, column in COLUMN_OF.items() if column not in self.files.empty)
        gpu = () if "gpu_seconds" in self.files.empty else (GPU_TIME,)
        return (*used, *gpu, REQUEST)

    @property
    def _span(self) -> tuple[int, int]:
        """The first and the last moment that an event can have."""
        days = [day for day in self.files.days if self.asked.window.has(day)] or [_NO_DAY]
        return us(days[0]), us(days[-1] + timedelta(days=1)) - 1
