"""`demo`: a published training run, estimated from its configuration beside what was reported."""

import msgspec

from farthing.app.train import train
from farthing.catalog.load import catalog
from farthing.estimate.answer import Estimate, Source
from farthing.units.problem import CatalogError, Problem

RUN = "R008"  # Llama 3.1 405B: configuration and accelerator-hours are both first-party


class Beside(msgspec.Struct, frozen=True):
    """A reported figure beside the estimated one; `inside` says whether the interval holds it."""

    name: str
    unit: str
    reported: float
    p05: float
    p50: float
    p95: float
    inside: bool


class Demo(msgspec.Struct, frozen=True):
    """A published run: the command that asks for it, the comparison, and the whole estimate."""

    model: str
    command: str
    beside: tuple[Beside, ...]
    source: Source
    estimate: Estimate


def demo(run: str = RUN) -> Demo:
    """Estimate a published run from its configuration alone, and put the report beside it.

    Nothing that was measured is used. Raises CatalogError where the run is not in the catalog.
    """
    row = catalog().published_runs.get(run)
    if row is None or row.tokens is None or row.n_accelerators is None or row.gpu_hours is None:
        raise CatalogError([_no_run(run)])
    day = f"{row.year}-07-01"
    count = int(row.n_accelerators)
    answer = train(
        model=row.model,
        tokens=row.tokens,
        accelerator=row.accelerator,
        count=count,
        as_of=day,
        calibration="none",
    )
    asked = {"model": f"'{row.model}'", "tokens": f"{row.tokens:g}", "accelerator": row.accelerator}
    words = " ".join(f"--{name} {value}" for name, value in {**asked, "count": count, "as-of": day}.items())
    hours = answer.results["gpu_hours"]
    beside = Beside(
        name="gpu_hours",
        unit=hours.unit,
        reported=row.gpu_hours,
        p05=hours.p05,
        p50=hours.p50,
        p95=hours.p95,
        inside=hours.p05 <= row.gpu_hours <= hours.p95,
    )
    return Demo(row.model, f"farthing train {words}", (beside,), _source(row.source, row.confidence), answer)


def _source(name: str, confidence: str) -> Source:
    known = catalog().sources.get(name)
    if known is None:
        return Source(name, name, "", "", confidence)
    return Source(name, known.title, known.url, known.date, confidence)


def _no_run(run: str) -> Problem:
    what = f"the published run {run} is not in the catalog, or not complete"
    fix = "name a run of published/runs.csv that has tokens, accelerators and accelerator-hours"
    return Problem("no-such-run", "error", "published/runs.csv", what, "the demo compares with it", fix)
