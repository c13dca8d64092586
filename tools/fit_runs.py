"""Fit what whole published runs show beside the step model, and check it on runs left out.

    python tools/fit_runs.py            write calibration/runs.yaml and calibration/tuned_runs.yaml
    python tools/fit_runs.py --check    errors on runs, developers, accelerators, generations left out

Run it again after tools/fit_training.py: practice is measured from the step model. The scales below
were set by size (what a tenth or a third means for a run), and compared only as broad alternatives by
the errors on what was left out; the widths of the intervals and the goodput are fitted.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml

from farthing.estimate import practice as model
from farthing.estimate import steps
from farthing.estimate.lost_time import foreseen_goodput
from farthing.estimate.practice import Practice, RunTraits, traits_of_runs
from farthing.estimate.published_practice import measured_runs
from farthing.estimate.run_row import USUAL_SEQ_LEN_TOKENS, PlannedRun
from farthing.estimate.step_goodput import middle, stating_runs
from farthing.estimate.tuned_step import half_peak, tuned_tokens_per_s
from farthing.units.types import FloatArray

DATA = Path(__file__).parents[1] / "src/farthing/catalog/data/calibration"
Z80 = 1.2816
SCALE: Mapping[str, tuple[float, str]] = {
    "constant_sd": (0.5, "published over tuned speed, all runs alike"),
    "tuned_slope_sd": (0.4, "how far a faster tuned step carries over into a run, off from all the way"),
    "balance_slope_sd": (0.3, "parts with much arithmetic for their memory traffic are used less well"),
    "year_slope_sd": (0.05, "software gets better, a year"),
    "generation_sd": (0.2, "an accelerator generation"),
    "generation_size_sd": (0.2, "models of one size on one generation"),
    "developer_sd": (0.15, "a developer on one generation"),
    "noise_sd": (0.2, "a run, otherwise alike"),
    "size_length_ratio": (1.5, "logarithm of parameters over which sizes lose touch"),
}


class Data:
    """Published runs with tuned and published speed."""

    def __init__(self) -> None:
        measured = measured_runs()
        self.runs: Sequence[PlannedRun] = [run for run, _ in measured]
        self.speed = np.array([speed for _, speed in measured])
        self.tuned = tuned_tokens_per_s(self.runs)
        self.traits = traits_of_runs(self.runs, self.tuned)
        self.log_ratio = np.log(self.speed / self.tuned)


Fit = Callable[[RunTraits, FloatArray], Practice]


def plain(traits: RunTraits, log_ratio: FloatArray) -> Practice:
    """Practice whose intervals hold only what is unknown of a run's kind."""
    scale = {name: value for name, (value, _) in SCALE.items()} | {"interval_noise_sd": 0.0}
    return model.practice(traits, log_ratio, scale)


def left_out(traits: RunTraits, log_ratio: FloatArray, groups: Sequence[str], fit: Fit) -> FloatArray:
    """Error (logarithm of published over predicted) and predicted spread of groups never seen."""
    names, found = np.array(groups), np.empty((2, len(groups)))
    for name in sorted(set(groups)):
        out = names == name
        mean, found[1, out] = fit(traits.take(~out), log_ratio[~out]).predict(traits.take(out))
        found[0, out] = log_ratio[out] - mean
    return found


def covering(error: FloatArray, unknown: FloatArray) -> float:
    """The noise with which 80 % intervals hold 80 % of errors."""
    low, high = 0.02, 1.0
    for _ in range(40):
        middle = (low * high) ** 0.5
        inside = np.mean(np.abs(error) <= Z80 * np.sqrt(unknown**2 + middle**2))
        low, high = (middle, high) if inside < 0.80 else (low, middle)
    return high


def fitted(traits: RunTraits, log_ratio: FloatArray) -> Practice:
    """Practice with intervals that hold runs and developers it has not seen."""
    each = [str(place) for place in range(len(log_ratio))]
    errors = [left_out(traits, log_ratio, groups, plain) for groups in (each, list(traits.developer))]
    found = plain(traits, log_ratio)
    noise = covering(*np.concatenate(errors, axis=1))
    return replace(found, scale={**found.scale, "interval_noise_sd": noise})


def goodput_errors(log_goodput: FloatArray, groups: Sequence[object]) -> FloatArray:
    """Error of each goodput, taken from the runs of other groups."""
    names = np.array(groups)
    centers = [middle(log_goodput[names != name]) for name in names]
    return log_goodput - np.array(centers)


def summary(error: FloatArray, sd: FloatArray) -> str:
    """Errors and intervals in one line, as an outside scorer counts them."""
    off = np.abs(np.expm1(-error))
    outside = np.maximum(np.abs(error) - Z80 * sd, 0)
    return (
        f"n={len(error):2d} median={np.median(off):.3f} within_25={np.mean(off <= 0.25):.2f} "
        f"bias={np.expm1(-np.median(error)):+.3f} coverage={np.mean(outside == 0):.2f} "
        f"interval_score={np.mean(2 * Z80 * sd + 10 * outside):.3f}"
    )


