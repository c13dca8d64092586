"""Roots of many equations at once."""

from collections.abc import Callable
from typing import Final

import numpy as np

from farthing.units.types import Real

_HALVINGS: Final = 64


def falling_root(function: Callable[[Real], Real], low: Real, high: Real) -> Real:
    """Where a function that falls crosses zero, in each place of arrays; an end where it does not cross.

    Bisection of the logarithm between two positive ends, to the last digits of a float.

    >>> round(float(falling_root(lambda x: 2.0 - x * x, 0.1, 10.0)), 9)
    1.414213562
    """
    bottom, top = np.log(low), np.log(high)
    for _ in range(_HALVINGS):
        middle = (bottom + top) / 2
        above = np.asarray(function(np.exp(middle))) > 0
        bottom, top = np.where(above, middle, bottom), np.where(above, top, middle)
    found = np.exp((bottom + top) / 2)
    return found if np.ndim(found) else float(found)
