"""What the measures of a workload save a month: the same draws, run once more without each of them."""

from typing import Final

import numpy as np

from farthing.estimate.answer import Result
from farthing.estimate.run import Evaluation, quantiles
from farthing.units.types import Real

_CACHED: Final = ("cached_share", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
_ALREADY: Final[dict[str, tuple[str, dict[str, float]]]] = {
    "caching_saving_usd": (
        "cache_read_tokens",
        {
            "cached_share": 0.0,
            "cache_read_tokens": 0.0,
            "cache_write_5m_tokens": 0.0,
            "cache_write_1h_tokens": 0.0,
        },
    ),
    "shortening_saving_usd": ("shortened_share", {"shortened_share": 0.0}),
    "batch_saving_usd": ("batch_share", {"batch_share": 0.0}),
}


def savings(run: Evaluation) -> dict[str, Result]:
    """For each measure that is in use what a month would cost more without it; a loss is negative."""
    found: dict[str, Result] = {}
    for name, (sign, without) in _ALREADY.items():
        if run.median(sign) > 0:
            spared = np.asarray(_cost(run, without)) - run.values["cost_usd"]
            low, mid, high = quantiles(spared if spared.ndim else float(spared))
            found[name] = Result(low, mid, high, unit="USD", basis="estimated")
    return found


def _cost(run: Evaluation, without: dict[str, float]) -> Real:
    """The month's cost where some inputs are another number."""
    starts = {name: run.values[name] for name in run.plan.inputs}
    return run.plan.run({**starts, **{name: value for name, value in without.items() if name in starts}})[
        "cost_usd"
    ]
