"""A fleet that is owned: it costs the same whatever it does."""

from farthing.units.types import Real


def cost_usd(gpu_count: Real, owned_usd_per_gpu_year: Real) -> Real:
    """What an owned fleet costs a month, in dollars: capital, power, space, repairs and people.

    accelerators · cost of a year / 12. Source: cottier-2024-cost.

    >>> cost_usd(8, 18_000)
    12000.0
    """
    return gpu_count * owned_usd_per_gpu_year / 12
