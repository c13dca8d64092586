"""An option on accelerators of its own: whole replicas, a spare beside them, idle hours paid for."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from farthing.catalog import find
from farthing.estimate.bill import assume_missing
from farthing.estimate.compare_api import reasoned, text_inputs
from farthing.estimate.compare_own import assume_as, question_of, text_chain, worked_out
from farthing.estimate.compare_terms import Fleet, Option, Part, Terms
from farthing.estimate.compare_text import Wanted
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.question import Number, Question
from farthing.estimate.rent import RENT, gather_rent
from farthing.estimate.run import evaluate
from farthing.estimate.serve_load import Asked, Target
from farthing.estimate.serve_search import Extras, Layouts
from farthing.estimate.serving_row import setup_of
from farthing.estimate.serving_setup import ServingSetup
from farthing.estimate.serving_steps import physics
from farthing.formulas import compare
from farthing.units.figures import figure
from farthing.units.problem import FarthingError, Problem
from farthing.units.spread import Spread
from farthing.units.types import Real

HOSTED: Final[Chain] = (compare.replica_request_count_per_day, compare.replica_usd_per_month)
SPEED: Final = "replica_output_tokens_per_s"
_WANTED: Final = ("replica_request_count_per_day", "replica_usd_per_month")
_FLEET: Final = ("peak_to_mean_ratio", "headroom_share", "least_count", "redundant_count")
_SIZES: Final = (1, 2, 4, 8, 16, 32)
_SEEN: Final = ("call_input_tokens", "call_output_tokens", "cache_read_tokens")


def option(question: Question, wanted: Wanted, more: Callable[[Inputs], None] | None = None) -> Option:
    """A model of the catalog on accelerators that are rented, or whose rate is given.

    `more` adds inputs of the option. Raises FarthingError where the model does not fit, or is too slow.
    """
    asked = reasoned(question_of(question, wanted), wanted)
    inputs = text_inputs(asked, wanted.what)
    noted = gather_hosting(inputs, wanted)
    if RENT not in inputs:
        return Option(wanted, models=(wanted.what,), problems=noted, unpriced="no rent is known")
    if more is not None:
        more(inputs)
    chain = (*text_chain(inputs.question), *HOSTED)
    assume_as(inputs, "peak_to_mean_ratio", "peak_to_mean_ratio")
    assume_as(inputs, "headroom_share", "headroom_share")
    assume_as(inputs, "compared_redundant_count", "redundant_count")
    inputs.derive("least_count", 1.0, "one is always warm; replicas= keeps more")
    run = worked_out(inputs, chain, (*_WANTED, *_FLEET))
    return Option(wanted, (Part(run, _terms),), models=(wanted.what,), problems=noted)


def _terms(known: Mapping[str, Real]) -> Terms:
    fleet = Fleet(*(known[name] for name in (*_WANTED, *_FLEET)))
    return Terms(0.0, known["upkeep_usd_per_month"], known["once_usd"], (fleet,))


def gather_hosting(inputs: Inputs, wanted: Wanted) -> tuple[Problem, ...]:
    """Add speed, rent and care of a replica. Raises FarthingError where the model does not fit."""
    accelerator = find.found_accelerator(wanted.accelerator)
    inputs.derive("replica_gpu_count", float(wanted.gpu_count), "accelerators of one copy of the model")
    noted = gather_rent(inputs, accelerator.id)
    if RENT in inputs:
        inputs.draw_apart(RENT, accelerator.id)
    assume_as(inputs, "hosting_care_h_per_month", "care_h_per_month")
    if SPEED not in inputs:
        _gather_speed(inputs, wanted)
    inputs.draw_apart(SPEED, wanted.title)
    return noted


def _gather_speed(inputs: Inputs, wanted: Wanted) -> None:
    """Tokens a second of one replica with the most requests that memory and latency allow, as in `serve`."""
    read, written, cached = _lengths(inputs)
    setup = _setup(wanted, read, written)
    first, each = (_target(wanted, inputs, name) for name in ("ttft_ms", "tpot_ms"))
    asked = Asked("rate", read, written)
    copy = Layouts((setup,), asked, Target(first, each), Extras(prefix_share=cached))
    if copy.own(copy.fits)[0] < 1:
        raise FarthingError([_does_not_fit(wanted, setup)])
    running = copy.own(copy.limit)[0]
    if running < 1:
        raise FarthingError([_too_slow(wanted, first, each)])
    lengths = f"{read:,.0f} tokens in, {written:,.0f} out"
    said = f"{lengths}, {running:.0f} at once, {setup.weight_format} weights"
    if math.isfinite(min(first, each)):
        said += ", within the latency asked for"
    middle = float(copy.told(copy.throughput(copy.limit))[0])
    speed = Spread.lognormal(middle, copy.log_sd(0)["tpot_ms"])
    inputs.derive(SPEED, speed, said, ("fit-serving-2026",))


def _lengths(inputs: Inputs) -> tuple[float, float, float]:
    """Mean tokens of a call in and out, and the share of the input that is cached, on the medians."""
    chain = text_chain(inputs.question)
    copy = inputs.copy()
    assume_missing(copy, chain, _SEEN)
    copy.question = replace(copy.question, sets={}, draws=1)
    run = evaluate(chain, copy, _SEEN)
    read, written, cached = (run.median(name) for name in _SEEN)
    return max(1.0, read), max(1.0, written), min(cached / max(1.0, read), 0.99)


def _setup(wanted: Wanted, read: float, written: float) -> ServingSetup:
    told, part = wanted.words, find.found_accelerator(wanted.accelerator).fact
    usual = "fp8" if "fp8" in part.peak_flop_per_s else "fp16"
    count = f"{wanted.gpu_count}"
    return setup_of(
        {
            "model": wanted.what,
            "accelerator": wanted.accelerator,
            "n_accelerators": count,
            "tp": f"{_middle(wanted.numbers['tp']):.0f}" if "tp" in wanted.numbers else count,
            "input_len": f"{read:.0f}",
            "output_len": f"{written:.0f}",
            "engine": told.get("engine", "vllm"),
            "weight_precision": told.get("precision", usual),
            "kv_precision": told.get("kv_precision", ""),
        }
    )


def _target(wanted: Wanted, inputs: Inputs, name: str) -> float:
    """A latency target of the option, else of the question; infinite where there is none."""
    said = wanted.numbers.get(name, inputs.question.numbers.get(name))
    return math.inf if said is None else _middle(said)


def _middle(value: Number) -> float:
    return value.p50 if isinstance(value, Spread) else float(value)


def _does_not_fit(wanted: Wanted, setup: ServingSetup) -> Problem:
    part, fits = setup.accelerator.fact, _size_that_fits(setup)
    stored = f"{wanted.what} in {setup.weight_format}"
    what = f"{wanted.title} does not fit: {stored} leaves no room for one request"
    why = f"{wanted.gpu_count} × {part.name} have {figure(part.memory_byte * wanted.gpu_count, 'byte', 3)}"
    fix = f"{fits} of them would do: @{wanted.accelerator}*{fits}" if fits else "try precision=int4"
    return Problem("infeasible", "error", "--option", what, why, fix)


def _size_that_fits(setup: ServingSetup) -> int | None:
    """The fewest of the same accelerators that hold the model and a request."""
    larger = [size for size in _SIZES if size > setup.layout["accelerator_count"]]
    if not larger:
        return None
    tried = [
        replace(setup, layout={**setup.layout, "accelerator_count": float(n), "tp": float(n)}) for n in larger
    ]
    room = physics(tried).most_sequences
    return next((size for size, most in zip(larger, room, strict=True) if most >= 1), None)


def _too_slow(wanted: Wanted, first: float, each: float) -> Problem:
    targets = " and ".join(
        f"{most:g} ms to {what}"
        for what, most in (("the first token", first), ("each next one", each))
        if math.isfinite(most)
    )
    what = f"{wanted.title} cannot meet {targets}, even for one request at a time"
    fix = "take faster accelerators or more of them, a smaller model, or a looser target"
    return Problem("infeasible", "error", "--option", what, "the serving model says so", fix)
