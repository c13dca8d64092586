"""`finetune` on rented or owned accelerators: from a recipe and its examples to time, memory and money."""

from dataclasses import replace
from typing import Final

import numpy as np

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.catalog.load import catalog
from farthing.catalog.services import tuned_models
from farthing.estimate import bill, finetune_steps, managed_tuning, tuning_bill
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Prepared, Said, compose, main_of
from farthing.estimate.finetune_chain import FINETUNE_CHAIN
from farthing.estimate.finetune_prediction import tuning_traits
from farthing.estimate.gather import Basis, Input, Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.hardware import machines
from farthing.estimate.lost_time import GOODPUT, gather_preemptions
from farthing.estimate.own_correction import known_by
from farthing.estimate.own_practice import SETTLED, evidence_ground, learned_share, left_of
from farthing.estimate.question import Question
from farthing.estimate.run import Evaluation, evaluate
from farthing.estimate.setup import device_numbers
from farthing.estimate.stated_speed import gather_stated_speed
from farthing.estimate.subject import Subject, subject
from farthing.estimate.tuning_choice import Choice, choose
from farthing.estimate.tuning_examples import (
    LENGTHS,
    few_examples,
    gather_examples,
    gather_sources,
    lengths_read,
    seq_len,
    tokens_of,
)
from farthing.estimate.tuning_recipe import Recipe, check_rank, median, recipe
from farthing.estimate.tuning_ways import Way, job_of
from farthing.formulas import training, tuning_run
from farthing.units.figures import duration, figure, span
from farthing.units.problem import InputError, Problem, quoted
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

_OWN: Final[Chain] = (
    tuning_run.train_flop,
    tuning_run.peak_mem_gib,
    tuning_run.forward_share,
    tuning_run.reference_time_ratio,
    tuning_run.reference_memory_gib,
    tuning_run.gpu_hours,
    training.wall_clock_days,
)
_NAMES: Final = frozenset(formula.__name__ for formula in _OWN)
STEPS: Final[Chain] = (*(f for f in FINETUNE_CHAIN if f.__name__ not in _NAMES), *_OWN, *LENGTHS, *GOODPUT)
CHAIN: Final[Chain] = (*STEPS, *tuning_bill.RENTED)
RESULTS: Final = (
    *("train_flop", "mfu", "goodput", "tokens_per_s_per_gpu", "gpu_hours", "wall_clock_days", "peak_mem_gib"),
    *("tokens", "trained_params"),
)
_EVIDENCE: Final = "measured fine-tuning steps like this one, relative to the step model"
_FIT: Final = ("fit-finetuning-2026",)
_ANY_TOKENS: Final = 1.0  # `subject` asks for tokens; here they follow from the examples


def estimate(question: Question) -> Estimate:
    """What fine-tuning a language model takes. Raises as `prepared` does."""
    return compose(*prepared(question))


def prepared(question: Question) -> Prepared:
    """The same with its draws.

    Raises InputError for what cannot be understood, and FarthingError with an `infeasible` problem
    where the recipe does not fit the accelerators.
    """
    asked, lengths = lengths_read(question)
    said = median(asked, "lora_rank")
    wanted = recipe(asked, float(catalog().assumptions["lora_rank"].value) if said is None else said)
    if wanted.method == "managed":
        return managed_tuning.prepared(asked, lengths, wanted)
    what = _subject(asked)
    if wanted.tuning.frozen:
        check_rank(wanted.tuning.lora_rank, what.architecture)
    named = machines(asked) if asked.word("accelerator") else None
    asked = named.question if named else asked
    inputs = Inputs(asked)
    for item in lengths:
        inputs.add(item)
    gather_examples(inputs, wanted)
    length = seq_len(asked, inputs, wanted, what.seq_len_tokens)
    job = job_of(asked, wanted, what.architecture, float(length.value))  # type: ignore[arg-type]
    taken = choose(
        job, named.found if named else None, lambda n: tokens_of(inputs, n), inputs.median("epoch_count")
    )
    problems = (*(named.problems if named else ()), *what.problems, *taken.problems)
    return _worked_out(inputs, what, taken, length, problems)


