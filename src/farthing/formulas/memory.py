"""What a training step keeps in an accelerator's memory."""

import numpy as np

from farthing.units.types import Real


def sharded_params(
    stage_dense_params: Real, stage_expert_params: Real, shard_count: Real, expert_shard_count: Real
) -> Real:
    """Weights one accelerator is responsible for when states are shared over the ranks, as a count.

    Source: rajbhandari-2020-zero.

    >>> sharded_params(8e9, 0, 8, 1)
    1000000000.0
    """
    return stage_dense_params / shard_count + stage_expert_params / expert_shard_count


def model_state_byte(
    replica_params: Real,
    sharded_params: Real,
    zero_stage: Real,
    weight_byte: Real,
    gradient_byte: Real,
    optimizer_byte: Real,
) -> Real:
    """Weights, gradients and optimizer states of one accelerator, in bytes.

    Stage 1 shares the optimizer states over the ranks, stage 2 the gradients too, stage 3 the weights
    too. Adam in mixed precision: 2 + 4 + 12 bytes a parameter. Source: rajbhandari-2020-zero.

    >>> float(model_state_byte(7e9, 7e9 / 8, 1, 2, 4, 12)), float(model_state_byte(7e9, 7e9 / 8, 3, 4, 4, 8))
    (52500000000.0, 14000000000.0)
    """
    stage = np.asarray(zero_stage)
    weights = weight_byte * np.where(stage >= 3, sharded_params, replica_params)
    gradients = gradient_byte * np.where(stage >= 2, sharded_params, replica_params)
    return weights + gradients + optimizer_byte * np.where(stage >= 1, sharded_params, replica_params)


def activation_byte_per_token(
    hidden_size: Real,
    head_count: Real,
    kv_head_count: Real,
    head_dimension: Real,
    v_head_dimension: Real,
    rope_dimension: Real,
    kv_lora_rank: Real,
    attention_layer_count: Real,
    ffn_size: Real,
    ffn_matrix_count: Real,
    dense_ffn_layer_count: Real,
    expert_ffn_size: Real,
    shared_expert_ffn_size: Real,
    experts_per_token: Real,
    moe_layer_count: Real,
    mamba_inner_size: Real,
    mamba_layer_count: Real,
) -> Real:
    """Activations that the backward pass of all layers needs, in bytes per token, nothing recomputed.

    Two bytes for each input of a norm, a projection and a block (4 · hidden), queries, keys, values
    and the attention output, every feed-forward matrix's product, and for a mixture the tokens
    copied to each expert. Fused attention keeps no scores. Source: korthikanti-2022, section 4.

    >>> float(activation_byte_per_token(4096, 32, 8, 128, 128, 0, 0, 1, 14336, 3, 1, 0, 0, 0, 0, 0, 0))
    139264.0
    """
    latent = np.asarray(kv_lora_rank) > 0
    keys = np.where(latent, head_count * (head_dimension + rope_dimension), kv_head_count * head_dimension)
    values = np.where(latent, head_count, kv_head_count) * v_head_dimension
    queries = head_count * (head_dimension + np.where(latent, rope_dimension, 0.0))
    mixing = attention_layer_count * (
        4 * hidden_size + queries + keys + values + head_count * v_head_dimension
    )
    mixture = (
        experts_per_token * (2 * hidden_size + ffn_matrix_count * expert_ffn_size)
        + ffn_matrix_count * shared_expert_ffn_size
    )
    feed_forward = ffn_matrix_count * ffn_size * dense_ffn_layer_count + mixture * moe_layer_count
    return 2.0 * (mixing + feed_forward + mamba_layer_count * (4 * hidden_size + 4 * mamba_inner_size))


def in_flight_count(pp: Real, vp: Real, micro_batch_count: Real) -> Real:
    """Microbatches whose activations the first pipeline stage holds at once.

    min(p, m), times 1 + (p − 1) / (p · v) when interleaved. Source: korthikanti-2022, section 4.2.

    >>> float(in_flight_count(4, 1, 32)), float(in_flight_count(4, 2, 32)), float(in_flight_count(1, 1, 32))
    (4.0, 5.5, 1.0)
    """
    interleaved = np.where(np.asarray(vp) > 1, 1 + (pp - 1) / (pp * vp), 1.0)
    return np.minimum(pp, micro_batch_count) * interleaved


def full_activation_byte(
    activation_byte_per_token: Real,
    in_flight_count: Real,
    micro_batch_tokens: Real,
    tp: Real,
    layer_count: Real,
    stage_layer_count: Real,
    activation_overhead_ratio: Real,
) -> Real:
    """Activations of the layers when everything is kept, in bytes.

    Every microbatch in flight through the stage's layers, and one layer more while it runs
    backward; sequence parallelism divides all by tensor parallelism. Source: korthikanti-2022.

    >>> float(full_activation_byte(32 * 139264.0, 1, 8192, 1, 32, 32, 1.0) / 2**30)
    35.0625
    """
    layer = activation_byte_per_token / layer_count
    return (
        activation_overhead_ratio
        * micro_batch_tokens
        / tp
        * layer
        * (in_flight_count * stage_layer_count + 1)
    )


