"""Fit the serving model's constants, and the scales of its evidence, on the published servings that ship.

    python tools/fit_serving.py          # writes catalog/data/calibration/serving*.yaml

Constants are drawn toward physics (`tools/serving_priors.py`); several of a free fit sit at their bounds
because efficiencies and overheads stand in for each other. Scales are those under which whole curves and
whole pairs of model and accelerator, left out, are told best. Only rows of `published/serving.csv` are
read; the fifth of the public table that `tools/select_published.py` leaves out is never seen.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from fit_training import soft
from scipy.optimize import least_squares, minimize
from serving_priors import FIXED, PRIORS

from farthing.estimate.serving_evidence import TERMS, ServingEvidence, serving_traits
from farthing.estimate.serving_prediction import QUANTITIES, MeasuredServing, measurements, quantity
from farthing.estimate.serving_setup import ServingSetup
from farthing.estimate.serving_steps import columns_of, served
from farthing.estimate.step_prediction import Z80, scales
from farthing.units.types import FloatArray

DATA = Path(__file__).parents[1] / "src/farthing/catalog/data/calibration"
WIDTH: Final = {"tpot_ms": 0.25, "ttft_ms": 0.5, "output_tok_s": 0.3}
NOISE: Final = {"tpot_ms": 0.04, "ttft_ms": 0.10, "output_tok_s": 0.04}
START: Final = {"tpot_ms": 0.11, "ttft_ms": 0.20, "output_tok_s": 0.14}
LEAST_NOISE: Final = 0.07  # the same set-up at MLPerf differs so much between submitters
INSIDE: Final = 0.83  # of what is left out: scales chosen on the same rows flatter an interval
LENGTHS: Final = {"near_length_ratio": 0.7, "far_length_ratio": 2.0}


def main() -> None:
    """Fit and write."""
    known = measurements()
    constants, spread = fit_constants(known)
    write("serving", constants, spread, "constants of the serving model")
    for name in QUANTITIES:
        scale = fit_scales(name, known, constants)
        write(f"serving_{name}", scale, dict.fromkeys(scale, 0.3), f"how {name} strays from the model")
        print(name, {key: round(value, 3) for key, value in scale.items()})
    print({key: float(f"{value:.3g}") for key, value in constants.items()})


def at(places: FloatArray) -> dict[str, float]:
    """Constants that many prior standard deviations from their centers; no share passes 1."""
    found = {name: value for name, (value, _) in FIXED.items()}
    for (name, (center, sd, _)), place in zip(PRIORS.items(), places, strict=True):
        value = center * float(np.exp(sd * place))
        found[name] = min(value, 1.0) if name.endswith("_share") else value
    return found


def modelled(known: Sequence[MeasuredServing], constants: Mapping[str, float]) -> dict[str, FloatArray]:
    """Every quantity by the model alone."""
    values = served(columns_of([each.setup for each in known], constants))
    return {name: quantity(values, name) for name in QUANTITIES}


def places_of(constants: Mapping[str, float]) -> FloatArray:
    """How many prior standard deviations constants are from their centers: the inverse of `at`."""
    return np.array([np.log(constants[name] / center) / sd for name, (center, sd, _) in PRIORS.items()])


def fit_constants(
    known: Sequence[MeasuredServing], start: FloatArray | None = None, rounds: int = 30
) -> tuple[dict[str, float], dict[str, float]]:
    """Constants nearest to data and priors, and their relative standard deviations.

    A group of measurements (source, model, accelerator) weighs as the root of its size, so that a long sweep
    does not rule the fit.
    """
    said = {name: np.array([getattr(each, name) for each in known]) for name in QUANTITIES}
    weight = weights(known)

    def miss(places: FloatArray) -> FloatArray:
        values = modelled(known, at(places))
        parts = []
        for name in QUANTITIES:
            have = np.isfinite(said[name])
            off = np.log(said[name][have] / values[name][have]) / WIDTH[name]
            parts.append(soft(np.nan_to_num(off, nan=9.0, posinf=9.0, neginf=-9.0)) * weight[have])
        return np.concatenate([*parts, places])

    found = least_squares(
        miss, np.zeros(len(PRIORS)) if start is None else start, diff_step=1e-3, max_nfev=rounds
    )
    spread = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    relative = {name: float(sd * prior[1]) for (name, prior), sd in zip(PRIORS.items(), spread, strict=True)}
    return at(found.x), relative


def weights(known: Sequence[MeasuredServing]) -> FloatArray:
    """One over the fourth root of the size of each measurement's group, 1 on average."""
    names = [f"{each.setup.engine.source}|{each.setup.model}|{each.setup.accelerator.id}" for each in known]
    _, place, counts = np.unique(names, return_inverse=True, return_counts=True)
    found = counts[place] ** -0.25
    return np.asarray(found / found.mean())


