"""Ways to tune one model: layouts on accelerators, with the speed and memory that measured steps suggest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np

from farthing.catalog import rental
from farthing.catalog.facts import Accelerator, ProviderKind, Term
from farthing.catalog.find import Found
from farthing.catalog.load import catalog
from farthing.estimate import finetune_steps
from farthing.estimate.architecture import Architecture
from farthing.estimate.finetune_prediction import predict
from farthing.estimate.formats import read_format, usual_format
from farthing.estimate.own_correction import known_by
from farthing.estimate.question import Question
from farthing.estimate.search import AXES
from farthing.estimate.setup import USUAL_OPTIMIZER, Setup, Software, family_of, release_year
from farthing.estimate.step_prediction import Known
from farthing.estimate.tuning_recipe import WEIGHTS, Recipe, median
from farthing.formulas.tuning_run import reference_memory_gib
from farthing.units.problem import InputError
from farthing.units.types import FloatArray

PER_GIB: Final = 2**30
LIKELY: Final = 0.6744897501960817
"""Standard deviations to the upper quartile: memory that three runs in four stay below."""

_MICRO: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
_PARALLEL: Final = ("tp", "pp", "vp", "cp", "ep")


@dataclass(frozen=True, slots=True)
class Job:
    """What all ways of tuning a model share."""

    question: Question
    recipe: Recipe
    architecture: Architecture
    seq_len_tokens: float
    fixed: Mapping[str, float]

    def setup(self, part: Found[Accelerator], recipe: Recipe, layout: Mapping[str, float]) -> Setup:
        """One layout of one recipe on one kind of accelerator."""
        said = self.question.word("precision")
        software = Software(
            family_of(self.question.word("framework") or self.question.word("engine") or ""),
            release_year(self.question.word("version") or "", str(self.question.as_of.year)),
        )
        return Setup(
            model=self.architecture.name,
            architecture=self.architecture,
            accelerator=part,
            format=read_format(said) if said else usual_format(part.fact),
            layout=layout,
            software=software,
            optimizer=self.question.word("optimizer") or USUAL_OPTIMIZER,
            tuning=recipe.tuning,
        )


@dataclass(frozen=True, slots=True)
class Way:
    """One way of tuning. Speed in tokens/s an accelerator, memory in GiB, each also as modelled alone.

    Memory is without the reference model, which has `reference_gib` of its own.
    """

    setup: Setup
    recipe: Recipe
    tokens_per_s: float
    speed_log_sd: float
    modelled_tokens_per_s: float
    mem_gib: float
    mem_log_sd: float
    modelled_mem_gib: float
    reference_gib: float

    @property
    def count(self) -> float:
        """Accelerators."""
        return self.setup.layout["accelerator_count"]

    @property
    def room_gib(self) -> float:
        """Memory of one accelerator."""
        return self.setup.accelerator.fact.memory_byte / PER_GIB

    @property
    def peak_gib(self) -> float:
        """Peak memory at its median, the reference model included."""
        return self.mem_gib + self.reference_gib

    @property
    def fits(self) -> bool:
        """Whether it more likely runs than not."""
        return self.peak_gib <= self.room_gib

    @property
    def safe(self) -> bool:
        """Whether three of four such runs do not run out of memory."""
        return self.mem_gib * np.exp(LIKELY * self.mem_log_sd) + self.reference_gib <= self.room_gib


def job_of(question: Question, recipe: Recipe, architecture: Architecture, seq_len_tokens: float) -> Job:
    """The job of a question; what it says of the layout is fixed."""
    fixed = {name: value for name in AXES if (value := median(question, name)) is not None}
    return Job(question, recipe, architecture, seq_len_tokens, fixed)


def best_ways(job: Job, parts: Iterable[Found[Accelerator]], count: float) -> dict[tuple[str, str], Way]:
    """The best way for each accelerator and each kind of weights on so many accelerators.

    The fastest that is safe, else the leanest. Frozen weights never get more memory than full
    fine-tuning takes on the same accelerators: what adapters gain is room, not appetite.
    """
    pairs = [(part, job.recipe.with_weights(weights)) for part in parts for weights in WEIGHTS]
    setups, owners = [], []
    for part, recipe in pairs:
        if _runs(job, part):
            for layout in _layouts(job, recipe, count, part.fact.scale_up_count):
                setups.append(job.setup(part, recipe, layout))
                owners.append((part.id, recipe))
    found: dict[tuple[str, str], Way] = {}
    grouped: dict[tuple[str, str], list[Way]] = {}
    for way in _evaluated(job, setups, [recipe for _, recipe in owners]):
        grouped.setdefault((way.setup.accelerator.id, way.recipe.weights), []).append(way)
    for (part_id, weights), ways in grouped.items():
        whole = found.get((part_id, "full"))
        lean = [way for way in ways if whole is None or not whole.fits or way.peak_gib <= whole.peak_gib]
        found[part_id, weights] = _best(lean or ways)
    return found


def priced_parts() -> list[Found[Accelerator]]:
    """GPUs that somebody rents out at a price we have read: one remembered (D) recommends nothing."""
    quoted = {row.accelerator for row in catalog().rentals.values() if row.confidence != "D"}
    return [part for part in every_gpu() if part.id in quoted]


def every_gpu() -> list[Found[Accelerator]]:
    """All GPUs of the catalog, those with least memory first."""
    parts = [Found(n, "accelerators", f) for n, f in catalog().accelerators.items() if f.kind == "gpu"]
    return sorted(parts, key=lambda part: part.fact.memory_byte)


def rent_of(question: Question, part: str, *, own_rate: bool) -> float | None:
    """The middle rent of an accelerator on the day, in dollars an hour; None where nobody knows one.

    A rate that was given is that of the accelerator asked for (`own_rate`).
    """
    given = median(question, "rent_usd_per_gpu_hour")
    if own_rate and given is not None:
        return given
    kind = question.word("provider_kind") or catalog().assumptions["provider_kind"].value
    term = question.word("term") or catalog().assumptions["term"].value
    return _rent(part, question.as_of.isoformat(), kind, term)


@lru_cache(maxsize=512)
def _rent(part: str, day: str, kind: str, term: str) -> float | None:
    from datetime import date

    kinds: ProviderKind = kind  # type: ignore[assignment]
    terms: Term = term  # type: ignore[assignment]
    try:
        return rental.rent(catalog(), part, date.fromisoformat(day), kinds, terms).mid
    except InputError:
        return None


def _runs(job: Job, part: Found[Accelerator]) -> bool:
    """Whether a part multiplies in the format that is asked for."""
    said = job.question.word("precision")
    wanted = read_format(said) if said else usual_format(part.fact)
    twins = {"bf16": "fp16", "fp16": "bf16", "tf32": "fp32"}
    rates = part.fact.peak_flop_per_s
    return wanted.key in rates or twins.get(wanted.key) in rates


def _layouts(job: Job, recipe: Recipe, count: float, domain: int) -> Iterator[dict[str, float]]:
    """Every layout the question leaves open on so many accelerators."""
    fixed = job.fixed
    parallel = {name: fixed.get(name, 1.0) for name in _PARALLEL}
    replicas = count / (parallel["tp"] * parallel["pp"] * parallel["cp"])
    if replicas < 1 or replicas != int(replicas) or parallel["tp"] > max(domain, 1):
        return
    sharing = (1.0,) if count == 1 or parallel["pp"] > 1 else (1.0, 3.0)
    options = (
        [fixed["micro_batch_sequences"]] if "micro_batch_sequences" in fixed else _MICRO,
        [fixed["zero_stage"]] if "zero_stage" in fixed else sharing,
        [fixed["recompute_level"]] if "recompute_level" in fixed else (0.0, 2.0),
    )
    for micro, stage, level in product(*options):
        batch = _batch(job.question, replicas, micro)
        if batch is None or micro % recipe.sequences:
            continue
        yield {
            "accelerator_count": count,
            "seq_len_tokens": job.seq_len_tokens,
            "global_batch_sequences": batch,
            "micro_batch_sequences": micro,
            **parallel,
            "zero_stage": stage,
            "selective_level": float(level == 1),
            "recompute_share": float(level >= 2),
        }


def _batch(question: Question, replicas: float, micro: float) -> float | None:
    """Sequences of one optimizer step; None where replicas and microbatches do not share them out."""
    said, steps = median(question, "global_batch_sequences"), median(question, "accumulation_steps")
    one = replicas * micro
    if steps is not None:
        return one * steps if said in (None, one * steps) else None
    if said is not None:
        return said if said % one == 0 else None
    usual = float(catalog().assumptions["tuning_batch_sequences"].value)
    return max(usual, replicas) if max(usual, replicas) % one == 0 else None


def _evaluated(job: Job, setups: Sequence[Setup], recipes: Sequence[Recipe]) -> Iterator[Way]:
    """Set-ups with their predictions; adapters are never said to need more than full fine-tuning."""
    if not setups:
        return
    known = known_by("finetune", job.question.calibration)
    modelled, predicted = finetune_steps.physics(setups), predict(setups, known)
    whole = [recipe.with_weights("full").tuning for recipe in recipes]
    fully = [replace(setup, tuning=tuning) for setup, tuning in zip(setups, whole, strict=True)]
    speed, memory = predicted["tokens_per_s_per_gpu"], predicted["peak_mem_gib"]
    held = np.minimum(_held_gib(setups, known), _held_gib(fully, known))
    for place, (setup, recipe) in enumerate(zip(setups, recipes, strict=True)):
        yield Way(
            setup=setup,
            recipe=recipe,
            tokens_per_s=float(speed.mid[place]),
            speed_log_sd=float(speed.log_sd[place]),
            modelled_tokens_per_s=float(modelled.tokens_per_s[place]),
            mem_gib=float(held[place]),
            mem_log_sd=float(memory.log_sd[place]),
            modelled_mem_gib=float(modelled.mem_gib[place]),
            reference_gib=_reference_gib(setup, recipe),
        )


def _held_gib(setups: Sequence[Setup], known: Known) -> FloatArray:
    """Memory as measured steps suggest it, at its median, in GiB.

    What is recomputed is not held: a set-up that recomputes takes no more than the same one that does
    not, less what the memory model takes off. Few measured steps differ in that alone, so that the
    evidence of one must speak for the other.
    """
    bare = [replace(setup, layout={**setup.layout, "recompute_share": 0.0}) for setup in setups]
    less = finetune_steps.physics(setups).mem_gib / finetune_steps.physics(bare).mem_gib
    own, other = (predict(some, known)["peak_mem_gib"].mid for some in (setups, bare))
    return np.asarray(np.minimum(own, other * less))


def _reference_gib(setup: Setup, recipe: Recipe) -> float:
    layout, params = setup.layout, setup.architecture.count()
    held = params / (layout["tp"] * layout["pp"])
    shared = params / layout["accelerator_count"]
    return float(reference_memory_gib(recipe.reference_copies, held, shared, layout["zero_stage"]))


def _best(ways: Sequence[Way]) -> Way:
    safe = [way for way in ways if way.safe]
    return max(safe, key=lambda way: way.tokens_per_s) if safe else min(ways, key=lambda way: way.peak_gib)
