"""The published whole runs that practice is learned from."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from farthing.catalog.load import catalog
from farthing.catalog.published_facts import PublishedRun
from farthing.estimate.cells import Row
from farthing.estimate.run_row import PlannedRun, run_of
from farthing.units.problem import InputError
from farthing.units.types import FloatArray

_QUALITIES: Final = ("A", "B")


def learned_from(run: PublishedRun) -> bool:
    """Whether a published run teaches practice: hours and tokens stated, first-party or confirmed."""
    return run.id.startswith("R") and run.quality in _QUALITIES and bool(run.gpu_hours and run.tokens)


def as_row(run: PublishedRun) -> Row:
    """A published run as the text columns of a table."""
    fields = msgspec.structs.asdict(run)
    return {name: None if value is None else str(value) for name, value in fields.items()}


@lru_cache(maxsize=1)
def measured_runs() -> tuple[tuple[PlannedRun, float], ...]:
    """Runs that teach, with their whole-run speed in tokens/s per accelerator."""
    found = []
    for run in catalog().published_runs.values():
        if not learned_from(run) or not run.tokens or not run.gpu_hours:
            continue
        try:
            planned = run_of(as_row(run))
        except InputError:
            continue
        found.append((planned, run.tokens / run.gpu_hours / 3600))
    return tuple(found)


@lru_cache(maxsize=1)
def published_runs() -> tuple[tuple[PlannedRun, ...], FloatArray, FloatArray]:
    """Runs that teach, their tuned speeds as the catalog keeps them, and their whole-run speeds."""
    kept: Mapping[str, float] = {name: f.value for name, f in catalog().calibration["tuned_runs"].items()}
    known = [(run, speed) for run, speed in measured_runs() if run.id.lower() in kept]
    runs = tuple(run for run, _ in known)
    tuned = np.array([kept[run.id.lower()] for run in runs])
    return runs, tuned, np.array([speed for _, speed in known])
