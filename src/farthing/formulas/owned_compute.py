"""Compute on hardware that is owned: the same hours at the cost of owning them."""

from farthing.units.types import Real


def compute_cost_usd(gpu_hours: Real, owned_usd_per_gpu_hour: Real) -> Real:
    """Owned accelerators for the hours of the run, capital and running cost included, in dollars.

    hours · cost of an owned hour. Source: cottier-2024-cost.

    >>> compute_cost_usd(1000, 2.0)
    2000.0
    """
    return gpu_hours * owned_usd_per_gpu_hour
