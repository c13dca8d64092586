"""From accelerator-hours to energy, carbon, the price of the compute and the likely bill.

Every chain that ends in accelerator-hours takes these formulas in, and gathers what they need
here: rent or ownership, power, grid, and the shares of what a project pays beyond compute.
"""

from farthing.catalog import find
from farthing.catalog.facts import Accelerator, Fact
from farthing.catalog.find import Found
from farthing.catalog.load import catalog
from farthing.estimate.answer import Line
from farthing.estimate.compose import line
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, missing
from farthing.estimate.rent import RENT, gather_rent
from farthing.estimate.run import Evaluation
from farthing.formulas import energy, overhead, owned_compute, ownership, people
from farthing.units.problem import InputError, Problem
from farthing.units.quantity import parse_as

ENERGY: Chain = (energy.draw_watt_per_gpu, energy.energy_kwh, energy.carbon_kg)
BEYOND: Chain = (
    overhead.data_cost_usd,
    overhead.failed_runs_cost_usd,
    overhead.experiments_cost_usd,
    overhead.post_training_cost_usd,
    people.loaded_usd_per_person_year,
    people.project_year,
    people.person_count,
    people.people_cost_usd,
    overhead.storage_cost_usd,
    overhead.network_cost_usd,
    overhead.evaluation_cost_usd,
    overhead.beyond_compute_cost_usd,
    overhead.cost_usd,
)
RENTED: Chain = (*ENERGY, ownership.compute_cost_usd, *BEYOND)
OWNED: Chain = (
    *ENERGY,
    ownership.capital_usd_per_gpu,
    ownership.annuity_share_per_year,
    ownership.capital_usd_per_gpu_year,
    ownership.power_usd_per_gpu_year,
    ownership.hosting_usd_per_gpu_year,
    people.loaded_usd_per_person_year,
    ownership.operations_usd_per_gpu_year,
    ownership.owned_usd_per_gpu_year,
    ownership.owned_usd_per_gpu_hour,
    owned_compute.compute_cost_usd,
    *(formula for formula in BEYOND if formula is not people.loaded_usd_per_person_year),
)

PHYSICAL = ("energy_kwh", "carbon_kg")
MONEY = ("compute_cost_usd", "cost_usd")
RESULTS = (*PHYSICAL, *MONEY)
_USUAL_PROVIDER = "neocloud"
_BEYOND_LINES = (
    ("Data", "training.data", "data_cost_usd"),
    ("Failed runs", "training.experiments.failed_runs", "failed_runs_cost_usd"),
    ("Experiments", "training.experiments.development", "experiments_cost_usd"),
    ("Post-training", "training.post_training", "post_training_cost_usd"),
    ("People", "training.people", "people_cost_usd"),
    ("Storage", "training.storage", "storage_cost_usd"),
    ("Network", "training.network", "network_cost_usd"),
    ("Evaluation", "training.evaluation", "evaluation_cost_usd"),
)


def bill_chain(inputs: Inputs) -> Chain:
    """The formulas from accelerator-hours to the bill, for rented or owned accelerators."""
    return OWNED if "owned" in inputs.question.flags else RENTED


def gather_bill(inputs: Inputs, found: Found[Accelerator]) -> tuple[Problem, ...]:
    """Add everything the bill needs besides the hours themselves.

    Problems are warnings: an old rent, or none at all, in which case the money stays unknown.
    """
    question = inputs.question
    fact = found.fact
    look_up(inputs, "power_watt", fact, fact.power_watt)
    _gather_grid(inputs, question.word("country") or "us", given=question.word("country") is not None)
    _gather_facility(inputs, question.word("provider_kind"))
    if "owned" in question.flags:
        _gather_purchase(inputs, fact)
        return ()
    return gather_rent(inputs, found.id)


def results_for(inputs: Inputs) -> tuple[str, ...]:
    """The results a bill can have: without a known price there is energy and carbon alone."""
    priced = RENT in inputs or "owned" in inputs.question.flags
    return RESULTS if priced else PHYSICAL


def bill_lines(run: Evaluation) -> tuple[Line, ...]:
    """The lines of the bill: compute first, then everything beyond it."""
    if "compute_cost_usd" not in run.values:
        return (Line("Accelerators", "training.compute.gpu_hours", None, basis="no rent is known"),)
    compute = line(run, "Accelerators", "training.compute.gpu_hours", "compute_cost_usd")
    beyond = (line(run, *parts, basis=_share_note(run, parts[2])) for parts in _BEYOND_LINES)
    return (compute, *beyond)


def look_up(inputs: Inputs, name: str, fact: Fact, value: float | str, field: str = "") -> None:
    """Add a field of a catalog entry, with the provenance of that field."""
    why = fact.basis(field or name)
    number = parse_as(value, name, f"catalog {name}").value if isinstance(value, str) else value
    sources = (why.source,) if isinstance(why.source, str) else why.source
    inputs.look_up(name, number, sources, why.confidence or fact.confidence, why.note)


def assume_missing(inputs: Inputs, chain: Chain, wanted: tuple[str, ...]) -> None:
    """Add the catalog's assumption for every input that a chain still lacks, where there is one."""
    for name in missing(chain, inputs.names, wanted):
        fact = catalog().assumptions.get(name)
        if fact is not None:
            value = parse_as(fact.value, name, f"assumption {name}").value
            inputs.assume(name, value, fact.sources, fact.confidence, fact.note)


def _share_note(run: Evaluation, name: str) -> str:
    """The note of the assumption that a line stands on."""
    step = next(step for step in run.plan.steps if step.name == name)
    notes = (run.inputs[argument].note for argument in step.arguments if argument in run.inputs)
    return next((note for note in notes if note), "")


def _gather_grid(inputs: Inputs, country: str, *, given: bool) -> None:
    grid = find.grid(country).fact
    for name, text in (
        ("electricity_usd_per_kwh", grid.electricity_usd_per_kwh),
        ("grid_kg_per_kwh", grid.grid_kg_per_kwh),
    ):
        if given:
            look_up(inputs, name, grid, text)
        else:
            value = parse_as(text, name, f"catalog {name}").value
            note = f"{grid.name}, since no --country was given"
            inputs.assume(name, value, grid.sources, grid.confidence, note)


def _gather_facility(inputs: Inputs, provider_kind: str | None) -> None:
    facility = catalog().pue.get(provider_kind or _USUAL_PROVIDER)
    if facility is not None:
        value = parse_as(facility.pue, "pue", "catalog pue").value
        inputs.assume("pue", value, facility.sources, facility.confidence, facility.name)


def _gather_purchase(inputs: Inputs, fact: Accelerator) -> None:
    if fact.purchase_usd is not None:
        look_up(inputs, "purchase_usd", fact, fact.purchase_usd)
    elif "purchase_usd" not in inputs:
        what = f"no purchase price is known for {fact.name}"
        fix = "give it, for example --set purchase_usd=30000"
        raise InputError(
            [Problem("missing-input", "error", "--owned", what, "it is not in the catalog", fix)]
        )


def _no_purchase(accelerator: str) -> Problem:
    return Problem(
        code="missing-input",
        severity="error",
        where="--owned",
        what=f"no purchase price is known for {accelerator}",
        why="the cost of owning starts from it",
        fix="give it, for example --set purchase_usd=30000",
    )
