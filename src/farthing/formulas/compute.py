"""How much arithmetic a training token takes: the 6·N rule and the exact count."""

import numpy as np

from farthing.units.types import Real


def train_flop(active_params: Real, tokens: Real) -> Real:
    """Training arithmetic by the 6·N·D rule, in FLOP.

    6 · active parameters · tokens: two operations a weight forward, four backward. It leaves out
    attention scores, so it is 2 to 10 % low at 4k context; `model_flop` is the exact count.
    Source: kaplan-2020-scaling.

    >>> f"{train_flop(7e9, 8e12):.2e}"
    '3.36e+23'
    """
    return 6 * active_params * tokens


def full_context_tokens(seq_len_tokens: Real) -> Real:
    """Tokens that a token attends to on average under a causal mask, in tokens.

    (s + 1) / 2. Source: dao-2023-flashattention2.

    >>> full_context_tokens(4095)
    2048.0
    """
    return (seq_len_tokens + 1) / 2


def window_context_tokens(seq_len_tokens: Real, window_tokens: Real) -> Real:
    """Tokens that a token attends to on average in a sliding-window layer, in tokens.

    w − w·(w − 1) / 2s for a window w no longer than the sequence s; the ramp at the start of the
    sequence is the second term. A window of 0 means none. Source: beltagy-2020-longformer.

    >>> float(window_context_tokens(4096, 128))
    126.015625
    """
    window = np.where(
        np.asarray(window_tokens) > 0, np.minimum(window_tokens, seq_len_tokens), seq_len_tokens
    )
    return window - window * (window - 1) / (2 * seq_len_tokens)


def attention_context_tokens(
    full_context_tokens: Real,
    window_context_tokens: Real,
    attention_layer_count: Real,
    windowed_layer_count: Real,
) -> Real:
    """Attended tokens summed over the attention layers, in tokens.

    Source: shoeybi-2019-megatron, summed by layer kind.

    >>> float(attention_context_tokens(2048.5, 126.0, 36, 18))
    39141.0
    """
    return (
        attention_layer_count - windowed_layer_count
    ) * full_context_tokens + windowed_layer_count * window_context_tokens


def attention_score_size(
    head_count: Real, head_dimension: Real, rope_dimension: Real, v_head_dimension: Real, kv_lora_rank: Real
) -> Real:
    """Width over which scores and weighted values are computed, averaged over both products.

    heads · (query-key width + value width) / 2; latent attention adds the rotary part to the
    query-key width. Source: deepseek-2024-v2, section 2.1.

    >>> float(attention_score_size(32, 128, 0, 128, 0))
    4096.0
    """
    query_key = head_dimension + np.where(np.asarray(kv_lora_rank) > 0, rope_dimension, 0.0)
    return head_count * (query_key + v_head_dimension) / 2


def attention_flop_per_token(attention_context_tokens: Real, attention_score_size: Real) -> Real:
    """Score and value products of all layers, forward and backward, causal, in FLOP per token.

    12 · Σ attended tokens · width. Source: shoeybi-2019-megatron.

    >>> float(attention_flop_per_token(32 * 2048.5, 4096))
    3222011904.0
    """
    return 12 * attention_context_tokens * attention_score_size


def matmul_flop_per_token(matmul_params: Real, active_mtp_params: Real) -> Real:
    """Weight products, forward and backward, in FLOP per token.

    6 · parameters that multiply each token; the output matrix counts, the input table does not;
    heads for several-token prediction count while training. Source: kaplan-2020-scaling.

    >>> matmul_flop_per_token(7.5e9, 0)
    45000000000.0
    """
    return 6 * (matmul_params + active_mtp_params)


def model_flop_per_token(matmul_flop_per_token: Real, attention_flop_per_token: Real) -> Real:
    """Arithmetic the model needs per trained token, without recomputation, in FLOP per token.

    Source: chowdhery-2022-palm, appendix B.

    >>> model_flop_per_token(45e9, 3e9)
    48000000000.0
    """
    return matmul_flop_per_token + attention_flop_per_token


def model_flop(model_flop_per_token: Real, tokens: Real) -> Real:
    """Exact arithmetic of the run, without recomputation, in FLOP.

    Source: chowdhery-2022-palm, appendix B.

    >>> f"{model_flop(48e9, 15e12):.2e}"
    '7.20e+23'
    """
    return model_flop_per_token * tokens
