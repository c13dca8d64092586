"""Training of a model that is no language model, by its own FLOPs per sample."""

from farthing.catalog.facts import Accelerator
from farthing.estimate import bill
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Prepared, Said, compose, main_of
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.hardware import machines
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.formulas import sample_compute
from farthing.units.figures import span
from farthing.units.problem import InputError, Problem, did_you_mean

HOURS: Chain = (
    sample_compute.train_flop,
    sample_compute.useful_flop_per_s_per_gpu,
    sample_compute.gpu_hours,
    sample_compute.wall_clock_days,
)
CHAIN: Chain = (*HOURS, *bill.RENTED)
_USUAL_FORMAT = "bf16"


def estimate(question: Question) -> Estimate:
    """What training takes on some accelerators, given the arithmetic of one sample."""
    return compose(*prepared(question))


def prepared(question: Question) -> Prepared:
    """The same with its draws."""
    asked = machines(question)
    inputs, found = Inputs(asked.question), asked.found
    _gather_peak(inputs, found.fact)
    problems = bill.gather_bill(inputs, found)
    chain = (*HOURS, *bill.bill_chain(inputs))
    wanted = ("train_flop", "mfu", "goodput", "gpu_hours", "wall_clock_days", *bill.results_for(inputs))
    bill.assume_missing(inputs, chain, wanted)
    run = evaluate(chain, inputs, wanted)
    said = Said(
        verdict=_verdict(run, found.fact.name),
        main=main_of(run, ("compute_cost_usd", "gpu_hours", "cost_usd")),
        results=wanted,
        lines=bill.bill_lines(run),
        problems=(*asked.problems, *problems),
    )
    return Prepared(inputs, run, said)


def _gather_peak(inputs: Inputs, fact: Accelerator) -> None:
    """The dense peak rate of the number format that was asked for, else of the usual one."""
    asked = inputs.question.word("precision")
    rates = {str(name): rate for name, rate in fact.peak_flop_per_s.items()}
    name = asked or (_USUAL_FORMAT if _USUAL_FORMAT in rates else "fp16")
    if name not in rates:
        raise InputError([_no_format(fact.name, name, tuple(rates))])
    bill.look_up(inputs, "peak_flop_per_s", fact, rates[name])


def _no_format(accelerator: str, name: str, known: tuple[str, ...]) -> Problem:
    return Problem(
        code="no-such-format",
        severity="error",
        where="--precision",
        what=f"{accelerator} has no {name} rate",
        why=f"its formats are {', '.join(known)}",
        fix=did_you_mean(name, known) or f"use {known[0]}",
    )


def _verdict(run: Evaluation, accelerator: str) -> str:
    hours, days = run.quantiles("gpu_hours"), run.quantiles("wall_clock_days")
    taken = f"Training takes {span(*hours, '')} GPU-hours of {accelerator}, {span(*days, 'days')}"
    if "compute_cost_usd" not in run.values:
        return f"{taken}; what it costs is unknown."
    return f"{taken}, and {span(*run.quantiles('compute_cost_usd'), 'USD')} of compute."
