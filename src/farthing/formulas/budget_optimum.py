"""The model that makes the most of a budget, when every token it will ever serve is paid from it too."""

import numpy as np

from farthing.formulas.scaling import data_pull_loss, size_pull_loss
from farthing.units.root import falling_root
from farthing.units.types import Real


def params(
    affordable_param_tokens: Real,
    lifetime_tokens: Real,
    served_token_ratio: Real,
    unique_tokens: Real,
    matched_params: Real,
    token_decay_ratio: Real,
    param_decay_ratio: Real,
    one_nat_params: Real,
    size_exponent: Real,
    one_nat_tokens: Real,
    data_exponent: Real,
    most_params: Real,
) -> Real:
    """The size with the least loss that a budget pays for, in parameters.

    Where growing the size and training for longer are worth the same: −∂L/∂ln N = w·(−∂L/∂ln D), with
    w = 1 + r·T/D since a larger model is also dearer to serve. Falls with T. At T = 0 and fresh tokens it is
    the compute-optimal size. Source: sardana-2024-inference-optimal, eq. 3; own first-order condition.

    >>> law = dict(one_nat_params=5.18e7, size_exponent=0.3478, one_nat_tokens=1.185e9, data_exponent=0.3658)
    >>> many = dict(unique_tokens=1e20, matched_params=1e19, token_decay_ratio=15.4, param_decay_ratio=5.3)
    >>> round(params(9.6e22, 0.0, 0.3, **many, **law, most_params=1e18) / 1e9)
    72
    >>> round(params(9.6e22, 5e12, 0.3, **many, **law, most_params=1e18) / 1e9)
    26
    """

    def worth_more(size: Real) -> Real:
        data = tokens(affordable_param_tokens, size, lifetime_tokens, served_token_ratio)
        pull = data_pull_loss(data, unique_tokens, token_decay_ratio, one_nat_tokens, data_exponent)
        weight = 1 + served_token_ratio * lifetime_tokens / data
        grown = size_pull_loss(size, matched_params, param_decay_ratio, one_nat_params, size_exponent)
        return grown - weight * pull

    largest = affordable_param_tokens / np.maximum(served_token_ratio * lifetime_tokens, 1.0)
    return falling_root(worth_more, np.minimum(1.0, largest / 2), np.minimum(largest, most_params))


def tokens(
    affordable_param_tokens: Real, params: Real, lifetime_tokens: Real, served_token_ratio: Real
) -> Real:
    """The tokens that are left to train on when serving is paid for, in tokens.

    N·(D + r·T) = budget. Never less than one. Source: sardana-2024-inference-optimal, eq. 2.

    >>> float(tokens(1e22, 1e9, 1e13, 0.5))
    5000000000000.0
    """
    return np.maximum(affordable_param_tokens / params - served_token_ratio * lifetime_tokens, 1.0)
