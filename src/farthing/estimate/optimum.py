"""`optimum`: which size and how many tokens, for a budget, a loss or a size, and a lifetime of use.

What is sought follows from a law of loss and from two prices, of a trained and of a served token, both in
proportion to the size. The prices come from the chain of `train` and a simple model of serving; they are
taken at the compute-optimal size, so that more to serve never moves them.
"""

from dataclasses import dataclass, replace
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.catalog.load import catalog
from farthing.estimate import bill, training_price
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Said, compose, main_of
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, plan
from farthing.estimate.hardware import machines
from farthing.estimate.optimum_checks import (
    check_reach,
    check_sizes,
    nothing_sought,
    several_sought,
    worth_knowing,
)
from farthing.estimate.optimum_words import following, verdict
from farthing.estimate.overtraining import scale_rows
from farthing.estimate.question import Question
from farthing.estimate.rent import RENT, gather_rent
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.scaling_laws import CHAIN as LAW
from farthing.estimate.scaling_laws import USUAL_LAW, gather_law, medians_of
from farthing.formulas import budget_optimum, lifetime, loss_optimum, scaling, size_optimum
from farthing.units.problem import InputError, Problem
from farthing.units.spread import Spread

FOR_BUDGET: Final[Chain] = (budget_optimum.params, budget_optimum.tokens)
FOR_LOSS: Final[Chain] = (
    loss_optimum.least_loss,
    loss_optimum.reachable_loss,
    loss_optimum.params,
    loss_optimum.tokens,
)
FOR_SIZE: Final[Chain] = (size_optimum.tokens,)
FLOP: Final[Chain] = (lifetime.train_flop, lifetime.serve_flop)
PRICES: Final[Chain] = (
    lifetime.train_usd_per_param_per_token,
    lifetime.prefill_s_per_param_per_token,
    lifetime.decode_s_per_param_per_token,
    lifetime.serve_s_per_param_per_token,
    lifetime.serve_usd_per_gpu_hour,
    lifetime.serve_usd_per_param_per_token,
    lifetime.served_token_ratio,
    lifetime.affordable_param_tokens,
    lifetime.train_cost_usd,
    lifetime.serve_cost_usd,
    lifetime.total_cost_usd,
    lifetime.serve_usd_per_m_tokens,
)
CHAINS: Final = {
    "for a budget": (*FOR_BUDGET, *LAW, *FLOP, *PRICES),
    "for a loss": (*FOR_LOSS, *LAW, *FLOP, *PRICES),
    "for a size": (*FOR_SIZE, *LAW, *FLOP, *PRICES),
}
"""What can be sought, and the formulas that find it."""

