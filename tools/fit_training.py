"""Fit the constants of the step model, and the scales of the evidence, on the published steps that ship.

    python tools/fit_training.py            # writes catalog/data/calibration/{training,evidence,memory_evidence}.yaml
    python tools/fit_training.py --check    # cross-validates by row, source, model, accelerator, generation

The constants are drawn toward physics: each has a prior (a center and a relative standard deviation),
and the fit minimizes the squared whitened error of log speed plus the squared distance from the priors.
Whitening uses the covariance of the evidence, so that what one framework's release has in common is
not mistaken for physics. Only rows of `published/training.csv` are read; the fifth of the public table
that `tools/select_published.py` leaves out is never seen.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import yaml
from scipy.optimize import least_squares, minimize

from farthing.catalog.load import catalog
from farthing.estimate import steps
from farthing.estimate.evidence import Evidence, Traits, covariance, traits_of
from farthing.estimate.measured import DERIVED_NOISE_SD, MeasuredStep, as_row, measured_steps
from farthing.estimate.setup import stack, state_byte
from farthing.units.types import FloatArray, Real

DATA = Path(__file__).parents[1] / "src/farthing/catalog/data/calibration"

SPEED_PRIORS: Mapping[str, tuple[float, float, str]] = {
    "full_clock_watt": (0.93, 0.05, "A100 (1.28 W per TFLOP/s) keeps its clock, H100 (0.71) does not"),
    "power_exponent": (
        0.60,
        0.15,
        "speed at a power limit goes with about the half power of it, newer nodes do better",
    ),
    "matmul_efficiency_bf16_share": (0.78, 0.08, "large cuBLAS products at full clock"),
    "matmul_efficiency_fp8_share": (0.65, 0.10, "large 8-bit products"),
    "matmul_efficiency_fp4_share": (0.50, 0.15, "large 4-bit products; some layers stay in 8 or 16 bits"),
    "attention_efficiency_share": (
        0.50,
        0.10,
        "fused attention, forward and backward with its recomputation",
    ),
    "head_half_size": (32, 0.35, "width at which attention reaches half its rate"),
    "row_half_ratio": (1.0, 0.35, "rows at half rate, as a multiple of the roofline ridge"),
    "width_half_size": (64, 0.40, "width of a shard at half rate"),
    "expert_row_half_ratio": (1.0, 0.35, "the same for grouped products of experts"),
    "expert_width_half_size": (256, 0.40, "the same for grouped products of experts"),
    "expert_imbalance_ratio": (1.10, 0.05, "slowest expert over the mean; benchmarks balance by force"),
    "hidden_pass_count": (
        30,
        0.25,
        "norms, residuals, rotary embedding, dropout: passes over the hidden width",
    ),
    "ffn_pass_count": (6, 0.25, "activation functions: passes over the feed-forward width"),
    "mamba_pass_count": (40, 0.25, "convolution, gates and scan: passes over the inner width"),
    "routing_pass_count": (10, 0.25, "permutation to experts and back"),
    "whole_cast_pass_count": (10, 0.20, "scaling, casting and transposing to 8 bits"),
    "row_cast_ratio": (2.0, 0.25, "row scaling in software, against one scale a tensor"),
    "block_cast_ratio": (1.2, 0.15, "block scaling in hardware, against one scale a tensor"),
    "hbm_efficiency_share": (0.80, 0.05, "share of the peak bandwidth that long copies reach"),
    "layer_launch_us": (250, 0.20, "kernel starts of a layer, forward and backward"),
    "moe_launch_us": (600, 0.25, "more of them in a mixture layer, with its synchronization"),
    "expert_launch_us": (5, 0.40, "and for each local expert"),
    "launch_overlap_share": (0.80, 0.05, "share of the starts that run ahead of the device"),
    "logit_pass_count": (12, 0.30, "softmax and loss: passes over the vocabulary"),
    "link_efficiency_share": (0.70, 0.10, "bus bandwidth of large collectives over the link's peak"),
    "network_efficiency_share": (0.80, 0.10, "the same across machines"),
    "collective_latency_us": (15, 0.30, "a collective inside a layer"),
    "network_latency_us": (15, 0.40, "a hop of a data-parallel collective"),
    "tp_exposed_share": (0.60, 0.20, "tensor-parallel exchange that arithmetic does not hide"),
    "cp_exposed_share": (0.30, 0.30, "context-parallel exchange that attention does not hide"),
    "ep_exposed_share": (0.70, 0.20, "expert exchange that arithmetic does not hide"),
    "pp_exposed_share": (0.30, 0.40, "hand-over between stages that does not hide"),
    "output_imbalance_share": (0.50, 0.30, "output matrix that the layout fails to even out"),
    "selective_repeat_share": (
        0.50,
        0.25,
        "attention and memory-bound work that selective recomputation repeats",
    ),
    "dp_exposed_share": (0.10, 0.40, "data-parallel exchange that always shows"),
    "dp_hidden_share": (0.70, 0.15, "share of the overlapped work behind which the exchange can hide"),
    "optimizer_traffic_byte": (30, 0.15, "read and written per parameter by Adam in mixed precision"),
    "step_launch_ms": (20, 0.50, "fixed cost of a step"),
    "scale_slowdown_share": (0.008, 0.35, "slower for every doubling of the machine"),
}
MEMORY_PRIORS: Mapping[str, tuple[float, float, str]] = {
    "selective_kept_share": (0.50, 0.30, "activations that selective recomputation keeps"),
    "activation_overhead_ratio": (1.10, 0.15, "workspaces and masks beside the counted activations"),
    "logit_byte": (8.0, 0.30, "bytes a logit: 16 bits, a 32-bit copy and its gradient"),
    "gathered_layer_count": (2.0, 0.50, "layers gathered at a time under stage 3"),
    "fragmentation_ratio": (1.03, 0.03, "reserved over allocated"),
    "runtime_memory_gib": (1.5, 0.50, "context, communication buffers"),
}
FIXED = {"usable_memory_share": (0.94, "share of the memory that layouts are planned to fill")}
SPEED_SCALE = {
    "software_sd": 0.12,
    "software_kind_sd": 0.13,
    "release_sd": 0.03,
    "release_mixture_sd": 0.10,
    "release_era_sd": 0.05,
    "era_sd": 0.03,
    "era_format_sd": 0.03,
    "model_sd": 0.03,
    "model_accelerator_sd": 0.11,
    "layout_sd": 0.18,
    "twin_sd": 0.08,
    "noise_sd": 0.030,
    "release_length_year": 0.25,
    "layout_length_ratio": 4.0,
    "twin_length_ratio": 3.1,
}
MEMORY_SCALE = {
    "software_sd": 0.10,
    "software_kind_sd": 0.05,
    "release_sd": 0.15,
    "release_mixture_sd": 0.03,
    "release_era_sd": 0.03,
    "era_sd": 0.02,
    "era_format_sd": 0.02,
    "model_sd": 0.05,
    "model_accelerator_sd": 0.05,
    "layout_sd": 0.05,
    "twin_sd": 0.05,
    "noise_sd": 0.03,
    "release_length_year": 0.5,
    "layout_length_ratio": 2.5,
    "twin_length_ratio": 2.5,
}
FIT_ONLY = {
    "layout_sd": 0.08,
    "twin_sd": 1e-3,
    "model_accelerator_sd": 0.03,
    "era_format_sd": 1e-3,
    "era_sd": 0.03,
    "software_sd": 0.15,
    "software_kind_sd": 0.12,
    "noise_sd": 0.08,
}
"""Scales while the constants are fitted: layouts are left to physics, so that it learns to extrapolate."""


@dataclass(frozen=True)
class Data:
    """Measured steps with everything the fit asks of them."""

    rows: Sequence[MeasuredStep]

    @cached_property
    def traits(self) -> Traits:
        return traits_of([row.setup for row in self.rows])

    @cached_property
    def speed(self) -> FloatArray:
        return np.array([row.tokens_per_s for row in self.rows])

    @cached_property
    def memory(self) -> FloatArray:
        return np.array([row.mem_gib for row in self.rows])

    @cached_property
    def extra_sd(self) -> FloatArray:
        return np.array([DERIVED_NOISE_SD if row.derived else 0.0 for row in self.rows])

    @cached_property
    def shapes(self) -> dict[str, Real]:
        setups = [row.setup for row in self.rows]
        columns: dict[str, Real] = dict(stack(setups))
        return {**columns, **state_byte(columns["zero_stage"])}

    def columns(self, fitted: Mapping[str, float]) -> dict[str, Real]:
        columns: dict[str, Real] = {**self.shapes, **fitted}
        by_format = [steps.format_constants(row.setup, fitted) for row in self.rows]
        for name in ("matmul_efficiency_share", "cast_pass_count"):
            columns[name] = np.array([numbers[name] for numbers in by_format])
        return columns

    def take(self, keep: FloatArray) -> "Data":
        return Data([row for row, kept in zip(self.rows, keep, strict=True) if kept])


Priors = Mapping[str, tuple[float, float, str]]


def at(priors: Priors, places: FloatArray) -> dict[str, float]:
    return {
        name: center * float(np.exp(sd * place))
        for (name, (center, sd, _)), place in zip(priors.items(), places, strict=True)
    }


def centers(priors: Priors) -> dict[str, float]:
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
    own = covariance(data.traits, data.traits, scale) + np.diag(scale["noise_sd"] ** 2 + data.extra_sd**2)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(own)))


def fit_memory(data: Data) -> tuple[dict[str, float], FloatArray]:
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
        inside = np.mean(np.abs(error) <= 1.2816 * np.sqrt(unknown + middle**2))
        low, high = (middle, high) if inside < 0.80 else (low, middle)
    return high


@dataclass(frozen=True)
class Scores:
    """Errors out of fold: logarithm of measured ÷ predicted, and the predicted standard deviation."""

    error: FloatArray
    sd: FloatArray


def cross_validated(
    data: Data, groups: Sequence[str], what: str, scale: Mapping[str, float], blind: bool = False
) -> Scores:
    """Each group predicted by constants and evidence that never saw it."""
    names = np.array(groups)
    error, sd = np.full(len(names), np.nan), np.full(len(names), np.nan)
    for name in sorted(set(groups)):
        out = names == name
        seen, left = data.take(~out), data.take(out)
        constants, _ = fit(seen)
        plain = evidence(seen, constants, what, scale)
        known = plain.robust()
        known = replace(
            known,
            scale=known.scale | {"interval_noise_sd": covering(known, plain.noise_sd <= scale["noise_sd"])},
        )
        setups = [row.setup for row in left.rows]
        modelled = steps.physics(setups, constants)
        traits = left.traits
        if blind:
            blank = np.full(len(setups), "")
            traits = replace(traits, family=blank, year=np.full(len(setups), np.nan))
        mean, sd[out] = known.predict(traits)
        base = np.log(modelled.tokens_per_s if what == "speed" else modelled.mem_gib)
        error[out] = np.log(left.speed if what == "speed" else left.memory) - base - mean
    return Scores(error, sd)


def summary(scores: Scores, keep: FloatArray) -> str:
    error, sd = scores.error[keep], scores.sd[keep]
    off = np.abs(np.expm1(-error))
    inside = np.abs(error) <= 1.2816 * sd
    score = 2 * 1.2816 * sd + 10 * np.maximum(np.abs(error) - 1.2816 * sd, 0)
    return (
        f"n={len(error):4d} median={np.median(off):.4f} within_25={np.mean(off <= 0.25):.3f} "
        f"bias={np.expm1(-np.median(error)):+.3f} coverage={inside.mean():.3f} interval_score={score.mean():.3f}"
    )


def groupings(data: Data) -> dict[str, list[str]]:
    traits = data.traits
    fold = np.random.default_rng(0).integers(0, 10, len(data.rows))
    return {
        "row (10 folds)": [str(place) for place in fold],
        "source": list(traits.family),
        "model": list(traits.model),
        "accelerator": list(traits.accelerator),
        "generation": list(traits.generation),
    }


def check(data: Data, scale: Mapping[str, float], memory_scale: Mapping[str, float]) -> None:
    scored = np.array([not row.derived for row in data.rows]) & np.isfinite(data.speed)
    mixture = data.traits.mixture & scored
    for name, groups in groupings(data).items():
        scores = cross_validated(data, groups, "speed", scale)
        print(f"{name:16s} {summary(scores, scored)} | mixtures {summary(scores, mixture)[:40]}", flush=True)
        if name in ("accelerator", "generation", "source"):
            for group in sorted(set(groups)):
                inside = scored & (np.array(groups) == group)
                if inside.any():
                    print(f"    {group:20s} {summary(scores, inside)}")
    blind = cross_validated(data, groupings(data)["row (10 folds)"], "speed", scale, blind=True)
    print(f"{'row, blind':16s} {summary(blind, scored)}")
    with_memory = data.take(np.isfinite(data.memory))
    for name in ("row (10 folds)", "source", "model"):
        scores = cross_validated(data, groupings(data)[name], "memory", memory_scale)
        print(f"memory, {name:10s} {summary(scores, np.isfinite(data.memory))}")
    del with_memory


def entry(value: float, sd: float, unit: str, note: str) -> dict[str, object]:
    low, high = value * np.exp(-1.2816 * sd), value * np.exp(1.2816 * sd)
    rounded = {
        name: float(f"{number:.5g}") for name, number in (("value", value), ("low", low), ("high", high))
    }
    return {
        **rounded,
        "unit": unit,
        "source": "fit-training-2026",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "confidence": "B",
        "note": note,
    }


def unit_of(name: str) -> str:
    return name.rsplit("_", 1)[-1]


def write(name: str, entries: Mapping[str, Mapping[str, object]], heading: str) -> None:
    text = yaml.safe_dump(dict(entries), sort_keys=False, width=200, default_flow_style=None)
    DATA.mkdir(exist_ok=True)
    (DATA / f"{name}.yaml").write_text(
        f"# {heading}\n# Written by tools/fit_training.py; do not edit.\n{text}", "utf-8"
    )


def main(arguments: Sequence[str]) -> None:
    if arguments and not arguments[0].startswith("--"):
        import csv

        with open(arguments[0], newline="", encoding="utf-8-sig") as file:
            data = Data(measured_steps(list(csv.DictReader(file))))
    else:
        data = Data(measured_steps(as_row(step) for step in catalog().published_training.values()))
    if "--check" in arguments:
        return check(data, SPEED_SCALE, MEMORY_SCALE)
    constants, sds = fit(data)
    scale = tuned(evidence(data, constants, "speed", SPEED_SCALE))
    memory_scale = tuned(evidence(data, constants, "memory", MEMORY_SCALE))
    notes = {name: prior[2] for name, prior in {**SPEED_PRIORS, **MEMORY_PRIORS}.items()} | {
        n: note for n, (_, note) in FIXED.items()
    }
    write(
        "training",
        {n: entry(v, sds[n], unit_of(n), notes[n]) for n, v in constants.items()},
        "Constants of the training step model.",
    )
    for stem, scales in (("evidence", scale), ("memory_evidence", memory_scale)):
        note = "scale of one thing that measured runs have in common"
        write(
            stem,
            {n: entry(v, 0.0, unit_of(n), note) for n, v in scales.items()},
            "Scales of the evidence (log of measured / modelled).",
        )


if __name__ == "__main__":
    main(sys.argv[1:])
