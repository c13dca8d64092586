"""How often the list price of one and the same model changes, and by how much: mostly it never does.

Prices fall because newer models cost less, and somebody who stays with a model sees little of it. Names
that always stand for a maker's newest model are left out: there the model changed, not its price.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Final

import msgspec
import numpy as np

from farthing.estimate.price_history import History, history
from farthing.pricing.book import Book, book

MAKERS: Final = (
    "openai",
    "anthropic",
    "google",
    "mistral",
    "deepseek",
    "x-ai",
    "cohere",
    "moonshotai",
    "zai",
)
MOVING_NAMES: Final = (
    "mistral:*-latest",
    "mistral:mistral-small",
    "mistral:mistral-medium",
    "deepseek:deepseek-chat",
    "deepseek:deepseek-reasoner",
    "deepseek:deepseek-flash",
)
_DAYS_PER_YEAR: Final = 365.25


class Survival(msgspec.Struct, frozen=True):
    """Changes of list prices while models were on sale, counted up to a day.

    `kept_a_year_share` is, among models of which a year or more is known, the share that cost the same
    a year after they came out. Falls and rises are multiples of the input price, medians over changes.
    """

    model_count: int
    model_years: float
    change_count: int
    changes_per_model_year: float
    never_changed_share: float
    kept_a_year_share: float
    fall_count: int
    median_fall_multiple: float | None
    rise_count: int
    median_rise_multiple: float | None


def survival(as_of: date) -> Survival:
    """The changes of the book's models at their own makers, up to a day."""
    return survival_of(tuple(_own(book())), as_of)


def survival_of(known: Iterable[History], as_of: date) -> Survival:
    """The changes of any histories up to a day; raises ValueError where none had begun."""
    begun = [one for one in known if one.first < as_of]
    if not begun:
        raise ValueError(f"no price is known before {as_of}")
    years = [(min(as_of, one.until) - one.first).days / _DAYS_PER_YEAR for one in begun]
    changes = [tuple(_changes(one, as_of)) for one in begun]
    multiples = [multiple for several in changes for _, multiple in several]
    falls, rises = ([m for m in multiples if m < 1], [m for m in multiples if m > 1])
    old = [several for several, length in zip(changes, years, strict=True) if length >= 1]
    kept = [all(after >= 1 for after, _ in several) for several in old]
    return Survival(
        model_count=len(begun),
        model_years=sum(years),
        change_count=len(multiples),
        changes_per_model_year=len(multiples) / sum(years),
        never_changed_share=sum(not several for several in changes) / len(begun),
        kept_a_year_share=sum(kept) / len(kept) if kept else 1.0,
        fall_count=len(falls),
        median_fall_multiple=_median(falls),
        rise_count=len(rises),
        median_rise_multiple=_median(rises),
    )


def _own(known: Book) -> Iterator[History]:
    for maker in MAKERS:
        for sku in known.skus(maker).values():
            name = f"{maker}:{sku.model}"
            if not any(fnmatchcase(name, pattern) for pattern in MOVING_NAMES) and (found := history(sku)):
                yield found


def _changes(one: History, as_of: date) -> Iterator[tuple[float, float]]:
    """Years after the first day and the multiple of the input price, of each change while on sale."""
    for before, after in zip(one.steps, one.steps[1:], strict=False):
        if after.day <= as_of and after.day < one.until:
            yield (after.day - one.first).days / _DAYS_PER_YEAR, after.input / before.input


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None
