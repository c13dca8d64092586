"""The layout of a run: what the question fixed, the best of what it left open, and whether it fits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.catalog.load import catalog
from farthing.estimate import steps
from farthing.estimate.answer import INFEASIBLE, Row
from farthing.estimate.evidence import Traits, traits_of
from farthing.estimate.gather import Basis, Input
from farthing.estimate.layout_checks import check_layout
from farthing.estimate.own_correction import known_by
from farthing.estimate.question import Question
from farthing.estimate.search import AXES, Candidates, candidates, evaluate
from farthing.estimate.setup import Setup, device_numbers, state_byte
from farthing.estimate.step_prediction import Correction, corrected, memory_evidence
from farthing.estimate.subject import Subject
from farthing.estimate.usual_size import USUAL_DAYS, room_gib, usual_batch, usual_count
from farthing.units.problem import FarthingError, InputError, Problem
from farthing.units.spread import Spread

SHOWN: Final = 5
_DOUBLINGS: Final = 13
_BLOCK: Final = 32
_PER_GIB: Final = 2**30
_UNSAID: Final = "the fastest layout that fits; give it to fix it"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The layout to run with: as a set-up, as inputs, and the next best as rows."""

    setup: Setup
    modelled: steps.Physics
    inputs: tuple[Input, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def choose(question: Question, setup: Setup, what: Subject) -> Chosen:
    """Search every layout the question leaves open.

    Raises InputError for a layout that contradicts itself, and FarthingError with an `infeasible`
    problem that says by how much the best falls short and what would fit.
    """
    fixed = {name: value for name in AXES if (value := _said(question, name)) is not None}
    check_layout(setup, fixed, _said(question, "accelerator_count"), _said(question, "dp"))
    found, noted = _sized(question, setup, what, fixed)
    places = candidates(found, fixed, _said(question, "dp"))
    if not len(next(iter(places.values()))):
        raise InputError([_no_layout(found, fixed)])
    every = evaluate(found, places, steps.constants())
    order = every.fitting(room_gib(found.accelerator.fact))
    if not len(order):
        raise FarthingError([_too_large(found, every, fixed)])
    known = known_by("training", question.calibration).get("peak_mem_gib") or memory_evidence()
    order = order[_first_as_measured(found, every, order, known) :]
    best = every.at(int(order[0]))
    full = _laid_out(found, best)
    inputs = (*noted, *_layout_inputs(best, fixed), *_device_inputs(full))
    modelled = steps.Physics(every.tokens_per_s[order[:1]], every.mem_gib[order[:1]])
    return Chosen(full, modelled, inputs, tuple(_rows(every, order)), ())


def _sized(
    question: Question, setup: Setup, what: Subject, fixed: Mapping[str, float]
) -> tuple[Setup, tuple[Input, ...]]:
    """The set-up with accelerators, sequence and batch, and inputs for those that were assumed."""
    noted: list[Input] = []
    flop = 6 * what.architecture.count("active_params") * _tokens(question, what)
    count, batch = _said(question, "accelerator_count"), _said(question, "global_batch_sequences")

    def on(machines: float) -> Setup:
        sequences = usual_batch(what.seq_len_tokens, machines, flop) if batch is None else batch
        sizes = (machines, what.seq_len_tokens, sequences)
        names = ("accelerator_count", "seq_len_tokens", "global_batch_sequences")
        return replace(setup, layout=dict(zip(names, sizes, strict=True)))

    if count is None:
        usual = usual_count(setup.accelerator.fact, flop)
        doubled = (usual * 2.0**power for power in range(_DOUBLINGS))
        count = next((machines for machines in doubled if _fits(on(machines), fixed)), usual)
        why = f"about {USUAL_DAYS:.0f} days" if count == usual else "the fewest on which it fits"
        noted.append(Input("accelerator_count", count, Basis.ASSUMED, note=f"{why}; give --count"))
    found = on(count)
    if batch is None:
        assumed = found.layout["global_batch_sequences"]
        note = "a usual batch; give --global-batch"
        noted.append(Input("global_batch_sequences", assumed, Basis.ASSUMED, note=note))
    return found, tuple(noted)


def _first_as_measured(
    setup: Setup, every: Candidates, order: npt.NDArray[np.intp], known: Correction[Traits]
) -> int:
    """The first of the layouts that fits when its memory is corrected as measured steps show.

    Where none does, the leanest: the memory model alone says that it fits.
    """
    capacity = setup.accelerator.fact.memory_byte / 2**30
    held = np.empty(0)
    for start in range(0, len(order), _BLOCK):
        places = order[start : start + _BLOCK]
        traits = traits_of([_laid_out(setup, every.at(int(place))) for place in places])
        held = np.append(held, corrected(every.mem_gib[places], known, traits).mid)
        if (held[start:] <= capacity).any():
            return start + int(np.argmax(held[start:] <= capacity))
    return int(np.argmin(held))


def _laid_out(setup: Setup, best: Mapping[str, float]) -> Setup:
    level = best["recompute_level"]
    chosen = {name: value for name, value in best.items() if name != "recompute_level"}
    recomputed = {"selective_level": float(level == 1), "recompute_share": float(level >= 2)}
    return replace(setup, layout={**setup.layout, **chosen, **recomputed})


def _layout_inputs(best: Mapping[str, float], fixed: Mapping[str, float]) -> list[Input]:
    made = [
        Input(name, value, Basis.DERIVED, note=_UNSAID) for name, value in best.items() if name not in fixed
    ]
    level = best["recompute_level"]
    share = {"selective_level": float(level == 1), "recompute_share": float(level >= 2)}
    basis = Basis.GIVEN if "recompute_level" in fixed else Basis.DERIVED
    kept = [item for item in made if item.name != "recompute_level"]
    return kept + [
        Input(name, value, basis, note="" if basis is Basis.GIVEN else _UNSAID)
        for name, value in share.items()
    ]


def _device_inputs(setup: Setup) -> list[Input]:
    fact = setup.accelerator.fact
    device = [
        Input(name, value, Basis.LOOKED_UP, fact.sources, fact.confidence, fact.name)
        for name, value in device_numbers(fact, setup.format).items()
    ]
    states = {
        name: float(value) for name, value in state_byte(setup.layout["zero_stage"], setup.optimizer).items()
    }
    fitted = {**steps.constants(), **steps.format_constants(setup, steps.constants())}
    constants = [
        Input(name, value, Basis.DERIVED, ("fit-training-2026",), "B", "constant of the step model")
        for name, value in fitted.items()
    ]
    mixed = [
        Input(name, value, Basis.ASSUMED, note=f"{setup.optimizer} in mixed precision")
        for name, value in states.items()
    ]
    return device + mixed + constants


def _rows(every: Candidates, order: npt.NDArray[np.intp]) -> list[Row]:
    """The fastest layouts that differ in more than the ZeRO stage."""
    rows: list[Row] = []
    seen: set[tuple[float, ...]] = set()
    for place in order:
        layout = every.at(int(place))
        key = tuple(value for name, value in layout.items() if name != "zero_stage")
        if key in seen:
            continue
        seen.add(key)
        speed = float(every.tokens_per_s[place])
        figures = {"tokens_per_s_per_gpu": speed, "peak_mem_gib": float(every.mem_gib[place])}
        rows.append({**{name: int(value) for name, value in layout.items()}, **figures, "chosen": not rows})
        if len(rows) == SHOWN:
            break
    return rows


def _tokens(question: Question, what: Subject) -> float:
    said = _said(question, "tokens")
    found = next((item.value for item in what.inputs if item.name == "tokens"), 1e12)
    return said if said is not None else (found.p50 if isinstance(found, Spread) else found)


def _said(question: Question, name: str) -> float | None:
    value = question.sets.get(name, question.numbers.get(name))
    return value.p50 if isinstance(value, Spread) else value


def _no_layout(setup: Setup, fixed: Mapping[str, float]) -> Problem:
    said = ", ".join(f"{name} {value:.0f}" for name, value in fixed.items()) or "nothing"
    count, batch = setup.layout["accelerator_count"], setup.layout["global_batch_sequences"]
    return Problem(
        code="no-layout",
        severity="error",
        where="layout",
        what=f"{count:.0f} accelerators cannot share a batch of {batch:.0f} sequences in this way",
        why=f"fixed by the question: {said}; replicas are whole and each runs whole microbatches",
        fix="fix fewer of --tp --pp --cp --ep --dp --micro-batch, or give another --global-batch",
    )


def _too_large(setup: Setup, every: Candidates, fixed: Mapping[str, float]) -> Problem:
    least, fact = float(np.min(every.mem_gib)), setup.accelerator.fact
    machines, room = f"{setup.layout['accelerator_count']:.0f} × {fact.name}", room_gib(fact)
    ways = [f"--count {fits:.0f}"] if (fits := _count_that_fits(setup, fixed)) else []
    ways += [f"--accelerator {part}"] if (part := _part_that_fits(least)) else []
    ways += ["a layout left open"] if fixed else []
    return Problem(
        code=INFEASIBLE,
        severity="error",
        where="memory",
        what=f"it does not fit: the leanest layout on {machines} needs {least:.1f} GiB on each",
        why=f"{room:.1f} GiB can be filled, so it is {least - room:.1f} GiB short",
        fix=f"what would fit: {' or '.join(ways) or 'a smaller model, or a shorter --seq'}",
    )


def _part_that_fits(least_gib: float) -> str | None:
    """The catalog's part with the least memory in which that much fits."""
    share = steps.constants()["usable_memory_share"]
    parts = ((fact.memory_byte / _PER_GIB * share, name) for name, fact in catalog().accelerators.items())
    return min((part for part in parts if part[0] >= least_gib), default=(0.0, None))[1]


def _count_that_fits(setup: Setup, fixed: Mapping[str, float]) -> float | None:
    """The smallest doubling of the accelerators on which some layout fits."""
    for power in range(1, _DOUBLINGS):
        count = setup.layout["accelerator_count"] * 2.0**power
        batch = max(setup.layout["global_batch_sequences"], count)
        sizes = {"accelerator_count": count, "global_batch_sequences": batch}
        if _fits(replace(setup, layout={**setup.layout, **sizes}), fixed):
            return count
    return None


def _fits(setup: Setup, fixed: Mapping[str, float]) -> bool:
    """Whether some layout of a set-up fits into memory."""
    places = candidates(setup, fixed)
    if not len(next(iter(places.values()))):
        return False
    return len(evaluate(setup, places, steps.constants()).fitting(room_gib(setup.accelerator.fact))) > 0
