"""Models side by side under one workload: cost, price of the mix, quality, speed, and who is on a frontier.

All models are one array through the same formulas; only what is shown is worked out to the last decimal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from farthing.estimate.answer import Cell, Row
from farthing.estimate.exact import decimal_text
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, plan
from farthing.estimate.model_quality import Scores
from farthing.estimate.run import Evaluation
from farthing.estimate.token_rates import BATCHED, CHARGES, Batched, Charge, Market, Offer, market
from farthing.formulas.tokens import cache_breakeven_share
from farthing.units.types import FloatArray, Real

MONEY: Final = ("cost_per_request_usd", "cost_usd", "usd_per_m_tokens")
_MOST_ROWS: Final = 12


@dataclass(frozen=True)
class Bench:
    """Offers with their medians: what each would cost."""

    market: Market
    costs: Mapping[str, FloatArray]  # NaN where something used has no price
    scores: Scores

    @property
    def cost(self) -> FloatArray:
        """The month's cost of each."""
        return self.costs["cost_usd"]

    def place_of_cheapest(self, floor: float) -> int | None:
        """The cheapest offer of at least this quality; None where none has a price."""
        quality = self.scores.quality
        able = ~np.isnan(self.cost) & ((quality >= floor) if floor else np.ones(len(self.cost), dtype=bool))
        return int(np.nanargmin(np.where(able, self.cost, np.nan))) if able.any() else None

    def frontier(self, better: FloatArray) -> frozenset[int]:
        """Places that nobody beats: none costs less and is better, both being known."""
        known = [int(place) for place in np.flatnonzero(~np.isnan(self.cost) & ~np.isnan(better))]
        known.sort(key=lambda place: (self.cost[place], -better[place]))
        best, kept = -np.inf, []
        for place in known:
            if better[place] > best:
                best = better[place]
                kept.append(place)
        return frozenset(kept)


def bench(offers: Sequence[Offer], inputs: Inputs, chain: Chain, work: Evaluation, scores: Scores) -> Bench:
    """What the workload's medians cost with each offer, all in one pass."""
    found = market(offers)
    length = work.median("call_input_tokens")
    rates = {
        charge.name: _column(found, charge, length, work) for charge in CHARGES if charge.name not in inputs
    }
    known: dict[str, Real] = {item.name: inputs.median(item.name) for item in inputs}
    known |= rates
    known |= _batch_multiples(found, work, inputs)
    steps = plan(chain, frozenset(known), MONEY)
    values = steps.run(known)
    costs = {name: np.broadcast_to(np.asarray(values[name], dtype=float), len(offers)) for name in MONEY}
    return Bench(found, costs, scores)


def rows_of(
    bench: Bench,
    places: Sequence[int],
    costs: Mapping[int, Mapping[str, Fraction | float]],
    unpriced: Mapping[int, str],
) -> tuple[Row, ...]:
    """A row for each place, in this order; what is `unpriced` has no costs and says why."""
    by_quality, by_speed = bench.frontier(bench.scores.quality), bench.frontier(bench.scores.speed)
    return tuple(
        {
            "model": bench.market.offers[place].title,
            **{name: _money(costs.get(place, {}).get(name)) for name in MONEY},
            "quality": _number(bench.scores.quality[place]),
            "benchmark": bench.scores.benchmark if place in bench.scores.facts else None,
            "output_tokens_per_s": _number(bench.scores.speed[place]),
            "frontier": " ".join(
                word for word, on in (("quality", by_quality), ("speed", by_speed)) if place in on
            ),
            "cache_breakeven_share": _breakeven(bench.market, place, "cache_write_5m"),
            "cache_breakeven_1h_share": _breakeven(bench.market, place, "cache_write_1h"),
            "unpriced": unpriced.get(place, ""),
        }
        for place in places
    )


def chosen_places(bench: Bench, asked: int, floor: float) -> list[int]:
    """Which offers to show: those that were named, else the frontiers and the cheapest above the floor."""
    if asked:
        return list(range(asked))
    quality = bench.scores.quality
    able = [
        int(place)
        for place in np.argsort(bench.cost)
        if not np.isnan(bench.cost[place]) and (not floor or quality[place] >= floor)
    ]
    first = [
        place
        for place in able
        if place in bench.frontier(quality) or place in bench.frontier(bench.scores.speed)
    ]
    return sorted(
        dict.fromkeys((*able[: _MOST_ROWS // 2], *first)), key=lambda place: float(bench.cost[place])
    )


def counted(work: Evaluation, charge: Charge) -> float:
    """How much of a charge the median call has; 1 where nothing is counted."""
    if not charge.quantity:
        return 1.0
    first, *others = (work.median(name) for name in charge.counted)
    return first - sum(others)


def _column(found: Market, charge: Charge, length: float, work: Evaluation) -> FloatArray:
    column = found.column(charge, length, counted(work, charge))
    unused = not charge.quantity or work.median(charge.quantity) == 0
    return np.nan_to_num(column, nan=0.0) if unused else column


def _batch_multiples(found: Market, work: Evaluation, inputs: Inputs) -> dict[str, Real]:
    """What parts of a call cost in a batch against at once; NaN where one that is used has no such price."""
    wanted = [part for part in BATCHED if part.name not in inputs]
    if inputs.median("batch_share") == 0:
        return {part.name: 1.0 for part in wanted}
    batch = market([offer.in_tier("batch") for offer in found.offers])
    return {part.name: _batch_multiple(part, found, batch, work) for part in wanted}


def _batch_multiple(part: Batched, found: Market, batch: Market, work: Evaluation) -> FloatArray:
    length = work.median("call_input_tokens")
    used = [charge for charge in part.charges if work.median(charge.quantity)]
    if not used:
        return np.ones(len(found.offers))
    quantity = counted(work, used[0])
    before, after = (each.column(used[0], length, quantity) for each in (found, batch))
    return np.divide(after, before, out=np.where(np.isnan(after), np.nan, 1.0), where=before > 0)


def _breakeven(found: Market, place: int, written: str) -> Cell:
    """Share of tokens that must be read again for writing all of them to pay; None without a cache."""
    plain, write, read = (found.asked(place, meter, 0.0) for meter in ("input", written, "cache_read"))
    if plain is None or write is None or read is None or not plain.usd or write.usd <= read.usd:
        return None
    share = cache_breakeven_share(float(write.usd / plain.usd), float(read.usd / plain.usd))
    return round(max(0.0, float(share)), 4)


def _money(amount: Fraction | float | None) -> Cell:
    return decimal_text(amount) if isinstance(amount, Fraction) else amount


def _number(value: float) -> Cell:
    return None if np.isnan(value) else float(value)
