"""Where an estimate stands beside the runs that others published."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping

import msgspec

from farthing.catalog.facts import PublishedRun
from farthing.catalog.load import catalog
from farthing.estimate.run import Evaluation
from farthing.formulas.compute import train_flop

_FEWEST = 5


class Standing(msgspec.Struct, frozen=True):
    """An estimate's place among published runs.

    `value` is the estimate's own figure, `low`, `mid` and `high` the 10th, 50th and 90th
    percentile of the published ones, and `below_share` the share of them that lie below it.
    """

    name: str
    value: float
    unit: str
    below_share: float
    low: float
    mid: float
    high: float
    count: int


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
    found = []
    for name, unit, own, of_run in _MEASURES:
        if own not in run.values:
            continue
        published = sorted(value for row in _runs() if (value := of_run(row)) is not None)
        if len(published) >= _FEWEST:
            found.append(_place(name, unit, run.median(own) / zettaflop, published))
    return tuple(found)


def _place(name: str, unit: str, value: float, published: list[float]) -> Standing:
    below = bisect_left(published, value) / len(published)
    low, mid, high = (_at(published, level) for level in (0.1, 0.5, 0.9))
    return Standing(name, value, unit, below, low, mid, high, len(published))


def _at(ordered: list[float], level: float) -> float:
    return ordered[round(level * (len(ordered) - 1))]


def _runs() -> Iterable[PublishedRun]:
    runs: Mapping[str, PublishedRun] = catalog().published_runs
    return runs.values()


def _zettaflop(row: PublishedRun) -> float | None:
    params = row.active_params or row.total_params
    return None if params is None or row.tokens is None else float(train_flop(params, row.tokens)) / 1e21


def _hours(row: PublishedRun) -> float | None:
    size = _zettaflop(row)
    return None if size is None or row.gpu_hours is None else row.gpu_hours / size


def _dollars(row: PublishedRun) -> float | None:
    size = _zettaflop(row)
    cost = row.reported_cost_usd
    if cost is None and row.gpu_hours is not None and row.price_per_gpu_hour_usd is not None:
        cost = row.gpu_hours * row.price_per_gpu_hour_usd
    return None if size is None or cost is None else cost / size


_MEASURES: tuple[tuple[str, str, str, Callable[[PublishedRun], float | None]], ...] = (
    ("gpu_hours_per_zettaflop", "h/ZFLOP", "gpu_hours", _hours),
    ("compute_cost_usd_per_zettaflop", "USD/ZFLOP", "compute_cost_usd", _dollars),
)
