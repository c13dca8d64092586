"""Laws of loss: what a size and so many tokens come to, and the sizes that compute is best spent on.

L = E + (N₁/N)^α + (D₁/D)^β, which is the usual E + A/N^α + B/D^β with A = N₁^α and B = D₁^β: N₁ is the size
and D₁ the number of tokens at which its term costs one nat. Written so, the constants of a fit are hardly
tied to each other and can be drawn one by one; A and α are tied at 0.999.
"""

import numpy as np

from farthing.units.types import Real


def effective_tokens(tokens: Real, unique_tokens: Real, token_decay_ratio: Real) -> Real:
    """What trained tokens are worth in fresh ones, where there are not enough of them, in tokens.

    U + U·R*·(1 − exp(−R / R*)) for R = D/U − 1 repetitions; as they are up to one pass. Fitted on up to
    500 passes. Source: muennighoff-2023-data-constrained, eq. 5.

    >>> float(effective_tokens(1e9, 2e9, 15.387756))
    1000000000.0
    >>> round(float(effective_tokens(4e9, 1e9, 15.387756)) / 1e9, 2)        # four passes: almost as fresh
    3.73
    """
    return _decayed(tokens, unique_tokens, token_decay_ratio)


def effective_params(params: Real, matched_params: Real, param_decay_ratio: Real) -> Real:
    """What the parameters of a model too large for its unique tokens are worth, in parameters.

    As `effective_tokens`, beyond the size that the unique tokens suffice for.
    Source: muennighoff-2023-data-constrained, eq. 6.

    >>> round(float(effective_params(2e9, 1e9, 5.309743)) / 1e9, 2)
    1.91
    """
    return _decayed(params, matched_params, param_decay_ratio)


def matched_params(
    unique_tokens: Real, one_nat_params: Real, size_exponent: Real, one_nat_tokens: Real, data_exponent: Real
) -> Real:
    """The size for which the unique tokens are the compute-optimal number, in parameters.

    α·(N₁/N)^α = β·(D₁/U)^β solved for N. Source: hoffmann-2022-chinchilla, eq. 4.

    >>> round(float(matched_params(1.4e12, 5.18e7, 0.3478, 1.185e9, 0.3658)) / 1e9)
    76
    """
    data_pull = data_exponent * (one_nat_tokens / unique_tokens) ** data_exponent
    return one_nat_params * (size_exponent / data_pull) ** (1 / size_exponent)


def size_pull_loss(
    params: Real, matched_params: Real, param_decay_ratio: Real, one_nat_params: Real, size_exponent: Real
) -> Real:
    """How much loss falls for a relative growth of the size, −∂L/∂ln N, in nats per token.

    α·(N₁/N')^α, times N/N'·dN'/dN where the size is more than the tokens suffice for.
    Source: muennighoff-2023-data-constrained, eq. 6.

    >>> float(size_pull_loss(5e7, 1e9, 5.3, 5e7, 0.35))
    0.35
    """
    worth = effective_params(params, matched_params, param_decay_ratio)
    return _growth(params, worth, matched_params, param_decay_ratio) * (
        size_exponent * (one_nat_params / worth) ** size_exponent
    )


def data_pull_loss(
    tokens: Real, unique_tokens: Real, token_decay_ratio: Real, one_nat_tokens: Real, data_exponent: Real
) -> Real:
    """How much loss falls for a relative growth of the data, −∂L/∂ln D, in nats per token.

    β·(D₁/D')^β, times D/D'·dD'/dD where tokens repeat. Source: muennighoff-2023-data-constrained, eq. 5.

    >>> float(data_pull_loss(1e9, 1e10, 15.4, 1e9, 0.37))
    0.37
    """
    worth = effective_tokens(tokens, unique_tokens, token_decay_ratio)
    return _growth(tokens, worth, unique_tokens, token_decay_ratio) * (
        data_exponent * (one_nat_tokens / worth) ** data_exponent
    )


def size_term_loss(effective_params: Real, one_nat_params: Real, size_exponent: Real) -> Real:
    """Loss that a finite size leaves, in nats per token.

    (N₁/N)^α = A / N^α. Source: hoffmann-2022-chinchilla, eq. 2.

    >>> size_term_loss(5.18e7, 5.18e7, 0.3478)
    1.0
    """
    return (one_nat_params / effective_params) ** size_exponent


def data_term_loss(effective_tokens: Real, one_nat_tokens: Real, data_exponent: Real) -> Real:
    """Loss that a finite number of tokens leaves, in nats per token.

    (D₁/D)^β = B / D^β. Source: hoffmann-2022-chinchilla, eq. 2.

    >>> round(data_term_loss(1.4e12, 1.185e9, 0.3658), 4)
    0.0752
    """
    return (one_nat_tokens / effective_tokens) ** data_exponent


