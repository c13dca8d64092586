"""What accelerators say to each other: bytes, the road they take, and what stays hidden.

Ring costs per accelerator and direction. A group inside one scale-up domain uses its links; a group
that leaves it shares the network cards of the members it has in each domain.
"""

import numpy as np

from farthing.units.types import Real


def group_byte_per_s(
    group_count: Real,
    stride_count: Real,
    scale_up_count: Real,
    link_byte_per_s: Real,
    network_byte_per_s: Real,
    link_efficiency_share: Real,
    network_efficiency_share: Real,
) -> Real:
    """Bandwidth that a group of accelerators sees, in bytes per second per accelerator.

    Members sit `stride_count` ranks apart. Inside a domain: the link. Beyond it: the network cards of
    the members each domain holds, never more than the link. Source: thakur-2005-collectives.

    >>> [float(group_byte_per_s(ranks, 1, 8, 450e9, 50e9, 1.0, 1.0)) for ranks in (8, 64)]
    [450000000000.0, 400000000000.0]
    """
    link = link_byte_per_s * link_efficiency_share
    local = np.clip(scale_up_count / stride_count, 1.0, group_count)
    outside = np.minimum(network_byte_per_s * network_efficiency_share * local, link)
    return np.where(np.asarray(group_count) * stride_count <= scale_up_count, link, outside)


def tp_comm_s(
    micro_batch_tokens: Real,
    tp: Real,
    hidden_size: Real,
    layer_count: Real,
    scale_up_count: Real,
    link_byte_per_s: Real,
    network_byte_per_s: Real,
    link_efficiency_share: Real,
    network_efficiency_share: Real,
    collective_latency_us: Real,
) -> Real:
    """Tensor-parallel exchanges of one replica, in seconds per microbatch, unpipelined.

    Four all-gathers and four reduce-scatters a layer, forward and backward, two bytes an element.
    Source: korthikanti-2022.

    >>> [round(float(tp_comm_s(4096, tp, 4096, 32, 8, 450e9, 50e9, 1.0, 1.0, 0)), 5) for tp in (1, 8)]
    [0.0, 0.0167]
    """
    rate = group_byte_per_s(
        tp,
        1.0,
        scale_up_count,
        link_byte_per_s,
        network_byte_per_s,
        link_efficiency_share,
        network_efficiency_share,
    )
    latency = np.where(np.asarray(tp) > 1, 8e-6 * collective_latency_us, 0.0)
    return layer_count * (8 * 2.0 * micro_batch_tokens * hidden_size * (tp - 1) / tp / rate + latency)


def cp_comm_s(
    micro_batch_tokens: Real,
    tp: Real,
    cp: Real,
    kv_head_count: Real,
    head_dimension: Real,
    attention_layer_count: Real,
    scale_up_count: Real,
    link_byte_per_s: Real,
    network_byte_per_s: Real,
    link_efficiency_share: Real,
    network_efficiency_share: Real,
    collective_latency_us: Real,
) -> Real:
    """Context-parallel exchange of keys and values of one replica, in seconds per microbatch, unpipelined.

    Keys and values pass every other rank once forward, twice backward. Source: liu-2023-ring-attention.

    >>> float(cp_comm_s(4096, 1, 1, 8, 128, 32, 8, 450e9, 50e9, 1.0, 1.0, 10))
    0.0
    """
    rate = group_byte_per_s(
        cp,
        tp,
        scale_up_count,
        link_byte_per_s,
        network_byte_per_s,
        link_efficiency_share,
        network_efficiency_share,
    )
    key_value_byte = 2 * 2.0 * micro_batch_tokens * np.maximum(kv_head_count / tp, 1.0) * head_dimension
    return attention_layer_count * 3 * (cp - 1) * (key_value_byte / rate + 1e-6 * collective_latency_us)


