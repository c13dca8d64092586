"""One evaluation of a chain on arrays of draws, and what drives its result.

Spreads become arrays by a Latin hypercube; exact inputs stay floats, so that whatever depends on
no spread is computed once. A fact used twice is one input and therefore drawn once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np

from farthing.estimate.gather import Input, Inputs
from farthing.estimate.graph import Chain, Plan, names_of, plan
from farthing.estimate.question import Number
from farthing.units.problem import InputError, Problem, did_you_mean
from farthing.units.spread import Spread
from farthing.units.types import FloatArray, Real

_BINS = 32
_ROUNDING = 1e-12
_HALF = 0.5
_TAILS = (0.05, 0.50, 0.95)


@dataclass(frozen=True, slots=True)
class Swing:
    """What the result is when one input stands at its p05 and p95 and all others at the median."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Evaluation:
    """A chain run once: its plan, the inputs it used, the values of every name, the draws."""

    plan: Plan
    inputs: Mapping[str, Input]
    columns: Mapping[str, FloatArray]
    values: Mapping[str, Real]

    def median(self, name: str) -> float:
        """The middle of a value over all draws."""
        return self.quantiles(name)[1]

    def quantiles(self, name: str) -> tuple[float, float, float]:
        """p05, p50 and p95 of a value; all three are equal where nothing uncertain enters."""
        if name not in self._quantiles:
            self._quantiles[name] = quantiles(self.values[name])
        return self._quantiles[name]

    @cached_property
    def _quantiles(self) -> dict[str, tuple[float, float, float]]:
        return {}

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """Inputs that have a spread, in the order in which they were gathered."""
        return tuple(name for name, item in self.inputs.items() if isinstance(item.value, Spread))

    def drivers(self, main: str) -> dict[str, float]:
        """Each uncertain input's share of the variance of `main`, largest first; the sum is <= 1.

        First-order (Sobol) indices from the mean of each of 32 slices of an input, corrected for
        the noise of finite slices; of the logarithm where the result is positive throughout.
        Source: saltelli-2010-variance-based.
        """
        result = self.values[main]
        if not isinstance(result, np.ndarray):
            return {}
        outcome = np.log(result) if (result > 0).all() else result
        shares = {name: variance_share(self.columns[name], outcome) for name in self._behind(main)}
        total = max(1.0, sum(shares.values()))
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])
        return {name: share / total for name, share in ranked if share > 0}

    def tornado(self, main: str) -> tuple[Swing, ...]:
        """`main` as each uncertain input alone goes from p05 to p95, widest first.

        All the corners are one array, two places for each input.
        """
        behind = self._behind(main)
        length = 2 * len(behind)
        corners: dict[str, Real] = {n: _middle(item.value) for n, item in self.inputs.items()}
        for place, name in enumerate(behind):
            corners[name] = _bumped(self.inputs[name].value, 2 * place, length)
        outcome = np.broadcast_to(self.plan.run(corners)[main], (length,)).reshape(-1, 2)
        swings = [
            Swing(name, float(low), float(high)) for name, (low, high) in zip(behind, outcome, strict=True)
        ]
        return tuple(sorted(swings, key=lambda swing: -abs(swing.high - swing.low)))

    def _behind(self, main: str) -> tuple[str, ...]:
        """The uncertain inputs that a result depends on."""
        needed = self.plan.needs(main)
        return tuple(name for name in self.varying if name in needed)


def evaluate(chain: Chain, inputs: Inputs, wanted: tuple[str, ...]) -> Evaluation:
    """Run the part of a chain that leads to the wanted names, on the question's draws.

    Raises InputError for a missing input, for a `--set` name that the chain does not know, and
    for a result that is no finite number.
    """
    _check_sets(chain, inputs)
    steps = plan(chain, inputs.names, wanted)
    used = {item.name: item for item in inputs if item.name in steps.inputs}
    spreads = [name for name, item in used.items() if isinstance(item.value, Spread)]
    asked = inputs.question
    streams = uniforms((used[name].stream or name for name in spreads), asked.seed, asked.draws)
    columns = {name: streams[used[name].stream or name] for name in spreads}
    values = _run(steps, {name: _drawn(item.value, columns.get(name)) for name, item in used.items()})
    for name in wanted:
        _check_finite(name, values[name])
    return Evaluation(steps, used, columns, values)


