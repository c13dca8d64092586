"""The cheapest model that reaches a loss, over its whole life."""

import numpy as np

from farthing.formulas.scaling import data_pull_loss, effective_params, size_pull_loss
from farthing.units.root import falling_root
from farthing.units.types import Real

_MARGIN = 1e-3  # nats above the least loss, below which sizes and data grow without bound


def least_loss(
    irreducible_loss: Real,
    most_params: Real,
    unique_tokens: Real,
    matched_params: Real,
    token_decay_ratio: Real,
    param_decay_ratio: Real,
    one_nat_params: Real,
    size_exponent: Real,
    one_nat_tokens: Real,
    data_exponent: Real,
) -> Real:
    """The loss that no money gets below, in nats per token.

    The largest size allowed, and the unique tokens repeated without end.
    Source: muennighoff-2023-data-constrained, section 3.1.

    >>> round(float(least_loss(1.8, 1e18, 1e30, 1e30, 15.4, 5.3, 5.18e7, 0.3478, 1.185e9, 0.3658)), 3)
    1.8
    """
    size = effective_params(most_params, matched_params, param_decay_ratio)
    data = unique_tokens * (1 + token_decay_ratio)
    return (
        irreducible_loss + (one_nat_params / size) ** size_exponent + (one_nat_tokens / data) ** data_exponent
    )


def reachable_loss(wanted_loss: Real, least_loss: Real) -> Real:
    """The loss asked for, or a thousandth of a nat above the least where that lies higher, in nats per token.

    Source: farthing-estimate.

    >>> float(reachable_loss(2.0, 1.8)), float(reachable_loss(1.7, 1.8))
    (2.0, 1.801)
    """
    return np.maximum(wanted_loss, least_loss + _MARGIN)


def params(
    reachable_loss: Real,
    irreducible_loss: Real,
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
    """The size at which a loss costs least to train for and to serve, in parameters.

    Least N·(D + r·T) on the curve L(N, D) = L: −∂L/∂ln N = (1 + r·T/D)·(−∂L/∂ln D). Falls with T.
    Source: sardana-2024-inference-optimal, eq. 3; own first-order condition.

    >>> law = dict(one_nat_params=5.18e7, size_exponent=0.3478, one_nat_tokens=1.185e9, data_exponent=0.3658)
    >>> many = dict(unique_tokens=1e20, matched_params=1e19, token_decay_ratio=15.4, param_decay_ratio=5.3)
    >>> round(params(1.974, 1.8172, 0.0, 0.3, **many, **law, most_params=1e18) / 1e9)
    73
    >>> round(params(1.974, 1.8172, 1e14, 0.3, **many, **law, most_params=1e18) / 1e9)
    22
    """

    def worth_more(size: Real) -> Real:
        data = tokens(
            reachable_loss,
            irreducible_loss,
            size,
            unique_tokens,
            matched_params,
            token_decay_ratio,
            param_decay_ratio,
            one_nat_params,
            size_exponent,
            one_nat_tokens,
            data_exponent,
        )
        pull = data_pull_loss(data, unique_tokens, token_decay_ratio, one_nat_tokens, data_exponent)
        weight = 1 + served_token_ratio * lifetime_tokens / data
        grown = size_pull_loss(size, matched_params, param_decay_ratio, one_nat_params, size_exponent)
        return np.where(np.isfinite(data), grown - weight * pull, 1.0)

    with np.errstate(invalid="ignore"):
        return falling_root(worth_more, 1.0 + 0 * most_params, most_params)


def tokens(
    reachable_loss: Real,
    irreducible_loss: Real,
    params: Real,
    unique_tokens: Real,
    matched_params: Real,
    token_decay_ratio: Real,
    param_decay_ratio: Real,
    one_nat_params: Real,
    size_exponent: Real,
    one_nat_tokens: Real,
    data_exponent: Real,
) -> Real:
    """The tokens that bring a size to a loss, repeated ones counted each time; infinite where none do.

    D' = D₁·(L − E − (N₁/N')^α)^(−1/β), then −R*·ln(1 − (D'/U − 1)/R*) repetitions where D' > U.
    Source: muennighoff-2023-data-constrained, eq. 5, solved for D.

    >>> law = (5.18e7, 0.3478, 1.185e9, 0.3658)
    >>> round(float(tokens(1.974, 1.8172, 7e10, 1e20, 1e19, 15.4, 5.3, *law)) / 1e12, 2)
    1.39
    """
    size = effective_params(params, matched_params, param_decay_ratio)
    left = reachable_loss - irreducible_loss - (one_nat_params / size) ** size_exponent
    worth = one_nat_tokens * np.where(left > 0, left, np.nan) ** (-1 / data_exponent)
    share = np.maximum(worth / unique_tokens - 1, 0.0) / token_decay_ratio
    again = -token_decay_ratio * np.log1p(-np.where(share < 1, share, np.nan))
    found = np.where(share > 0, unique_tokens * (1 + again), worth)
    return np.where(np.isnan(found), np.inf, found)[()]
