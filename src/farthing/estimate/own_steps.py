"""A user's measured steps and servings: the rows that can teach, and why the others cannot."""

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from farthing.estimate.cells import Row, text
from farthing.estimate.formats import peak_flop_per_s
from farthing.estimate.measured import from_flop_rate
from farthing.estimate.serving_kind import MEASURED as SERVED
from farthing.estimate.setup import Setup
from farthing.estimate.step_kinds import MEMORY, QUANTITIES, SPEED, AnySetup, Measurable, StepKind
from farthing.units.problem import FarthingError, Problem, quoted

MOST_ROWS: Final = 500
"""A covariance of this many is inverted in a moment, and more of one user's steps teach hardly more."""
HIGHEST_MFU: Final = 1.05  # a boost clock and rounding leave no more than this of the peak
_FARTHEST: Final = 10.0  # measured ÷ modelled, or the other way round, beyond which a unit is wrong
_FARTHEST_SERVED: Final = 30.0  # a first token can wait for many prompts
_GIB_PER_GB: Final = 1e9 / 2**30
_SPEEDS: Final = ("tokens_per_s_per_gpu", "tokens_per_s_total", "step_time_s", "tflops_per_gpu")
MEASURED: Final = (*_SPEEDS, "peak_mem_gib", "peak_mem_gb")
"""Columns of which a row of steps needs one."""


@dataclass(frozen=True, slots=True)
class OwnStep:
    """One measured step or serving of a user: its set-up, what was measured, and the row it comes from."""

    id: str
    row: Row
    setup: AnySetup
    measured: Mapping[str, float]


def measured_columns(kind: Measurable) -> tuple[str, ...]:
    """Columns of which a row of that kind needs one."""
    return MEASURED if isinstance(kind, StepKind) else SERVED


def unmeasured(kind: Measurable, rows: Sequence[Row]) -> tuple[tuple[str, AnySetup], ...]:
    """Names and set-ups of the rows that measured nothing yet and can be read."""
    found = []
    for place, row in enumerate(rows):
        if not any(text(row, name) for name in measured_columns(kind)):
            with contextlib.suppress(FarthingError):
                found.append((text(row, "id") or f"row {place + 1}", kind.setup_of(row)))
    return tuple(found)


def own_steps(kind: Measurable, rows: Sequence[Row]) -> tuple[tuple[OwnStep, ...], tuple[Problem, ...]]:
    """The rows from which something can be learned, and a warning for each that is set aside.

    Rows that measured nothing are passed over: they may be what is to be measured next.
    """
    columns = measured_columns(kind)
    last = {text(row, "id") or str(place): place for place, row in enumerate(rows)}
    problems: list[Problem] = []
    read: list[OwnStep] = []
    for place, row in enumerate(rows):
        name = text(row, "id") or f"row {place + 1}"
        if text(row, "id") and last[text(row, "id")] != place:
            problems.append(_aside(name, "its id is used again further down", "give each row its own id"))
            continue
        if not any(text(row, column) for column in columns):
            continue
        try:
            read.append(_read(kind, name, row))
        except FarthingError as error:
            problems += [_aside(name, problem.what, problem.fix) for problem in error.problems]
    if not read:
        return (), tuple(problems)
    kept = []
    judged = _impossible(kind, read) if isinstance(kind, StepKind) else _unlikely(kind, read)
    for step, wrong in zip(read, judged, strict=True):
        if wrong:
            problems.append(_aside(step.id, *wrong))
        else:
            kept.append(step)
    return tuple(kept), tuple(problems)


def _read(kind: Measurable, name: str, row: Row) -> OwnStep:
    """A row with what it measured. Raises FarthingError where that is nothing that can be used."""
    setup, columns = kind.setup_of(row), measured_columns(kind)
    _check_numbers(row, columns)
    if isinstance(kind, StepKind):
        return OwnStep(name, row, setup, _measured(kind, row, setup))
    return OwnStep(name, row, setup, {each: _number(row, each) for each in columns if text(row, each)})


def _check_numbers(row: Row, columns: Sequence[str]) -> None:
    wrong = [name for name in columns if text(row, name) and not _number(row, name) > 0]
    if wrong:
        what = f"{wrong[0]} is {quoted(text(row, wrong[0]))}, no number above 0"
        raise FarthingError([_aside("", what, "correct it or leave it empty")])