def least_activation_byte(
    full_activation_byte: Real,
    in_flight_count: Real,
    micro_batch_tokens: Real,
    tp: Real,
    hidden_size: Real,
    stage_layer_count: Real,
    activation_overhead_ratio: Real,
) -> Real:
    """Activations of the layers when only each layer's input is kept, in bytes.

    Two bytes of hidden state a layer, and one layer in full while it runs backward.
    Source: chen-2016-checkpointing.

    >>> float(least_activation_byte(35.0625 * 2**30, 1, 8192, 1, 4096, 32, 1.0) / 2**30)
    3.0625
    """
    held = in_flight_count * stage_layer_count
    inputs = activation_overhead_ratio * micro_batch_tokens / tp * 2.0 * hidden_size * held
    return inputs + full_activation_byte / (held + 1)


def recompute_share(
    full_activation_byte: Real,
    least_activation_byte: Real,
    model_state_byte: Real,
    logit_memory_byte: Real,
    gathered_memory_byte: Real,
    memory_byte: Real,
    usable_memory_share: Real,
    fragmentation_ratio: Real,
    runtime_memory_gib: Real,
) -> Real:
    """Share of the layers that must be recomputed in full for the step to fit, from 0 to 1.

    Used where the layout does not say what it recomputes. Source: korthikanti-2022, section 5.

    >>> float(recompute_share(40e9, 4e9, 50e9, 0, 0, 80e9, 0.9, 1.0, 0.0))
    0.5
    """
    room = (memory_byte * usable_memory_share - runtime_memory_gib * 2**30) / fragmentation_ratio
    over = model_state_byte + logit_memory_byte + gathered_memory_byte + full_activation_byte - room
    saved = np.maximum(full_activation_byte - least_activation_byte, 1.0)
    return np.clip(over / saved, 0.0, 1.0)


def activation_memory_byte(
    full_activation_byte: Real,
    least_activation_byte: Real,
    recompute_share: Real,
    selective_level: Real,
    selective_kept_share: Real,
) -> Real:
    """Activations of the layers, in bytes.

    Layers recomputed in full keep their input alone, selective recomputation (level 1) keeps a
    share of the others. Source: korthikanti-2022, section 5.

    >>> activation_memory_byte(40e9, 4e9, 0.0, 0.0, 0.4), activation_memory_byte(40e9, 4e9, 0.5, 1.0, 0.4)
    (40000000000.0, 10000000000.0)
    """
    kept = 1 - selective_level * (1 - selective_kept_share)
    return (1 - recompute_share) * kept * full_activation_byte + recompute_share * least_activation_byte


def logit_memory_byte(
    micro_batch_tokens: Real, tp: Real, pp: Real, vocab_size: Real, logit_byte: Real
) -> Real:
    """Logits and their gradient, in bytes; on the first stage only when there is no pipeline.

    Source: korthikanti-2022, section 4.3.

    >>> float(logit_memory_byte(8192, 1, 1, 128256, 6))
    6304038912.0
    """
    return np.where(np.asarray(pp) > 1, 0.0, logit_byte * micro_batch_tokens * vocab_size / tp)


def gathered_memory_byte(
    replica_params: Real, stage_layer_count: Real, zero_stage: Real, gathered_layer_count: Real
) -> Real:
    """Weights and gradients of the layers gathered at a time under stage 3, in bytes.

    Source: zhao-2023-fsdp.

    >>> float(gathered_memory_byte(8e9, 32, 3, 2))
    2000000000.0
    """
    return np.where(
        np.asarray(zero_stage) >= 3, 4.0 * replica_params / stage_layer_count * gathered_layer_count, 0.0
    )


def physics_mem_gib(
    model_state_byte: Real,
    activation_memory_byte: Real,
    logit_memory_byte: Real,
    gathered_memory_byte: Real,
    fragmentation_ratio: Real,
    runtime_memory_gib: Real,
) -> Real:
    """Peak memory of one accelerator by the memory model alone, in GiB.

    States and activations, a share lost to fragmentation, and what the runtime and the
    communication library hold. Source: fit-training-2026.

    >>> physics_mem_gib(2**30, 2**30, 0, 0, 1.0, 1.0)
    3.0
    """
    held = model_state_byte + activation_memory_byte + logit_memory_byte + gathered_memory_byte
    return held * fragmentation_ratio / 2**30 + runtime_memory_gib


def peak_mem_gib(physics_mem_gib: Real, memory_evidence_ratio: Real) -> Real:
    """Peak memory of one accelerator while training, in GiB.

    The memory model, corrected by measured steps like this one. Source: fit-training-2026.

    >>> peak_mem_gib(60.0, 1.05)
    63.0
    """
    return physics_mem_gib * memory_evidence_ratio
