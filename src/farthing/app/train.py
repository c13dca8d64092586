"""`train`: what a training run takes, in time, memory, energy and money."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, Unpack

from farthing.app.against import OPTION, saving
from farthing.app.asking import Asked, ask
from farthing.app.calibrations import calibrated
from farthing.app.reading import Written
from farthing.app.run_options import RunOptions
from farthing.estimate import rental_time, sample_compute, training
from farthing.estimate.answer import Estimate
from farthing.estimate.compose import Prepared
from farthing.estimate.currency import in_currency
from farthing.estimate.graph import Chain, names_of
from farthing.estimate.question import Question
from farthing.estimate.solve import solved
from farthing.units.problem import InputError, Problem


class TrainOptions(RunOptions, total=False):
    """What `train` may be asked; texts such as "15T" and plain numbers in the field's unit both do."""

    flop_per_sample: Written
    samples: Written
    duration: Written


@dataclass(frozen=True, slots=True)
class Way:
    """One way to answer a verb: its formulas and the function that runs them.

    `steps` is the kind of measured steps that a calibration of it is made of, '' where there is none.
    `prepared` gives the draws that a saving is made of.
    """

    name: str
    chain: Chain
    estimate: Callable[[Question], Estimate]
    steps: str = ""
    prepared: Callable[[Question], Prepared] | None = None


_Choice: TypeAlias = tuple[str, ...]
_MODEL: _Choice = ("model", "config", "params", "active_params", "tokens")
_SAMPLES: _Choice = ("flop_per_sample", "samples")
_TIME: _Choice = ("duration",)


def train(**options: Unpack[TrainOptions]) -> Estimate:
    """What a training run takes.

    Give a model (`model`, `config` or `params`) with `tokens`, or the arithmetic of a sample
    (`flop_per_sample`, `samples`), or only how long the accelerators are held (`duration`).
    Raises InputError for what cannot be understood, and FarthingError with an `infeasible`
    problem for what cannot be done.
    """
    return answer(ask("train", options))


def answer(asked: Asked) -> Estimate:
    """The estimate for options that were read already."""
    if OPTION in asked.options:
        found = saving(asked, _prepared)
    else:
        way = way_of(asked)
        found = solved(_question(asked, way), way.estimate)
    return in_currency(found, asked.currency, usd_per_unit(asked))


def _question(asked: Asked, way: Way) -> Question:
    return calibrated(asked.with_names(names_of(way.chain)), way.steps)


def _prepared(asked: Asked) -> Prepared:
    way = way_of(asked)
    assert way.prepared is not None, f"{way.name} keeps no draws"
    return way.prepared(_question(asked, way))


def ways() -> tuple[Way, ...]:
    """Every way in which this version answers `train`."""
    return (_MODEL_WAY, _TIME_WAY, _SAMPLE_WAY)


def way_of(asked: Asked) -> Way:
    """The way that fits what was given. Raises InputError where nothing or two things fit."""
    model, samples, time = (_given(asked, names) for names in (_MODEL, _SAMPLES, _TIME))
    if model and samples:
        raise InputError([_two_models(model[0], samples[0])])
    if model:
        return _MODEL_WAY
    if samples:
        return _SAMPLE_WAY
    if time or asked.options.get("solve") in ("duration", "duration_h"):
        return _TIME_WAY
    raise InputError([_nothing_to_train()])


def _given(asked: Asked, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in asked.options]


def usd_per_unit(asked: Asked) -> float:
    """Dollars for one unit of the currency that was asked for. Raises InputError where no rate is known."""
    if asked.currency == "USD":
        return 1.0
    rate = asked.rates.get(asked.currency)
    if rate is None:
        raise InputError([_no_rate(asked.currency)])
    return float(rate.usd_per_unit)


def _no_rate(currency: str) -> Problem:
    return Problem(
        code="currency",
        severity="error",
        where="--currency",
        what=f"no exchange rate for {currency} is known",
        why="dollars become another currency only at a dated rate",
        fix=f"give --fx {currency}=RATE@DATE",
    )


def _two_models(one: str, other: str) -> Problem:
    names = [f"--{name.replace('_', '-')}" for name in (one, other)]
    what = f"{names[0]} and {names[1]} describe two different models"
    why = "one is a language model, the other is given by its arithmetic per sample"
    return Problem("conflict", "error", names[0], what, why, "leave one of them out")


def _nothing_to_train() -> Problem:
    return Problem(
        code="missing-input",
        severity="error",
        where="train",
        what="it was not said what is trained, or for how long",
        why="the cost follows from a model and its tokens, or from accelerators and time",
        fix="give --model and --tokens, or --accelerator, --count and --duration",
    )


_MODEL_WAY = Way("language model", training.CHAIN, training.estimate, "training", training.prepared)
_TIME_WAY = Way("price of time", rental_time.CHAIN, rental_time.estimate, prepared=rental_time.prepared)
_SAMPLE_WAY = Way(
    "own FLOPs per sample", sample_compute.CHAIN, sample_compute.estimate, prepared=sample_compute.prepared
)
