"""Time that is paid and not trained: the goodput chain, and what published runs lose beyond failures."""

from datetime import date
from typing import Final

from farthing.catalog.load import catalog
from farthing.estimate import bill
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain, plan
from farthing.estimate.question import Question
from farthing.formulas import goodput
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

GOODPUT: Final[Chain] = (
    goodput.interruption_count_per_day,
    goodput.checkpoint_interval_s,
    goodput.checkpoint_share,
    goodput.rework_share,
    goodput.restart_share,
    goodput.goodput,
)
_NOTHING_SAID: Final = Question("train", date.min)
_UNFORESEEN: Final = (
    "loss spikes rolled back, slow machines, ramp-up, gaps: fitted so that whole runs keep the share of "
    "their steps' utilization that published ones kept"
)


def gather_unforeseen(inputs: Inputs) -> None:
    """Add what runs lose beyond failures and checkpoints, as published runs show it."""
    known = catalog().calibration["runs"]["unforeseen_share"]
    spread = Spread.uniform(*_ends(known.low, known.high))
    inputs.derive("rollback_share", spread, _UNFORESEEN, known.sources)


def gather_preemptions(inputs: Inputs) -> None:
    """Add how often spot capacity is taken away; other capacity is not, by the catalog's assumption."""
    if inputs.question.word("term") == "spot":
        fact = catalog().assumptions["spot_preemption_count_per_gpu_day"]
        value = parse_as(fact.value, "preemption_count_per_gpu_day", "assumption").value
        inputs.assume("preemption_count_per_gpu_day", value, fact.sources, fact.confidence, fact.note)


def usual_goodput(accelerator_count: float) -> float:
    """The median goodput of so many accelerators where nothing is said of lost time."""
    inputs = Inputs(_NOTHING_SAID)
    gather_unforeseen(inputs)
    return _goodput(inputs, accelerator_count)


def foreseen_goodput(accelerator_count: float) -> float:
    """The same if failures, checkpoints and evaluation were all that a run loses."""
    inputs = Inputs(_NOTHING_SAID)
    inputs.derive("rollback_share", 0.0, "")
    return _goodput(inputs, accelerator_count)


def _goodput(inputs: Inputs, accelerator_count: float) -> float:
    inputs.derive("accelerator_count", accelerator_count, "")
    bill.assume_missing(inputs, GOODPUT, ("goodput",))
    medians = {name: inputs.median(name) for name in inputs.names}
    return float(plan(GOODPUT, frozenset(medians), ("goodput",)).run(medians)["goodput"])


def _ends(low: float, high: float) -> tuple[float, float]:
    """The ends of a uniform distribution whose central 80 % is known, none below nothing."""
    tenth = (high - low) / 8
    return max(0.0, low - tenth), high + tenth
