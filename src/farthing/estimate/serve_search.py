"""Every layout that a question leaves open, at every batch: what each holds, and serves within the target.

Layouts, accelerators and lengths are places of one array; the largest batch within the latency target is
found for all of them together by halving. What measurements say of longer prompts scatters, so throughput
is told as the least of those of all shorter prompts: a longer context never raises it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from farthing.estimate.graph import Chain, plan
from farthing.estimate.own_correction import known_by
from farthing.estimate.serve_chain import APART, COPY, POOLED, replaced
from farthing.estimate.serve_load import Asked, Target
from farthing.estimate.serving_evidence import serving_traits
from farthing.estimate.serving_prediction import evidence
from farthing.estimate.serving_setup import Load, ServingSetup
from farthing.estimate.serving_steps import MOST_SCHEDULED, WAITING_RATIOS, columns_of, constants, physics
from farthing.formulas import closed_loop, open_loop
from farthing.units.types import FloatArray, Real

_GRID: Final = tuple(2.0**power for power in range(5, 23))
LATENCIES: Final = ("tpot_ms", "ttft_ms")
_ROUNDS: Final = 12  # halvings that tell every whole number up to the most that engines schedule
_FINE: Final = 24
_BUSY: Final = Load("full")  # evidence on a batch as large as there is room for
_QUIET: Final = 1.0

AT_LIMIT: Final[Chain] = (
    *COPY,
    closed_loop.copy_request_count_per_s,
    open_loop.wait_s,
    open_loop.wait_busy_share,
)
ALWAYS: Final[Chain] = (*COPY, closed_loop.wait_s)


@dataclass(frozen=True, slots=True)
class Extras:
    """What changes a copy beside its set-up: cached prefixes, guessed tokens, prompts read elsewhere."""

    prefix_share: float = 0.0
    accepted_tokens: float = 1.0
    acceptance_share: float = 0.7
    draft_step_share: float = 0.1
    apart: bool = False
    prefill_limit_share: float = 0.7


@dataclass(frozen=True)
class Layouts:
    """Set-ups of one copy each, with the load, all evaluated together.

    `fits` is how many requests memory holds (below 1: none), `limit` how many also meet the target. `total`
    are the accelerators there are, where they are fixed.
    """

    setups: tuple[ServingSetup, ...]
    asked: Asked
    target: Target
    extras: Extras
    total: float | None = None
    monotone: bool = True

    @cached_property
    def lengths(self) -> FloatArray:
        """Prompt lengths to look at: those of a grid up to the first that is as long, then the asked one."""
        asked = self.asked.input_tokens
        if not self.monotone:
            return np.array([asked])
        last = next((length for length in _GRID if length >= asked), asked)
        return np.array([*(length for length in _GRID if length < last), last, asked])

    @cached_property
    def places(self) -> tuple[ServingSetup, ...]:
        """Every set-up at every length, a set-up's lengths together."""
        return tuple(replace(s, input_tokens=float(tokens)) for s in self.setups for tokens in self.lengths)

    @cached_property
    def columns(self) -> dict[str, Real]:
        """Inputs of the chain of one copy, but for how many run."""
        return copy_columns(self.places, self.asked, self.extras)

    @cached_property
    def ratios(self) -> Mapping[str, FloatArray]:
        """What measurements say of the model, by quantity, a place each."""
        return {name: np.exp(log_ratio) for name, (log_ratio, _) in self._known.items()}

    @cached_property
    def _known(self) -> Mapping[str, tuple[FloatArray, FloatArray]]:
        return evidence_on(self.places, self.asked, self.total)

    @cached_property
    def fits(self) -> FloatArray:
        """Requests that the memory of one copy holds, a place each; not whole."""
        steps = plan(COPY, frozenset(self.columns), ("most_sequences",))
        return np.broadcast_to(steps.run(self.columns)["most_sequences"], (len(self.places),))

    @cached_property
    def slots(self) -> FloatArray:
        """The same as whole requests, no more than engines schedule; 0 where not one fits."""
        return np.clip(np.floor(self.fits), 0.0, MOST_SCHEDULED)

    @cached_property
    def limit(self) -> FloatArray:
        """Most requests at once within memory and target, a place each; 0 where not even one is."""
        if not self.target.given:
            return self.slots
        low, high = np.zeros_like(self.slots), self.slots + 1
        for _ in range(_ROUNDS):
            middle = np.floor((low + high) / 2)
            good = (middle >= 1) & (middle <= self.slots) & self._meets(middle)
            low, high = np.where(good, middle, low), np.where(good, high, np.maximum(middle, low + 1))
        return low

    def latency(self, running: FloatArray) -> tuple[FloatArray, FloatArray]:
        """First token of 19 of 20 requests, and each next one, in ms at so many requests."""
        values = self.at(running, ("ttft_p95_ms", "tpot_ms"))
        return values["ttft_p95_ms"], values["tpot_ms"]

    def at(self, running: FloatArray, wanted: tuple[str, ...]) -> dict[str, FloatArray]:
        """Values of the chain at so many requests in a copy, which is as busy as that makes it."""
        columns: dict[str, Real] = {
            **self.columns,
            "running_sequences": np.maximum(running, 1.0),
            "slot_count": np.maximum(self.slots, 1.0),
            "tpot_evidence_ratio": self.ratios["tpot_ms"],
            "ttft_evidence_ratio": self.ratios["ttft_ms"],
        }
        chain = search_chain(self.asked, self.extras)
        values = plan(chain, frozenset(columns), wanted).run(columns)
        return {name: np.broadcast_to(np.asarray(values[name]), running.shape) for name in wanted}

    def throughput(self, running: FloatArray) -> FloatArray:
        """Tokens that a copy writes a second with so many requests, as measurements correct it."""
        found = self.at(running, ("copy_tokens_per_s",))["copy_tokens_per_s"]
        return np.where(running >= 1, found, 0.0)

    def told(self, values: FloatArray) -> FloatArray:
        """Throughputs at every place as those of each set-up at the asked length, falling with the length."""
        if not self.monotone:
            return values
        rows = values.reshape(len(self.setups), len(self.lengths))
        least = np.minimum.accumulate(rows[:, :-1], axis=1)
        grid, asked = self.lengths[:-1], self.asked.input_tokens
        above = len(grid) - 1
        if above == 0 or grid[above] == asked:
            return least[:, above]
        low, high = np.log(np.maximum(least[:, above - 1 : above + 1], 1e-300)).T
        share = (np.log(asked) - np.log(grid[above - 1])) / (np.log(grid[above]) - np.log(grid[above - 1]))
        told = np.exp(low + np.clip(share, 0, 1) * (high - low))
        return np.where(least[:, above] > 0, told, np.minimum(np.exp(low), self.own(values)))

    def own(self, values: FloatArray) -> FloatArray:
        """Values at every place as those of each set-up at the asked length."""
        return np.asarray(values.reshape(len(self.setups), len(self.lengths))[:, -1])

    def log_sd(self, place: int) -> dict[str, float]:
        """Standard deviation of the logarithm of each quantity's correction, of one set-up."""
        last = place * len(self.lengths) + len(self.lengths) - 1
        return {name: float(sd[last]) for name, (_, sd) in self._known.items()}

    def alone(self, place: int) -> "Layouts":
        """One set-up at the asked length, without asking the measurements again."""
        if place not in self._alone:
            one = Layouts((self.setups[place],), self.asked, self.target, self.extras, self.total, False)
            last = slice((place + 1) * len(self.lengths) - 1, (place + 1) * len(self.lengths))
            vars(one)["_known"] = {name: (mid[last], sd[last]) for name, (mid, sd) in self._known.items()}
            self._alone[place] = one
        return self._alone[place]

    @cached_property
    def _alone(self) -> dict[int, "Layouts"]:
        return {}

    def _meets(self, running: FloatArray) -> npt.NDArray[np.bool_]:
        first, each = self.latency(running)
        return np.asarray((first <= self.target.ttft_ms) & (each <= self.target.tpot_ms))