_SCALE: Final = ("params", "tokens", "tokens_per_param", "chinchilla_multiple", "loss")
_MONEY: Final = ("train_cost_usd", "serve_cost_usd", "total_cost_usd", "serve_usd_per_m_tokens")
_WORK: Final = ("train_flop", "serve_flop")
_MOST_PARAMS: Final = 1e18
_BY_FLOP_RATIO: Final = 1 / 3  # 2·N a served token over 6·N a trained one
_SOUGHT: Final = {
    "budget_usd": "for a budget",
    "budget_flop": "for a budget",
    "wanted_loss": "for a loss",
    "params": "for a size",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is sought, on which accelerator, by which law; money or FLOPs decide."""

    way: str
    question: Question
    found: Found[Accelerator]
    law: str
    by_flop: bool
    problems: tuple[Problem, ...]


def estimate(question: Question) -> Estimate:
    """The size and the tokens that cost least over a model's life.

    Raises InputError where not exactly one of budget, loss and size is given or no model has such a size,
    and FarthingError with an `infeasible` problem for a loss that no size and no data reach.
    """
    asked = _asked(question)
    inputs = Inputs(asked.question)
    problems = (*asked.problems, *_gather(inputs, asked))
    chain = CHAINS[asked.way]
    if asked.way == "for a loss":
        check_reach(
            _evaluated(inputs, chain, ("least_loss", "irreducible_loss")), inputs.median("wanted_loss")
        )
    priced = RENT in inputs or "train_usd_per_param_per_token" in inputs
    wanted = (*_SCALE, *(_MONEY if priced else ()), *_WORK)
    run = _evaluated(inputs, chain, (*wanted, "data_pass_count", "unique_tokens"))
    check_sizes(run, asked.way)
    rows = scale_rows(
        asked.law, run.median("chinchilla_tokens_per_param"), question.as_of, question.word("model")
    )
    said = Said(
        verdict=verdict(run, asked.way),
        main=main_of(run, ("params", "tokens", "loss")),
        results=wanted,
        rows=rows,
        problems=(*problems, *worth_knowing(run)),
        next=following(run, asked.found.id),
    )
    return compose(inputs, run, said)


def sought_of(question: Question) -> str:
    """Which of the ways of `CHAINS` a question takes. Raises InputError where none or several do."""
    solved = question.solve.name if question.solve else None
    named = [name for name in _SOUGHT if name in question.numbers or name in question.sets or name == solved]
    if len(named) > 1:
        raise InputError([several_sought(named)])
    if not named:
        raise InputError([nothing_sought()])
    return _SOUGHT[named[0]]


def _asked(question: Question) -> _Asked:
    way = sought_of(question)
    words = dict(question.words)
    noted: tuple[Problem, ...] = ()
    if "accelerator" not in words:
        words["accelerator"] = catalog().assumptions["optimum_accelerator"].value
        noted = (_usual_part(words["accelerator"]),)
    held = machines(replace(question, words=words))
    by_flop = "by_flop" in question.flags or "budget_flop" in question.numbers
    law = question.word("law") or USUAL_LAW
    return _Asked(way, held.question, held.found, law, by_flop, (*noted, *held.problems))


def _gather(inputs: Inputs, asked: _Asked) -> tuple[Problem, ...]:
    """Every input beside the catalog's assumptions: law, limits, prices of training and serving."""
    gather_law(inputs, asked.law)
    inputs.derive("lifetime_tokens", 0.0, "no --lifetime-tokens: nothing is ever served")
    inputs.derive("most_params", _MOST_PARAMS, "no limit; --max-params sets one")
    problems = gather_rent(inputs, asked.found.id)
    if RENT not in inputs and not asked.by_flop:
        raise InputError([training_price.unpriced("--rate", problems)])
    training_price.gather_training(inputs, asked.found.id, _first_guess(inputs, asked))
    problems += training_price.gather_serving(inputs, asked.found)
    if asked.by_flop:
        inputs.derive(
            "served_token_ratio", _BY_FLOP_RATIO, "FLOPs: 2·N to serve a token, 6·N to train on one"
        )
    if "budget_flop" in inputs:
        flop = inputs["budget_flop"].value
        amount = flop.times(1 / 6) if isinstance(flop, Spread) else flop / 6
        inputs.derive("affordable_param_tokens", amount, "the FLOPs over 6")
    return problems


def _evaluated(inputs: Inputs, chain: Chain, wanted: tuple[str, ...]) -> Evaluation:
    """The chain run on what was gathered and, where nobody gave a value, on the catalog's assumptions."""
    bill.assume_missing(inputs, chain, wanted)
    return evaluate(chain, inputs, wanted)


def _first_guess(inputs: Inputs, asked: _Asked) -> float:
    """About the compute-optimal size, whatever will be served: where the price of training is looked up."""
    law = medians_of(asked.law)
    if asked.way == "for a size":
        return inputs.median("params")
    if asked.way == "for a loss":
        return _size_for_loss(inputs, law)
    if "budget_flop" in inputs:
        flop = inputs.median("budget_flop")
    else:
        hours = inputs.median("budget_usd") / inputs.median(RENT)
        flop = hours * training_price.rough_flop_per_gpu_hour(asked.found.fact)
    known = {**law, "train_flop": flop}
    chain = (scaling.compute_optimal_params,)
    return float(
        plan(chain, frozenset(known), ("compute_optimal_params",)).run(known)["compute_optimal_params"]
    )


def _size_for_loss(inputs: Inputs, law: dict[str, float]) -> float:
    """The compute-optimal size for a loss: there α·(N₁/N)^α = β·(D₁/D)^β."""
    floor = plan(LAW, frozenset(law), ("irreducible_loss",)).run(law)["irreducible_loss"]
    ratio = law["size_exponent"] / law["data_exponent"]
    size_term = max(inputs.median("wanted_loss") - float(floor), 1e-3) / (1 + ratio)
    return law["one_nat_params"] * size_term ** (-1 / law["size_exponent"])


def _usual_part(name: str) -> Problem:
    what = f"no accelerator was named; {find.accelerator(name).name} is taken"
    why = "speed and rent decide what a budget buys"
    return Problem("assumed-part", "note", "--accelerator", what, why, "name one with --accelerator")
