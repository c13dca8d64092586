"""What the measures of a workload save a month: the same draws, run once more without each of them."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

import numpy as np

from farthing.estimate.answer import Result
from farthing.estimate.exact import decimal_text
from farthing.estimate.run import Evaluation, quantiles
from farthing.units.types import Real

Exactly = Callable[[Mapping[str, float]], Mapping[str, Fraction]]  # values where some inputs are changed

_CACHED: Final = ("cached_share", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")
_MEASURES: Final = (  # the result, values of which one is above zero where it is taken, its inputs
    ("caching_saving_usd", ("cache_read_tokens", "cache_write_usd"), _CACHED),
    ("shortening_saving_usd", ("shortened_share",), ("shortened_share",)),
    ("batch_saving_usd", ("batch_share",), ("batch_share",)),
)


def savings(run: Evaluation, exact: Exactly) -> dict[str, Result]:
    """For each measure that is taken what a month would cost more without it; a loss is negative."""
    found: dict[str, Result] = {}
    for name, signs, inputs in _MEASURES:
        if any(run.quantiles(sign)[2] > 0 for sign in signs):
            without = {each: 0.0 for each in inputs if each in run.plan.inputs}
            spared = np.asarray(otherwise(run, without, "cost_usd")) - run.values["cost_usd"]
            found[name] = _result(spared, _difference(exact, without), "estimated")
    return found


def mix_ends(run: Evaluation) -> dict[str, Result]:
    """What thirty days cost if all of a demand is input, and if all of it is output."""
    if "output_share" not in run.values:
        return {}
    ends = {"all_input_cost_per_30_days_usd": 0.0, "all_output_cost_per_30_days_usd": 1.0}
    return {
        name: _result(np.asarray(otherwise(run, {"output_share": share}, "cost_per_30_days_usd")), None, None)
        for name, share in ends.items()
    }


def otherwise(run: Evaluation, changed: Mapping[str, float], name: str) -> Real:
    """A value where some inputs are another number."""
    starts = {each: changed.get(each, run.values[each]) for each in run.plan.inputs}
    return run.plan.run(starts)[name]


def _difference(exact: Exactly, without: Mapping[str, float]) -> Fraction | None:
    before, after = (exact(changed).get("cost_usd") for changed in (without, {}))
    return None if before is None or after is None else before - after


def _result(amount: np.ndarray, exact: Fraction | None, basis: str | None) -> Result:
    found = quantiles(amount if amount.ndim else float(amount))
    if exact is None:
        return Result(*found, unit="USD", basis=basis)
    low = mid = high = float(exact)
    return Result(low, mid, high, unit="USD", basis=basis, exact=decimal_text(exact))
