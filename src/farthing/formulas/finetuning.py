"""What changes in a training step when most weights stay as they are.

Formulas named like those of `device`, `network`, `memory` and `step` take their place in the chain of
a fine-tuning step; with `frozen_share` 0 and no adapters they say the same.
"""

import numpy as np

from farthing.formulas.network import group_byte_per_s
from farthing.units.types import Real


def adapted_size(
    hidden_size: Real,
    head_count: Real,
    kv_head_count: Real,
    head_dimension: Real,
    ffn_size: Real,
    ffn_matrix_count: Real,
) -> Real:
    """Inputs plus outputs of every matrix of one dense layer: what an adapter of rank 1 adds, as a count.

    Query, key, value and output, and each feed-forward matrix. Source: hu-2021-lora, section 4.2.

    >>> adapted_size(4096, 32, 32, 128, 11008, 3)
    78080
    """
    width, narrow = head_count * head_dimension, kv_head_count * head_dimension
    attention = 2 * (hidden_size + width) + 2 * (hidden_size + narrow)
    return attention + ffn_matrix_count * (hidden_size + ffn_size)


def adapter_params(lora_rank: Real, adapted_size: Real, layer_count: Real) -> Real:
    """Weights of low-rank adapters on every matrix of every layer, as a count.

    rank · Σ (inputs + outputs). Source: hu-2021-lora, section 4.2.

    >>> adapter_params(16, 78080, 32)
    39976960
    """
    return lora_rank * adapted_size * layer_count


def trained_params(params: Real, frozen_share: Real, adapter_params: Real) -> Real:
    """Weights that the optimizer changes, as a count.

    Source: hu-2021-lora.

    >>> trained_params(7e9, 1.0, 40e6), trained_params(7e9, 0.0, 0.0)
    (40000000.0, 7000000000.0)
    """
    return params * (1 - frozen_share) + adapter_params


def matmul_flop_per_token(
    matmul_params: Real, active_mtp_params: Real, frozen_share: Real, adapter_params: Real
) -> Real:
    """Weight products of a step, forward and backward, in FLOP per token.

    Four operations a frozen weight, six a trained one: a frozen weight has no gradient.
    Source: hu-2021-lora; kaplan-2020-scaling.

    >>> matmul_flop_per_token(7e9, 0, 1.0, 40e6)
    28240000000.0
    """
    return (6 - 2 * frozen_share) * (matmul_params + active_mtp_params) + 6 * adapter_params


def train_flop(active_params: Real, tokens: Real, frozen_share: Real) -> Real:
    """Arithmetic of the whole fine-tuning by the 6·N·D rule, 4·N·D where weights are frozen, in FLOP.

    Source: kaplan-2020-scaling; hu-2021-lora.

    >>> train_flop(7e9, 1e7, 1.0)
    2.8e+17
    """
    return (6 - 2 * frozen_share) * active_params * tokens


def dense_matmul_s(
    micro_batch_tokens: Real,
    tp: Real,
    dense_params: Real,
    active_mtp_params: Real,
    matmul_flop_per_s: Real,
    shape_slowdown_ratio: Real,
    frozen_share: Real,
    adapter_params: Real,
) -> Real:
    """Every dense product of one replica's layers, in seconds per microbatch, unpipelined.

    Source: fit-finetuning-2026.

    >>> dense_matmul_s(4096, 1, 52e6, 0, 800e12, 1.0, 0.0, 0.0)
    0.00159744
    """
    flop = (6 - 2 * frozen_share) * (dense_params + active_mtp_params) + 6 * adapter_params
    return flop / tp * micro_batch_tokens / matmul_flop_per_s * shape_slowdown_ratio


def expert_matmul_s(
    micro_batch_tokens: Real,
    tp: Real,
    expert_params: Real,
    experts_per_token: Real,
    moe_layer_count: Real,
    matmul_flop_per_s: Real,
    expert_slowdown_ratio: Real,
    expert_imbalance_ratio: Real,
    frozen_share: Real,
) -> Real:
    """The routed experts of one replica, in seconds per microbatch, unpipelined.

    Source: fit-finetuning-2026.

    >>> round(expert_matmul_s(4096, 1, 4.7e6, 8, 48, 800e12, 1.5, 1.1, 0.0), 4)
    0.0915
    """
    weights = expert_params * experts_per_token * moe_layer_count
    flop = (6 - 2 * frozen_share) * weights * micro_batch_tokens / tp
    return flop / matmul_flop_per_s * expert_slowdown_ratio * expert_imbalance_ratio


def dequantize_byte(
    stage_dense_params: Real,
    stage_expert_params: Real,
    pp: Real,
    frozen_byte: Real,
    dequantize_pass_count: Real,
) -> Real:
    """Memory moved to turn packed weights into 16 bits for each pass, in bytes per microbatch, unpipelined.

    Packed bytes read and two written, for every pass over the weights; none at two bytes.
    Source: dettmers-2023-qlora.

    >>> float(dequantize_byte(7e9, 0.0, 1, 0.5, 2)), float(dequantize_byte(7e9, 0.0, 1, 2.0, 2))
    (35000000000.0, 0.0)
    """
    weights = (stage_dense_params + stage_expert_params) * pp
    return np.where(np.asarray(frozen_byte) < 2, dequantize_pass_count * weights * (frozen_byte + 2.0), 0.0)