def curves(setup: ServingSetup) -> str:
    """What measurements of one set-up under several loads share."""
    layout = "|".join(f"{value:g}" for value in setup.layout.values())
    lengths = f"{setup.input_tokens:g}|{setup.output_tokens:g}"
    engine = f"{setup.engine.release}|{setup.engine.source}"
    return f"{pair_of(setup)}|{engine}|{setup.weight_format}|{layout}|{lengths}"


def pair_of(setup: ServingSetup) -> str:
    """The pair of model and accelerator."""
    return f"{setup.model}|{setup.accelerator.id}"


def groups(known: Sequence[MeasuredServing]) -> tuple[FloatArray, FloatArray]:
    """A number for each curve, and for each pair of model and accelerator."""
    by_curve, by_pair = (
        np.unique([name(each.setup) for each in known], return_inverse=True)[1].astype(float)
        for name in (curves, pair_of)
    )
    return by_curve, by_pair


def fit_scales(
    name: str, known: Sequence[MeasuredServing], constants: Mapping[str, float]
) -> dict[str, float]:
    """Standard deviations and lengths of the covariance, by the log score of what is left out."""
    have = [each for each in known if np.isfinite(getattr(each, name))]
    ratio = np.log(np.array([getattr(each, name) for each in have]) / modelled(have, constants)[name])
    traits, by = serving_traits([each.setup for each in have]), groups(have)
    names = [*TERMS, *LENGTHS]
    start = np.log([*[START[name]] * len(TERMS), *LENGTHS.values()])

    def scale_of(places: FloatArray) -> dict[str, float]:
        return {key: float(np.exp(place)) for key, place in zip(names, places, strict=True)} | {
            "noise_sd": NOISE[name], "interval_noise_sd": NOISE[name]
        }  # fmt: skip

    def score(places: FloatArray) -> float:
        scale = scale_of(places)
        known = ServingEvidence(traits, ratio, np.full(len(ratio), NOISE[name]), scale)
        total = 0.0
        for group in by:
            error, unknown = known.left_out_by(group)
            variance = unknown + 4 * NOISE[name] ** 2
            total += float(np.mean(2.5 * np.log1p(error**2 / variance / 4) + 0.5 * np.log(variance)))
        return total + 0.01 * float(((places - start) ** 2).sum())

    found = minimize(score, start, method="Powell", options={"maxfev": 150, "xtol": 0.1, "ftol": 1e-3})
    scale = scale_of(found.x)
    return scale | {"interval_noise_sd": interval_noise(name, traits, ratio, scale, by)}


def evidence(name: str, known: Sequence[MeasuredServing], constants: Mapping[str, float]) -> ServingEvidence:
    """The evidence of measurements that all have a quantity, by the scales that ship."""
    scale = scales(f"serving_{name}")
    measured = np.array([getattr(each, name) for each in known])
    ratio = np.log(measured / modelled(known, constants)[name])
    noise = np.full(len(known), scale["noise_sd"])
    return ServingEvidence(serving_traits([each.setup for each in known]), ratio, noise, scale).robust()


def interval_noise(
    name: str, traits: object, ratio: FloatArray, scale: Mapping[str, float], by: Sequence[FloatArray]
) -> float:
    """The noise with which 80 % intervals hold what is left out, curves and pairs alike."""
    known = ServingEvidence(traits, ratio, np.full(len(ratio), NOISE[name]), scale).robust()  # type: ignore[arg-type]
    left = [known.left_out_by(group) for group in by]
    for noise in np.linspace(0.0, 1.0, 201):
        inside = [np.mean(np.abs(error) <= Z80 * np.sqrt(unknown + noise**2)) for error, unknown in left]
        if float(np.mean(inside)) >= INSIDE:
            return max(float(noise), LEAST_NOISE)
    return 1.0


def write(name: str, values: Mapping[str, float], spread: Mapping[str, float], title: str) -> None:
    """A file of the calibration room."""
    day = datetime.now(tz=UTC).date().isoformat()
    units = {key: unit for key, (_, _, unit) in PRIORS.items()} | {
        key: unit for key, (_, unit) in FIXED.items()
    }
    lines = [f"# {title[0].upper()}{title[1:]}. Written by tools/fit_serving.py."]
    for key, value in values.items():
        width = float(np.exp(Z80 * min(spread.get(key, 0.0), 2.0)))
        fact = {
            "value": _short(value), "low": _short(value / width), "high": _short(value * width),
            "unit": units.get(key, "ratio"), "source": "fit-serving-2026", "date": day, "confidence": "B",
        }  # fmt: skip
        text = yaml.safe_dump(fact, default_flow_style=True, sort_keys=False, width=1000).strip()
        lines.append(f"{key}: {text}")
    (DATA / f"{name}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def _short(value: float) -> float:
    return float(f"{value:.5g}")


if __name__ == "__main__":
    main()