def search_chain(asked: Asked, extras: Extras) -> Chain:
    """The chain of one copy: as requests come by themselves, or in a closed loop."""
    chain = AT_LIMIT if asked.by_itself else ALWAYS
    if not extras.apart:
        return chain
    return replaced(chain, (*APART, *(POOLED if asked.by_itself else ())))


def copy_columns(setups: Sequence[ServingSetup], asked: Asked, extras: Extras) -> dict[str, Real]:
    """Columns of the chain of one copy for set-ups, at the middle of every input."""
    columns = columns_of(setups, constants())
    known = {name: value for name, value in columns.items() if not name.startswith("load_")}
    for name in ("speculated_tokens", "verified_tokens", "computed_tokens"):
        del known[name]
    arrival, prompt, answer = asked.uneven
    network = np.array([setup.accelerator.fact.network_byte_per_s for setup in setups])
    known |= {
        "copy_count": 1.0,
        "prefix_share": extras.prefix_share,
        "accepted_tokens": extras.accepted_tokens,
        "acceptance_share": extras.acceptance_share,
        "draft_step_share": extras.draft_step_share,
        "arrival_variation_ratio": arrival,
        "prompt_variation_ratio": prompt,
        "answer_variation_ratio": answer,
        "backlog_wait_s": 0.0,
        "cold_share": 0.0,
        "cold_start_s": 0.0,
        "network_byte_per_s": network,
    }
    if asked.by_itself:
        known |= dict.fromkeys(WAITING_RATIOS, 0.0)
    else:
        known["wait_busy_share"] = 1.0
    if extras.apart:
        known["prefill_limit_share"] = extras.prefill_limit_share
        known["peak_request_count_per_s"] = asked.peak_per_s
    return known


