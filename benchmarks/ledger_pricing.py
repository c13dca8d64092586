"""What we time of pricing a ledger: one book, a hundred, and a bare scan that adds up the same columns."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from farthing.ledger.answer import Engine
from farthing.ledger.connection import name
from farthing.ledger.files import Files
from farthing.pricing.book import Book, book
from farthing.pricing.overlay import book_with
from farthing.track.bought import lines_of
from farthing.track.dimensions import Asked
from farthing.track.priced import Priced, added
from farthing.track.spent import Key, Spent, nothing, spent
from farthing.track.usage import Question

BY: Final = Asked(("team", "day"))
PRICE_POINTS: Final = 100


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each round: by the clock on the wall and of all processors together."""

    wall_s: tuple[float, ...]
    cpu_s: tuple[float, ...]

    @property
    def best_s(self) -> float:
        """Of the fastest round."""
        return min(self.wall_s)

    def __str__(self) -> str:
        """Best, median and processor time in words."""
        median = sorted(self.wall_s)[len(self.wall_s) // 2]
        return f"{told(self.best_s)}, median {told(median)}, processors {told(min(self.cpu_s))}"


def told(seconds: float) -> str:
    """Seconds as people read them."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.0f} ms"


def in_turns(rounds: int, *works: Callable[[], object]) -> list[Times]:
    """The times of several pieces of work, one after the other in each round; a first round warms up."""
    for work in works:
        work()
    found = [[timed(work) for work in works] for _ in range(rounds)]
    return [Times(*zip(*one, strict=True)) for one in zip(*found, strict=True)]


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of the processors that a piece of work took."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - used


def priced(engine: Engine, files: Files, books: Sequence[Book]) -> list[Priced]:
    """The events priced by each book, from nothing: the words are asked for again, too."""
    return Question(engine, files, BY).priced([lines_of(one) for one in books])


def money(engine: Engine, files: Files, books: Sequence[Book]) -> list[list[int]]:
    """The exact amount of each group by each book, in dollars times the scale of its prices."""
    return [added(one.amounts.amounts, one.group) for one in priced(engine, files, books)]


def spent_by_group(engine: Engine, files: Files) -> Mapping[Key, Spent]:
    """What each group spent, as `spend` adds it up."""
    return spent(Question(engine, files, BY), [lines_of(book())], nothing)[0].groups


def bare(engine: Engine, files: Files, columns: Sequence[str]) -> list[int]:
    """One grouped scan that adds up columns and prices nothing; the sum of each column."""
    sums = ", ".join(f"SUM({name(column)}) AS {name(column)}" for column in columns)
    sql = f'SELECT "team", "day", {sums} FROM events GROUP BY ALL'
    answer = engine.ask(sql, {"events": files}).columns
    return [sum(map(int, answer[column].tolist())) for column in columns]


def price_points(folder: Path) -> list[Book]:
    """A hundred books, each with another discount of one provider over another."""
    return [_discounted(folder / f"book-{place}.yaml", place) for place in range(PRICE_POINTS)]


def _discounted(file: Path, place: int) -> Book:
    lines = (
        f'  - {{provider: {provider}, multiply: "{1 - Decimal(place * step) / 1000}", source: synthetic}}'
        for step, provider in enumerate(("openai", "anthropic", "google", "deepseek", "mistral"), 1)
    )
    file.write_text("\n".join(["discounts:", *lines]) + "\n", "utf-8")
    return book_with((str(file),))