def _worked_out(
    inputs: Inputs, what: Subject, taken: Choice, length: Input, problems: tuple[Problem, ...]
) -> Prepared:
    """Every input gathered, the chain run, and what to say of it."""
    way, part = taken.way, taken.way.setup.accelerator
    inputs.add(length)
    _gather_way(inputs, what, taken)
    gather_sources(inputs, way.recipe)
    priced = bill.gather_bill(inputs, part)
    gather_preemptions(inputs)
    _rename(inputs, "tuning_rollback_share", "rollback_share")
    _rename(inputs, "tuning_practice_ratio", "practice_ratio")
    gather_stated_speed(inputs, STEPS)
    chain = (*STEPS, *tuning_bill.chain_of(inputs))
    wanted = (*RESULTS, *bill.results_for(inputs), *_adapter_results(inputs, way))
    bill.assume_missing(inputs, chain, wanted)
    run = evaluate(chain, inputs, wanted)
    few = few_examples(inputs.median("example_count")) if way.recipe.method != "continued" else ()
    said = Said(
        verdict=_verdict(run, what, taken, part),
        main=main_of(run, ("compute_cost_usd", "gpu_hours")),
        results=wanted,
        lines=tuning_bill.lines(run, "Accelerators", "training.compute.gpu_hours"),
        rows=(*taken.rows, *managed_tuning.rows(inputs, way.recipe, what.architecture)),
        problems=(*problems, *few, *priced),
        beside_published=False,
    )
    return Prepared(inputs, run, said)


def _subject(question: Question) -> Subject:
    """The open model of a question. A closed one that some service tunes gets a hint."""
    longest = {"tokens": _ANY_TOKENS, "seq_len_tokens": median(question, "seq_len_tokens") or _LONGEST}
    name = question.word("model")
    if name and find.model_or_none(name) is None and managed_tuning.is_tuned(name):
        raise InputError([_closed(name)])
    return subject(replace(question, numbers={**question.numbers, **longest}))


_LONGEST: Final = 1_048_576.0


def _gather_way(inputs: Inputs, what: Subject, taken: Choice) -> None:
    """The shape, the device, the layout, the constants and the evidence of the way taken."""
    way, setup = taken.way, taken.way.setup
    fact = setup.accelerator.fact
    for item in what.architecture.inputs():
        inputs.add(item)
    for name, value in device_numbers(fact, setup.format).items():
        inputs.look_up(name, value, fact.sources, fact.confidence, fact.name)
    count = Input("accelerator_count", way.count, Basis.ASSUMED, note=taken.count_note)
    inputs.add(count)
    _gather_recipe(inputs, way)
    for name, value in setup.layout.items():
        inputs.derive(name, value, "the fastest layout that fits; give it to fix it")
    for said in ("recompute_level", "accumulation_steps"):
        if said in inputs:
            inputs.median(said)  # read: it decided the layout
    for name, column in finetune_steps.columns_of([setup], finetune_steps.constants()).items():
        if name != "adapter_params":  # it follows from the rank
            inputs.derive(name, float(np.ravel(column)[0]), "constant of the step model", _FIT)
    speed = Spread.lognormal(way.tokens_per_s / way.modelled_tokens_per_s, way.speed_log_sd)
    memory = Spread.lognormal(way.mem_gib / way.modelled_mem_gib, way.mem_log_sd)
    own = inputs.question.calibration
    known = known_by("finetune", own)
    ground = evidence_ground(own, known, "tokens_per_s_per_gpu", (_EVIDENCE, _FIT))
    inputs.derive("evidence_ratio", speed, *ground)
    held = evidence_ground(own, known, "peak_mem_gib", (_EVIDENCE, _FIT))
    inputs.derive("memory_evidence_ratio", memory, *held)
    if learned := learned_share(known, tuning_traits([setup])):
        usual = catalog().assumptions["tuning_practice_ratio"]
        practice = parse_as(usual.value, "tuning_practice_ratio", "assumption").value
        note = usual.note + SETTLED.format(learned)
        if isinstance(practice, Spread):
            inputs.derive("practice_ratio", left_of(practice, learned), note, (*usual.sources, *ground[1]))


