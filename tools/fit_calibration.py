"""Fit how much a user's own runs differ from public ones: the scales of `estimate/own_evidence.py`.

    python tools/fit_calibration.py [--only steps|servings]

writes catalog/data/calibration/{user_evidence,user_memory_evidence,user_serving_*}.yaml.

Each public source in turn is the user (tools/pseudo_users.py): it is given five of its rows, and the scales
are those at which the rest is likeliest, under Student's distribution, so that an odd row does not rule.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence

import numpy as np
from fit_training import entry, write
from pseudo_users import PseudoUser, pseudo_users, serving_users
from scipy.optimize import minimize

from farthing.estimate.own_evidence import TERMS
from farthing.estimate.serving_prediction import QUANTITIES as SERVED
from farthing.estimate.step_kinds import SPEED
from farthing.units.types import FloatArray

_CENTER = np.log(0.10)  # before anything is seen: users differ by a tenth in each respect
_PRIOR_WEIGHT = 0.01
_DRAWS = 8
_TAIL = 4.0  # degrees of freedom


def fitted(users: Sequence[PseudoUser]) -> dict[str, float]:
    """The scales at which what users did not give is likeliest, drawn toward a tenth."""

    def unlikely(logs: FloatArray) -> float:
        scale = dict(zip(TERMS, np.exp(logs), strict=True))
        told = np.mean([surprise(user, scale) for user in users])
        return float(told + _PRIOR_WEIGHT * ((logs - _CENTER) ** 2).sum())

    start = np.full(len(TERMS), _CENTER)
    found = minimize(unlikely, start, method="L-BFGS-B", bounds=[(-5, -0.7)] * len(TERMS))
    return {name: float(value) for name, value in zip(TERMS, np.exp(found.x), strict=True)}


def surprise(user: PseudoUser, scale: Mapping[str, float]) -> float:
    """Negative log likelihood of a row that was not given, in the mean."""
    every = []
    for given, rest in user.draws(_DRAWS, seed=1):
        error, sd = user.predicted(scale, given, rest)
        far = (_TAIL + 1) / 2 * np.log1p(error**2 / sd**2 / _TAIL)
        every.append(np.mean(np.log(sd) + far))
    return float(np.mean(every))


def main(arguments: Sequence[str]) -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description="Fit the scales of a user's own evidence.")
    parser.add_argument("--only", choices=("steps", "servings"))
    only = parser.parse_args(arguments).only
    if only != "servings":
        users = pseudo_users()
        store("user_evidence", [user for user in users if user.quantity == SPEED])
        store("user_memory_evidence", [user for user in users if user.quantity != SPEED])
    if only != "steps":
        users = serving_users()
        for name in SERVED:
            store(f"user_serving_{name}", [user for user in users if user.quantity == name])


def store(stem: str, users: Sequence[PseudoUser]) -> None:
    """Fit the scales of one quantity on these users, and write them."""
    note = "how much the error of the model differs between users, by what one user's runs share"
    entries = {
        name: entry(value, 0.0, "sd", note, "fit-calibration-2026") for name, value in fitted(users).items()
    }
    write(stem, entries, "Scales of a user's own evidence.", "fit_calibration.py")


if __name__ == "__main__":
    main(sys.argv[1:])
