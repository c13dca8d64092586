"""Several options on one set of draws: what each costs, who is cheapest how often, what drives the gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from farthing.estimate.compare_terms import Option, Terms, mapped
from farthing.estimate.gather import Input
from farthing.estimate.run import Evaluation, Swing, variance_share
from farthing.formulas import trajectory
from farthing.units.spread import Spread
from farthing.units.types import FloatArray, Real

_BOUGHT: Final = ("api", "rag", "cascade", "finetuned", "distilled")  # whose requests follow token prices


@dataclass(frozen=True)
class Side:
    """An option that has a price, with its terms on the draws and on the medians."""

    option: Option
    terms: Terms
    median: Terms

    @property
    def title(self) -> str:
        """What it is called."""
        return self.option.wanted.title


@dataclass(frozen=True)
class Draws:
    """The workload on its draws, and every option that has a price, in the order in which they were named."""

    work: Evaluation
    sides: tuple[Side, ...]
    draws: int

    def value(self, name: str) -> FloatArray:
        """A value of the workload on every draw."""
        return self.spread(self.work.values[name])

    def spread(self, value: Real) -> FloatArray:
        """A value as one number a draw."""
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (self.draws,))

    def thinned(self, terms: Terms, step: int) -> Terms:
        """Terms on every so manieth draw."""
        return mapped(terms, lambda value: self.spread(value)[::step])

    @cached_property
    def costs(self) -> FloatArray:
        """A month of every option: `[option, draw]`."""
        volume, months = self.value("request_count_per_day"), self.value("horizon_month")
        return np.stack([self.spread(side.terms.cost_usd(volume, months)) for side in self.sides])

    @property
    def shared_task_count(self) -> float:
        """Tasks that share one integration, the most that any option was told."""
        runs = (part.run for side in self.sides for part in side.option.parts)
        return max(float(np.median(run.values["task_count"])) for run in runs)

    def medians_at(self, task_count: float) -> list[float]:
        """A month of every option on the medians, were so many tasks to share an integration."""
        volume, months = medians(self.work, ("request_count_per_day", "horizon_month"))
        found = []
        for side in self.sides:
            values = [
                part.run.plan.run({**_bumped(part.run, {}, 1), "task_count": task_count})
                for part in side.option.parts
            ]
            found.append(_one(side.option.joined(values).cost_usd(volume, months)))
        return found

    @cached_property
    def cheapest_share(self) -> FloatArray:
        """How often each is the cheapest, all on the same draws; of equals the one named first."""
        counts = np.bincount(np.argmin(self.costs, axis=0), minlength=len(self.sides))
        return counts / self.draws

    @cached_property
    def place_of_cheapest(self) -> int:
        """The one whose median month costs least."""
        return int(np.argmin(np.median(self.costs, axis=1)))

    @cached_property
    def cumulative(self) -> FloatArray:
        """What each has cost by the end of each month: `[option, month, draw]`."""
        growth, decline = self.value("growth_share_per_month"), self.value("price_decline_share_per_year")
        volume = self.value("request_count_per_day")
        months = np.arange(int(np.ceil(np.median(self.value("horizon_month")))))
        found = np.empty((len(self.sides), len(months), self.draws))
        for place, side in enumerate(self.sides):
            for month in months:
                grown = trajectory.grown_request_count(volume, growth, float(month))
                fall = trajectory.price_multiple(decline, month / 12) if _follows(side) else 1.0
                paid = Terms(
                    side.terms.request_usd * fall, side.terms.upkeep_usd_per_month, 0.0, side.terms.fleets
                )
                found[place, month] = self.spread(paid.month_usd(grown))
            found[place] = np.cumsum(found[place], axis=0) + self.spread(side.terms.once_usd)
        return found

    def crossover_month(self, place: int, other: int) -> FloatArray:
        """The month from which one has cost no more than another, on every draw; inf where none."""
        return first_month(self.cumulative[place], self.cumulative[other])

    def drivers(self, one: int, other: int) -> dict[str, float]:
        """Each uncertain input's share of the variance of what one costs more than another."""
        gap = self.costs[one] - self.costs[other]
        shares = {name: variance_share(column, gap) for name, column in self._columns(one, other).items()}
        total = max(1.0, sum(shares.values()))
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])
        return {name: share / total for name, share in ranked if share > 0}

    def tornado(self, one: int, other: int) -> tuple[Swing, ...]:
        """The same gap as each uncertain input alone goes from p05 to p95, widest first."""
        names = list(self._columns(one, other))
        corners = {name: place for place, name in enumerate(names)}
        length = 2 * len(names)
        gap = np.broadcast_to(self._gap(one, other, corners, length), (length,)).reshape(-1, 2)
        swings = [Swing(name, float(low), float(high)) for name, (low, high) in zip(names, gap, strict=True)]
        return tuple(sorted(swings, key=lambda swing: -abs(swing.high - swing.low)))

    def _columns(self, one: int, other: int) -> dict[str, FloatArray]:
        runs = [self.work]
        for place in dict.fromkeys((one, other)):
            runs += [part.run for part in self.sides[place].option.parts]
        return {run.inputs[name].stream or name: run.columns[name] for run in runs for name in run.columns}

    def _gap(self, one: int, other: int, corners: Mapping[str, int], length: int) -> Real:
        work = self.work.plan.run(_bumped(self.work, corners, length))
        costs = []
        for place in (one, other):
            option = self.sides[place].option
            values = [part.run.plan.run(_bumped(part.run, corners, length)) for part in option.parts]
            costs.append(option.joined(values).cost_usd(work["request_count_per_day"], work["horizon_month"]))
        return costs[0] - np.asarray(costs[1])


def first_month(own: FloatArray, other: FloatArray) -> FloatArray:
    """The month by whose end one way has cost no more in all, `[month, draw]`; inf where none."""
    under = own <= other
    return np.where(under.any(axis=0), under.argmax(axis=0) + 1.0, np.inf)


def side_of(option: Option) -> Side:
    """An option with its terms on draws and on medians."""
    values = [part.run.plan.run(_bumped(part.run, {}, 1)) for part in option.parts]
    return Side(option, option.terms(), mapped(option.joined(values), _one))


def medians(work: Evaluation, names: Sequence[str]) -> list[float]:
    """Values of the workload where every input stands at its median."""
    values = work.plan.run(_bumped(work, {}, 1))
    return [float(np.ravel(values[name])[0]) for name in names]


def _one(value: Real) -> float:
    return float(np.ravel(value)[0])


def _follows(side: Side) -> bool:
    return side.option.wanted.kind in _BOUGHT


def _bumped(run: Evaluation, corners: Mapping[str, int], length: int) -> dict[str, Real]:
    """Every input at its median but for two places of each of the corners."""
    return {name: _corner(item, corners, length) for name, item in run.inputs.items()}


def _corner(item: Input, corners: Mapping[str, int], length: int) -> Real:
    value = item.value
    if not isinstance(value, Spread):
        return float(value)
    place = corners.get(item.stream or item.name)
    if place is None:
        return value.p50
    column = np.full(length, value.p50)
    column[2 * place : 2 * place + 2] = value.p05, value.p95
    return column