def evidence_on(
    setups: Sequence[ServingSetup], asked: Asked, total: float | None
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Mean and standard deviation of the logarithm of measured ÷ modelled, by quantity.

    Latency of requests that come by themselves has its waiting from queues: what is measured of the first
    token with few requests at once is taken for it.
    """
    if total is not None:
        setups = [replace(setup, layout={**setup.layout, "accelerator_count": total}) for setup in setups]
    load = Load("closed", asked.at_once) if asked.kind == "closed" else _BUSY
    loaded = serving_traits([replace(setup, load=load) for setup in setups])
    traits = dict.fromkeys(LATENCIES, loaded)
    if asked.by_itself:
        quiet = [replace(s, load=Load("closed", _QUIET * s.layout["accelerator_count"])) for s in setups]
        traits["ttft_ms"] = serving_traits(quiet)
    known = known_by("serving", asked.calibration)
    found = {name: (known.get(name) or evidence(name)).predict(traits[name]) for name in LATENCIES}
    least = physics([replace(setup, load=load) for setup in setups]).least_tpot_log_ratio
    mean, sd = found["tpot_ms"]
    return {**found, "tpot_ms": (np.maximum(mean, least), sd)}


def running_at(layouts: Layouts, place: int, tokens_per_s: float) -> float:
    """Requests that run in a copy of one set-up that writes so many tokens a second; at least one."""
    alone = layouts.alone(place)
    low, high = 1.0, max(1.0, float(alone.slots[0]))
    if float(alone.throughput(np.array([low]))[0]) >= tokens_per_s:
        return low
    for _ in range(_FINE):
        middle = (low + high) / 2
        enough = float(alone.throughput(np.array([middle]))[0]) >= tokens_per_s
        low, high = (low, middle) if enough else (middle, high)
    return high
