"""How long a step takes in which every running request gets its next token: a roofline and overheads.

One copy of a model runs on `replica_count` accelerators and works on `running_sequences` at once.
"""

import numpy as np

from farthing.units.types import Real


def expert_coverage_share(
    expert_count: Real, experts_per_token: Real, running_sequences: Real, verified_tokens: Real
) -> Real:
    """Share of the routed experts that a step of so many tokens touches at all.

    1 - (1 - k/E)^(B · tokens of each) under even routing; 1 without experts. Source: shazeer-2017-moe.

    >>> round(float(expert_coverage_share(256, 8, 64, 1)), 3), float(expert_coverage_share(0, 0, 64, 1))
    (0.869, 1.0)
    """
    missed = 1 - experts_per_token / np.maximum(expert_count, 1)
    touched = 1 - np.power(missed, running_sequences * verified_tokens)
    return np.where(np.asarray(expert_count) > 0, touched, 1.0)


def dense_read_s(
    params: Real,
    routed_params: Real,
    weight_byte: Real,
    layer_count: Real,
    replica_count: Real,
    hbm_byte_per_s: Real,
    weight_read_share: Real,
    half_speed_byte: Real,
) -> Real:
    """Time to read every weight that each token needs, in seconds: small shards reach less bandwidth.

    bytes / (accelerators · bandwidth · e), e = e0 · x / (x + half) with x the bytes of a layer on one
    accelerator. Source: pope-2022-inference, fit-serving-2026.

    >>> round(float(dense_read_s(70e9, 0, 1, 80, 1, 3.35e12, 0.8, 0)), 4)
    0.0261
    """
    read = (params - routed_params) * weight_byte
    shard = read / layer_count / replica_count
    return read / (replica_count * hbm_byte_per_s * weight_read_share * shard / (shard + half_speed_byte))


def expert_read_s(
    routed_params: Real,
    weight_byte: Real,
    expert_coverage_share: Real,
    replica_count: Real,
    hbm_byte_per_s: Real,
    expert_read_share: Real,
) -> Real:
    """Time to read the routed experts that a step touches, in seconds.

    Source: shazeer-2017-moe, fit-serving-2026.

    >>> expert_read_s(640e9, 1, 0.5, 8, 8e12, 0.5)
    0.01
    """
    read = routed_params * weight_byte * expert_coverage_share
    return read / (replica_count * hbm_byte_per_s * expert_read_share)


def least_step_s(
    params: Real,
    routed_params: Real,
    embedding_params: Real,
    tied_embeddings: Real,
    weight_byte: Real,
    expert_coverage_share: Real,
    replica_count: Real,
    hbm_byte_per_s: Real,
) -> Real:
    """The least a step can take: every weight that it needs, read once at the full bandwidth, in seconds.

    No efficiency, no cache, no exchange: what no engine can beat. A table that is only looked up is not
    read. Source: williams-2009-roofline.

    >>> round(least_step_s(8.03e9, 0, 0.525e9, 0, 1, 1.0, 1, 864e9) * 1e3, 2)
    8.69
    """
    looked_up = embedding_params * (1 - tied_embeddings)
    read = params - looked_up - routed_params * (1 - expert_coverage_share)
    return read * weight_byte / (replica_count * hbm_byte_per_s)


def kv_read_s(
    running_sequences: Real,
    mean_held_tokens: Real,
    kv_byte_per_token: Real,
    kv_shard_count: Real,
    hbm_byte_per_s: Real,
    kv_read_share: Real,
) -> Real:
    """Time to read the caches of all running sequences, in seconds.

    Source: pope-2022-inference, fit-serving-2026.

    >>> round(kv_read_s(64, 2048, 131072, 1, 3.35e12, 0.8), 5)
    0.00641
    """
    read = running_sequences * mean_held_tokens * kv_byte_per_token
    return read / (kv_shard_count * hbm_byte_per_s * kv_read_share)


def decode_flop_s(
    active_params: Real,
    active_routed_params: Real,
    running_sequences: Real,
    verified_tokens: Real,
    replica_count: Real,
    serve_peak_flop_per_s: Real,
    decode_flop_share: Real,
    expert_flop_share: Real,
) -> Real:
    """Time of the arithmetic of one step, in seconds: 2 · active parameters · tokens.

    Each sequence has one token in a step, or as many as are guessed and checked. Experts each see few of
    the tokens, so their matrices reach a share of the peak of their own.
    Source: pope-2022-inference, fit-serving-2026.

    >>> [decode_flop_s(50e9, routed, 100, 1, 1, 1e15, 0.5, 0.25) for routed in (0, 50e9)]
    [0.02, 0.04]
    """
    dense = (active_params - active_routed_params) / decode_flop_share
    work = 2 * running_sequences * verified_tokens * (dense + active_routed_params / expert_flop_share)
    return work / (replica_count * serve_peak_flop_per_s)