def irreducible_loss(
    measured_loss: Real,
    measured_params: Real,
    measured_tokens: Real,
    one_nat_params: Real,
    size_exponent: Real,
    one_nat_tokens: Real,
    data_exponent: Real,
) -> Real:
    """Loss of the text itself, which no size and no data removes, in nats per token.

    The loss in the middle of the fitted runs, which is known well, less both terms there. So steeper
    exponents go with a higher floor, as in the fit. Source: besiroglu-2024-replication.

    >>> round(irreducible_loss(2.6244, 5e8, 2e10, 5.18e7, 0.3478, 1.185e9, 0.3658), 3)
    1.814
    """
    size = (one_nat_params / measured_params) ** size_exponent
    return measured_loss - size - (one_nat_tokens / measured_tokens) ** data_exponent


def loss(irreducible_loss: Real, size_term_loss: Real, data_term_loss: Real) -> Real:
    """Loss of a trained model on text like its own, in nats per token of the law's tokenizer.

    Laws of other tokenizers and corpora do not compare. Source: hoffmann-2022-chinchilla, eq. 2.

    >>> round(loss(1.8172, 0.0816, 0.0752), 3)
    1.974
    """
    return irreducible_loss + size_term_loss + data_term_loss


def compute_optimal_params(
    train_flop: Real, one_nat_params: Real, size_exponent: Real, one_nat_tokens: Real, data_exponent: Real
) -> Real:
    """The size that makes the most of training compute alone, in parameters.

    G·(C/6)^(β/(α+β)) with G = (α·A / β·B)^(1/(α+β)), for C = 6·N·D and fresh tokens.
    Source: hoffmann-2022-chinchilla, eq. 4.

    >>> round(float(compute_optimal_params(5.76e23, 5.18e7, 0.3478, 1.185e9, 0.3658)) / 1e9)
    72
    """
    both = size_exponent + data_exponent
    size = size_exponent * one_nat_params**size_exponent
    data = data_exponent * one_nat_tokens**data_exponent
    return (size / data) ** (1 / both) * (train_flop / 6) ** (data_exponent / both)


def compute_optimal_tokens(train_flop: Real, compute_optimal_params: Real) -> Real:
    """The tokens that go with the compute-optimal size, in tokens.

    C / 6N. Source: hoffmann-2022-chinchilla, eq. 4.

    >>> compute_optimal_tokens(6e23, 100e9)
    1000000000000.0
    """
    return train_flop / (6 * compute_optimal_params)


def data_pass_count(tokens: Real, unique_tokens: Real) -> Real:
    """How often the unique tokens are read, as a count; 1 where there are enough.

    Source: muennighoff-2023-data-constrained.

    >>> float(data_pass_count(4e12, 1e12))
    4.0
    """
    return np.maximum(tokens / unique_tokens, 1.0)


def allocated_params(
    train_flop: Real, allocation_flop: Real, allocation_params: Real, allocation_exponent: Real
) -> Real:
    """The compute-optimal size by a power law of compute alone, in parameters.

    N₀·(C/C₀)^a: what the first two approaches of Hoffmann and others give, which know no loss.
    Source: hoffmann-2022-chinchilla, section 3.

    >>> round(allocated_params(1.92e19, 5.76e23, 67e9, 0.5) / 1e6)
    387
    """
    return allocation_params * (train_flop / allocation_flop) ** allocation_exponent


def tokens_per_param(tokens: Real, params: Real) -> Real:
    """How long a model is trained for its size, in tokens per parameter.

    Source: hoffmann-2022-chinchilla.

    >>> tokens_per_param(36e12, 0.6e9)
    60000.0
    """
    return tokens / params


def chinchilla_multiple(tokens_per_param: Real, chinchilla_tokens_per_param: Real) -> Real:
    """Tokens per parameter over those of Chinchilla, as a multiple: above 1 is over-trained.

    Source: hoffmann-2022-chinchilla.

    >>> chinchilla_multiple(60000, 20)
    3000.0
    """
    return tokens_per_param / chinchilla_tokens_per_param


def _decayed(amount: Real, fresh: Real, decay_ratio: Real) -> Real:
    used = np.minimum(amount, fresh)
    return used + used * decay_ratio * -np.expm1(-(amount / used - 1) / decay_ratio)


def _growth(amount: Real, worth: Real, fresh: Real, decay_ratio: Real) -> Real:
    """Relative growth of what an amount is worth for its own: 1 while it is fresh, then falling to 0."""
    return amount / worth * np.exp(-(amount / np.minimum(amount, fresh) - 1) / decay_ratio)
