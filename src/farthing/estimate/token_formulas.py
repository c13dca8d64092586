"""Rates that depend on the request, as formulas of a chain: by the length of its input, beyond a count."""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from inspect import Parameter, Signature

import numpy as np

from farthing.estimate.graph import Formula
from farthing.estimate.token_rates import Asked, Charge, Market
from farthing.units.figures import figure
from farthing.units.types import FloatArray, Real

_LENGTH = "call_input_tokens"


def by_size(found: Market, place: int, charge: Charge) -> Formula:
    """A formula with the name of a rate that gives it for the size of each draw.

    Its arguments are the length of the input and, where a price changes within a request, what is
    counted at it. Its docstring says the prices and their sources.
    """
    steps, levels = found.steps(place), found.levels(place, charge)
    bracketed = any(level is not None and level.beyond is not None for level in levels)

    def rate(length: Real, *parts: Real) -> Real:
        quantity = parts[0] - sum(parts[1:]) if parts else 0
        if any(isinstance(value, np.ndarray) for value in (length, *parts)):
            return _means(levels, np.searchsorted(steps, length, side="left"), quantity) * charge.unit_count
        level = levels[bisect_left(steps, length)]
        return 0 if level is None else level.mean(quantity) * charge.unit_count  # type: ignore[return-value,arg-type]

    sources = dict.fromkeys(source for level in levels if level for source in level.row.sources)
    rate.__name__ = rate.__qualname__ = charge.name
    rate.__signature__ = _signature((_LENGTH, *(charge.counted if bracketed else ())))  # type: ignore[attr-defined]
    rate.__doc__ = (
        "Price of a million tokens, by the length of the input: "
        f"{by_length_text(found, place, charge)}. Source: {', '.join(sources)}."
    )
    return rate


def by_length_text(found: Market, place: int, charge: Charge) -> str:
    """Prices in words: "$1.25, beyond 200,000 tokens $2.50"."""
    first, *later = (_words(level, charge) for level in found.levels(place, charge))
    steps = (f"beyond {step:,} tokens {words}" for step, words in zip(found.steps(place), later, strict=True))
    return ", ".join((first, *steps))


def _words(level: Asked | None, charge: Charge) -> str:
    if level is None:
        return "unpriced"
    usd = figure(float(level.usd * charge.unit_count), "USD")
    if level.beyond is None:
        return usd
    rest = figure(float(level.beyond * charge.unit_count), "USD")
    return f"{usd} up to {level.above_tokens:,} of them and {rest} for the rest"


def _means(levels: Sequence[Asked | None], step: np.ndarray, quantity: Real) -> FloatArray:
    """The mean price of a unit in requests of these quantities, each at its own step of length."""
    columns = ((0.0, 0.0, 0.0) if level is None else _floats(level) for level in levels)
    usd, above, more = np.array(list(columns)).T[:, step]
    over = np.maximum(0.0, np.asarray(quantity) - above)
    share = np.divide(over, quantity, out=np.zeros(np.broadcast(over, quantity).shape), where=over > 0)
    return np.asarray(usd + more * share)


def _floats(level: Asked) -> tuple[float, float, float]:
    more = Fraction(0) if level.beyond is None else level.beyond - level.usd
    return float(level.usd), float(level.above_tokens), float(more)


def _signature(names: Sequence[str]) -> Signature:
    return Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])
