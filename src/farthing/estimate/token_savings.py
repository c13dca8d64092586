"""What the measures of a workload save a month: the same draws, run once more without each of them."""

from typing import Final

import numpy as np

from farthing.estimate.answer import Result
from farthing.estimate.run import Evaluation, quantiles
from farthing.units.types import Real

_CACHED: Final = ("cached_share", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
_MEASURES: Final = (  # the result, values of which one is above zero where it is taken, its inputs
    ("caching_saving_usd", ("cache_read_tokens", "cache_write_usd"), _CACHED),
    ("shortening_saving_usd", ("shortened_share",), ("shortened_share",)),
    ("batch_saving_usd", ("batch_share",), ("batch_share",)),
)


def savings(run: Evaluation) -> dict[str, Result]:
    """For each measure that is taken what a month would cost more without it; a loss is negative."""
    found: dict[str, Result] = {}
    for name, signs, inputs in _MEASURES:
        if any(run.quantiles(sign)[2] > 0 for sign in signs):
            spared = np.asarray(_value(run, dict.fromkeys(inputs, 0.0), "cost_usd")) - run.values["cost_usd"]
            found[name] = _result(spared, "estimated")
    return found


def mix_ends(run: Evaluation) -> dict[str, Result]:
    """What thirty days cost if all of a demand is input, and if all of it is output."""
    if "output_share" not in run.values:
        return {}
    ends = {"all_input_cost_per_30_days_usd": 0.0, "all_output_cost_per_30_days_usd": 1.0}
    return {
        name: _result(np.asarray(_value(run, {"output_share": share}, "cost_per_30_days_usd")), None)
        for name, share in ends.items()
    }


def _value(run: Evaluation, changed: dict[str, float], name: str) -> Real:
    """A value where some inputs are another number."""
    starts = {each: changed.get(each, run.values[each]) for each in run.plan.inputs}
    return run.plan.run(starts)[name]


def _result(amount: np.ndarray, basis: str | None) -> Result:
    return Result(*quantiles(amount if amount.ndim else float(amount)), unit="USD", basis=basis)
