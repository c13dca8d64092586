"""The time of one training step, put together from what the device and the network need."""

import numpy as np

from farthing.units.types import Real


def layers_s(
    dense_matmul_s: Real,
    expert_matmul_s: Real,
    attention_s: Real,
    memory_bound_s: Real,
    launch_s: Real,
    launch_overlap_share: Real,
) -> Real:
    """All layers of one replica, forward and backward, in seconds per microbatch, unpipelined.

    Launching runs ahead of the device and shows only where kernels are short: the share that does
    not hide adds, and the rest can only be the floor. Source: fit-training-2026.

    >>> float(layers_s(1.0, 0.0, 0.2, 0.1, 0.5, 1.0)), float(layers_s(0.1, 0.0, 0.0, 0.0, 0.5, 1.0))
    (1.3, 0.5)
    """
    device = dense_matmul_s + expert_matmul_s + attention_s + memory_bound_s
    return np.maximum(device, launch_s * launch_overlap_share) + launch_s * (1 - launch_overlap_share)


def recompute_s(
    layers_s: Real,
    attention_s: Real,
    memory_bound_s: Real,
    recompute_share: Real,
    selective_level: Real,
    selective_repeat_share: Real,
) -> Real:
    """Forward work done again in the backward pass, in seconds per microbatch, unpipelined.

    A third of the time of the layers recomputed in full. Selective recomputation of the rest
    repeats a third of attention and of the memory-bound work, as far as it does. Source: korthikanti-2022.

    >>> recompute_s(3.0, 0.6, 0.3, 1.0, 0.0, 0.5), recompute_s(3.0, 0.6, 0.3, 0.0, 0.0, 0.5)
    (1.0, 0.0)
    """
    selective = selective_level * selective_repeat_share * (attention_s + memory_bound_s) / 3
    return recompute_share * layers_s / 3 + (1 - recompute_share) * selective


def exposed_s(
    tp_comm_s: Real,
    cp_comm_s: Real,
    ep_comm_s: Real,
    attention_s: Real,
    tp_exposed_share: Real,
    cp_exposed_share: Real,
    ep_exposed_share: Real,
    recompute_share: Real,
) -> Real:
    """Communication inside the layers that arithmetic does not hide, in seconds per microbatch, unpipelined.

    The context ring hides behind attention, and what is longer than attention always shows.
    Recomputation repeats the forward exchanges. Source: fit-training-2026.

    >>> float(exposed_s(1.0, 0.5, 0.0, 2.0, 0.5, 0.2, 0.5, 0.0))
    0.6
    """
    again = 1 + 0.5 * recompute_share
    ring = cp_exposed_share * cp_comm_s + np.maximum((1 - cp_exposed_share) * cp_comm_s - attention_s, 0.0)
    return again * (tp_exposed_share * tp_comm_s + ep_exposed_share * ep_comm_s) + ring


def stage_s(
    layers_s: Real,
    recompute_s: Real,
    exposed_s: Real,
    output_s: Real,
    pp_comm_s: Real,
    pp: Real,
    output_imbalance_share: Real,
    pp_exposed_share: Real,
) -> Real:
    """The slowest pipeline stage, forward and backward, in seconds per microbatch.

    The output matrix sits on the last stage; the imbalance share says how much of it the layout
    fails to even out. Source: narayanan-2021; fit-training-2026.

    >>> stage_s(3.0, 1.0, 0.0, 0.4, 0.0, 4, 0.0, 0.5)
    1.1
    """
    balanced = (layers_s + recompute_s + exposed_s + output_s) / pp
    return balanced + output_imbalance_share * output_s * (1 - 1 / pp) + pp_exposed_share * pp_comm_s


def pipeline_s(stage_s: Real, micro_batch_count: Real, pp: Real, vp: Real) -> Real:
    """All microbatches through all stages, in seconds per step.

    (m + (p − 1) / v) · stage: interleaving divides the bubble. Source: narayanan-2021.

    >>> pipeline_s(1.0, 8, 4, 1), pipeline_s(1.0, 8, 1, 1)
    (11.0, 8.0)
    """
    return stage_s * (micro_batch_count + (pp - 1) / vp)


def dp_exposed_s(
    dp_comm_s: Real,
    pipeline_s: Real,
    micro_batch_count: Real,
    zero_stage: Real,
    dp_exposed_share: Real,
    dp_hidden_share: Real,
) -> Real:
    """Data-parallel exchange that arithmetic does not hide, in seconds per step.

    A share always shows. The rest hides behind at most `dp_hidden_share` of the work it overlaps, never
    more than all of it: all microbatches under stage 3, the last one otherwise.
    Source: zhao-2023-fsdp; fit-training-2026.

    >>> [round(float(dp_exposed_s(1.0, 10.0, 10, stage, 0.1, 0.5)), 3) for stage in (1, 3)]
    [0.5, 0.1]
    """
    overlapped_s = pipeline_s / np.where(np.asarray(zero_stage) >= 3, 1.0, micro_batch_count)
    window = np.minimum(dp_hidden_share, 1.0) * overlapped_s
    return dp_exposed_share * dp_comm_s + np.maximum((1 - dp_exposed_share) * dp_comm_s - window, 0.0)


def optimizer_s(
    replica_params: Real,
    shard_count: Real,
    zero_stage: Real,
    hbm_byte_per_s: Real,
    hbm_efficiency_share: Real,
    optimizer_traffic_byte: Real,
) -> Real:
    """Optimizer update, memory-bound, in seconds per step.

    Bytes read and written per parameter held; stages 1 to 3 share the parameters over the ranks.
    Source: rajbhandari-2020-zero.

    >>> float(optimizer_s(7e9, 1, 0, 2e12, 1.0, 30))
    0.105
    """
    held = replica_params / np.where(np.asarray(zero_stage) >= 1, shard_count, 1.0)
    return held * optimizer_traffic_byte / (hbm_byte_per_s * hbm_efficiency_share)


def step_s(
    pipeline_s: Real,
    dp_exposed_s: Real,
    optimizer_s: Real,
    step_launch_ms: Real,
    accelerator_count: Real,
    scale_slowdown_share: Real,
) -> Real:
    """One training step, in seconds.

    Larger machines wait for their slowest member: a share more for every doubling. Source: fit-training-2026.

    >>> float(step_s(10.0, 0.5, 0.1, 100, 1, 0.01))
    10.7
    """
    straggling = 1 + scale_slowdown_share * np.log2(np.maximum(accelerator_count, 1.0))
    return (pipeline_s + dp_exposed_s + optimizer_s) * straggling + 1e-3 * step_launch_ms


def physics_tokens_per_s(global_batch_tokens: Real, step_s: Real, accelerator_count: Real) -> Real:
    """Training speed by the step model alone, in tokens per second per accelerator.

    Source: fit-training-2026.

    >>> physics_tokens_per_s(4e6, 10.0, 64)
    6250.0
    """
    return global_batch_tokens / step_s / accelerator_count


def global_batch_tokens(
    micro_batch_count: Real, micro_batch_sequences: Real, dp: Real, seq_len_tokens: Real
) -> Real:
    """Tokens of one step, in tokens, counting only whole microbatches.

    Source: narayanan-2021.

    >>> global_batch_tokens(32, 2, 8, 4096)
    2097152
    """
    return micro_batch_count * micro_batch_sequences * dp * seq_len_tokens
