"""How good and how fast models are: benchmark scores and measured speeds beside the offers of a book.

A host calls a model by a name of its own ("meta-llama/Llama-3.1-8B-Instruct-Turbo"); what is left of
it without owner, date and manner of serving is the model's.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from farthing.catalog.load import catalog
from farthing.catalog.price_facts import HostedSpeed, Quality
from farthing.estimate.token_rates import Offer
from farthing.pricing.book import Book
from farthing.pricing.names import key
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
_DATE: Final = re.compile(r"[-@]?(20\d{2}-?\d{2}-?\d{2}|v\d+:\d+|\d{4}-\d{2})$")
_SERVED: Final = re.compile(
    r"[-_:](instruct|chat|it|turbo|versatile|instant|specdec|hf|fp8|awq|latest|preview|free|tput|lite|reference"
    r"|text|generate|001|002|bf16|maas|0[1-9]\d{2}|2[0-9][01]\d)$"
)
_OWNER: Final = re.compile(
    r"^(global|regional|us|eu|apac)\.|^(meta|anthropic|amazon|mistral|openai|qwen)\.|^meta-(?=llama)"
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
        if (fact := _quality().get((_base(offer), chosen))) is not None
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
    """Every model of makers and larger hosts that has a score and is on sale."""
    known = {base for base, _ in _quality()}
    for provider in HOSTS:
        if provider in book.providers:
            for sku in book.skus(provider).values():
                on_sale = sku.launched <= at_us < sku.retired and not sku.deprecated
                if on_sale and base_name(sku.model) in known:
                    yield Offer(Line(sku, tier, region, sku.model), at_us, timed)


@functools.lru_cache(maxsize=4096)
def base_name(model: str) -> str:
    """What is left of a model's name without owner, date and manner of serving, spelled plainly."""
    name = model.lower().rpartition("/")[2]
    name = _OWNER.sub("", _OWNER.sub("", name))
    before = ""
    while name != before:
        before, name = name, _SERVED.sub("", _DATE.sub("", name))
    return key(name)


def _base(offer: Offer) -> str:
    return base_name(offer.sku.model) if offer.sku else ""


@functools.cache
def _quality() -> Mapping[tuple[str, str], Quality]:
    """Scores by model and benchmark; of several the best confidence counts, then the newest."""
    ranked = sorted(catalog().quality.values(), key=lambda row: (-ord(row.confidence), row.date))
    return {(base_name(row.model), row.benchmark): row for row in ranked}


@functools.cache
def _speeds() -> Mapping[tuple[str, str], HostedSpeed]:
    rows = sorted(catalog().hosted_speeds.values(), key=lambda row: row.date)
    return {(row.provider, base_name(row.model)): row for row in rows}


def _speed(offer: Offer) -> float:
    row = _speeds().get((offer.sku.provider, _base(offer))) if offer.sku else None
    if row is None:
        return float("nan")
    value = parse_as(row.output_tokens_per_s, "output_tokens_per_s", "catalog speed").value
    return value.p50 if isinstance(value, Spread) else float(value)


def _best_known(offers: Sequence[Offer]) -> str:
    """The benchmark that is known of most offers, the earlier in `BENCHMARKS` of equals."""
    counts = {name: sum((_base(offer), name) in _quality() for offer in offers) for name in BENCHMARKS}
    return max(BENCHMARKS, key=lambda name: counts[name])
