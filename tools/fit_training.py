"""Fit the constants of the step model, and the scales of the evidence, on the published steps that ship.

    python tools/fit_training.py    # writes catalog/data/calibration/{training,evidence,memory_evidence}.yaml

The constants are drawn toward physics: each has a prior (a center and a relative standard deviation),
and the fit minimizes the squared whitened error of log speed plus the squared distance from the priors.
Whitening uses the covariance of the evidence, so that what one framework's release has in common is
not mistaken for physics. Only rows of `published/training.csv` are read; the fifth of the public table
that `tools/select_published.py` leaves out is never seen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml
from scipy.optimize import least_squares, minimize
from training_priors import FIT_ONLY, FIXED, MEMORY_PRIORS, MEMORY_SCALE, SPEED_PRIORS, SPEED_SCALE

from farthing.catalog.load import catalog
from farthing.estimate import steps
from farthing.estimate.evidence import Evidence, Traits, covariance, traits_of
from farthing.estimate.measured import DERIVED_NOISE_SD, MeasuredStep, as_row, measured_steps
from farthing.estimate.setup import stack, state_byte
from farthing.estimate.step_prediction import Z80
from farthing.units.types import FloatArray, Real

DATA = Path(__file__).parents[1] / "src/farthing/catalog/data/calibration"


@dataclass(frozen=True)
class Data:
    """Measured steps with everything the fit asks of them."""

    rows: Sequence[MeasuredStep]

    @cached_property
    def traits(self) -> Traits:
        """What evidence is compared by."""
        return traits_of([row.setup for row in self.rows])

    @cached_property
    def speed(self) -> FloatArray:
        """Tokens/s per accelerator; nan where not measured."""
        return np.array([row.tokens_per_s for row in self.rows])

    @cached_property
    def memory(self) -> FloatArray:
        """Peak GiB; nan where not measured."""
        return np.array([row.mem_gib for row in self.rows])

    @cached_property
    def extra_sd(self) -> FloatArray:
        """Noise of speeds worked out from printed FLOP rates."""
        return np.array([DERIVED_NOISE_SD if row.derived else 0.0 for row in self.rows])

    @cached_property
    def shapes(self) -> dict[str, Real]:
        """Inputs of the step chain that no constant changes."""
        setups = [row.setup for row in self.rows]
        columns: dict[str, Real] = dict(stack(setups))
        return {**columns, **state_byte(columns["zero_stage"])}

    def columns(self, fitted: Mapping[str, float]) -> dict[str, Real]:
        """Inputs of the step chain with these constants."""
        columns: dict[str, Real] = {**self.shapes, **fitted}
        by_format = [steps.format_constants(row.setup, fitted) for row in self.rows]
        for name in ("matmul_efficiency_share", "cast_pass_count"):
            columns[name] = np.array([numbers[name] for numbers in by_format])
        return columns

    def take(self, keep: FloatArray) -> "Data":
        """Some of the rows."""
        return Data([row for row, kept in zip(self.rows, keep, strict=True) if kept])


Priors = Mapping[str, tuple[float, float, str]]


def at(priors: Priors, places: FloatArray) -> dict[str, float]:
    """Constants that many prior standard deviations from their centers; no share passes 1."""
    found = {}
    for (name, (center, sd, _)), place in zip(priors.items(), places, strict=True):
        value = center * float(np.exp(sd * place))
        found[name] = min(value, 1.0) if name.endswith("_share") else value
    return found


def centers(priors: Priors) -> dict[str, float]:
    """The prior constants, with those that are not fitted."""
    return {name: prior[0] for name, prior in priors.items()} | {
        name: value for name, (value, _) in FIXED.items()
    }


def solve(
    priors: Priors, miss: Callable[[dict[str, float]], FloatArray]
) -> tuple[dict[str, float], FloatArray]:
    """Constants nearest to data and priors, and their standard deviations as logarithms."""

    def residuals(places: FloatArray) -> FloatArray:
        return np.concatenate([miss(at(priors, places)), places])

    found = least_squares(residuals, np.zeros(len(priors)), diff_step=1e-3, max_nfev=25)
    spread = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    return at(priors, found.x), spread * [prior[1] for prior in priors.values()]


def soft(residual: FloatArray, width: float = 3.0) -> FloatArray:
    """Residuals whose square grows only linearly beyond `width`: an odd row does not rule the fit."""
    return np.sign(residual) * np.sqrt(2 * width**2 * (np.sqrt(1 + (residual / width) ** 2) - 1))


def whitener(data: Data, scale: Mapping[str, float]) -> FloatArray:
    """Inverse root of the covariance: makes errors independent and of size 1."""
    own = covariance(data.traits, data.traits, scale) + np.diag(scale["noise_sd"] ** 2 + data.extra_sd**2)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(own)))


def fit_memory(data: Data) -> tuple[dict[str, float], FloatArray]:
    """Constants of the memory model."""
    known = data.take(np.isfinite(data.memory))
    white = whitener(known, MEMORY_SCALE)
    others = {**centers(SPEED_PRIORS), **centers(MEMORY_PRIORS)}

    def miss(constants: dict[str, float]) -> FloatArray:
        columns = known.columns({**others, **constants})
        columns["recompute_share"] = steps.needed_recompute(columns)
        return soft(
            white @ np.log(known.memory / steps.run(columns, ("physics_mem_gib",))["physics_mem_gib"])
        )

    return solve(MEMORY_PRIORS, miss)


def fit_speed(data: Data, memory: Mapping[str, float]) -> tuple[dict[str, float], FloatArray]:
    """Constants of the step model, layouts that do not state it recomputing what they must."""
    known = data.take(np.isfinite(data.speed))
    white = whitener(known, SPEED_SCALE | FIT_ONLY)
    fixed = {**memory, **{name: value for name, (value, _) in FIXED.items()}}
    recompute = steps.needed_recompute(known.columns({**centers(SPEED_PRIORS), **fixed}))

    def miss(constants: dict[str, float]) -> FloatArray:
        columns = known.columns({**constants, **fixed})
        columns["recompute_share"] = recompute
        return soft(
            white
            @ np.log(known.speed / steps.run(columns, ("physics_tokens_per_s",))["physics_tokens_per_s"])
        )

    return solve(SPEED_PRIORS, miss)


def fit(data: Data) -> tuple[dict[str, float], dict[str, float]]:
    """All constants, and their standard deviations as logarithms."""
    memory, memory_sd = fit_memory(data)
    speed, speed_sd = fit_speed(data, memory)
    fixed = {name: value for name, (value, _) in FIXED.items()}
    sds = (
        dict(zip(memory, memory_sd, strict=True))
        | dict(zip(speed, speed_sd, strict=True))
        | dict.fromkeys(fixed, 0.0)
    )
    return {**speed, **memory, **fixed}, sds


def evidence(data: Data, constants: Mapping[str, float], what: str, scale: Mapping[str, float]) -> Evidence:
    """How measured speeds (or memory) differ from the model with these constants."""
    measured = data.speed if what == "speed" else data.memory
    known = data.take(np.isfinite(measured))
    modelled = steps.physics([row.setup for row in known.rows], constants)
    values = known.speed / modelled.tokens_per_s if what == "speed" else known.memory / modelled.mem_gib
    noise = np.sqrt(scale["noise_sd"] ** 2 + (known.extra_sd if what == "speed" else 0.0) ** 2) * np.ones(
        len(values)
    )
    return Evidence(known.traits, np.log(values), noise, scale)


def tuned(known: Evidence, rounds: int = 4) -> dict[str, float]:
    """Scales at which the errors are likeliest, drawn toward the present ones; odd rows weigh less."""
    names = list(known.scale)
    prior = np.log([known.scale[name] for name in names])
    extra = np.maximum(known.noise_sd**2 - known.scale["noise_sd"] ** 2, 0.0)
    scale = dict(known.scale)
    for _ in range(rounds):
        plain = np.sqrt(scale["noise_sd"] ** 2 + extra)
        weight = (Evidence(known.traits, known.log_ratio, plain, scale).robust().noise_sd / plain) ** 2

        def unlikely(logs: FloatArray, weight: FloatArray = weight) -> float:
            trial = dict(zip(names, np.exp(logs), strict=True))
            noise = (trial["noise_sd"] ** 2 + extra) * weight
            root = np.linalg.cholesky(covariance(known.traits, known.traits, trial) + np.diag(noise))
            white = np.linalg.solve(root, known.log_ratio)
            return float(white @ white / 2 + np.log(np.diag(root)).sum() + ((logs - prior) ** 2).sum() / 2)

        start = np.log([scale[name] for name in names])
        found = minimize(unlikely, start, method="L-BFGS-B", options={"maxiter": 8})
        scale = {name: float(value) for name, value in zip(names, np.exp(found.x), strict=True)}
    noise = np.sqrt(scale["noise_sd"] ** 2 + extra)
    return scale | {
        "interval_noise_sd": covering(
            Evidence(known.traits, known.log_ratio, noise, scale).robust(), extra == 0
        )
    }


def covering(known: Evidence, scored: FloatArray) -> float:
    """The noise with which the 80 % intervals of left-out measurements hold 80 % of them."""
    error, unknown = (values[scored] for values in known.left_out())
    low, high = 0.01, 1.0
    for _ in range(40):
        middle = (low * high) ** 0.5
        inside = np.mean(np.abs(error) <= Z80 * np.sqrt(unknown + middle**2))
        low, high = (middle, high) if inside < 0.80 else (low, middle)
    return high


def entry(
    value: float, sd: float, unit: str, note: str, source: str = "fit-training-2026"
) -> dict[str, object]:
    """A constant as the catalog keeps it, with its central 80 %."""
    most = 1.0 if unit == "share" else np.inf
    low, high = value * np.exp(-Z80 * sd), min(value * np.exp(Z80 * sd), most)
    rounded = {
        name: float(f"{number:.5g}") for name, number in (("value", value), ("low", low), ("high", high))
    }
    return {
        **rounded,
        "unit": unit,
        "source": source,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "confidence": "B",
        "note": note,
    }


def unit_of(name: str) -> str:
    """The last word of a name."""
    return name.rsplit("_", 1)[-1]


def write(
    name: str, entries: Mapping[str, Mapping[str, object]], heading: str, tool: str = "fit_training.py"
) -> None:
    """Write one calibration file."""
    text = yaml.safe_dump(dict(entries), sort_keys=False, width=200, default_flow_style=None)
    DATA.mkdir(exist_ok=True)
    (DATA / f"{name}.yaml").write_text(
        f"# {heading}\n# Written by tools/{tool}; do not edit.\n{text}", "utf-8"
    )


def published() -> Data:
    """The steps that ship with the catalog."""
    return Data(measured_steps(as_row(step) for step in catalog().published_training.values()))


def main() -> None:
    """Fit and write."""
    data = published()
    constants, sds = fit(data)
    notes = {name: prior[2] for name, prior in {**SPEED_PRIORS, **MEMORY_PRIORS}.items()}
    notes |= {name: note for name, (_, note) in FIXED.items()}
    entries = {name: entry(value, sds[name], unit_of(name), notes[name]) for name, value in constants.items()}
    write("training", entries, "Constants of the training step model.")
    for stem, what, start in (
        ("evidence", "speed", SPEED_SCALE),
        ("memory_evidence", "memory", MEMORY_SCALE),
    ):
        scale = tuned(evidence(data, constants, what, start))
        note = "scale of one thing that measured runs have in common"
        entries = {name: entry(value, 0.0, unit_of(name), note) for name, value in scale.items()}
        write(stem, entries, "Scales of the evidence (logarithm of measured / modelled).")


if __name__ == "__main__":
    main()
