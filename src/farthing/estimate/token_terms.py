"""The terms on which a model is sold: its regions, the end of its sale, what writing to its cache costs."""

from collections.abc import Iterator

from farthing.estimate import token_words
from farthing.estimate.run import Evaluation
from farthing.estimate.token_rates import Market
from farthing.units.problem import Problem


def terms(found: Market, place: int, run: Evaluation) -> Iterator[Problem]:
    """Notes on a model that has a price."""
    offer = found.offers[place]
    if offer.sku is None:
        return
    regions = sorted({row.region for row in offer.sku.rows if row.region})
    if offer.line.region and offer.line.region not in regions:
        yield token_words.no_region(offer, regions)
    if offer.at_us >= offer.sku.retired:
        yield token_words.retired(offer)
    written = run.median("cache_write_5m_tokens") + run.median("cache_write_1h_tokens")
    if run.median("cache_read_tokens") and not written and (times := _write_multiple(found, place)) > 1:
        yield token_words.unwritten_cache(offer, times)


def _write_multiple(found: Market, place: int) -> float:
    """What writing to the cache costs over plain input; 1 where either has no price."""
    plain, write = (found.asked(place, meter, 0.0) for meter in ("input", "cache_write_5m"))
    return float(write.usd / plain.usd) if plain and write and plain.usd else 1.0
