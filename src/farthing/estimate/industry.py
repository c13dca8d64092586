"""Where an estimate stands beside the runs that others published."""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import cast

import msgspec

from farthing.catalog import find, rental
from farthing.catalog.facts import ProviderKind, Term
from farthing.catalog.load import catalog
from farthing.catalog.published_facts import PublishedRun
from farthing.estimate.run import Evaluation
from farthing.formulas.compute import train_flop
from farthing.units.problem import InputError

_FEWEST = 5


class Standing(msgspec.Struct, frozen=True):
    """An estimate's place among published runs.

    `value` is the estimate's own figure, `low`, `mid` and `high` the 10th, 50th and 90th
    percentile of the published ones, and `below_share` the share of them that lie below it.
    `note` says what the published figures rest on where it is not a report.
    """

    name: str
    value: float
    unit: str
    below_share: float
    low: float
    mid: float
    high: float
    count: int
    note: str = ""


def standings(run: Evaluation) -> tuple[Standing, ...]:
    """Accelerator-hours and dollars for the same arithmetic, among published runs.

    Both are per 10²¹ FLOP by 6·N·D. Empty where the arithmetic is not known, or too few runs are
    published.
    """
    if "train_flop" not in run.values:
        return ()
    zettaflop = run.median("train_flop") / 1e21
    if not zettaflop > 0:
        return ()
    measures = (
        ("gpu_hours_per_zettaflop", "h/ZFLOP", "gpu_hours", _published(_hours), ""),
        (
            "compute_cost_usd_per_zettaflop",
            "USD/ZFLOP",
            "compute_cost_usd",
            _published(_dollars),
            _priced_note(),
        ),
    )
    return tuple(
        _place(name, unit, run.median(own) / zettaflop, published, note)
        for name, unit, own, published, note in measures
        if own in run.values and len(published) >= _FEWEST
    )


def _place(name: str, unit: str, value: float, published: tuple[float, ...], note: str) -> Standing:
    below = bisect_left(published, value) / len(published)
    low, mid, high = (_at(published, level) for level in (0.1, 0.5, 0.9))
    return Standing(name, value, unit, below, low, mid, high, len(published), note)


def _at(ordered: tuple[float, ...], level: float) -> float:
    return ordered[round(level * (len(ordered) - 1))]


@lru_cache(maxsize=8)
def _published(of_run: Callable[[PublishedRun], float | None]) -> tuple[float, ...]:
    """A figure of every published run that has it, in order; the catalog is fixed within a process."""
    return tuple(sorted(value for row in _runs() if (value := of_run(row)) is not None))


def _runs() -> tuple[PublishedRun, ...]:
    return tuple(catalog().published_runs.values())


def _zettaflop(row: PublishedRun) -> float | None:
    params = row.active_params or row.total_params
    return None if params is None or row.tokens is None else float(train_flop(params, row.tokens)) / 1e21


def _hours(row: PublishedRun) -> float | None:
    size = _zettaflop(row)
    return None if size is None or row.gpu_hours is None else row.gpu_hours / size


def _dollars(row: PublishedRun) -> float | None:
    size, cost = _zettaflop(row), _reported_usd(row)
    if cost is None:
        cost = _rented_usd(row)
    return None if size is None or cost is None else cost / size


def _reported_usd(row: PublishedRun) -> float | None:
    if row.reported_cost_usd is not None:
        return row.reported_cost_usd
    if row.gpu_hours is None or row.price_per_gpu_hour_usd is None:
        return None
    return row.gpu_hours * row.price_per_gpu_hour_usd


def _rented_usd(row: PublishedRun) -> float | None:
    """The published hours at what the accelerator rented for in the middle of that year."""
    if row.gpu_hours is None:
        return None
    try:
        part = find.found_accelerator(row.accelerator).id
        found = rental.rent(catalog(), part, date(row.year, 7, 1), _usual_provider(), _usual_term())
    except InputError:
        return None
    return row.gpu_hours * found.mid


def _usual_provider() -> ProviderKind:
    return cast(ProviderKind, catalog().assumptions["provider_kind"].value)


def _usual_term() -> Term:
    return cast(Term, catalog().assumptions["term"].value)


@lru_cache(maxsize=1)
def _priced_note() -> str:
    """How many of the published costs are hours at a rent, and not a report."""
    priced = [row for row in _runs() if _dollars(row) is not None and _reported_usd(row) is None]
    terms = f"{_usual_term().replace('_', ' ')}, {_usual_provider()}"
    return f"{len(priced)} of them are published hours at the rent of their year ({terms})"
