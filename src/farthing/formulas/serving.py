"""How long a model takes to read a prompt and to write the next token, by roofline and fitted overheads.

One copy of a model runs on `replica_count` accelerators and works on `running_sequences` at once.
"""

import numpy as np

from farthing.units.types import Real


def expert_coverage_share(expert_count: Real, experts_per_token: Real, running_sequences: Real) -> Real:
    """Share of the routed experts that a step of so many tokens touches at all.

    1 - (1 - k/E)^B under even routing; 1 without experts. Source: shazeer-2017-moe.

    >>> round(float(expert_coverage_share(256, 8, 64)), 3), float(expert_coverage_share(0, 0, 64))
    (0.869, 1.0)
    """
    missed = 1 - experts_per_token / np.maximum(expert_count, 1)
    return np.where(np.asarray(expert_count) > 0, 1 - np.power(missed, running_sequences), 1.0)


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
    running_sequences: Real,
    replica_count: Real,
    serve_peak_flop_per_s: Real,
    decode_flop_share: Real,
) -> Real:
    """Time of the arithmetic of one step, in seconds: 2 · active parameters · tokens.

    Source: pope-2022-inference, fit-serving-2026.

    >>> decode_flop_s(50e9, 100, 1, 1e15, 0.5)
    0.02
    """
    work = 2 * active_params * running_sequences
    return work / (replica_count * serve_peak_flop_per_s * decode_flop_share)


def exchange_s(
    replica_count: Real,
    layer_count: Real,
    hidden_size: Real,
    running_sequences: Real,
    link_byte_per_s: Real,
    link_share: Real,
    all_reduce_s: Real,
) -> Real:
    """Time that the accelerators of one copy exchange activations in a step, in seconds.

    Two all-reduces a layer: a latency for each doubling, and 2·(n-1)/n · tokens · hidden · 2 bytes.
    Source: thakur-2005-collectives, fit-serving-2026.

    >>> [round(float(exchange_s(n, 80, 8192, 64, 450e9, 0.5, 1e-5)), 4) for n in (1, 8)]
    [0.0, 0.0061]
    """
    moved = 2 * (replica_count - 1) / replica_count * running_sequences * hidden_size * 2
    return 2 * layer_count * (all_reduce_s * np.log2(replica_count) + moved / (link_byte_per_s * link_share))


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
    exchange_s: Real,
    overhead_s: Real,
) -> Real:
    """Time until every running sequence has its next token, in seconds.

    Weights are read while the arithmetic goes on, so the longer of the two counts (rounded where they
    are alike); caches, exchanges and overheads add to it. Source: williams-2009-roofline, fit-serving-2026.

    >>> round(float(decode_step_s(0.01, 0.0, 0.001, 0.002, 0.001, 0.001)), 4)
    0.014
    """
    roof = np.power(np.power(dense_read_s + expert_read_s, 4) + np.power(decode_flop_s, 4), 0.25)
    return roof + kv_read_s + exchange_s + overhead_s


def prefill_flop(
    active_params: Real,
    computed_tokens: Real,
    attention_layer_count: Real,
    head_count: Real,
    head_dimension: Real,
    prompt_tokens: Real,
) -> Real:
    """Arithmetic of reading one prompt, in FLOP; tokens that a cache holds are attended to, not computed.

    2·N·s + 2 · layers · heads · width · s · context. Source: pope-2022-inference.

    >>> f"{prefill_flop(70e9, 1000, 80, 64, 128, 1000):.3e}"
    '1.413e+14'
    """
    attention = 2 * attention_layer_count * head_count * head_dimension * computed_tokens * prompt_tokens
    return 2 * active_params * computed_tokens + attention


def prefill_s(
    prefill_flop: Real,
    computed_tokens: Real,
    replica_count: Real,
    serve_peak_flop_per_s: Real,
    prefill_flop_share: Real,
    layer_count: Real,
    hidden_size: Real,
    link_byte_per_s: Real,
    link_share: Real,
) -> Real:
    """Time to read one prompt alone, in seconds: its arithmetic and the exchange of its activations.

    Source: pope-2022-inference, fit-serving-2026.

    >>> round(float(prefill_s(1.4e14, 1000, 1, 1e15, 0.5, 80, 8192, 450e9, 0.5)), 3)
    0.28
    """
    moved = 2 * (replica_count - 1) / replica_count * computed_tokens * hidden_size * 2
    work = prefill_flop / (replica_count * serve_peak_flop_per_s * prefill_flop_share)
    return work + 2 * layer_count * moved / (link_byte_per_s * link_share)


def tpot_s(
    decode_step_s: Real,
    prefill_s: Real,
    running_sequences: Real,
    answer_tokens: Real,
    interference_ratio: Real,
    speculated_tokens: Real,
) -> Real:
    """Time between two tokens of one answer, in seconds.

    Every step also reads the prompts of those who come next: (B - 1)/o of a prompt a step, as far as both
    share the accelerators. A step that accepts guessed tokens counts for all of them.
    Source: fit-serving-2026.

    >>> round(float(tpot_s(0.02, 0.1, 33, 320, 1.0, 1.0)), 3)
    0.03
    """
    arriving = np.maximum(running_sequences - 1, 0) / np.maximum(answer_tokens, 1)
    return (decode_step_s + interference_ratio * arriving * prefill_s) / speculated_tokens


def ttft_s(
    prefill_s: Real,
    decode_step_s: Real,
    running_sequences: Real,
    engine_first_s: Real,
    waiting_ratio: Real,
    waiting_exponent: Real,
    step_wait_ratio: Real,
) -> Real:
    """Time to the first token in a closed loop of so many requests, in seconds.

    A fixed part, its own prompt, a share of the prompts of the others, and some running steps.
    Source: fit-serving-2026.

    >>> round(float(ttft_s(0.1, 0.02, 1, 0.03, 0.2, 0.9, 1.0)), 2)
    0.15
    """
    others = np.power(np.maximum(running_sequences - 1, 0), waiting_exponent)
    return engine_first_s + prefill_s * (1 + waiting_ratio * others) + step_wait_ratio * decode_step_s


def output_tokens_per_s(
    running_sequences: Real, answer_tokens: Real, ttft_s: Real, tpot_s: Real, copy_count: Real
) -> Real:
    """Tokens that all copies write a second while each has so many requests: Little's law.

    B · o / (TTFT + (o - 1) · TPOT) · copies. Source: little-1961.

    >>> round(float(output_tokens_per_s(64, 500, 0.5, 0.02, 1)))
    3053
    """
    whole = ttft_s + (answer_tokens - 1) * tpot_s
    return copy_count * running_sequences * answer_tokens / whole
