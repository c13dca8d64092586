"""Many serving set-ups at once: memory, latency and speed by the model alone, in one array evaluation.

How many requests run at once follows from the load: as many as are asked, as far as memory holds them;
all that memory holds under a full load; under a rate of arrivals as many as Little's law says, found by
a few rounds of running the model at its own answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.catalog.load import catalog
from farthing.estimate.graph import plan
from farthing.estimate.serving_chain import SERVING_CHAIN
from farthing.estimate.serving_setup import ENGINES, ServingSetup, stack
from farthing.units.types import FloatArray, Real

SPEED: Final = (
    *("tpot_s", "ttft_s", "output_tokens_per_s", "running_sequences", "most_sequences", "least_step_s"),
)
WAITING_RATIOS: Final = ("waiting_ratio", "queue_ratio", "cohort_ratio")
"""Inputs that say how a closed loop waits for prompts; requests that come by themselves have queues."""
MOST_SCHEDULED: Final = 2048.0  # sequences that engines schedule at once in one copy
_ROUNDS: Final = 24
_ENGINE_CONSTANTS: Final = ("engine_layer_s", "engine_first_s")
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Served:
    """Latency (s), speed (tokens/s of all copies), requests that run and would fit in one copy.

    `least_step_s` is what no step can be faster than.
    """

    tpot_s: FloatArray
    ttft_s: FloatArray
    output_tokens_per_s: FloatArray
    running_sequences: FloatArray
    most_sequences: FloatArray
    least_step_s: FloatArray

    @property
    def least_tpot_log_ratio(self) -> FloatArray:
        """How far evidence may move the time between tokens: to the least step, as a logarithm."""
        return np.minimum(np.log(self.least_step_s / self.tpot_s), 0.0)


@lru_cache(maxsize=1)
def constants() -> Mapping[str, float]:
    """The fitted constants of the serving model, by name."""
    return {name: fact.value for name, fact in catalog().calibration["serving"].items()}


def physics(setups: Sequence[ServingSetup], fitted: Mapping[str, float] | None = None) -> Served:
    """What the serving model says of these set-ups, before any evidence."""
    return served(columns_of(setups, fitted or constants()))


def columns_of(setups: Sequence[ServingSetup], fitted: Mapping[str, float]) -> dict[str, Real]:
    """Every input of the chain but how many run, with the load as `load_kind`, `load_size`."""
    columns: dict[str, Real] = {**fitted, **stack(setups)}
    for name in _ENGINE_CONSTANTS:
        columns[name] = np.array([fitted[_by_engine(name, setup)] for setup in setups])
    burst = np.array([setup.load.burst for setup in setups])
    alone = np.array([setup.load.kind == "static" or setup.engine.disaggregated for setup in setups])
    shared = np.where(burst, fitted["burst_interference_ratio"], fitted["steady_interference_ratio"])
    columns["interference_ratio"] = np.where(alone, 0.0, shared)
    static = np.array([setup.load.kind == "static" for setup in setups])
    waiting = np.where(burst, fitted["burst_waiting_ratio"], fitted["steady_waiting_ratio"])
    columns["waiting_ratio"] = np.where(static, 1.0, waiting)
    columns["queue_ratio"] = np.where(alone, 0.0, fitted["queue_ratio"])
    columns["cohort_ratio"] = np.where(static, 0.0, fitted["cohort_ratio"])
    columns["waiting_exponent"] = np.where(static, 1.0, fitted["waiting_exponent"])
    columns["load_size"] = np.array([setup.load.size for setup in setups])
    for kind in ("rate", "full"):
        columns[f"load_{kind}"] = np.array([setup.load.kind == kind for setup in setups])
    columns.setdefault("speculated_tokens", 1.0)
    columns.setdefault("verified_tokens", 1.0)
    return columns


def served(columns: Mapping[str, Real]) -> Served:
    """The chain at the number of requests that the load leads to."""
    known = {name: value for name, value in columns.items() if not name.startswith("load_")}
    room = plan(SERVING_CHAIN, frozenset(known), ("most_sequences",)).run(known)["most_sequences"]
    fits = np.clip(np.floor(room), 1.0, MOST_SCHEDULED)
    asked = np.asarray(columns["load_size"]) / np.asarray(columns["copy_count"])
    by_rate, full = np.asarray(columns["load_rate"]), np.asarray(columns["load_full"])
    running = np.where(full | by_rate, fits, np.clip(asked, 1.0, fits))
    values = _at(known, running)
    if by_rate.any():
        some = {name: _some(value, by_rate) for name, value in known.items()}
        running = running.astype(float)
        running[by_rate] = _balanced(some, np.broadcast_to(fits, running.shape)[by_rate], asked[by_rate])
        values = _at(known, running)
    found = {name: np.broadcast_to(np.asarray(values[name], dtype=float), running.shape) for name in SPEED}
    return Served(**found)


def _some(value: Real, places: npt.NDArray[np.bool_]) -> Real:
    """A column at some places; a single number stays."""
    return value[places] if isinstance(value, np.ndarray) and value.ndim else value


def _balanced(known: Mapping[str, Real], fits: FloatArray, rate: FloatArray) -> FloatArray:
    """Requests that run when so many arrive a second: what runs is the rate times how long each stays."""
    low, high = np.ones_like(fits, dtype=float), fits.astype(float)
    answer = np.asarray(known["answer_tokens"])
    for _ in range(_ROUNDS):
        middle = np.sqrt(low * high)
        values = _at(known, middle)
        stay = np.asarray(values["ttft_s"]) + answer * np.asarray(values["tpot_s"])
        more = rate * stay > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(np.sqrt(low * high))


def _at(known: Mapping[str, Real], running: FloatArray) -> dict[str, Real]:
    columns = {**known, "running_sequences": running}
    return plan(SERVING_CHAIN, frozenset(columns), SPEED).run(columns)


def _by_engine(name: str, setup: ServingSetup) -> str:
    family = setup.engine.family if setup.engine.family in ENGINES else _OTHER
    return f"{family.replace('-', '_')}_{name.removeprefix('engine_')}"