def _measured(kind: StepKind, row: Row, setup: Setup) -> dict[str, float]:
    """What a row measured, by quantity. Raises FarthingError where it says no speed and no memory."""
    memory = _number(row, "peak_mem_gib")
    memory = _number(row, "peak_mem_gb") * _GIB_PER_GB if math.isnan(memory) else memory
    found = {SPEED: _speed(kind, row, setup), MEMORY: memory}
    known = {quantity: value for quantity, value in found.items() if math.isfinite(value)}
    if known:
        return known
    given = [name for name in MEASURED if text(row, name)]
    needs = {
        "step_time_s": "seq_len and global_batch are needed to turn step_time_s into a speed",
        "tflops_per_gpu": "flops_convention is needed to turn tflops_per_gpu into a speed",
    }
    fix = "give tokens_per_s_per_gpu"
    raise FarthingError([_aside("", needs.get(given[0], f"{given[0]} says no speed"), fix)])


def _speed(kind: StepKind, row: Row, setup: Setup) -> float:
    """Tokens/s per accelerator: stated, or from the whole, the time of a step, or a FLOP rate."""
    count = setup.layout["accelerator_count"]
    stated, whole, step = (_number(row, name) for name in _SPEEDS[:3])
    if math.isfinite(stated):
        return stated
    if math.isfinite(whole):
        return whole / count
    batch = text(row, "global_batch") or (text(row, "micro_batch") and text(row, "grad_accum"))
    if math.isfinite(step) and batch and text(row, "seq_len"):
        tokens = setup.layout["seq_len_tokens"] * setup.layout["global_batch_sequences"]
        return tokens / step / count
    return from_flop_rate(row, setup) if kind.name == "training" else math.nan


def _impossible(kind: StepKind, steps: Sequence[OwnStep]) -> list[tuple[str, str] | None]:
    """What is impossible about each step, with what to do; None where nothing is."""
    setups = [step.setup for step in steps]
    with np.errstate(all="ignore"):
        modelled, flop = kind.modelled(setups), kind.flop_per_token(setups)
    found: list[tuple[str, str] | None] = []
    for place, (step, each) in enumerate(zip(steps, flop, strict=True)):
        part = step.setup.accelerator.fact
        peak = peak_flop_per_s(part, step.setup.format)
        speed, memory = (step.measured.get(name, math.nan) for name in QUANTITIES)
        if speed * each > HIGHEST_MFU * peak:
            share = f"{speed * each / peak:.0%} of the peak of {part.name}"
            found.append((f"{speed:,.0f} tokens/s a part would be {share}", "check tokens, batch and count"))
        elif memory * 2**30 > HIGHEST_MFU * part.memory_byte:
            has = f"{part.name} has {part.memory_byte / 2**30:.0f} GiB"
            found.append((f"{memory:,.0f} GiB were measured, but {has}", "check the unit"))
        else:
            found.append(_far_off(step.measured, {name: modelled[name][place] for name in QUANTITIES}))
    return found


def _unlikely(kind: Measurable, servings: Sequence[OwnStep]) -> list[tuple[str, str] | None]:
    """What is far from the serving model about each serving, with what to do; None where nothing is."""
    setups = [each.setup for each in servings]
    with np.errstate(all="ignore"):
        modelled = kind.modelled(setups)
    return [
        _far_off(each.measured, {name: column[place] for name, column in modelled.items()}, _FARTHEST_SERVED)
        for place, each in enumerate(servings)
    ]


def _far_off(
    measured: Mapping[str, float], modelled: Mapping[str, float], farthest: float = _FARTHEST
) -> tuple[str, str] | None:
    """Where a measurement is so far from the model that a unit or the configuration must be wrong."""
    for name, value in measured.items():
        ratio = value / modelled[name]
        if not 1 / farthest < ratio < farthest:
            what = f"{name} is {value:.4g}, the model says {modelled[name]:.4g}"
            return what, "check its unit and the configuration of the row"
    return None


def _number(row: Row, column: str) -> float:
    try:
        value = float(text(row, column) or "nan")
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _aside(name: str, what: str, fix: str) -> Problem:
    why = "it is set aside: it would teach what is not so"
    return Problem("set-aside", "warning", f"--table {name}".strip(), what, why, fix)