def flat(data: Data) -> str:
    """Six N·D at the median utilization of the other runs, with the quantiles of their residuals."""
    peak = np.array([half_peak(run) for run in data.runs])
    log_mfu = np.log(data.speed * [run.flop_per_token for run in data.runs] / peak)
    score, error = [], []
    for place, own in enumerate(log_mfu):
        others = np.delete(log_mfu, place)
        low, high = np.quantile(others, [0.1, 0.9])
        error.append(own - np.median(others))
        score.append(high - low + 10 * max(0.0, low - own, own - high))
    return f"median={np.median(np.abs(np.expm1(-np.array(error)))):.3f} interval_score={np.mean(score):.3f}"


def check(data: Data) -> None:
    """Print the errors on runs, developers, accelerators and generations that were left out."""
    traits = data.traits
    each = [str(place) for place in range(len(data.runs))]
    print(f"flat utilization    {flat(data)}")
    parts = [run.setup.accelerator.id for run in data.runs]
    for name, groups in (
        ("run", each),
        ("developer", list(traits.developer)),
        ("accelerator", parts),
        ("generation", list(traits.generation)),
    ):
        print(f"{name:12s} left out {summary(*left_out(traits, data.log_ratio, groups, fitted))}")
    blind = replace(traits, year=np.zeros(len(each)))
    print(f"{'run, no year':12s} left out {summary(*left_out(blind, data.log_ratio, each, fitted))}")
    runs, ratio = stating_runs()
    developers = [run.developer for run in runs]
    for name, groups in (("run", [str(place) for place in range(len(ratio))]), ("developer", developers)):
        errors = goodput_errors(ratio, groups)
        spread = np.full(len(ratio), covering(errors, 0 * errors))
        print(f"step MFU given, {name} left out {summary(errors, spread)}")


def entry(value: float, low: float, high: float, unit: str, note: str) -> dict[str, object]:
    """One constant of a calibration file."""
    numbers = {name: float(f"{v:.5g}") for name, v in (("value", value), ("low", low), ("high", high))}
    return {
        **numbers,
        "unit": unit,
        "source": "fit-runs-2026",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "confidence": "C",
        "note": note,
    }


def write(name: str, entries: Mapping[str, Mapping[str, object]], heading: str) -> None:
    """Replace a calibration file."""
    text = yaml.safe_dump(dict(entries), sort_keys=False, width=200, default_flow_style=None)
    head = f"# {heading}\n# Written by tools/fit_runs.py; do not edit.\n"
    (DATA / f"{name}.yaml").write_text(head + text, "utf-8")


def constants(data: Data) -> dict[str, dict[str, object]]:
    """Everything but the tuned speeds."""
    noise = fitted(data.traits, data.log_ratio).scale["interval_noise_sd"]
    runs, ratio = stating_runs()
    developers = [run.developer for run in runs]
    errors = np.concatenate([goodput_errors(ratio, groups) for groups in (range(len(ratio)), developers)])
    spread, center = covering(errors, 0 * errors), float(np.exp(middle(ratio)))
    reach = np.exp(Z80 * spread)
    found = {n: entry(v, v, v, n.rsplit("_", 1)[-1], note) for n, (v, note) in SCALE.items()}
    found["interval_noise_sd"] = entry(
        noise, noise, noise, "sd", "what runs differ by beyond all that is known"
    )
    note = f"whole-run over step utilization of {len(ratio)} runs that state it"
    found["published_goodput_ratio"] = entry(center, center / reach, center * reach, "ratio", note)
    found["published_goodput_sd"] = entry(spread, spread, spread, "sd", f"{note}: spread of the logarithm")
    low, half, high = unforeseen(data)
    note = "time lost beyond failures, restarts and checkpoints, as a share; taken as uniform"
    found["unforeseen_share"] = entry(half, low, high, "share", note)
    return found


def unforeseen(data: Data) -> tuple[float, float, float]:
    """Tenth, half and nine tenths of what runs that state the utilization of their steps lose.

    Attention counts in the utilization that runs state, and failures and checkpoints have formulas of
    their own: both are taken out. No run loses less than nothing.
    """
    lost = []
    for run, speed in zip(data.runs, data.speed, strict=True):
        if run.step_mfu is not None:
            shape = {**run.setup.architecture.shape, "seq_len_tokens": USUAL_SEQ_LEN_TOKENS}
            attention = float(steps.settled(shape)["attention_flop_per_token"])
            whole = speed * (run.flop_per_token + attention) / half_peak(run)
            count = run.setup.layout.get("accelerator_count", 8.0)
            lost.append(1 - whole / run.step_mfu / foreseen_goodput(count))
    low, half, high = np.quantile(np.clip(lost, 0.0, 1.0), [0.1, 0.5, 0.9])
    return float(low), float(half), float(high)


def main(arguments: Sequence[str]) -> None:
    """Check or write, as the arguments say."""
    data = Data()
    if "--check" in arguments:
        check(data)
        return
    write("runs", constants(data), "Practice of whole runs beside the fastest step (logarithms).")
    speeds = {
        run.id.lower(): entry(speed, speed, speed, "tokens/s", f"fastest step of {run.setup.model}")
        for run, speed in zip(data.runs, data.tuned, strict=True)
    }
    write("tuned_runs", speeds, "Speed of the fastest step of published runs, by the step model.")


if __name__ == "__main__":
    main(sys.argv[1:])
