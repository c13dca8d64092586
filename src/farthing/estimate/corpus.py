"""A training corpus as cost by component: the report's shares, at prices per token of each kind."""

from collections.abc import Mapping
from typing import Final

import msgspec

from farthing.catalog.load import catalog
from farthing.estimate.answer import Range
from farthing.estimate.run import quantiles, uniforms
from farthing.formulas.corpus import component_cost_usd
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread
from farthing.units.types import Real

COMPONENTS: Final = ("web", "code", "synthetic", "book", "domain")
_DRAWS: Final = 4096


class Component(msgspec.Struct, frozen=True):
    """One kind of text: its share, the price of a million tokens, and what that comes to."""

    name: str
    share: Range
    usd_per_m_tokens: Range | None
    cost_usd: Range
    confidence: str


def components(tokens: float | Spread, seed: int = 0) -> tuple[Component, ...]:
    """Cost by component for so many tokens, and all of it. Shares are drawn and brought to a sum of one."""
    shares = {name: _spread("seeds", f"report_corpus_{name}_share") for name in COMPONENTS}
    prices = {name: _spread("assumptions", f"{name}_usd_per_m_tokens") for name in COMPONENTS}
    drawn = _drawn({f"{name} share": spread for name, spread in shares.items()}, seed)
    paid = _drawn({f"{name} price": spread for name, spread in prices.items()}, seed)
    total = sum(drawn.values())
    amount = _drawn({"tokens": tokens}, seed)["tokens"] if isinstance(tokens, Spread) else tokens
    costs = {
        name: component_cost_usd(amount, drawn[f"{name} share"] / total, paid[f"{name} price"])
        for name in COMPONENTS
    }
    rows = [
        Component(
            name, _ends(shares[name]), _ends(prices[name]), Range(*quantiles(costs[name])), _trust(name)
        )
        for name in COMPONENTS
    ]
    worst = max(row.confidence for row in rows)
    every = Component("all", Range(1.0, 1.0, 1.0), None, Range(*quantiles(sum(costs.values()))), worst)
    return (*rows, every)


def _drawn(spreads: Mapping[str, Spread], seed: int) -> dict[str, Real]:
    columns = uniforms(spreads, seed, _DRAWS)
    return {name: spread.quantile(columns[name]) for name, spread in spreads.items()}


def _spread(room: str, name: str) -> Spread:
    value = parse_as(getattr(catalog(), room)[name].value, name, name).value
    return value if isinstance(value, Spread) else Spread.exact(value)


def _ends(spread: Spread) -> Range:
    return Range(spread.p05, spread.p50, spread.p95)


def _trust(name: str) -> str:
    return catalog().assumptions[f"{name}_usd_per_m_tokens"].confidence