def ep_comm_s(
    micro_batch_tokens: Real,
    tp: Real,
    ep: Real,
    expert_hidden_size: Real,
    experts_per_token: Real,
    moe_layer_count: Real,
    scale_up_count: Real,
    link_byte_per_s: Real,
    network_byte_per_s: Real,
    link_efficiency_share: Real,
    network_efficiency_share: Real,
    collective_latency_us: Real,
) -> Real:
    """Expert-parallel all-to-all of one replica, in seconds per microbatch, unpipelined.

    Dispatch and combine, forward and backward, two bytes an element. A token crosses the network
    once for each other domain it is sent to, and the links once for each rank that holds one of its
    experts. Source: lepikhin-2020-gshard; deepseek-2024-v3, section 3.2.2.

    >>> float(ep_comm_s(4096, 1, 1, 2048, 8, 48, 8, 450e9, 50e9, 1.0, 1.0, 10))
    0.0
    """
    row = 2.0 * micro_batch_tokens / tp * expert_hidden_size
    domains = np.maximum(ep / scale_up_count, 1.0)
    to_ranks = distinct_count(experts_per_token, ep) * (ep - 1) / ep
    to_domains = distinct_count(experts_per_token, domains) * (domains - 1) / domains
    link, network = link_byte_per_s * link_efficiency_share, network_byte_per_s * network_efficiency_share
    latency = np.where(np.asarray(ep) > 1, 1e-6 * collective_latency_us, 0.0)
    return 4 * moe_layer_count * (row * (to_ranks / link + to_domains / network) + latency)


def distinct_count(draw_count: Real, bin_count: Real) -> Real:
    """How many of the bins a token's experts fall into when routing is even, on average.

    bins · (1 − (1 − 1/bins)^draws). Source: feller-1968, section II.5.

    >>> float(distinct_count(8, 1)), float(distinct_count(2, 4))
    (1.0, 1.75)
    """
    return bin_count * (1 - (1 - 1 / bin_count) ** draw_count)


def pp_comm_s(
    micro_batch_tokens: Real,
    tp: Real,
    pp: Real,
    vp: Real,
    hidden_size: Real,
    network_byte_per_s: Real,
    network_efficiency_share: Real,
    link_byte_per_s: Real,
    link_efficiency_share: Real,
    cp: Real,
    scale_up_count: Real,
    collective_latency_us: Real,
) -> Real:
    """Point-to-point hand-over between pipeline stages, in seconds per microbatch and stage.

    Activations forward and gradients backward at each of the interleaved chunks. Source: narayanan-2021.

    >>> float(pp_comm_s(4096, 1, 1, 1, 4096, 50e9, 1.0, 450e9, 1.0, 1, 8, 10))
    0.0
    """
    inside = np.asarray(tp) * cp * pp <= scale_up_count
    rate = np.where(
        inside, link_byte_per_s * link_efficiency_share, network_byte_per_s * network_efficiency_share
    )
    once = 2.0 * micro_batch_tokens * hidden_size / tp / rate + 1e-6 * collective_latency_us
    return np.where(np.asarray(pp) > 1, 2 * vp * once, 0.0)


def dp_comm_s(
    replica_params: Real,
    shard_count: Real,
    tp: Real,
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
) -> Real:
    """Gradient reduce-scatter and weight all-gather over data-parallel ranks, in seconds per step.

    Once a step; under stage 3 (FSDP) weights are gathered twice in every microbatch and gradients
    scattered once. Latency grows with the ring. Source: rajbhandari-2020-zero; zhao-2023-fsdp.

    >>> float(dp_comm_s(7e9, 1, 1, 1, 8, 4, 8, 450e9, 50e9, 1.0, 1.0, 10, 32))
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
    weight_gathers = np.where(sharded, 2.0, 1.0)
    seconds = replica_params * (2.0 * weight_gathers + gradient_byte) * (shard_count - 1) / shard_count / rate
    latency = np.where(
        np.asarray(shard_count) > 1,
        3e-6 * network_latency_us * layer_count * np.log2(np.maximum(shard_count, 1.0)),
        0.0,
    )
    return rounds * (seconds + latency)
