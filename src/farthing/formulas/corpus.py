"""What a training corpus costs, component by component."""

from farthing.units.types import Real


def component_cost_usd(tokens: Real, component_share: Real, component_usd_per_m_tokens: Real) -> Real:
    """Price of one kind of text in a corpus, in dollars; tokens that repeat are paid once.

    tokens · share · price. Source: farthing-units.

    >>> component_cost_usd(8e12, 0.125, 2.0)
    2000000.0
    """
    return tokens * component_share * component_usd_per_m_tokens / 1e6
