"""The one numeric type that formulas speak: a float, or an array of floats of one shape."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
Real: TypeAlias = float | FloatArray
