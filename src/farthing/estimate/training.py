"""`train` for a language model: from a shape and a layout to time, memory, energy and money."""

from dataclasses import replace
from typing import Final

from farthing.estimate import bill
from farthing.estimate.answer import Estimate, Row
from farthing.estimate.compose import Prepared, Said, compose, main_of
from farthing.estimate.evidence import traits_of
from farthing.estimate.formats import read_format, usual_format
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.hardware import Machines, machines
from farthing.estimate.layout_choice import Chosen, choose
from farthing.estimate.lost_time import GOODPUT, gather_preemptions, gather_unforeseen, usual_goodput
from farthing.estimate.own_correction import known_by
from farthing.estimate.own_practice import evidence_ground, learned_share, settle_practice
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.run_row import USUAL_SEQ_LEN_TOKENS, USUAL_TOKENS, PlannedRun
from farthing.estimate.runs import practice_ratio
from farthing.estimate.setup import USUAL_OPTIMIZER, Setup, Software, family_of, release_year
from farthing.estimate.stated_speed import gather_stated_speed
from farthing.estimate.step_chain import STEP_CHAIN
from farthing.estimate.step_prediction import Prediction, predict
from farthing.estimate.subject import Subject, subject
from farthing.formulas import training
from farthing.units.figures import figure, span
from farthing.units.spread import Spread

RUN: Final[Chain] = (*STEP_CHAIN, *GOODPUT, training.gpu_hours, training.wall_clock_days)
CHAIN: Final[Chain] = (*RUN, *bill.RENTED)
_NOBODY: Final = ""  # whoever published a shape, it is somebody else who asks what it costs
_SPEED: Final = frozenset({"practice_ratio", "mfu"})
"""What says how fast a run is in practice, when the question says it."""

RESULTS: Final = (
    "train_flop",
    "mfu",
    "goodput",
    "tokens_per_s_per_gpu",
    "gpu_hours",
    "wall_clock_days",
    "peak_mem_gib",
)


def estimate(question: Question) -> Estimate:
    """What training a language model takes. Raises as `prepared` does."""
    return compose(*prepared(question))


def prepared(question: Question) -> Prepared:
    """The same with its draws.

    Raises InputError for what cannot be understood, and FarthingError with an `infeasible` problem
    when no layout fits the accelerators.
    """
    asked = machines(question)
    what = subject(asked.question)
    chosen = choose(asked.question, _setup(asked, what), what)
    inputs = _gathered(asked, what, chosen)
    problems = (*asked.problems, *what.problems, *chosen.problems, *bill.gather_bill(inputs, asked.found))
    chain = (*RUN, *bill.bill_chain(inputs))
    wanted = (*RESULTS, *bill.results_for(inputs))
    bill.assume_missing(inputs, chain, wanted)
    run = evaluate(chain, inputs, wanted)
    said = Said(
        verdict=_verdict(run, what, asked.found.fact.name),
        main=main_of(run, ("compute_cost_usd", "gpu_hours")),
        results=wanted,
        lines=bill.bill_lines(run),
        rows=_rows(chosen),
        problems=problems,
    )
    return Prepared(inputs, run, said)


def _setup(asked: Machines, what: Subject) -> Setup:
    """The set-up of the question, its layout still open but for what the question fixed."""
    question, accelerator = asked.question, asked.found
    software = Software(
        family_of(question.word("framework") or question.word("engine") or ""),
        release_year(question.word("version") or "", str(question.as_of.year)),
    )
    stated = question.word("precision")
    wanted = read_format(stated) if stated else usual_format(accelerator.fact, software.family)
    optimizer = question.word("optimizer") or USUAL_OPTIMIZER
    return Setup(what.name, what.architecture, accelerator, wanted, {}, software, optimizer)


def _gathered(asked: Machines, what: Subject, chosen: Chosen) -> Inputs:
    """Every input of the step chain: what was asked, the shape, the device, the layout, the evidence."""
    inputs = Inputs(asked.question)
    for item in (*what.inputs, *what.architecture.inputs(), *chosen.inputs):
        inputs.add(item)
    known = known_by("training", asked.question.calibration)
    speed, memory = predict([chosen.setup], known).values()
    gather_unforeseen(inputs)
    gather_preemptions(inputs)
    gather_stated_speed(inputs, STEP_CHAIN)
    step = _spread(speed, chosen.modelled.tokens_per_s[0])
    ground = evidence_ground(asked.question.calibration, known, "tokens_per_s_per_gpu")
    if _SPEED.isdisjoint(inputs.names):
        lasting = usual_goodput(chosen.setup.layout["accelerator_count"])
        usual = practice_ratio(_planned(inputs, chosen), lasting)
        settle_practice(inputs, usual, step, learned_share(known, traits_of([chosen.setup])), ground)
    inputs.derive("evidence_ratio", step, *ground)
    size = _spread(memory, chosen.modelled.mem_gib[0])
    ground = evidence_ground(asked.question.calibration, known, "peak_mem_gib")
    inputs.derive("memory_evidence_ratio", size, *ground)
    return inputs


def _spread(found: Prediction, modelled: float) -> Spread:
    return Spread.lognormal(float(found.mid[0] / modelled), float(found.log_sd[0]))


def _planned(inputs: Inputs, chosen: Chosen) -> PlannedRun:
    """The run as it is compared with published ones: its size, whatever layout and software it has."""
    layout = {
        "accelerator_count": chosen.setup.layout["accelerator_count"],
        "seq_len_tokens": USUAL_SEQ_LEN_TOKENS,
    }
    year = Software("", release_year("", str(inputs.question.as_of.year)))
    setup = replace(chosen.setup, layout=layout, software=year, optimizer=USUAL_OPTIMIZER)
    active = setup.architecture.count("active_params")
    tokens = inputs.median("tokens") if "tokens" in inputs else USUAL_TOKENS
    return PlannedRun("", setup, active, tokens, _NOBODY)


def _rows(chosen: Chosen) -> tuple[Row, ...]:
    """The chosen layout and the next best, with what the step model says of each."""
    return tuple(chosen.rows)


def _verdict(run: Evaluation, what: Subject, accelerator: str) -> str:
    tokens, count = run.median("tokens"), run.median("accelerator_count")
    days, hours = run.quantiles("wall_clock_days"), run.quantiles("gpu_hours")
    task = f"{what.name} on {figure(tokens, '', 3)} tokens takes {span(*days, 'days')}"
    taken = f"{task} on {figure(count, '', 6)} × {accelerator}: {figure(hours[1], '', 2)} GPU-hours"
    if "compute_cost_usd" not in run.values:
        return f"{taken}; what they cost is unknown."
    return f"{taken}, {span(*run.quantiles('compute_cost_usd'), 'USD')} of compute."
