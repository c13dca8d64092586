"""The price of time: accelerators held for a while, whatever they compute."""

from farthing.units.types import Real


def gpu_hours(accelerator_count: Real, duration_h: Real) -> Real:
    """Accelerator-hours held, busy or idle, in hours.

    accelerators · hours. Source: farthing-units.

    >>> gpu_hours(280, 14 * 24)                    # 280 A100 for two weeks
    94080
    """
    return accelerator_count * duration_h


def wall_clock_days(duration_h: Real) -> Real:
    """How long the accelerators are held, in days.

    hours / 24. Source: farthing-units.

    >>> wall_clock_days(336)
    14.0
    """
    return duration_h / 24
