"""Spend that a contract promises to the provider of a model: what a month is billed at least."""

from collections.abc import Sequence
from decimal import Decimal

from farthing.estimate.gather import Inputs
from farthing.estimate.token_rates import Offer
from farthing.pricing.book import Book
from farthing.pricing.rows import Promise
from farthing.units.figures import figure
from farthing.units.period import MONTHS_PER_YEAR
from farthing.units.problem import Problem


def add_promise(inputs: Inputs, book: Book, offer: Offer) -> tuple[Problem, ...]:
    """Add what was promised to the model's provider at the moment; nothing where nothing was.

    A promise by the year counts a twelfth of it each month. All of a provider's models count towards
    its promise; here this workload alone does, and the note says so.
    """
    provider = offer.sku.provider if offer.sku else ""
    held = [p for p in book.promises if p.provider == provider and p.start <= offer.at_us < p.end]
    if not held:
        return ()
    monthly = sum((_monthly(promise) for promise in held), Decimal(0))
    discount = 1 - _kept(held)
    note = "promised in a contract"
    inputs.derive("promised_usd_per_month", float(monthly), note)
    inputs.derive("promised_discount_share", float(discount), note)
    what = f"{figure(float(monthly), 'USD')} a month are promised to {provider}, {float(discount):.0%} off"
    why = "billed_usd is what a month costs if this workload is all that counts towards it"
    return (Problem("commitment", "note", provider, what, why, ""),)


def _monthly(promise: Promise) -> Decimal:
    amount = Decimal(promise.usd)
    return amount / MONTHS_PER_YEAR if promise.per == "year" else amount


def _kept(promises: Sequence[Promise]) -> Decimal:
    kept = Decimal(1)
    for promise in promises:
        kept *= 1 - Decimal(promise.discount)
    return kept
