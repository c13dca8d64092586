"""What we time of serving: estimates of copies in one process, and a week's plan of copies by the hour."""

import time

import numpy as np

from farthing.catalog.find import found_accelerator
from farthing.estimate.architecture import of_model
from farthing.estimate.serve_hours import plan_hours
from farthing.estimate.serving_setup import Load, ServingSetup
from farthing.estimate.serving_steps import columns_of, constants, served

MODELS = ("llama-3.1-8b", "llama-3.1-70b", "mixtral-8x7b", "deepseek-v3")
PARTS = ("h100-sxm", "a100-sxm-80gb", "l40s", "b200")
PLACES, ROUNDS, WEEK_H, FLEETS = 8_192, 50, 168, 1_000


def estimates_per_second() -> float:
    """Memory, batch, both latencies and throughput of mixed copies, a second, best of several rounds."""
    setups = [setup(model, part, batch) for model in MODELS for part in PARTS for batch in (1, 16, 64, 256)]
    columns = columns_of(setups, constants())
    times = -(-PLACES // len(setups))
    tiled = {
        name: np.tile(value, times) if isinstance(value, np.ndarray) else value
        for name, value in columns.items()
    }
    return len(setups) * times / best(lambda: served(tiled))


def setup(model: str, part: str, batch: int) -> ServingSetup:
    """A copy on eight accelerators."""
    layout = {"accelerator_count": 8.0, "tp": 8.0, "pp": 1.0, "ep": 1.0}
    found = found_accelerator(part)
    return ServingSetup(
        model, of_model(model), found, "fp8", 2.0, layout, 1024.0, 256.0, Load("closed", float(batch))
    )


def week_s() -> float:
    """Seconds to plan a week of hours for a thousand fleets of different speeds."""
    hours = np.random.default_rng(7).gamma(2.0, 20.0, WEEK_H)
    speeds = np.linspace(500.0, 5_000.0, FLEETS)
    return best(lambda: [plan_hours(hours, 211.0, speed, 0.2, 1.0, 0.0).mean for speed in speeds])


def best(work) -> float:  # noqa: ANN001
    """Seconds of the fastest of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)