def uniforms(names: Iterable[str], seed: int, draws: int) -> dict[str, FloatArray]:
    """A Latin hypercube: for each name one number from each of `draws` equal slices of 0 to 1.

    Each name has its own stream, so that another input more or less moves no other draw. A
    single draw is the median.
    """
    if draws == 1:
        return {name: np.full(1, 0.5) for name in names}
    return {name: _column(name, seed, draws) for name in names}


def quantiles(value: Real) -> tuple[float, float, float]:
    """p05, p50 and p95 of an array of draws; a float is all three."""
    if not isinstance(value, np.ndarray):
        return (float(value),) * 3
    ordered = np.sort(value, axis=None)  # np.quantile imports masked arrays on its first call
    if ordered[-1] - ordered[0] <= _ROUNDING * abs(ordered[-1]):  # what cancels out is exact
        return (float(ordered[len(ordered) // 2]),) * 3
    low, mid, high = (_between(ordered, level * (len(ordered) - 1)) for level in _TAILS)
    return low, mid, high


def _between(ordered: FloatArray, place: float) -> float:
    """The value at a place between two of an ordered array, on the straight line; whole among whole ones."""
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    if low.is_integer() and high.is_integer():
        return low if place - below < _HALF else high
    return low + (high - low) * (place - below)


def _column(name: str, seed: int, draws: int) -> FloatArray:
    stream = np.random.Generator(np.random.PCG64([seed, crc32(name.encode())]))
    return (stream.permutation(draws) + stream.random(draws)) / draws


def _drawn(value: Number, column: FloatArray | None) -> Real:
    if isinstance(value, Spread) and column is not None:
        return value.quantile(column)
    return _middle(value)


def _middle(value: Number) -> float:
    return value.p50 if isinstance(value, Spread) else float(value)


def _bumped(value: Number, place: int, length: int) -> FloatArray:
    places = np.full(length, _middle(value))
    if isinstance(value, Spread):
        places[place : place + 2] = value.p05, value.p95
    return places


def variance_share(column: FloatArray, outcome: FloatArray) -> float:
    """What a column of draws explains of an outcome: a share of its variance.

    The variance of the slices' means over the whole, less what noise alone would give.
    """
    bins = min(_BINS, max(1, outcome.size // 8))
    places = (column * bins).astype(np.intp)
    counts = np.bincount(places, minlength=bins)
    means = np.bincount(places, weights=outcome, minlength=bins) / np.maximum(counts, 1)
    if np.ptp(outcome) == 0 or outcome.size <= bins:
        return 0.0
    raw = float((counts * (means - outcome.mean()) ** 2).sum() / outcome.size / outcome.var())
    noise = (bins - 1) / (outcome.size - 1)
    return max(0.0, (raw - noise) / (1 - noise))


def _run(steps: Plan, values: Mapping[str, Real]) -> dict[str, Real]:
    try:
        with np.errstate(all="ignore"):
            return steps.run(values)
    except (ZeroDivisionError, OverflowError) as error:
        raise InputError([_not_finite("the result", str(error))]) from error


def _check_finite(name: str, value: Real) -> None:
    if not np.isfinite(value).all():
        raise InputError([_not_finite(name, "a number given is zero or far too large")])


def _not_finite(name: str, why: str) -> Problem:
    return Problem(
        code="not-finite",
        severity="error",
        where=name,
        what=f"{name} is not a finite number",
        why=why,
        fix="check the largest and smallest numbers of the question",
    )


def _check_sets(chain: Chain, inputs: Inputs) -> None:
    legal = names_of(chain) | {item.name for item in inputs if item.note != "set"}
    unknown = [name for name in inputs.question.sets if name not in legal]
    if unknown:
        raise InputError([_unknown_set(name, legal) for name in unknown])


def _unknown_set(name: str, legal: frozenset[str]) -> Problem:
    return Problem(
        code="unknown-name",
        severity="error",
        where=f"--set {name}",
        what=f"no value is named {name}",
        why="neither an input nor a formula of this question has that name",
        fix=did_you_mean(name, sorted(legal)) or "farthing graph lists the names",
    )
