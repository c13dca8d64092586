"""How a model is spread over accelerators: the sizes that one accelerator sees."""

import numpy as np

from farthing.units.types import Real


def dp(accelerator_count: Real, tp: Real, pp: Real, cp: Real) -> Real:
    """Data-parallel replicas of the model.

    accelerators / (tensor · pipeline · context). Source: narayanan-2021.

    >>> dp(1024, 8, 8, 2)
    8.0
    """
    return accelerator_count / (tp * pp * cp)


def micro_batch_count(global_batch_sequences: Real, micro_batch_sequences: Real, dp: Real) -> Real:
    """Microbatches that one replica runs in a step.

    At least one. Source: narayanan-2021.

    >>> float(micro_batch_count(512, 2, 8))
    32.0
    """
    return np.maximum(global_batch_sequences / (micro_batch_sequences * dp), 1.0)


def micro_batch_tokens(micro_batch_sequences: Real, seq_len_tokens: Real, cp: Real) -> Real:
    """Tokens of a microbatch that one accelerator's context shard holds, in tokens.

    Source: korthikanti-2022.

    >>> micro_batch_tokens(2, 8192, 2)
    8192.0
    """
    return micro_batch_sequences * seq_len_tokens / cp


def dense_ffn_layer_count(ffn_layer_count: Real, moe_layer_count: Real) -> Real:
    """Layers whose feed-forward block is dense.

    Source: deepseek-2024-v3, section 4.2.

    >>> dense_ffn_layer_count(61, 58)
    3
    """
    return ffn_layer_count - moe_layer_count


def expert_load_tokens(
    micro_batch_tokens: Real, experts_per_token: Real, expert_count: Real, ep: Real, tp: Real
) -> Real:
    """Tokens that one expert multiplies in a microbatch when routing is balanced, in tokens.

    The tokens of `ep` accelerators meet on each expert. Source: lepikhin-2020-gshard.

    >>> float(expert_load_tokens(4096, 8, 128, 8, 1))
    2048.0
    """
    return micro_batch_tokens * experts_per_token * ep / (np.maximum(expert_count, 1.0) * tp)


def shard_count(dp: Real, cp: Real) -> Real:
    """Ranks that hold the same dense weights, over which ZeRO shares states.

    Context-parallel ranks count. Source: rajbhandari-2020-zero.

    >>> shard_count(16, 2)
    32
    """
    return dp * cp


def expert_shard_count(shard_count: Real, tp: Real, ep: Real) -> Real:
    """Ranks that hold the same experts, over which ZeRO shares their states.

    Source: rajbhandari-2022-deepspeed-moe.

    >>> float(expert_shard_count(32, 1, 8))
    4.0
    """
    return np.maximum(shard_count * tp / ep, 1.0)


def stage_layer_count(layer_count: Real, pp: Real) -> Real:
    """Layers of the fullest pipeline stage.

    Source: narayanan-2021.

    >>> float(stage_layer_count(61, 4))
    16.0
    """
    return np.ceil(layer_count / pp)


def stage_dense_params(
    dense_params: Real,
    active_mtp_params: Real,
    embedding_params: Real,
    output_params: Real,
    tied_embeddings: Real,
    tp: Real,
    pp: Real,
) -> Real:
    """Weights outside the routed experts that one accelerator of the fullest stage holds, as a count.

    Layers over the stages; both tables without a pipeline, the larger one with it. Source: narayanan-2021.

    >>> [float(stage_dense_params(64e9, 0, 1e9, 1e9, 0, tp, pp)) for tp, pp in ((8, 4), (1, 1))]
    [2125000000.0, 66000000000.0]
    """
    both = embedding_params + output_params * (1 - tied_embeddings)
    tables = np.where(np.asarray(pp) > 1, np.maximum(embedding_params, output_params), both)
    return ((dense_params + active_mtp_params) / pp + tables) / tp


def stage_expert_params(
    expert_layer_params: Real, moe_layer_count: Real, stage_layer_count: Real, ep: Real
) -> Real:
    """Weights of routed experts that one accelerator of the fullest stage holds, as a count.

    Source: lepikhin-2020-gshard.

    >>> float(stage_expert_params(11.3e9, 58, 16, 64) / 1e9)
    2.825
    """
    return expert_layer_params * np.minimum(moe_layer_count, stage_layer_count) / ep


def replica_params(stage_dense_params: Real, stage_expert_params: Real) -> Real:
    """Weights that one accelerator of the fullest stage multiplies with, as a count, before sharding.

    Source: narayanan-2021.

    >>> replica_params(2e9, 1e9)
    3000000000.0
    """
    return stage_dense_params + stage_expert_params
