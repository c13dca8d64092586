"""What events bought: lines of price books by the words of events, and the layouts that lines share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias

import numpy as np

from farthing.pricing.book import Book
from farthing.pricing.cube import Layout, layout
from farthing.pricing.rows import STANDARD
from farthing.pricing.table import Int, Line
from farthing.track.cube_query import LineNames

_DAY_US: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("", "default", "auto", "on_demand", "standard", "standard_only"), STANDARD),
    "batches": "batch",
    "flex_discount": "flex",
    "priority_on_demand": "priority",
}
Find: TypeAlias = Callable[[str, str], Line]


def lines_of(book: Book, at: date | None = None) -> Find:
    """Finds what a provider and a model (or accelerator) are in a book; with `at`, at that day's prices."""
    fixed_us = None if at is None else us(at) + _DAY_US // 2

    def find(provider: str, bought: str) -> Line:
        return Line(book.find(bought, provider) if bought else None, asked=bought, fixed_us=fixed_us)

    return find


def in_tier(find: Find, one: LineNames) -> Line:
    """What a combination of words buys: an accelerator's time where one is named, else a model."""
    bought = find(one.provider, one.accelerator or one.model)
    return replace(bought, tier=tier_of(one.service_tier), region=one.region)


def tier_of(word: str) -> str:
    """A service tier in the price book's words.

    >>> tier_of("default"), tier_of("Batches")
    ('standard', 'batch')
    """
    return _TIERS.get(word.lower(), word.lower())


def different(lines: Sequence[Line]) -> tuple[list[Line], Int]:
    """Lines each once, and the place of each line among them: books have most of theirs in common."""
    known: dict[tuple[object, ...], int] = {}
    found: list[Line] = []
    places = np.empty(len(lines), dtype=np.int64)
    for number, line in enumerate(lines):
        key = (id(line.sku), line.tier, line.region, line.fixed_us, "" if line.sku else line.asked)
        if key not in known:
            known[key] = len(found)
            found.append(line)
        places[number] = known[key]
    return found, places


_LAYOUTS: Final[dict[tuple[object, ...], Layout]] = {}
_MOST_LAYOUTS: Final = 8


def layout_of(lines: Sequence[Line], meters: tuple[str, ...], first_us: int, last_us: int) -> Layout:
    """The layout for lines, made once: an answer asks several questions of the same models and days.

    Models are known by their identity, which holds for as long as a layout that has them is kept.
    """
    words = tuple((id(line.sku), line.tier, line.region, line.asked, line.fixed_us) for line in lines)
    key = (words, meters, first_us, last_us)
    found = _LAYOUTS.get(key)
    if found is None:
        if len(_LAYOUTS) >= _MOST_LAYOUTS:
            _LAYOUTS.clear()
        found = _LAYOUTS[key] = layout(lines, meters, first_us, last_us)
    return found


def us(day: date) -> int:
    """The first moment of a day, in microseconds since 1970."""
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) - _EPOCH) / timedelta(microseconds=1))
