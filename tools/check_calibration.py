"""How much five of a user's rows bring: each public source in turn is the user (tools/pseudo_users.py).

    python tools/check_calibration.py > docs/calibration.json
    python tools/check_calibration.py servings > docs/serving_calibration.json

A source is taken out of the fit and out of the evidence, and its rows are predicted. Then some of them are
given as a user's measurements, and the others are predicted again: drawn at random many times, and as
`calibrate` chooses what to measure. The scales of a user's evidence are fitted without that source.
`before`, `after` and `ratio` are medians over the draws of the median error, `worst` is the largest median
error of all draws, `halved_draws` the share of draws in which the median error fell to half.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from fit_calibration import fitted
from measure_accuracy import stamped
from pseudo_users import GIVEN, PseudoUser, pseudo_users, serving_users

from farthing.estimate.own_choice import most_telling
from farthing.estimate.step_prediction import Z80
from farthing.units.types import FloatArray

DRAWS = 60
COUNTS = (3, GIVEN, 10)
COUNTS_OF_SERVINGS = (1, GIVEN)


Draw = tuple[FloatArray, FloatArray]


def measured(user: PseudoUser, scale: Mapping[str, float], draws: Iterable[Draw]) -> dict[str, float]:
    """Errors on the rows that were not given, before and after, in the median over draws."""
    every = []
    for some, rest in draws:
        before, (error, sd) = user.own.left[rest], user.predicted(scale, some, rest)
        inside = np.mean(np.abs(error) <= Z80 * sd)
        every.append((_off(before), _off(error), inside, np.exp(2 * Z80 * np.median(sd))))
    was, now, inside, width = np.array(every).T
    figures = {
        "before": np.median(was),
        "after": np.median(now),
        "ratio": np.median(now / was),
        "worst": now.max(),
        "halved_draws": np.mean(now <= was / 2),
        "coverage_80": np.median(inside),
        "width": np.median(width),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def _off(log_error: FloatArray) -> float:
    return float(np.median(np.abs(np.expm1(-log_error))))


def chosen(user: PseudoUser, scale: Mapping[str, float], given: int) -> Draw:
    """The rows that `calibrate` would have the user measure first, and the others."""
    between = user.between(scale)
    some = np.array(most_telling(between, user.own.public.scale["noise_sd"], 0, given))
    return some, np.setdiff1d(np.arange(len(between)), some)


def report(users: Sequence[PseudoUser], counts: Sequence[int] = COUNTS) -> dict[str, dict[str, float]]:
    """Every source with so many rows given, by scales that have not seen it."""
    found = {}
    for user in users:
        same = [other for other in users if other.quantity == user.quantity and other.source != user.source]
        scale = fitted(same)
        for given in counts:
            rows = {"rows": len(user.own.log_ratio), "given": given}
            ways = {"at random": user.draws(DRAWS, given), "chosen": [chosen(user, scale, given)]}
            for way, draws in ways.items():
                found[f"{user.name}, {given} rows {way}"] = rows | measured(user, scale, draws)
    return found


def main() -> None:
    """Print the figures as JSON."""
    if sys.argv[1:] == ["servings"]:
        found = report(serving_users(), COUNTS_OF_SERVINGS)
    else:
        found = report(pseudo_users())
    print(json.dumps(stamped(found), indent=1))


if __name__ == "__main__":
    main()
