"""Quantiles of the standard normal distribution, in numpy alone (importing scipy.stats takes seconds)."""

from typing import Final

import numpy as np

from farthing.units.types import FloatArray

# Coefficients of algorithm AS 241 (PPND16), highest power first, as numpy.polyval reads them.
_CENTER: Final = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080),
    (5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867,
     5394.1960214247511077, 687.18700749205790830, 42.313330701600911252, 1.0),
)  # fmt: skip
_SHOULDER: Final = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 0.241780725177450611770, 1.27045825245236838258,
     3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
     0.148103976427480074590, 0.689767334985100004550, 1.67638483018380384940, 2.05319162663775882187, 1.0),
)  # fmt: skip
_TAIL: Final = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
     2.65321895265761230930e-2, 0.296560571828504891230, 1.78482653991729133580, 5.46378491116411436990,
     6.65790464350110377720),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
     7.86869131145613259100e-4, 1.48753612908506148525e-2, 0.136929880922735805310,
     0.599832206555887937690, 1.0),
)  # fmt: skip

_CENTER_HALF_WIDTH: Final = 0.425
_SHOULDER_END: Final = 5.0

Z95: Final = 1.6448536269514722
"""The 95% point: half the width of the central 90%, in standard deviations."""


def normal_quantile(u: FloatArray) -> FloatArray:
    """Standard normal quantile of `u`, each strictly between 0 and 1; relative error about 1e-16.

    Source: wichura-1988-as241, algorithm AS 241 (PPND16), Applied Statistics 37(3).

    >>> round(float(normal_quantile(np.array([0.95]))[0]), 12)
    1.644853626951
    """
    offset = u - 0.5
    central = np.abs(offset) <= _CENTER_HALF_WIDTH
    near = offset * _ratio(_CENTER, _CENTER_HALF_WIDTH**2 - np.where(central, offset, 0.0) ** 2)
    if central.all():
        return near
    r = np.sqrt(-np.log(np.minimum(u, 1.0 - u)))
    far = np.where(r <= _SHOULDER_END, _ratio(_SHOULDER, r - 1.6), _ratio(_TAIL, r - _SHOULDER_END))
    return np.where(central, near, np.copysign(far, offset))


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], x: FloatArray) -> FloatArray:
    numerator, denominator = coefficients
    return np.polyval(numerator, x) / np.polyval(denominator, x)
