"""Refit the loss law of Besiroglu and others on their data, and print its constants with their spread.

    python tools/fit_scaling.py runs.csv

The table is theirs: 245 runs with `Model Size`, `Training FLOP` and `loss` (besiroglu-2024-data in the
catalog's sources). As they do, the five runs of highest loss are left out, the logarithm of the loss is
fitted under a Huber loss of 0.001, and 1,000 bootstrap samples say how sure the constants are. Written into
catalog/data/calibration/scaling.yaml by hand: the published constants, with the spread found here.
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Array = npt.NDArray[np.float64]
PUBLISHED = np.array([np.log(482.01), np.log(2085.43), np.log(1.8172), 0.3478, 0.3658])
WORST, DELTA, SAMPLES = 5, 1e-3, 1000
MEASURED_PARAMS, MEASURED_TOKENS = 5e8, 2e10


def runs(path: Path) -> Array:
    """Logarithms of parameters, tokens and loss, a column a run."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            (float(r["Model Size"]), float(r["Training FLOP"]), float(r["loss"]))
            for r in csv.DictReader(file)
        ]
    kept = np.array(sorted(rows, key=lambda row: -row[2])[WORST:])
    params, flop, loss = kept.T
    return np.log(np.stack([params, flop / 6 / params, loss]))


def objective(law: Array, known: Array, weight: Array) -> tuple[float, Array]:
    """The weighted Huber loss of ln(loss), and its gradient."""
    size, data, floor, alpha, beta = law
    terms = np.stack([size - alpha * known[0], data - beta * known[1], np.full_like(known[0], floor)])
    total = np.logaddexp.reduce(terms)
    miss = total - known[2]
    huber = np.where(abs(miss) <= DELTA, miss**2 / 2, DELTA * (abs(miss) - DELTA / 2))
    pull = weight * np.clip(miss, -DELTA, DELTA) * np.exp(terms - total)
    slopes = [*pull.sum(axis=1), -(pull[0] * known[0]).sum(), -(pull[1] * known[1]).sum()]
    return float((weight * huber).sum() / DELTA), np.array(slopes) / DELTA


def fit(known: Array, start: Array, weight: Array) -> Array:
    """The constants: ln A, ln B, ln E, α, β."""
    for _ in range(3):
        start = minimize(objective, start, (known, weight), "BFGS", jac=True, options={"gtol": 1e-10}).x
    return start


def main(arguments: Sequence[str]) -> int:
    """Print each constant: fitted, and 10th to 90th percentile of the bootstrap."""
    known = runs(Path(arguments[0]))
    count = known.shape[1]
    best = fit(known, PUBLISHED, np.ones(count))
    random = np.random.default_rng(0)
    samples = [
        np.bincount(random.integers(0, count, count), minlength=count).astype(float) for _ in range(SAMPLES)
    ]
    laws = np.array([fit(known, best, sample) for sample in samples])
    for name, values in named(laws).items():
        fitted = named(best[None])[name][0]
        low, high = np.quantile(values, [0.1, 0.9])
        print(f"{name}: {fitted:.5g} ({low:.5g} to {high:.5g}), standard error {values.std():.3g}")
    return 0


def named(laws: Array) -> dict[str, Array]:
    """The constants of each law as the catalog names them; one-nat sizes with the exponents held."""
    size, data, floor, alpha, beta = laws.T
    middle = laws.mean(axis=0)
    at_size, at_data = np.log(MEASURED_PARAMS), np.log(MEASURED_TOKENS)
    return {
        "size_exponent": alpha,
        "data_exponent": beta,
        "one_nat_params": np.exp(held(size / alpha, alpha, beta, middle)),
        "one_nat_tokens": np.exp(held(data / beta, alpha, beta, middle)),
        "irreducible_loss": np.exp(floor),
        "measured_loss": np.exp(floor) + np.exp(size - alpha * at_size) + np.exp(data - beta * at_data),
    }


def held(values: Array, alpha: Array, beta: Array, middle: Array) -> Array:
    """The values with what follows from the exponents taken out."""
    if len(values) == 1:
        return values
    apart = np.stack([np.ones_like(alpha), alpha - middle[3], beta - middle[4]], axis=1)
    slopes = np.linalg.lstsq(apart, values)[0]
    return np.asarray(values - apart[:, 1:] @ slopes[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
