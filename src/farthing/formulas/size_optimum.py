"""How long a model of a given size is worth training."""

import numpy as np

from farthing.formulas.scaling import data_pull_loss, size_pull_loss
from farthing.units.root import falling_root
from farthing.units.types import Real

_LEAST_TOKENS, _MOST_TOKENS = 1.0, 1e30


def tokens(
    params: Real,
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
) -> Real:
    """The tokens for which this size is the right one, given what it will serve, in tokens.

    D in −∂L/∂ln N = (1 + r·T/D)·(−∂L/∂ln D): with more, a larger model would have been cheaper over its
    life, with less a smaller one. Rises with T. Source: sardana-2024-inference-optimal, eq. 3; own
    first-order condition.

    >>> law = dict(one_nat_params=5.18e7, size_exponent=0.3478, one_nat_tokens=1.185e9, data_exponent=0.3658)
    >>> many = dict(unique_tokens=1e20, matched_params=1e19, token_decay_ratio=15.4, param_decay_ratio=5.3)
    >>> round(tokens(70e9, 0.0, 0.3, **many, **law) / 1e12, 1)
    1.3
    """
    pulled = size_pull_loss(params, matched_params, param_decay_ratio, one_nat_params, size_exponent)

    def worth_more(data: Real) -> Real:
        pull = data_pull_loss(data, unique_tokens, token_decay_ratio, one_nat_tokens, data_exponent)
        return (1 + served_token_ratio * lifetime_tokens / data) * pull - pulled

    low = np.full(np.shape(pulled), _LEAST_TOKENS)
    return falling_root(worth_more, low, np.full(np.shape(pulled), _MOST_TOKENS))
