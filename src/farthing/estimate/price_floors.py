"""What it costs to have a model as good as the best of some years ago: prices at a fixed quality.

The floor is the best score that anything on sale had on that day; its price on a later day is that of the
cheapest model on sale that reaches it. Scores count from a model's first day, whenever they were read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from farthing.catalog.load import catalog
from farthing.estimate.model_names import ModelName, model_name
from farthing.estimate.model_quality import HOSTS
from farthing.estimate.price_history import History, history
from farthing.estimate.price_series import INPUT_ALONE, QUARTERS_PER_YEAR, quarters
from farthing.formulas.trajectory import implied_decline_share_per_year
from farthing.pricing.book import book
from farthing.pricing.rows import Sku

YEARS_AGO: Final = (3, 2, 1)
CLOSED: Final = ("openai", "anthropic", "google", "x-ai", "cohere", "aws")
_LEAST_MODELS: Final = 6


@dataclass(frozen=True, slots=True)
class Scored:
    """A model's score on a benchmark, and its prices wherever it is sold."""

    model: str
    benchmark: str
    score: float
    places: tuple[History, ...]

    def at(self, day: date) -> float | None:
        """Dollars per million input tokens at the cheapest place on a day; None where it is not on sale."""
        prices = [step.blended(INPUT_ALONE) for place in self.places if (step := place.at(day)) is not None]
        return min(prices, default=None)


class FloorDecline(msgspec.Struct, frozen=True):
    """The price of a quality from the day on which it was the best; `decline` is a share a year."""

    benchmark: str
    floor: float
    since: str
    until: str
    best_then: str
    cheapest_now: str
    first_usd: float
    last_usd: float
    decline: float
    model_count: int


def floor_declines(as_of: date) -> tuple[FloorDecline, ...]:
    """Each benchmark of the catalog with enough dated models, at the best score of some years ago."""
    return tuple(_declines(scored_models(f"{catalog().hash} {book().hash}"), as_of))


def floors_of(scored: Sequence[Scored], as_of: date) -> tuple[FloorDecline, ...]:
    """The same from any scores."""
    return tuple(_declines(scored, as_of))


def floor_price(scored: Iterable[Scored], floor: float, day: date) -> tuple[float, str] | None:
    """The cheapest model on sale that reaches a score, with its price; None where none does."""
    found = [(usd, one.model) for one in scored if one.score >= floor and (usd := one.at(day)) is not None]
    return min(found, default=None)


@lru_cache(maxsize=2)
def scored_models(state: str) -> tuple[Scored, ...]:
    """Scores of the catalog whose models have dated prices, by the state of catalog and book."""
    del state  # part of the cache's key alone
    return tuple(_scored())


def _scored() -> Iterator[Scored]:
    hosted = _by_name()
    sold: dict[str, tuple[History, ...]] = {}
    for fact in catalog().quality.values():
        if fact.model not in sold:
            sold[fact.model] = _places(fact.model, hosted)
        if sold[fact.model]:
            yield Scored(fact.model, fact.benchmark, fact.score, sold[fact.model])


def _places(model: str, hosted: Mapping[ModelName, Sequence[Sku]]) -> tuple[History, ...]:
    """Where makers and larger hosts sell a model: a closed one under its own name alone."""
    named = [sku for sku in book().candidates(model) if sku.provider in HOSTS]
    closed = any(sku.provider in CLOSED for sku in named)
    more = () if closed else hosted.get(model_name(model), ())
    skus = {(sku.provider, sku.model): sku for sku in (*named, *more)}
    return tuple(one for one in map(history, skus.values()) if one is not None)


def _by_name() -> Mapping[ModelName, Sequence[Sku]]:
    found: dict[ModelName, list[Sku]] = {}
    for host in HOSTS:
        for sku in book().skus(host).values():
            found.setdefault(model_name(sku.model), []).append(sku)
    return found


def _declines(scored: Sequence[Scored], as_of: date) -> Iterator[FloorDecline]:
    for benchmark in sorted({one.benchmark for one in scored}):
        several = [one for one in scored if one.benchmark == benchmark]
        for years in YEARS_AGO:
            found = _decline(several, as_of, years) if len(several) >= _LEAST_MODELS else None
            if found is not None:
                yield found


def _decline(scored: Sequence[Scored], as_of: date, years: int) -> FloorDecline | None:
    days = quarters(as_of)[-years * QUARTERS_PER_YEAR - 1 :]
    best = max(((one.score, one.model) for one in scored if one.at(days[0]) is not None), default=None)
    if best is None or len(days) <= years * QUARTERS_PER_YEAR:
        return None
    floor, name = best
    then, now = (floor_price(scored, floor, day) for day in (days[0], as_of))
    if then is None or now is None:
        return None
    return FloorDecline(
        benchmark=scored[0].benchmark,
        floor=floor,
        since=days[0].isoformat(),
        until=as_of.isoformat(),
        best_then=name,
        cheapest_now=now[1],
        first_usd=then[0],
        last_usd=now[0],
        decline=float(implied_decline_share_per_year(now[0] / then[0], years)),
        model_count=sum(one.score >= floor for one in scored),
    )
