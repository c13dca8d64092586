"""What a change saves: two ways to do a thing, side by side on the same draws."""

from farthing.units.types import Real


def saving_usd(against_cost_usd: Real, cost_usd: Real) -> Real:
    """What is paid less than in the other scenario, in dollars; negative where it is more.

    Place by place on common random numbers, so that what both share cancels.
    Source: owen-2013-monte-carlo.

    >>> saving_usd(100.0, 60.0)
    40.0
    """
    return against_cost_usd - cost_usd


def saving_share(against_cost_usd: Real, cost_usd: Real) -> Real:
    """The same as a share of what the other scenario costs; negative where it costs more.

    Source: owen-2013-monte-carlo.

    >>> saving_share(100.0, 60.0)
    0.4
    """
    return 1 - cost_usd / against_cost_usd
