"""What a fleet is asked: requests that come by themselves, so many at once, or as many as it can hold."""

import math
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.calibration import Calibration
from farthing.estimate.gather import Inputs
from farthing.estimate.question import Question
from farthing.estimate.serve_hours import SHAPES
from farthing.estimate.serve_trace import Trace, read_trace
from farthing.units.problem import InputError, Problem
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread
from farthing.units.types import FloatArray

Asking: TypeAlias = Literal["rate", "closed", "full"]
_DAY_H: Final = 24.0
_RATE, _DEMAND, _AT_ONCE = "request_count_per_s", "demand_tokens_per_day", "concurrency_count"
_SAID: Final = {_RATE: "--arrival", _DEMAND: "--demand", _AT_ONCE: "--concurrency"}
_UNEVEN: Final = ("arrival_variation_ratio", "prompt_variation_ratio", "answer_variation_ratio")


@dataclass(frozen=True, slots=True)
class Target:
    """Latencies to stay within, infinite where none was named: 19 of 20 first tokens, and each next one."""

    ttft_ms: float = math.inf
    tpot_ms: float = math.inf

    @property
    def given(self) -> bool:
        """Whether there is any."""
        return math.isfinite(self.ttft_ms) or math.isfinite(self.tpot_ms)


@dataclass(frozen=True, slots=True)
class Asked:
    """The load at the middle of every input: lengths in tokens, rates in requests a second.

    `hours` is the rate of each hour (or of each bin of a trace) over the mean; `calibration` is what the
    asker measured on their own machines.
    """

    kind: Asking
    input_tokens: float
    output_tokens: float
    at_once: float = math.inf
    mean_per_s: float = 0.0
    peak_per_s: float = 0.0
    headroom: float = 0.0
    least: float = 1.0
    redundant: float = 0.0
    hours: FloatArray = field(default_factory=lambda: np.ones(1))
    uneven: tuple[float, float, float] = (1.0, 1.0, 1.0)
    calibration: Calibration | None = None

    @property
    def by_itself(self) -> bool:
        """Whether requests come whenever they come."""
        return self.kind == "rate"


def gather_load(inputs: Inputs) -> tuple[Asked, tuple[Problem, ...]]:
    """Add every quantity of the load. Raises InputError for one that contradicts another."""
    question = inputs.question
    _check_conflicts(question)
    noted: list[Problem] = []
    trace = None
    if (path := question.word("trace")) is not None:
        trace = read_trace(path)
        _gather_trace(inputs, trace)
        noted += trace.problems
    noted += _gather_lengths(inputs)
    for name in (*_UNEVEN, "headroom_share"):
        _assume(inputs, name)
    kind = _kind(inputs)
    _gather_extras(inputs)
    if kind == "rate":
        asked = _by_itself(inputs, _gather_peak(inputs, trace))
    else:
        asked = _not_by_itself(inputs, kind)
    return replace(asked, calibration=question.calibration), tuple(noted)


def _gather_extras(inputs: Inputs) -> None:
    for name, why in (
        ("redundant_count", "no spare copies; give --redundancy"),
        ("prefix_share", "no cache"),
    ):
        inputs.derive(name, 0.0, why)
    inputs.derive("least_count", 1.0, "one copy is always there; give --min-replicas")
    inputs.derive("accepted_tokens", 1.0, "nothing is guessed ahead; give --speculated")


def _kind(inputs: Inputs) -> Asking:
    if _AT_ONCE in inputs:
        return "closed"
    return "rate" if _RATE in inputs or _DEMAND in inputs else "full"


def _by_itself(inputs: Inputs, hours: FloatArray) -> Asked:
    asked = _not_by_itself(inputs, "rate")
    if _RATE in inputs:
        mean = inputs.median(_RATE)
    else:
        mean = inputs.median(_DEMAND) / 86_400 / (asked.input_tokens + asked.output_tokens)
    peak = mean * inputs.median("peak_to_mean_ratio") / inputs.median("open_share")
    return Asked(
        kind="rate",
        input_tokens=asked.input_tokens,
        output_tokens=asked.output_tokens,
        mean_per_s=mean,
        peak_per_s=peak,
        headroom=inputs.median("headroom_share"),
        least=inputs.median("least_count"),
        redundant=asked.redundant,
        hours=hours,
        uneven=asked.uneven,
    )


def _not_by_itself(inputs: Inputs, kind: Asking) -> Asked:
    arrival, prompt, answer = (inputs.median(name) for name in _UNEVEN)
    return Asked(
        kind=kind,
        input_tokens=inputs.median("prompt_tokens"),
        output_tokens=inputs.median("answer_tokens"),
        at_once=inputs.median(_AT_ONCE) if kind == "closed" else math.inf,
        redundant=inputs.median("redundant_count"),
        uneven=(arrival, prompt, answer),
    )


