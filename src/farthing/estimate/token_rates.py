"""What models ask at a moment, for chains of formulas: rates per million tokens with their sources.

A price that depends on the hour is averaged over the week unless the question says when; one that
depends on the length of the input is looked up for each draw's own length.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from farthing.pricing.card import Card, Priced
from farthing.pricing.rows import STANDARD, Row, Sku
from farthing.pricing.table import WHY, Line, Table, table, week_minute
from farthing.units.types import FloatArray


@dataclass(frozen=True, slots=True)
class Charge:
    """One rate of a chain: its name, the meter it is for, how many units it is for, what is counted."""

    name: str
    meter: str
    unit_count: int
    quantity: str

    @property
    def counted(self) -> tuple[str, ...]:
        """What is charged at it: the first of these values less the others."""
        return (self.quantity, "reasoning_tokens") if self.meter == "output" else (self.quantity,)


_MILLION: Final = 1_000_000
CHARGES: Final = (
    Charge("input_usd_per_m_tokens", "input", _MILLION, "uncached_tokens"),
    Charge("cache_read_usd_per_m_tokens", "cache_read", _MILLION, "cache_read_tokens"),
    Charge("cache_write_5m_usd_per_m_tokens", "cache_write_5m", _MILLION, "cache_write_5m_tokens"),
    Charge("cache_write_1h_usd_per_m_tokens", "cache_write_1h", _MILLION, "cache_write_1h_tokens"),
    Charge("output_usd_per_m_tokens", "output", _MILLION, "call_output_tokens"),
    Charge("reasoning_usd_per_m_tokens", "reasoning", _MILLION, "reasoning_tokens"),
    Charge("call_fee_usd", "request", 1, ""),
    Charge("web_search_usd", "web_search", 1, "web_search_count"),
)
METERS: Final = tuple(charge.meter for charge in CHARGES)


@dataclass(frozen=True, slots=True)
class Batched:
    """What a part of a call costs in a batch over what it costs at once; the charges it is made of."""

    name: str
    charges: tuple[Charge, ...]


BATCHED: Final = (
    Batched("batch_input_multiple", CHARGES[0:1]),
    Batched("batch_cache_read_multiple", CHARGES[1:2]),
    Batched("batch_cache_write_multiple", CHARGES[2:4]),
    Batched("batch_output_multiple", CHARGES[4:5]),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The price of one unit of a meter, exactly, with the row it stands on and what to know about it.

    Of what a request has beyond `above_tokens` of the meter each unit costs `beyond`, where that is said.
    """

    usd: Fraction
    row: Row
    note: str
    above_tokens: int = 0
    beyond: Fraction | None = None

    def mean(self, quantity: Fraction | float) -> Fraction:
        """The price of a unit on average in a request with so many of them."""
        if self.beyond is None or quantity <= self.above_tokens:
            return self.usd
        return self.usd + (self.beyond - self.usd) * (1 - Fraction(self.above_tokens) / Fraction(quantity))


@dataclass(frozen=True)
class Offer:
    """A model in a tier and a region at a moment; `timed` says that the hour of the week was given."""

    line: Line
    at_us: int
    timed: bool = False

    @property
    def sku(self) -> Sku | None:
        """The model, None where nobody knows it."""
        return self.line.sku

    @property
    def title(self) -> str:
        """Provider and model."""
        return self.line.title

    def in_tier(self, tier: str) -> "Offer":
        """The same in another tier."""
        return Offer(Line(self.line.sku, tier, self.line.region, self.line.asked), self.at_us, self.timed)


@dataclass(frozen=True)
class Market:
    """The rates of several offers of one moment, in one table."""

    offers: tuple[Offer, ...]
    rates: Table
    weights: tuple[Fraction, ...]  # of the kinds of hours

    def reason(self, place: int) -> str:
        """Why an offer has no price at all; empty where it has one."""
        return WHY.get(self._card(place, 0, 0).reason, "")

    def step(self, place: int, length: float) -> int:
        """How many lengths beyond which its price changes an input has passed."""
        return bisect_left(self.steps(place), length)

    def asked(self, place: int, meter: str, length: float) -> Asked | None:
        """The price of one unit of a meter at a length of input; None where it has none."""
        return self._at_step(place, meter, self.step(place, length))

    def column(self, charge: Charge, length: float, quantity: float) -> FloatArray:
        """A rate of every offer at one length of input and one quantity; NaN where there is none."""
        found = [self.asked(place, charge.meter, length) for place in range(len(self.offers))]
        each = (None if rate is None else rate.mean(quantity) * charge.unit_count for rate in found)
        return np.array([np.nan if rate is None else float(rate) for rate in each])

    def levels(self, place: int, charge: Charge) -> list[Asked | None]:
        """The price of one unit of a charge at each length beyond which it changes."""
        return [self._at_step(place, charge.meter, step) for step in range(len(self.steps(place)) + 1)]

    def _at_step(self, place: int, meter: str, step: int) -> Asked | None:
        found = [
            (weight, self._card(place, code, step).rate(meter))
            for code, weight in enumerate(self.weights)
            if weight
        ]
        known = [(weight, rate) for weight, rate in found if rate is not None]
        if len(known) < len(found):
            return None
        first = known[0][1]
        varied = any(rate.usd != first.usd for _, rate in known)
        usd = sum((weight * rate.usd for weight, rate in known), Fraction(0))
        above = max(rate.above_tokens for _, rate in known)
        if not above:
            return Asked(usd, first.row, _note(first, varied=varied))
        later = (weight * (rate.usd if rate.beyond is None else rate.beyond) for weight, rate in known)
        return Asked(usd, first.row, _note(first, varied=varied), above, sum(later, Fraction(0)))

    def steps(self, place: int) -> list[int]:
        """Lengths of input beyond which an offer costs another rate."""
        return [int(step) for step in self.rates.lengths[place] if step < np.iinfo(np.int64).max]

    def _card(self, place: int, code: int, step: int) -> Card:
        shape = self.rates.shape
        return self.rates.card((place * shape.hours + code) * shape.lengths + step)


def market(offers: Sequence[Offer]) -> Market:
    """The rates of offers that all speak of one moment."""
    first = offers[0]
    rates = table([offer.line for offer in offers], METERS, first.at_us, first.at_us)
    counts = np.bincount(rates.clock.codes, minlength=rates.shape.hours)
    weights = tuple(Fraction(int(count), len(rates.clock.codes)) for count in counts)
    if first.timed and len(rates.clock.codes) > 1:
        code = int(rates.clock.codes[week_minute(first.at_us)])
        weights = tuple(Fraction(place == code) for place in range(rates.shape.hours))
    return Market(tuple(offers), rates, weights)


def _note(found: Priced, *, varied: bool) -> str:
    parts: Mapping[str, bool] = {
        found.row.note: bool(found.row.note),
        f"at the price of {found.parent}, which covers it": bool(found.parent),
        f"{found.row.tier} tier": found.row.tier not in (STANDARD, "*"),
        "the mean over the hours of a week; --at gives one": varied,
        "the list does not say since when": not found.row.dated,
    }
    return "; ".join(part for part, wanted in parts.items() if wanted)
