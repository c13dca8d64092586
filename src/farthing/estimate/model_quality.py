"""How good and how fast models are: benchmark scores and measured speeds beside the offers of a book.

A release with scores of its own ("deepseek-r1-0528") keeps them; others have those of the model.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from farthing.catalog.load import catalog
from farthing.catalog.price_facts import HostedSpeed, Quality
from farthing.estimate.model_names import ModelName, model_name
from farthing.estimate.token_rates import Offer
from farthing.pricing.book import Book
from farthing.pricing.names import key
from farthing.pricing.rows import LONG_AGO, Sku
from farthing.pricing.table import Line
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread
from farthing.units.types import FloatArray

BENCHMARKS: Final = ("gpqa-diamond", "mmlu-pro", "mmlu", "swe-bench-verified")
HOSTS: Final = (
    *("openai", "anthropic", "google", "mistral", "deepseek", "x-ai", "aws", "cohere", "moonshotai", "zai"),
    *("minimax", "alibaba", "groq", "cerebras", "together", "fireworks", "deepinfra", "sambanova", "novita"),
)


@dataclass(frozen=True)
class Scores:
    """Quality on one benchmark and speed of offers, NaN where unknown, with the facts behind them."""

    benchmark: str
    quality: FloatArray
    speed: FloatArray
    facts: Mapping[int, Quality]

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of the scores."""
        return tuple(dict.fromkeys(source for fact in self.facts.values() for source in fact.sources))


def scores(offers: Sequence[Offer], benchmark: str | None) -> Scores:
    """Scores and speeds of offers; without a benchmark the one that is known of most of them."""
    chosen = benchmark_of(benchmark) if benchmark else _best_known(offers)
    facts = {
        place: fact
        for place, offer in enumerate(offers)
        if offer.sku is not None and (fact := score_of(offer.sku.model, chosen)) is not None
    }
    quality = np.full(len(offers), np.nan)
    for place, fact in facts.items():
        quality[place] = fact.score
    return Scores(chosen, quality, np.array([_speed(offer) for offer in offers]), facts)


def benchmark_of(word: str) -> str:
    """The benchmark that a word means. Raises InputError with the nearest names."""
    known = {key(row.benchmark): row.benchmark for row in catalog().quality.values()}
    if key(word) in known:
        return known[key(word)]
    what, why = f"no scores of {quoted(word)} are in the catalog", "quality is compared on facts alone"
    fix = did_you_mean(word, known.values()) or f"known are {', '.join(sorted(known.values()))}"
    raise InputError([Problem("unknown-name", "error", "--benchmark", what, why, fix)])


def rated(book: Book, tier: str, region: str, at_us: int, timed: bool) -> Iterator[Offer]:
    """Every model of makers and larger hosts that has a score and is known to be on sale."""
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).date().isoformat()
    for provider in HOSTS:
        if provider in book.providers:
            for sku in book.skus(provider).values():
                on_sale = at_us < sku.retired and not sku.deprecated
                if on_sale and scored_as(sku.model) is not None and _was_there(sku, at_us, day):
                    yield Offer(Line(sku, tier, region, sku.model), at_us, timed)


def score_of(model: str, benchmark: str) -> Quality | None:
    """The score of a model by the name that a host gives it; None where none is known.

    A release has its own scores, or the model's where none are known of it; a name without a release
    means the newest where only releases have scores.
    """
    name = scored_as(model)
    return None if name is None else _quality()[name].get(benchmark)


def _was_there(sku: Sku, at_us: int, day: str) -> bool:
    """Whether a model was sold by then: since its launch, a dated price, or else a score that was read."""
    if sku.launched != LONG_AGO:
        return sku.launched <= at_us
    if any(row.dated and not row.multiply and row.start <= at_us for row in sku.rows):
        return True
    name = scored_as(sku.model)
    return name is not None and any(fact.date <= day for fact in _quality()[name].values())


@functools.lru_cache(maxsize=4096)
def scored_as(model: str) -> ModelName | None:
    """Under which name of the catalog a model's scores are; None where it has none."""
    """Under which name of the catalog a model's scores are; None where it has none."""
    known, name = _quality(), model_name(model)
    if name in known:
        return name
    if name.release:
        return ModelName(name.base) if ModelName(name.base) in known else None
    return max((other for other in known if other.base == name.base), default=None)


@functools.cache
def _quality() -> Mapping[ModelName, Mapping[str, Quality]]:
    """Scores by model and benchmark; of several the best confidence counts, then the newest."""
    found: dict[ModelName, dict[str, Quality]] = {}
    for row in sorted(catalog().quality.values(), key=lambda row: (-ord(row.confidence), row.date)):
        found.setdefault(model_name(row.model), {})[row.benchmark] = row
    return found


@functools.cache
def _speeds() -> Mapping[tuple[str, ModelName], HostedSpeed]:
    rows = sorted(catalog().hosted_speeds.values(), key=lambda row: row.date)
    return {(row.provider, model_name(row.model)): row for row in rows}


def _speed(offer: Offer) -> float:
    row = _hosted(offer.sku.provider, model_name(offer.sku.model)) if offer.sku else None
    if row is None:
        return float("nan")
    value = parse_as(row.output_tokens_per_s, "output_tokens_per_s", "catalog speed").value
    return value.p50 if isinstance(value, Spread) else float(value)


def _hosted(provider: str, name: ModelName) -> HostedSpeed | None:
    """The speed of a release, else that of the model: releases of a model are served alike."""
    return _speeds().get((provider, name)) or _speeds().get((provider, ModelName(name.base)))


def _best_known(offers: Sequence[Offer]) -> str:
    """The benchmark that is known of most offers, the earlier in `BENCHMARKS` of equals."""
    models = [offer.sku.model for offer in offers if offer.sku is not None]
    counts = {name: sum(score_of(model, name) is not None for model in models) for name in BENCHMARKS}
    return max(BENCHMARKS, key=lambda name: counts[name])