def decode_attention_flop_s(
    running_sequences: Real,
    verified_tokens: Real,
    mean_held_tokens: Real,
    attention_layer_count: Real,
    head_count: Real,
    head_dimension: Real,
    v_head_dimension: Real,
    kv_lora_rank: Real,
    rope_dimension: Real,
    replica_count: Real,
    half_peak_flop_per_s: Real,
    attention_flop_share: Real,
) -> Real:
    """Time of the arithmetic of attention in one step, in seconds: 2 · tokens · kept · heads · (key + value).

    Latent attention multiplies every head by the compressed vector, which for long contexts is more than
    all its weights ask for. Source: deepseek-2024-v2, fit-serving-2026.

    >>> round(float(decode_attention_flop_s(64, 1, 8000, 61, 128, 128, 128, 512, 64, 8, 1e15, 0.5)), 4)
    0.0022
    """
    latent = np.asarray(kv_lora_rank) > 0
    width = np.where(latent, 2 * kv_lora_rank + rope_dimension, head_dimension + v_head_dimension)
    work = (
        2
        * running_sequences
        * verified_tokens
        * mean_held_tokens
        * attention_layer_count
        * head_count
        * width
    )
    return work / (replica_count * half_peak_flop_per_s * attention_flop_share)


def exchange_s(
    tp: Real,
    replica_count: Real,
    layer_count: Real,
    moe_layer_count: Real,
    experts_per_token: Real,
    hidden_size: Real,
    running_sequences: Real,
    link_byte_per_s: Real,
    link_share: Real,
    all_reduce_s: Real,
) -> Real:
    """Time that the accelerators of one copy exchange activations in a step, in seconds.

    A tensor group has two all-reduces a layer, each with a latency for each doubling and 2·(n-1)/n · tokens
    · hidden · 2 bytes. Where a copy is wider than its tensor group, each group has its own sequences, and
    layers of experts send every token there (1 byte) and back (2 bytes) instead.
    Source: thakur-2005-collectives, deepseek-2024-v3, fit-serving-2026.

    >>> [round(float(exchange_s(n, n, 80, 0, 0, 8192, 64, 450e9, 0.5, 1e-5)), 4) for n in (1, 8)]
    [0.0, 0.0061]
    >>> round(float(exchange_s(1, 32, 61, 58, 8, 7168, 2048, 450e9, 0.5, 1e-5)), 4)
    0.0085
    """
    groups = replica_count / np.minimum(tp, replica_count)
    group, rate = replica_count / groups, link_byte_per_s * link_share
    own = running_sequences * hidden_size / groups
    reduced = 2 * layer_count * (all_reduce_s * np.log2(group) + 4 * (group - 1) / group * own / rate)
    sent = 3 * experts_per_token * own / group * (groups - 1) / groups
    return reduced + moe_layer_count * (2 * all_reduce_s * np.log2(groups) + sent / rate)


def overhead_s(
    layer_count: Real,
    engine_layer_s: Real,
    moe_layer_count: Real,
    expert_layer_s: Real,
    step_s: Real,
    sequence_s: Real,
    running_sequences: Real,
) -> Real:
    """Time of a step that is neither memory nor arithmetic: launches, scheduling, sampling, in seconds.

    Source: fit-serving-2026.

    >>> round(overhead_s(80, 1e-5, 0, 3e-5, 1e-3, 1e-6, 100), 4)
    0.0019
    """
    layers = layer_count * engine_layer_s + moe_layer_count * expert_layer_s
    return layers + step_s + sequence_s * running_sequences


def decode_step_s(
    dense_read_s: Real,
    expert_read_s: Real,
    decode_flop_s: Real,
    kv_read_s: Real,
    decode_attention_flop_s: Real,
    exchange_s: Real,
    overhead_s: Real,
) -> Real:
    """Time until every running sequence has its next token, in seconds.

    Weights, and then caches, are read while their arithmetic goes on, so the longer of the two counts
    (rounded where they are alike); exchanges and overheads add to it.
    Source: williams-2009-roofline, fit-serving-2026.

    >>> round(float(decode_step_s(0.01, 0.0, 0.001, 0.002, 0.0, 0.001, 0.001)), 4)
    0.014
    """
    weights = np.power(np.power(dense_read_s + expert_read_s, 4) + np.power(decode_flop_s, 4), 0.25)
    caches = np.power(np.power(kv_read_s, 4) + np.power(decode_attention_flop_s, 4), 0.25)
    return weights + caches + exchange_s + overhead_s
