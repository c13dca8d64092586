"""Whether what `optimum` was asked can be answered, and what of the answer should be taken with care."""

from collections.abc import Iterator, Sequence
from typing import Final

from farthing.estimate.answer import INFEASIBLE
from farthing.estimate.run import Evaluation
from farthing.units.figures import figure
from farthing.units.problem import FarthingError, InputError, Problem

LEAST_PARAMS, MOST_PARAMS = 1e6, 1e15
"""Sizes that a language model can have, as for `train --params`."""

_FITTED_PARAMS: Final = 1.6e10
_FITTED_TOKENS_PER_PARAM: Final = 341.0
_OPTIONS: Final = {
    "budget_usd": "--budget",
    "budget_flop": "--flop",
    "wanted_loss": "--loss",
    "params": "--params",
}


def check_reach(run: Evaluation, wanted: float) -> None:
    """Raise FarthingError where more than one draw in twenty of the law never gets down to the loss."""
    least = run.quantiles("least_loss")
    if wanted > least[2]:
        return
    floor = run.quantiles("irreducible_loss")
    entropy = f"{floor[0]:.3f} to {floor[2]:.3f}"
    other = "or for another --law, whose losses do not compare"
    raise FarthingError(
        [
            Problem(
                code=INFEASIBLE,
                severity="error",
                where="--loss",
                what=f"no size and no data reach a loss of {wanted:g}",
                why=f"the least is {least[0]:.3f} to {least[2]:.3f}, and {entropy} is in the text itself",
                fix=f"ask for {least[2] + 0.02:.2f} or more, {other}",
            )
        ]
    )


def check_sizes(run: Evaluation, way: str) -> None:
    """Raise InputError where what comes out is no language model."""
    size, data = run.median("params"), run.median("tokens")
    if LEAST_PARAMS <= size <= MOST_PARAMS and data >= 1e6:
        return
    what = f"{way}, {figure(size, '', 2)} parameters on {figure(data, '', 2)} tokens come out"
    why = f"models have {LEAST_PARAMS:.0e} to {MOST_PARAMS:.0e} parameters, and a million tokens or more"
    fix = "check the budget, loss or size, and whether --lifetime-tokens leaves anything to train with"
    raise InputError([Problem("absurd-size", "error", "optimum", what, why, fix)])


def several_sought(names: Sequence[str]) -> Problem:
    """Two of budget, loss and size were given."""
    options = " and ".join(_OPTIONS[name] for name in names)
    why = "one decides the other two"
    return Problem(
        "conflict", "error", _OPTIONS[names[0]], f"{options} were given", why, "leave all but one out"
    )


def nothing_sought() -> Problem:
    """None of budget, loss and size was given."""
    what = "neither a budget nor a loss nor a size was given"
    fix = "give one of --budget '$1M', --flop 1e23, --loss 2.0 and --params 7B"
    return Problem("missing-input", "error", "optimum", what, "one of them decides the others", fix)


def worth_knowing(run: Evaluation) -> Iterator[Problem]:
    """Notes on an answer: where the law is stretched, where data repeat, what its money leaves out."""
    size, ratio, passes = (run.median(name) for name in ("params", "tokens_per_param", "data_pass_count"))
    if ratio > _FITTED_TOKENS_PER_PARAM or size > _FITTED_PARAMS:
        yield Problem(
            code="extrapolated",
            severity="note",
            where="loss",
            what="the law was fitted up to 16B parameters and 341 tokens for each",
            why="beyond, laws from usual ratios make more of further tokens than they give (sardana-2024)",
            fix="",
        )
    if passes > 1:
        yield Problem(
            code="repeated-data",
            severity="note" if passes <= 4 else "warning",
            where="--tokens",
            what=f"{figure(run.median('unique_tokens'), '', 3)} unique tokens are read {passes:.1f} times",
            why="up to four times is almost as good as fresh text, beyond sixteen hardly worth anything",
            fix="find more data, or a smaller budget" if passes > 4 else "",
        )
    if "train_cost_usd" in run.values:
        yield Problem(
            code="compute-alone",
            severity="note",
            where="train_cost_usd",
            what="the money is that of compute, at today's rent",
            why="data, people and failed runs come on top, and serving gets cheaper over the years",
            fix="see the next command for the likely bill",
        )
