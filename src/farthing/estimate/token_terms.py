"""The terms on which a model is sold: a region without a price of its own, an end of its sale."""

from collections.abc import Iterator

from farthing.estimate import token_words
from farthing.estimate.token_rates import Offer
from farthing.units.problem import Problem


def terms(offer: Offer) -> Iterator[Problem]:
    """Notes on a model that has a price."""
    if offer.sku is None:
        return
    regions = sorted({row.region for row in offer.sku.rows if row.region})
    if offer.line.region and offer.line.region not in regions:
        yield token_words.no_region(offer, regions)
    if offer.at_us >= offer.sku.retired:
        yield token_words.retired(offer)
