"""What a change saves: two questions worked out on the same draws, place by place.

Each input has a stream of its own by its name, so what both scenarios share is drawn alike and
cancels; only what differs is left in the interval. Source: owen-2013-monte-carlo.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import msgspec
import numpy as np

from farthing.estimate.answer import Estimate, Result
from farthing.estimate.compose import Prepared, compose
from farthing.estimate.run import quantiles
from farthing.formulas import savings
from farthing.units.figures import span
from farthing.units.problem import Problem
from farthing.units.types import Real

ESTIMATED: Final = "estimated"
"""How a saving is known: estimated before anything ran. Others are measured, or merely assumed."""

_COSTS: Final = {"": "cost_usd", "compute_": "compute_cost_usd"}


def compared(one: Prepared, other: Prepared, name: str) -> Estimate:
    """The answer to the first question with what it saves against the second, which is called `name`.

    The results gain `saving_usd` and `saving_share` of the likely bill, and the same of the compute
    alone. Where a price is unknown on either side there is no saving, and a warning says so.
    """
    answer = compose(*one)
    told = tuple(_told(name, problem) for problem in other.said.problems)
    if any("cost_usd" not in side.run.values for side in (one, other)):
        return msgspec.structs.replace(answer, problems=(*answer.problems, *told, _unpriced(name)))
    found = dict(_savings(one, other))
    verdict = f"{_verdict(found, name)} {answer.verdict} Against it: {other.said.verdict}"
    return msgspec.structs.replace(
        answer, verdict=verdict, results={**answer.results, **found}, problems=(*answer.problems, *told)
    )


def _savings(one: Prepared, other: Prepared) -> Iterator[tuple[str, Result]]:
    for prefix, name in _COSTS.items():
        costs = other.run.values[name], one.run.values[name]
        yield f"{prefix}saving_usd", _result(savings.saving_usd(*costs), "USD")
        yield f"{prefix}saving_share", _result(savings.saving_share(*costs), "share")


def _result(value: Real, unit: str) -> Result:
    return Result(*quantiles(np.asarray(value) if isinstance(value, np.ndarray) else float(value)), unit=unit,
                  basis=ESTIMATED)  # fmt: skip


def _verdict(found: dict[str, Result], name: str) -> str:
    """The saving in words: sure, the other way round, or open."""
    saved, share = found["saving_usd"], found["saving_share"]
    compute = found["compute_saving_share"]
    of_compute = f"{span(compute.p05, compute.p50, compute.p95, 'share')} of the compute"
    if saved.p05 == saved.p95 == 0:
        return f"Estimated saving against {name}: none."
    if saved.p95 <= 0:
        more = span(-saved.p95, -saved.p50, -saved.p05, "USD")
        return f"Estimated saving against {name}: none, it costs {more} more."
    amount = f"{span(saved.p05, saved.p50, saved.p95, 'USD')}"
    shares = span(share.p05, share.p50, share.p95, "share")
    sure = "" if saved.p05 >= 0 else "; it may also cost more"
    return f"Estimated saving against {name}: {amount}, {shares} of the likely bill ({of_compute}){sure}."


def _told(name: str, problem: Problem) -> Problem:
    return replace(problem, where=f"{name}: {problem.where}")


def _unpriced(name: str) -> Problem:
    what = f"what is saved against {name} is not known"
    why = "a price is missing on one side, and an unknown price is never taken as zero"
    return Problem("unpriced", "warning", "--against", what, why, "give --rate")
