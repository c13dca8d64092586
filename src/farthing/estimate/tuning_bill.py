"""The bill of a fine-tuning: the run that is kept, and what examples, other runs and people add to it."""

from collections.abc import Iterator
from typing import Final

from farthing.estimate import bill
from farthing.estimate.answer import Line
from farthing.estimate.compose import line
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.run import Evaluation
from farthing.estimate.tuning_examples import DATA
from farthing.formulas import overhead, ownership, tuning_run
from farthing.formulas.people import loaded_usd_per_person_year

BEYOND: Final[Chain] = (
    *DATA,
    tuning_run.tuning_runs_cost_usd,
    tuning_run.people_cost_usd,
    overhead.evaluation_cost_usd,
    tuning_run.beyond_compute_cost_usd,
    overhead.cost_usd,
)
ADAPTER: Final[Chain] = (tuning_run.adapter_gib, tuning_run.adapter_serving_usd_per_month)
RENTED: Final[Chain] = (*bill.ENERGY, ownership.compute_cost_usd, *BEYOND, *ADAPTER)
OWNED: Final[Chain] = (
    *(f for f in bill.OWNED if f is loaded_usd_per_person_year or f not in bill.BEYOND),
    tuning_run.rent_usd_per_gpu_hour,
    *BEYOND,
    *ADAPTER,
)
_LINES: Final = (
    ("Labels", "training.data.annotation", "label_cost_usd"),
    ("Written by a model", "training.data.acquisition", "synthetic_cost_usd"),
    ("Curation", "training.data.processing", "curation_cost_usd"),
    ("Runs not kept", "training.experiments.development", "tuning_runs_cost_usd"),
    ("People", "training.people", "people_cost_usd"),
    ("Evaluation", "training.evaluation", "evaluation_cost_usd"),
)


def chain_of(inputs: Inputs) -> Chain:
    """The formulas from accelerator-hours to the bill, for rented or owned accelerators."""
    return OWNED if "owned" in inputs.question.flags else RENTED


def lines(run: Evaluation, label: str, category: str) -> tuple[Line, ...]:
    """The lines of the bill, the run that is kept first; lines of nothing are left out."""
    if "compute_cost_usd" not in run.values:
        return (Line(label, category, None, basis="no rent is known"),)
    return (line(run, label, category, "compute_cost_usd"), *_beyond(run))


def _beyond(run: Evaluation) -> Iterator[Line]:
    for label, category, name in _LINES:
        if run.quantiles(name)[2] > 0:
            yield line(run, label, category, name)
