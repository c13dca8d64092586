"""Which way of tuning to take: the one asked for, or the cheapest that fits; the others as rows."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final, TypeAlias

from farthing.catalog.facts import Accelerator
from farthing.catalog.find import Found
from farthing.catalog.load import catalog
from farthing.estimate import bill
from farthing.estimate.answer import INFEASIBLE, Row
from farthing.estimate.formats import peak_flop_per_s
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import plan
from farthing.estimate.layout_checks import check_layout
from farthing.estimate.lost_time import GOODPUT
from farthing.estimate.question import Question
from farthing.estimate.tuning_recipe import WEIGHTS, median
from farthing.estimate.tuning_ways import Job, Way, best_ways, every_gpu, priced_parts, rent_of
from farthing.formulas import tuning_run
from farthing.units.problem import FarthingError, InputError, Problem
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

MOST: Final = 1024.0
_OTHERS: Final = 3
Key: TypeAlias = tuple[str, str]
Tokens: TypeAlias = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Choice:
    """The way to take, whether its accelerator and count were said, and rows for it and the others."""

    way: Way
    rows: tuple[Row, ...]
    smallest: str
    problems: tuple[Problem, ...]
    count_note: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """A way with its time and money, in the middle of every input."""

    way: Way
    gpu_hours: float
    usd: float | None


def choose(job: Job, named: Found[Accelerator] | None, tokens: Tokens, epochs: float) -> Choice:
    """The way that the question asks for, or the cheapest that fits where it leaves that open.

    `tokens` gives the trained tokens for so many sequences padded together. Raises InputError for a
    layout that contradicts itself, and FarthingError with an `infeasible` problem that says by how
    much the leanest way falls short and what would fit.
    """
    count = median(job.question, "accelerator_count")
    if named is not None:
        setup = job.setup(named, job.recipe, {})
        peak_flop_per_s(named.fact, setup.format)  # which the part may lack
        check_layout(setup, job.fixed, count, median(job.question, "dp"))
    if count is None and "dp" in job.question.numbers:
        count = (median(job.question, "dp") or 1.0) * math.prod(
            job.fixed.get(n, 1.0) for n in ("tp", "pp", "cp")
        )
    if named is not None and count is None and job.recipe.weights == "qlora":
        count = 1.0  # packed weights are for one card
    others = [part for part in priced_parts() if named is None or part.id != named.id]
    ways = _ways(job, [*([named] if named else []), *others], count)
    priced = {
        key: _priced(job, way, tokens, epochs, own_rate=named is None or key[0] == named.id)
        for key, way in ways.items()
    }
    chosen = _chosen(job, priced, named)
    least = smallest_way(job)
    smallest = least.setup.accelerator.id if least else None
    if chosen is None:
        raise FarthingError([_too_large(job, named, count, ways, smallest)])
    rows = list(_rows(job, priced, chosen))
    if least and not any(_is_smallest(row, smallest) for row in rows):
        own = named is None or named.id == smallest
        rows.append(_row(_priced(job, least, tokens, epochs, own_rate=own)))
    return Choice(
        way=chosen.way,
        rows=tuple(_marked(rows, smallest)),
        smallest=smallest or "none",
        problems=tuple(_remarks(chosen, named)),
        count_note=_count_note(job, named),
    )


def smallest_way(job: Job) -> Way | None:
    """The job alone on the GPU of the catalog with the least memory that holds it; None where none does."""
    kept = {name: value for name, value in job.fixed.items() if name in _KEPT}
    alone = best_ways(replace(job, fixed=kept), every_gpu(), 1.0)
    ways = (alone.get((part.id, job.recipe.weights)) for part in every_gpu())
    return next((way for way in ways if way is not None and way.fits), None)


_KEPT: Final = ("micro_batch_sequences", "recompute_level")


def _ways(job: Job, parts: list[Found[Accelerator]], count: float | None) -> dict[Key, Way]:
    """The best way for each part and kind of weights: on the count said, else on the fewest that fit."""
    if count is not None:
        return best_ways(job, parts, count)
    found: dict[Key, Way] = {}
    number = 1.0
    left = parts
    while left and number <= MOST:
        for key, way in best_ways(job, left, number).items():
            if key not in found or not found[key].fits:
                found[key] = way
        left = [p for p in left if not all((w := found.get((p.id, x))) and w.fits for x in WEIGHTS)]
        number *= 2
    return found


def _priced(job: Job, way: Way, tokens: Tokens, epochs: float, *, own_rate: bool) -> Priced:
    """Time and money of a way by the formulas of the chain, at the middle of every input."""
    layout = way.setup.layout
    share = tuning_run.forward_share(float(way.recipe.weights != "full"), layout["recompute_share"])
    ratio = tuning_run.reference_time_ratio(way.recipe.reference_passes(epochs), share)
    padded = 1.0 if way.recipe.packed else layout["micro_batch_sequences"]
    speed = median(job.question, "tokens_per_s_per_gpu") if own_rate else None
    speed = speed or way.tokens_per_s * middle("tuning_practice_ratio")
    lasting = median(job.question, "goodput") or usual_goodput(way.count)
    start = middle("startup_h")
    hours = float(tuning_run.gpu_hours(tokens(padded), speed, lasting, ratio, start, way.count))
    rent = rent_of(job.question, way.setup.accelerator.id, own_rate=own_rate)
    return Priced(way, hours, None if rent is None else hours * rent)


@lru_cache(maxsize=64)
def usual_goodput(count: float) -> float:
    """The median goodput of a fine-tuning on so many accelerators where nothing is said of lost time."""
    inputs = Inputs(Question("finetune", date.min))
    inputs.derive("rollback_share", middle("tuning_rollback_share"), "")
    inputs.derive("accelerator_count", count, "")
    bill.assume_missing(inputs, GOODPUT, ("goodput",))
    medians = {name: inputs.median(name) for name in inputs.names}
    return float(plan(GOODPUT, frozenset(medians), ("goodput",)).run(medians)["goodput"])


def middle(name: str) -> float:
    """The middle of an assumption of the catalog."""
    value = parse_as(catalog().assumptions[name].value, name, "assumption").value
    return value.p50 if isinstance(value, Spread) else float(value)


def _chosen(job: Job, priced: Mapping[Key, Priced], named: Found[Accelerator] | None) -> Priced | None:
    """What was asked for, where it fits; the cheapest that is safe, or else fits, where it is open."""
    wanted = job.recipe.weights
    if named is not None:
        found = priced.get((named.id, wanted))
        return found if found is not None and found.way.fits else None
    fitting = [found for key, found in priced.items() if key[1] == wanted and found.way.fits]
    fitting = [found for found in fitting if found.usd is not None]
    safe = [found for found in fitting if found.way.safe]
    return min(safe or fitting, key=lambda found: found.usd or 0.0, default=None)


def _rows(job: Job, priced: Mapping[Key, Priced], chosen: Priced) -> Iterator[Row]:
    """The way taken, the same accelerators for other weights, then the cheapest others for each."""
    yield _row(chosen, chosen=True)
    own = chosen.way.setup.accelerator.id
    for weights in WEIGHTS:
        found = priced.get((own, weights))
        if found is not None and found is not chosen:
            yield _row(found)
    for weights in sorted(WEIGHTS, key=lambda name: name != job.recipe.weights):
        others = [p for (part, kind), p in priced.items() if kind == weights and part != own and p.way.fits]
        known = sorted((p for p in others if p.usd is not None), key=lambda p: p.usd or 0.0)
        yield from (_row(found) for found in known[: _OTHERS if weights == job.recipe.weights else 1])


def _is_smallest(row: Row, smallest: str | None) -> bool:
    return row["fits"] is True and row["accelerator"] == smallest and row["accelerator_count"] == 1


def _marked(rows: list[Row], smallest: str | None) -> Iterator[Row]:
    """Rows that say of one of them that it is the smallest GPU that holds the job."""
    own = next((row for row in rows if _is_smallest(row, smallest)), None)
    yield from ({**row, "smallest": row is own} for row in rows)


def _row(found: Priced, *, chosen: bool = False) -> Row:
    way = found.way
    return {
        "method": way.recipe.label,
        "accelerator": way.setup.accelerator.id,
        "accelerator_count": int(way.count),
        "compute_cost_usd": found.usd,
        "wall_clock_days": found.gpu_hours / way.count / 24,
        "peak_mem_gib": way.peak_gib,
        "fits": way.fits,
        "chosen": chosen,
    }


def _remarks(chosen: Priced, named: Found[Accelerator] | None) -> Iterator[Problem]:
    part = chosen.way.setup.accelerator
    if named is None:
        what = (
            f"no accelerator was named: {chosen.way.count:.0f} × {part.fact.name} is the cheapest that fits"
        )
        why = "every GPU with a quoted rent was tried"
        fix = f"name one to fix it, for example --accelerator {part.id}"
        yield Problem("chosen-part", "note", "--accelerator", what, why, fix)
    if not chosen.way.safe:
        way = chosen.way
        what = f"it may run out of memory: {way.peak_gib:.1f} of {way.room_gib:.1f} GiB in the middle"
        why = "of runs like this one, more than one in four needed more than there is"
        fix = "give --recompute full, a shorter --seq, more --count, or --method qlora"
        yield Problem("tight-memory", "warning", "memory", what, why, fix)


def _count_note(job: Job, named: Found[Accelerator] | None) -> str:
    if median(job.question, "accelerator_count") is not None:
        return ""
    if named is not None and job.recipe.weights == "qlora":
        return "packed weights are for one card; give --count"
    return "the fewest on which it fits; give --count"


def _too_large(
    job: Job,
    named: Found[Accelerator] | None,
    count: float | None,
    ways: Mapping[Key, Way],
    smallest: str | None,
) -> Problem:
    """What does not fit, by how much, and what would."""
    own = [way for key, way in ways.items() if key[1] == job.recipe.weights]
    own = [way for way in own if named is None or way.setup.accelerator.id == named.id]
    if not own:
        raise InputError([_no_layout(job, count)])
    least = min(own, key=lambda way: way.peak_gib - way.room_gib)
    machines = f"{least.count:.0f} × {least.setup.accelerator.fact.name}"
    what = f"it does not fit: {least.recipe.label} on {machines} needs {least.peak_gib:.1f} GiB on each"
    short = least.peak_gib - least.room_gib
    why = f"each has {least.room_gib:.1f} GiB, so it is {short:.1f} GiB short"
    fixes = list(_ways_out(job, least, ways, smallest))
    fix = f"what would fit: {' or '.join(fixes) or 'a smaller model, or a shorter --seq'}"
    return Problem(INFEASIBLE, "error", "memory", what, why, fix)


def _ways_out(job: Job, least: Way, ways: Mapping[Key, Way], smallest: str | None) -> Iterator[str]:
    part = least.setup.accelerator
    for weights in ("lora", "qlora"):
        other = ways.get((part.id, weights))
        if other is not None and other.fits and weights != job.recipe.weights:
            yield f"--{'method' if job.recipe.method in WEIGHTS else 'weights'} {weights}"
    count = least.count
    while (count := count * 2) <= MOST:
        way = best_ways(job, [part], count).get((part.id, job.recipe.weights))
        if way is not None and way.fits:
            yield f"--count {count:.0f}"
            break
    if smallest:
        yield f"--accelerator {smallest} --count 1"


def _no_layout(job: Job, count: float | None) -> Problem:
    said = ", ".join(f"{name} {value:.0f}" for name, value in job.fixed.items()) or "nothing"
    what = f"{'the' if count is None else f'{count:.0f}'} accelerators cannot share the batch in this way"
    why = f"fixed by the question: {said}; replicas are whole and each runs whole microbatches"
    fix = "fix fewer of --tp --pp --cp --micro-batch --accumulation, or give another --global-batch"
    return Problem("no-layout", "error", "layout", what, why, fix)