def _gather_trace(inputs: Inputs, trace: Trace) -> None:
    note = f"of the trace {trace.name}"
    found = {
        "prompt_tokens": trace.input_tokens,
        "answer_tokens": trace.output_tokens,
        "arrival_variation_ratio": trace.arrival_variation,
        "prompt_variation_ratio": trace.input_variation,
        "answer_variation_ratio": trace.output_variation,
    }
    if trace.mean_per_s is not None:
        found[_RATE] = trace.mean_per_s
    for name, value in found.items():
        if value is not None and not (name == _RATE and _DEMAND in inputs):
            inputs.derive(name, value, note)


def _gather_lengths(inputs: Inputs) -> list[Problem]:
    """Prompts and answers, of usual lengths where nobody says them."""
    noted = []
    for name, known, option in (
        ("prompt_tokens", "own_input_tokens", "--input"),
        ("answer_tokens", "answer_tokens", "--output"),
    ):
        if name not in inputs:
            _assume(inputs, name, known)
            what = f"{option} was not given: {inputs.median(name):,.0f} tokens are taken"
            why = "speed and money depend on the lengths of prompts and answers"
            noted.append(Problem("assumed-length", "note", option, what, why, "give yours"))
    return noted


def _gather_peak(inputs: Inputs, trace: Trace | None) -> FloatArray:
    """The hours of a week or of the trace over their mean, with the peak and the open hours as inputs."""
    window = inputs.median("window_h") if "window_h" in inputs else _DAY_H
    if not 0 < window <= _DAY_H:
        raise InputError([_bad_window(window)])
    inputs.derive("open_share", window / _DAY_H, "share of the day in which the fleet is up")
    shape = inputs.question.word("shape")
    if trace is not None and trace.hours is not None and shape is None and "peak_to_mean_ratio" not in inputs:
        inputs.derive(
            "peak_to_mean_ratio", float(trace.hours.max()), f"busiest {trace.bin_words} of the trace"
        )
        return trace.hours
    if shape is not None:
        hours = SHAPES[shape]
        inputs.derive("peak_to_mean_ratio", float(hours.max()), f"the busiest hour of a day shaped {shape}")
        return hours
    if window < _DAY_H:
        inputs.derive("peak_to_mean_ratio", 1.0, "evenly within the open hours; give --peak-to-mean")
        return np.ones(1)
    _assume(inputs, "peak_to_mean_ratio")
    return _wave(max(1.0, inputs.median("peak_to_mean_ratio")))


def _wave(peak: float) -> FloatArray:
    """Twenty-four hours with a given peak over a mean of 1: a wave, raised to a power where it is steep."""
    base = (1 + np.cos(np.linspace(0, 2 * np.pi, 24, endpoint=False))) / 2
    if peak <= 2:
        return np.asarray(1 + (peak - 1) * (2 * base - 1))
    powers = np.linspace(1, 60, 600)
    shapes = base[None, :] ** powers[:, None]
    peaks = shapes.max(1) / shapes.mean(1)
    found = shapes[int(np.argmin(np.abs(peaks - peak)))]
    return np.asarray(found / found.mean())


def _assume(inputs: Inputs, name: str, known: str = "") -> None:
    if name in inputs:
        return
    fact = catalog().assumptions[known or name]
    value = parse_as(fact.value, name, f"assumption {name}").value
    inputs.assume(name, value, fact.sources, fact.confidence, fact.note)


def target_of(question: Question) -> Target:
    """The latencies that were asked for."""
    return Target(*(_median(question, name) for name in ("ttft_target_ms", "tpot_target_ms")))


def _median(question: Question, name: str) -> float:
    value = question.sets.get(name, question.numbers.get(name, math.inf))
    return value.p50 if isinstance(value, Spread) else value


def _check_conflicts(question: Question) -> None:
    given = [option for name, option in _SAID.items() if name in question.numbers]
    if "trace" in question.words and "--concurrency" in given:
        given.append("--trace")
    if len(given) > 1:
        raise InputError([_two(given[0], given[1])])
    if "window_h" in question.numbers and "scale_to_zero" in question.flags:
        raise InputError([_two("--window", "--scale-to-zero")])
    if "shape" in question.words and "peak_to_mean_ratio" in question.numbers:
        raise InputError([_two("--shape", "--peak-to-mean")])


def _two(one: str, other: str) -> Problem:
    what, why = f"{one} and {other} say the same thing in two ways", "only one of them can hold"
    return Problem("conflict", "error", one, what, why, "leave one of them out")


def _bad_window(window: float) -> Problem:
    what, why = f"a day has no {window:g} hours", "--window is how long the fleet is up each day"
    return Problem("bad-value", "error", "--window", what, why, "give up to 24 h, for example '10 h'")
