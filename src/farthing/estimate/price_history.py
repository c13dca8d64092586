"""What models cost on past days: list prices of the dated book, by model, by line, by kind of model.

Only rows that say from when on they hold are read. Where the last of a model's dated rows is closed,
the price that the package knows without a date holds from there on: that is how the book is kept.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from farthing.estimate.price_lines import Line
from farthing.pricing.book import Book
from farthing.pricing.card import Moment, card
from farthing.pricing.rows import CATALOG, FOREVER, LONG_AGO, STANDARD, Sku

NOON: Final = 12 * 60  # of a Monday, UTC: outside every window of peak and of off-peak prices so far
_DAY_US: Final = 86_400_000_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_M_TOKENS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """Dollars per million tokens of input and of output, in force from a day on."""

    day: date
    input: float
    output: float

    def blended(self, output_share: float) -> float:
        """Dollars per million tokens of which a share is output."""
        return self.input * (1 - output_share) + self.output * output_share


@dataclass(frozen=True)
class History:
    """The list price of one model at one place: its steps, oldest first, and the last day on sale."""

    place: str
    steps: tuple[Step, ...]
    until: date = date.max

    @property
    def first(self) -> date:
        """The first day of which a price is known."""
        return self.steps[0].day

    def at(self, day: date) -> Step | None:
        """The price of a day, None before the first and after the model was retired."""
        place = bisect_right(self._days, day)
        return self.steps[place - 1] if place and day < self.until else None

    @cached_property
    def _days(self) -> Sequence[date]:
        return [step.day for step in self.steps]


def history(sku: Sku) -> History | None:
    """The steps of a model's price in the standard tier; None without a dated price for input and output."""
    rows = [row for row in sku.rows if _counts(row.layer, row.tier, row.rates)]
    dated = [row for row in rows if row.start != LONG_AGO]
    own = [row for row in dated if not row.above_tokens and not row.region]
    if not own:
        return None
    first = min(row.start for row in own)
    changes = {row.start for row in dated} | {row.end for row in dated if row.end != FOREVER}
    steps: list[Step] = []
    for at in sorted(change for change in changes if change >= first):
        step = _step(sku, at)
        if step and (not steps or (step.input, step.output) != (steps[-1].input, steps[-1].output)):
            steps.append(step)
    until = date.max if sku.retired == FOREVER else _day(sku.retired)
    return History(f"{sku.provider}:{sku.model}", tuple(steps), until) if steps else None


def histories(book: Book, places: Iterable[str]) -> tuple[History, ...]:
    """The histories of models that are named `provider:model`; those the book does not date are left out."""
    found = (book.skus(place.partition(":")[0]).get(place.partition(":")[2].lower()) for place in places)
    return tuple(kept for sku in found if sku is not None and (kept := history(sku)) is not None)


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line with the histories of its models, oldest first."""

    name: str
    models: tuple[tuple[History, ...], ...]

    def at(self, day: date, output_share: float) -> float | None:
        """The price of the newest model on sale, at its cheapest place; None where there is none yet."""
        for places in reversed(self.models):
            prices = [step.blended(output_share) for place in places if (step := place.at(day)) is not None]
            if prices:
                return min(prices)
        return None


def dated(book: Book, lines: Iterable[Line]) -> tuple[DatedLine, ...]:
    """Lines with what the book knows of their models."""
    return tuple(
        DatedLine(line.name, tuple(histories(book, places) for places in line.models)) for line in lines
    )


def _counts(layer: int, tier: str, rates: Iterable[str]) -> bool:
    return layer <= CATALOG and tier == STANDARD and {"input", "output"} <= set(rates)


def _step(sku: Sku, at: int) -> Step | None:
    rates = card(sku, Moment(at, NOON)).rates
    if "input" not in rates or "output" not in rates:
        return None
    read, written = (float(rates[meter].usd * _M_TOKENS) for meter in ("input", "output"))
    return Step(_day(at), read, written) if read > 0 else None


def _day(at: int) -> date:
    return date.fromordinal(_EPOCH + at // _DAY_US)