def adapter_byte(
    micro_batch_tokens: Real,
    tp: Real,
    adapted_size: Real,
    layer_count: Real,
    adapter_params: Real,
    adapter_pass_count: Real,
) -> Real:
    """Memory moved by the adapters beside each matrix, in bytes per microbatch, unpipelined.

    Passes over inputs and outputs, two bytes each; none without adapters. Source: fit-finetuning-2026.

    >>> float(adapter_byte(10, 1, 100, 2, 1e6, 4))
    16000.0
    """
    present = np.asarray(adapter_params) > 0
    return np.where(
        present, 2.0 * adapter_pass_count * micro_batch_tokens / tp * adapted_size * layer_count, 0.0
    )


def score_byte(
    micro_batch_tokens: Real,
    tp: Real,
    head_count: Real,
    attention_layer_count: Real,
    seq_len_tokens: Real,
    unfused_level: Real,
    score_pass_count: Real,
) -> Real:
    """Memory moved by attention scores where attention is not fused (level 1), in bytes per microbatch.

    Scores of every head over the whole square, two bytes each. Source: dao-2023-flashattention2.

    >>> score_byte(10, 1, 8, 2, 1024, 1.0, 6)
    1966080.0
    """
    scores = head_count * attention_layer_count * seq_len_tokens
    return 2.0 * unfused_level * score_pass_count * micro_batch_tokens / tp * scores


def memory_bound_s(
    traffic_byte: Real,
    routing_byte: Real,
    cast_byte: Real,
    adapter_byte: Real,
    score_byte: Real,
    dequantize_byte: Real,
    kernel_traffic_ratio: Real,
    hbm_byte_per_s: Real,
    hbm_efficiency_share: Real,
) -> Real:
    """Time of everything that moves memory, in seconds per microbatch, unpipelined.

    Hand-written kernels fuse part of the passes over activations. Source: fit-finetuning-2026.

    >>> memory_bound_s(8e9, 1e9, 1e9, 0, 0, 0, 1.0, 2e12, 0.8)
    0.00625
    """
    activations = traffic_byte + routing_byte + cast_byte + adapter_byte
    moved = kernel_traffic_ratio * activations + score_byte + dequantize_byte
    return moved / (hbm_byte_per_s * hbm_efficiency_share)


def dp_comm_s(
    replica_params: Real,
    shard_count: Real,
    tp: Real,
    pp: Real,
    zero_stage: Real,
    micro_batch_count: Real,
    gradient_byte: Real,
    scale_up_count: Real,
    link_byte_per_s: Real,
    network_byte_per_s: Real,
    link_efficiency_share: Real,
    network_efficiency_share: Real,
    network_latency_us: Real,
    layer_count: Real,
    frozen_share: Real,
    frozen_byte: Real,
    adapter_params: Real,
) -> Real:
    """Exchange of gradients and weights over data-parallel ranks, in seconds per step.

    Trained weights as in training. Frozen ones have no gradient and stay where they are; under stage 3
    they are gathered as they are kept, twice in every microbatch. Source: rajbhandari-2020-zero;
    zhao-2023-fsdp.

    >>> float(dp_comm_s(7e9, 1, 1, 1, 1, 8, 4, 8, 450e9, 50e9, 1.0, 1.0, 10, 32, 1.0, 0.5, 40e6))
    0.0
    """
    rate = group_byte_per_s(
        shard_count,
        tp,
        scale_up_count,
        link_byte_per_s,
        network_byte_per_s,
        link_efficiency_share,
        network_efficiency_share,
    )
    sharded = np.asarray(zero_stage) >= 3
    rounds = np.where(sharded, micro_batch_count, 1.0)
    gathers = np.where(sharded, 2.0, 1.0)
    trained = (1 - frozen_share) * replica_params + adapter_params / (tp * pp)
    frozen = np.where(sharded, frozen_byte * frozen_share * replica_params, 0.0)
    moved = gathers * (2.0 * trained + frozen) + gradient_byte * trained
    latency = np.where(
        np.asarray(shard_count) > 1,
        3e-6 * network_latency_us * layer_count * np.log2(np.maximum(shard_count, 1.0)),
        0.0,
    )
    return rounds * (moved * (shard_count - 1) / shard_count / rate + latency)


def optimizer_s(
    replica_params: Real,
    shard_count: Real,
    tp: Real,
    pp: Real,
    zero_stage: Real,
    hbm_byte_per_s: Real,
    hbm_efficiency_share: Real,
    optimizer_traffic_byte: Real,
    frozen_share: Real,
    adapter_params: Real,
) -> Real:
    """Optimizer update of the trained weights, memory-bound, in seconds per step.

    Stages 1 to 3 share them over the ranks. Source: rajbhandari-2020-zero.

    >>> float(optimizer_s(7e9, 1, 1, 1, 0, 2e12, 1.0, 30, 0.0, 0.0))
    0.105
    """
    trained = (1 - frozen_share) * replica_params + adapter_params / (tp * pp)
    held = trained / np.where(np.asarray(zero_stage) >= 1, shard_count, 1.0)
    return held * optimizer_traffic_byte / (hbm_byte_per_s * hbm_efficiency_share)