def _gather_recipe(inputs: Inputs, way: Way) -> None:
    """What is trained, what is packed, and which passes a reference model makes."""
    made, tuning = way.recipe, way.recipe.tuning
    if tuning.frozen:
        fact = catalog().assumptions["lora_rank"]
        inputs.assume("lora_rank", tuning.lora_rank, fact.sources, fact.confidence, fact.note)
    padded = 1.0 if made.packed else way.setup.layout["micro_batch_sequences"]
    note = "examples share sequences, so nothing is padded; --no-packing" if made.packed else "a microbatch"
    inputs.derive("padded_sequences", padded, note)
    passes = made.reference_passes(inputs.median("epoch_count"))
    words = {"kept": "a reference model stays loaded", "precomputed": "its answers are kept from one pass"}
    note = words.get(made.reference, "no reference model")
    inputs.derive("reference_pass_count", passes, note)
    inputs.derive("reference_copy_count", made.reference_copies, note)


def _rename(inputs: Inputs, assumed: str, name: str) -> None:
    """Add a catalog's assumption under the name that the chain asks for."""
    fact = catalog().assumptions[assumed]
    value = parse_as(fact.value, assumed, "assumption").value
    inputs.assume(name, value, fact.sources, fact.confidence, fact.note)


def _adapter_results(inputs: Inputs, way: Way) -> tuple[str, ...]:
    """An adapter has a size, and a price to serve where hours have one."""
    if not way.recipe.tuning.frozen:
        return ()
    priced = "compute_cost_usd" in bill.results_for(inputs)
    return ("adapter_gib", "adapter_serving_usd_per_month") if priced else ("adapter_gib",)


def _verdict(run: Evaluation, what: Subject, taken: Choice, part: Found[Accelerator]) -> str:
    low, _, high = (days * 86_400 for days in run.quantiles("wall_clock_days"))
    examples = _amount(run, taken.way.recipe)
    machine = f"{taken.way.count:.0f} × {part.fact.name}"
    task = f"{_method(taken.way.recipe)} of {what.name} on {examples} takes {duration(low, 2)} to"
    said = f"{task} {duration(high, 2)} on {machine}"
    cost = "what it costs is unknown"
    if "compute_cost_usd" in run.values:
        cost = f"{span(*run.quantiles('compute_cost_usd'), 'USD')} of compute"
    smallest = (
        "no single GPU of the catalog holds it"
        if taken.smallest == "none"
        else (f"the smallest GPU that holds it is {taken.smallest}")
    )
    return f"{said}: {cost}; {smallest}."


def _amount(run: Evaluation, made: Recipe) -> str:
    if made.method == "continued" or "example_count" not in run.values:
        return f"{figure(run.median('tokens'), '', 3)} tokens"
    return f"{figure(run.median('example_count'), '', 6)} examples"


def _method(made: Recipe) -> str:
    names = {"lora": "LoRA", "qlora": "QLoRA", "full": "Full fine-tuning"}
    under = {"dpo": "DPO", "orpo": "ORPO", "distill": "Distillation", "continued": "Continued pre-training"}
    own = names[made.weights]
    return (
        own if made.method in names else f"{under[made.method]} ({own if made.weights != 'full' else 'full'})"
    )


def _closed(name: str) -> Problem:
    what = f"the shape of {quoted(name)} is not published, so it cannot be tuned on accelerators"
    known = ", ".join(tuned_models(catalog()))
    return Problem(
        "closed-model", "error", "--model", what, f"services tune {known}", "give --method managed"
    )
