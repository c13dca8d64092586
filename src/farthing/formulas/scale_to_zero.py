"""A copy that is switched off when nobody asks: what is paid, and who waits until it has started.

Requests at random moments hold a copy for as long as they are answered and until the idle time is over: a
queue with as many servers as there are requests, whose busy periods have a known mean.
"""

import numpy as np

from farthing.units.types import Real

_LONGEST = 500.0  # beyond it the copy never sleeps


def busy_load_ratio(request_count_per_s: Real, stay_s: Real, idle_s: Real) -> Real:
    """Requests that hold a copy awake at once, those in their idle time included.

    rate · (time of an answer + idle time). Source: takacs-1962.

    >>> busy_load_ratio(0.01, 10, 90)
    1.0
    """
    return request_count_per_s * (stay_s + idle_s)


def cold_share(request_count_per_s: Real, busy_load_ratio: Real, cold_start_s: Real) -> Real:
    """Share of the requests that find the copy asleep and wait until it has started.

    1 / (rate · start + e^load): a busy period serves so many requests. Source: takacs-1962.

    >>> round(float(cold_share(0.01, 1.0, 60)), 3)
    0.301
    """
    served = request_count_per_s * cold_start_s + np.exp(np.minimum(busy_load_ratio, _LONGEST))
    return 1 / served


def awake_share(cold_share: Real) -> Real:
    """Share of the hours that the last copy is up, starts included: all but the gaps before cold requests.

    A gap is as long as the mean time between requests, and there is one for each cold request.
    Source: takacs-1962.

    >>> round(awake_share(0.301), 3)
    0.699
    """
    return 1 - cold_share


def paid_share(awake_share: Real, mean_to_most_ratio: Real, replicas: Real) -> Real:
    """Share of the fleet's hours that is paid when copies follow the hour and the last one sleeps.

    (copies beyond the first, mean over most · (most - 1), + the hours of the first) / most.
    Source: farthing-units.

    >>> paid_share(0.5, 0.5, 3), paid_share(0.4, 0.3, 1)
    (0.5, 0.4)
    """
    return (mean_to_most_ratio * (replicas - 1) + awake_share) / replicas