def model_state_byte(
    replica_params: Real,
    sharded_params: Real,
    embedding_params: Real,
    output_params: Real,
    tp: Real,
    pp: Real,
    zero_stage: Real,
    frozen_share: Real,
    frozen_byte: Real,
    adapter_params: Real,
    weight_byte: Real,
    gradient_byte: Real,
    optimizer_byte: Real,
) -> Real:
    """Weights, gradients and optimizer states of one accelerator, in bytes.

    Frozen weights cost their own bytes and nothing more, tables stay in 16 bits; trained weights
    cost as in training, and stages 1 to 3 share what they share there, of adapters too.
    Source: dettmers-2023-qlora; rajbhandari-2020-zero.

    >>> float(model_state_byte(7e9, 7e9, 0.1e9, 0.1e9, 1, 1, 1, 1.0, 0.5, 40e6, 2, 4, 12) / 1e9)
    4.52
    >>> float(model_state_byte(7e9, 7e9, 0.1e9, 0.1e9, 1, 1, 1, 0.0, 2.0, 0.0, 2, 4, 12) / 1e9)
    126.0
    """
    stage = np.asarray(zero_stage)
    held = np.where(stage >= 3, sharded_params, replica_params)
    tables = np.minimum((embedding_params + output_params) / (tp * pp), held)
    packed = frozen_byte * (held - tables) + 2.0 * tables
    trained = (
        weight_byte * held
        + gradient_byte * np.where(stage >= 2, sharded_params, replica_params)
        + optimizer_byte * np.where(stage >= 1, sharded_params, replica_params)
    )
    adapters = adapter_params / (tp * pp) / replica_params
    return frozen_share * packed + (1 - frozen_share + adapters) * trained


def gathered_memory_byte(
    replica_params: Real,
    stage_layer_count: Real,
    zero_stage: Real,
    gathered_layer_count: Real,
    frozen_share: Real,
    frozen_byte: Real,
    unpacked_layer_count: Real,
) -> Real:
    """Layers held in full for a moment: gathered under stage 3, unpacked where weights are packed, in bytes.

    Gathered weights as they are kept, and gradients of trained ones, in 16 bits; unpacked weights in 16 bits.
    Source: zhao-2023-fsdp; dettmers-2023-qlora.

    >>> float(gathered_memory_byte(8e9, 32, 3, 2, 1.0, 2.0, 4))
    1000000000.0
    >>> float(gathered_memory_byte(8e9, 32, 1, 2, 1.0, 0.5, 4))
    2000000000.0
    """
    layer = replica_params / stage_layer_count
    kept_byte = frozen_share * frozen_byte + (1 - frozen_share) * 4.0
    gathered = np.where(np.asarray(zero_stage) >= 3, kept_byte * gathered_layer_count, 0.0)
    unpacked = np.where(np.asarray(frozen_byte) < 2, 2.0 * frozen_share * unpacked_layer_count, 0.0)
    return layer * (gathered + unpacked)


def score_memory_byte(
    micro_batch_tokens: Real,
    tp: Real,
    head_count: Real,
    attention_layer_count: Real,
    seq_len_tokens: Real,
    unfused_level: Real,
    recompute_share: Real,
    score_copy_count: Real,
) -> Real:
    """Attention scores kept where attention is not fused (level 1), in bytes.

    Of every layer, or of one where layers are recomputed. Source: korthikanti-2022.

    >>> score_memory_byte(1024, 1, 32, 32, 1024, 1.0, 1.0, 2) / 2**20
    128.0
    """
    layers = (1 - recompute_share) * attention_layer_count + recompute_share
    return (
        2.0
        * unfused_level
        * score_copy_count
        * micro_batch_tokens
        / tp
        * head_count
        * seq_len_tokens
        * layers
    )


def physics_mem_gib(
    model_state_byte: Real,
    activation_memory_byte: Real,
    logit_memory_byte: Real,
    gathered_memory_byte: Real,
    score_memory_byte: Real,
    kernel_memory_ratio: Real,
    fragmentation_ratio: Real,
    runtime_memory_gib: Real,
) -> Real:
    """Peak memory of one accelerator by the memory model alone, in GiB.

    Hand-written kernels keep fewer copies of activations and logits. Source: fit-finetuning-2026.

    >>> physics_mem_gib(2**30, 2**30, 0, 0, 0, 0.5, 1.0, 1.0)
    2.5
    """
    kept = kernel_memory_ratio * (activation_memory_byte + logit_memory_byte) + score_memory_byte
    return (model_state_byte + kept + gathered_memory_byte) * fragmentation_ratio / 2**30 + runtime_memory_gib
