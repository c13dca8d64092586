"""A demand in tokens a day as requests of one size: where nobody says how long a request is."""

from farthing.units.types import Real


def own_input_tokens(mix_tokens: Real, output_share: Real) -> Real:
    """Tokens that a request of a given size reads. Source: farthing-units.

    >>> own_input_tokens(1000, 0.25)
    750.0
    """
    return mix_tokens * (1 - output_share)


def answer_tokens(mix_tokens: Real, output_share: Real) -> Real:
    """Tokens that a request of a given size writes. Source: farthing-units.

    >>> answer_tokens(1000, 0.25)
    250.0
    """
    return mix_tokens * output_share


def request_count_per_day(demand_tokens_per_day: Real, mix_tokens: Real) -> Real:
    """Requests of a given size that make up a day's tokens. Source: farthing-units.

    >>> request_count_per_day(5_000_000, 1000)
    5000.0
    """
    return demand_tokens_per_day / mix_tokens
