"""What an accelerator-hour gives in training, from the same chain as `train`, and what serving takes."""

import math
from dataclasses import replace
from typing import Final

from farthing.catalog import find
from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.estimate import training
from farthing.estimate.formats import half_peak_flop_per_s
from farthing.estimate.gather import Inputs
from farthing.estimate.question import Question
from farthing.estimate.rent import RENT, gather_rent
from farthing.units.normal import Z95
from farthing.units.problem import InputError, Problem
from farthing.units.spread import Spread

_PASSED_ON: Final = ("mfu", "goodput")
_WORDS: Final = ("precision",)
_SMALLEST_PARAMS, _LARGEST_PARAMS = 1e8, 2e11
_TOKENS_PER_PARAM: Final = 20.0
_ROUGH_MFU: Final = 0.33
_SERVE_RENT: Final = "serve_usd_per_gpu_hour"
_NOTE: Final = (
    "FLOP by the 6·N·D rule that a rented hour gives, lost time included, as farthing train has it for "
    "about {size} on {tokens} tokens; other sizes differ by some tenths"
)


def rough_flop_per_gpu_hour(accelerator: Accelerator) -> float:
    """A first guess of what an hour gives, to find out which size to ask about, in FLOP."""
    return _ROUGH_MFU * half_peak_flop_per_s(accelerator) * 3600


def gather_training(inputs: Inputs, accelerator: str, params: float) -> None:
    """Add what an hour gives in training a model of about this size.

    Sizes outside 0.1B to 200B take the nearest of them: it is flat there, and layouts get hard to find.
    """
    question = inputs.question
    size = min(max(params, _SMALLEST_PARAMS), _LARGEST_PARAMS)
    tokens = size * _TOKENS_PER_PARAM
    given = {name: question.numbers[name] for name in _PASSED_ON if name in question.numbers}
    words = {name: word for name in _WORDS if (word := question.word(name)) is not None}
    asked = Question(
        verb="train",
        as_of=question.as_of,
        numbers={"params": size, "tokens": tokens, **given},
        words={**words, "accelerator": accelerator},
        seed=question.seed,
        draws=question.draws,
    )
    hours, flop = training.estimate(asked).results["gpu_hours"], 6 * size * tokens
    wide = math.log(hours.p95 / hours.p05) / (2 * Z95)
    note = _NOTE.format(size=f"{size / 1e9:.3g}B", tokens=f"{tokens / 1e9:.3g}B")
    inputs.derive(
        "useful_flop_per_gpu_hour", Spread.lognormal(flop / hours.p50, wide), note, ("fit-runs-2026",)
    )
    for name in given:
        inputs[name]  # it decided the hours, so that it counts as read


def gather_serving(inputs: Inputs, trained_on: Found[Accelerator]) -> tuple[Problem, ...]:
    """Add the accelerator that serves, the same where nothing is said, and its rent where it is another."""
    name = inputs.question.word("serve_accelerator")
    found = find.found_accelerator(name) if name else trained_on
    note = found.fact.name if name else f"{found.fact.name}, on which it is trained"
    peak, bandwidth = half_peak_flop_per_s(found.fact), found.fact.hbm_byte_per_s
    for key, value in (("serve_peak_flop_per_s", peak), ("serve_hbm_byte_per_s", bandwidth)):
        inputs.look_up(key, value, found.fact.sources, found.fact.confidence, note)
    if found.id == trained_on.id or _SERVE_RENT in inputs:
        return ()
    own = Inputs(replace(inputs.question, numbers={}, sets={}))
    problems = gather_rent(own, found.id)
    if RENT not in own:
        raise InputError([unpriced("--serve-rate", problems)])
    rent = own[RENT]
    inputs.look_up(_SERVE_RENT, rent.value, rent.sources, rent.confidence or "D", rent.note)
    return problems


def unpriced(option: str, problems: tuple[Problem, ...]) -> Problem:
    """No rent is known, and without one nothing can be weighed in money."""
    what = problems[0].what if problems else "no rent is known"
    why = "training and serving are weighed by what they cost"
    return Problem("unpriced", "error", option, what, why, f"give {option}, or --by-flop to weigh FLOPs")
