"""The price of time: accelerators held for a duration, whatever they do."""

from farthing.estimate import bill
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Prepared, Said, compose, main_of
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.hardware import COUNT, machines
from farthing.estimate.question import Question
from farthing.estimate.rent import RENT
from farthing.estimate.run import Evaluation, evaluate
from farthing.formulas import rental_time
from farthing.units.figures import figure, span

HOURS: Chain = (rental_time.gpu_hours, rental_time.wall_clock_days)
CHAIN: Chain = (*HOURS, *bill.RENTED)


def estimate(question: Question) -> Estimate:
    """What a number of accelerators cost for a duration."""
    return compose(*prepared(question))


def prepared(question: Question) -> Prepared:
    """The same with its draws."""
    asked = machines(question)
    inputs, found = Inputs(asked.question), asked.found
    problems = bill.gather_bill(inputs, found)
    chain = (*HOURS, *bill.bill_chain(inputs))
    wanted = ("gpu_hours", "wall_clock_days", *bill.results_for(inputs))
    bill.assume_missing(inputs, chain, wanted)
    run = evaluate(chain, inputs, wanted)
    said = Said(
        verdict=_verdict(inputs, run, found.fact.name),
        main=main_of(run, ("compute_cost_usd", "cost_usd", "gpu_hours")),
        results=wanted,
        lines=bill.bill_lines(run),
        problems=(*asked.problems, *problems),
    )
    return Prepared(inputs, run, said)


def _verdict(inputs: Inputs, run: Evaluation, accelerator: str) -> str:
    count = f"{figure(inputs.median(COUNT), '', 6)} × " if COUNT in inputs else ""
    held = f"{count}{accelerator} for {figure(run.median('wall_clock_days'), 'days', 4)}"
    taken = f"{held} are {span(*run.quantiles('gpu_hours'), '')} GPU-hours"
    if "compute_cost_usd" not in run.values:
        return f"{taken}; what they cost is unknown."
    price = f" at {figure(run.median(RENT), 'USD/h', 3)}" if RENT in run.values else ""
    cost = run.quantiles("compute_cost_usd")
    return f"{taken}{price}: {span(*cost, 'USD')} of compute."
