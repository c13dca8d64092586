"""What one accelerator does with one layer: matrix products, attention, memory traffic, launches.

Times are forward plus backward for one microbatch on one accelerator, without recomputation.
The constants are fitted (catalog/data/calibration/training.yaml); the shapes are physics.
"""

import numpy as np

from farthing.units.types import Real


def sustained_share(
    power_watt: Real, half_peak_flop_per_s: Real, full_clock_watt: Real, power_exponent: Real
) -> Real:
    """Share of its peak clock that an accelerator keeps when its power limit binds, at most 1.

    (watt per peak TFLOP/s ÷ the watt at which a part keeps its clock) ^ exponent: newer, PCIe and
    capped parts have less power for each operation and throttle. Source: fit-training-2026.

    >>> float(sustained_share(350, 756e12, 0.7, 0.5).round(3))
    0.813
    """
    return np.minimum(1.0, (power_watt / (half_peak_flop_per_s / 1e12) / full_clock_watt) ** power_exponent)


def ridge_tokens(matmul_peak_flop_per_s: Real, hbm_byte_per_s: Real) -> Real:
    """Rows below which a matrix product waits for memory rather than arithmetic, in tokens.

    Peak ÷ bandwidth: with weights of two bytes a product of t rows does t operations a byte.
    Source: williams-2009-roofline.

    >>> round(ridge_tokens(989.4e12, 3.35e12))
    295
    """
    return matmul_peak_flop_per_s / hbm_byte_per_s


def matmul_flop_per_s(
    matmul_peak_flop_per_s: Real, sustained_share: Real, matmul_efficiency_share: Real
) -> Real:
    """Rate of a large matrix product at the run's number format, in FLOP/s.

    Source: fit-training-2026.

    >>> matmul_flop_per_s(1000e12, 1.0, 0.8)
    800000000000000.0
    """
    return matmul_peak_flop_per_s * sustained_share * matmul_efficiency_share


def attention_flop_per_s(
    half_peak_flop_per_s: Real,
    sustained_share: Real,
    attention_efficiency_share: Real,
    attention_score_size: Real,
    head_count: Real,
    head_half_size: Real,
) -> Real:
    """Rate of fused attention, in FLOP/s: 16-bit products slowed by narrow heads.

    efficiency · d / (d + d½). Eight-bit runs keep attention in 16 bits. Source: dao-2023-flashattention2.

    >>> float(attention_flop_per_s(1000e12, 1.0, 0.8, 4096, 32, 32))
    640000000000000.0
    """
    width = attention_score_size / np.maximum(head_count, 1.0)
    return (
        half_peak_flop_per_s * sustained_share * attention_efficiency_share * width / (width + head_half_size)
    )


def shape_slowdown_ratio(
    micro_batch_tokens: Real,
    ridge_tokens: Real,
    row_half_ratio: Real,
    shard_width_size: Real,
    width_half_size: Real,
) -> Real:
    """How much slower a product of this shape runs than a large one, at least 1.

    (1 + rows½ / rows) · (1 + width½ / width): few rows leave the product memory-bound (rows½ is a
    multiple of the roofline ridge), a narrow shard fills too few units. Source: fit-training-2026.

    >>> round(shape_slowdown_ratio(4096, 295, 1.0, 1024, 64), 3)
    1.139
    """
    return (1 + row_half_ratio * ridge_tokens / micro_batch_tokens) * (1 + width_half_size / shard_width_size)


def shard_width_size(hidden_size: Real, tp: Real) -> Real:
    """Narrowest dimension of a sharded product: hidden ÷ tensor parallelism.

    Source: shoeybi-2019-megatron.

    >>> shard_width_size(8192, 8)
    1024.0
    """
    return hidden_size / tp


def dense_params(
    mixing_params: Real,
    dense_ffn_params: Real,
    shared_expert_params_per_layer: Real,
    expert_projection_params_per_layer: Real,
    router_params_per_layer: Real,
    moe_layer_count: Real,
) -> Real:
    """Weights of the layers that every token passes, as a count: all but tables and routed experts.

    Source: deepseek-v3-2024.

    >>> dense_params(10, 20, 3, 0, 1, 2)
    38
    """
    always_on = shared_expert_params_per_layer + expert_projection_params_per_layer + router_params_per_layer
    return mixing_params + dense_ffn_params + always_on * moe_layer_count


def dense_matmul_s(
    micro_batch_tokens: Real,
    tp: Real,
    dense_params: Real,
    active_mtp_params: Real,
    matmul_flop_per_s: Real,
    shape_slowdown_ratio: Real,
) -> Real:
    """Every dense product of one model replica's layers, in seconds per microbatch, unpipelined.

    6 · weights · tokens ÷ rate. Source: fit-training-2026.

    >>> dense_matmul_s(4096, 1, 52e6, 0, 800e12, 1.0)
    0.00159744
    """
    return (
        6
        * (dense_params + active_mtp_params)
        / tp
        * micro_batch_tokens
        / matmul_flop_per_s
        * shape_slowdown_ratio
    )


def expert_slowdown_ratio(
    expert_load_tokens: Real,
    ridge_tokens: Real,
    expert_row_half_ratio: Real,
    expert_ffn_size: Real,
    expert_width_half_size: Real,
) -> Real:
    """How much slower the grouped products of the experts run than one large product, at least 1.

    Each expert sees only its share of the tokens and is narrow. Source: fit-training-2026.

    >>> float(expert_slowdown_ratio(2048, 295, 1.0, 768, 256).round(3))
    1.525
    """
    rows = 1 + expert_row_half_ratio * ridge_tokens / np.maximum(expert_load_tokens, 1.0)
    return rows * (1 + expert_width_half_size / np.maximum(expert_ffn_size, 1.0))


def expert_matmul_s(
    micro_batch_tokens: Real,
    tp: Real,
    expert_params: Real,
    experts_per_token: Real,
    moe_layer_count: Real,
    matmul_flop_per_s: Real,
    expert_slowdown_ratio: Real,
    expert_imbalance_ratio: Real,
) -> Real:
    """The routed experts of one model replica, in seconds per microbatch, unpipelined.

    Slowest expert paces the rest: the imbalance ratio. Source: fit-training-2026.

    >>> round(expert_matmul_s(4096, 1, 4.7e6, 8, 48, 800e12, 1.5, 1.1), 4)
    0.0915
    """
    flop = 6 * expert_params * experts_per_token * moe_layer_count * micro_batch_tokens / tp
    return flop / matmul_flop_per_s * expert_slowdown_ratio * expert_imbalance_ratio


def attention_s(
    micro_batch_tokens: Real, tp: Real, attention_flop_per_token: Real, attention_flop_per_s: Real
) -> Real:
    """Fused attention of one model replica, in seconds per microbatch, unpipelined.

    Source: dao-2023-flashattention2.

    >>> attention_s(4096, 1, 3.2e9, 640e12)
    0.02048
    """
    return attention_flop_per_token * micro_batch_tokens / tp / attention_flop_per_s


def traffic_byte(
    micro_batch_tokens: Real,
    tp: Real,
    hidden_size: Real,
    layer_count: Real,
    ffn_size: Real,
    dense_ffn_layer_count: Real,
    shared_expert_ffn_size: Real,
    expert_ffn_size: Real,
    experts_per_token: Real,
    moe_layer_count: Real,
    mamba_inner_size: Real,
    mamba_layer_count: Real,
    hidden_pass_count: Real,
    ffn_pass_count: Real,
    mamba_pass_count: Real,
) -> Real:
    """Memory moved by norms, residuals, activations and state scans of one replica, in bytes per microbatch.

    Passes over the hidden and feed-forward widths, two bytes each. Source: ivanov-2021-data-movement.

    >>> traffic_byte(10, 1, 4, 1, 16, 1, 0, 0, 0, 0, 0, 0, 20, 5, 0)
    3200.0
    """
    inner = (
        ffn_size * dense_ffn_layer_count
        + (shared_expert_ffn_size + expert_ffn_size * experts_per_token) * moe_layer_count
    )
    width = hidden_pass_count * hidden_size * layer_count + ffn_pass_count * inner
    return 2.0 * micro_batch_tokens / tp * (width + mamba_pass_count * mamba_inner_size * mamba_layer_count)


def routing_byte(
    micro_batch_tokens: Real,
    tp: Real,
    expert_hidden_size: Real,
    experts_per_token: Real,
    moe_layer_count: Real,
    routing_pass_count: Real,
) -> Real:
    """Memory moved to permute tokens to experts and back, in bytes per microbatch.

    Source: fit-training-2026.

    >>> routing_byte(10, 1, 4, 2, 1, 8)
    1280.0
    """
    return (
        2.0
        * routing_pass_count
        * micro_batch_tokens
        / tp
        * expert_hidden_size
        * experts_per_token
        * moe_layer_count
    )


def cast_byte(
    micro_batch_tokens: Real,
    tp: Real,
    hidden_size: Real,
    layer_count: Real,
    matmul_byte: Real,
    cast_pass_count: Real,
) -> Real:
    """Memory moved to scale and cast activations to a narrow format, in bytes per microbatch.

    None at two bytes; more the narrower. Source: micikevicius-2022-fp8.

    >>> float(cast_byte(10, 1, 4, 1, 1.0, 12))
    960.0
    """
    narrow = np.maximum(np.log2(2.0 / np.asarray(matmul_byte)), 0.0)
    return 2.0 * cast_pass_count * narrow * micro_batch_tokens / tp * hidden_size * layer_count


def memory_bound_s(
    traffic_byte: Real, routing_byte: Real, cast_byte: Real, hbm_byte_per_s: Real, hbm_efficiency_share: Real
) -> Real:
    """Time of everything that moves memory rather than multiplies, in seconds per microbatch, unpipelined.

    Source: ivanov-2021-data-movement.

    >>> memory_bound_s(8e9, 1e9, 1e9, 2e12, 0.8)
    0.00625
    """
    return (traffic_byte + routing_byte + cast_byte) / (hbm_byte_per_s * hbm_efficiency_share)


def launch_s(
    layer_count: Real,
    moe_layer_count: Real,
    expert_count: Real,
    ep: Real,
    layer_launch_us: Real,
    moe_launch_us: Real,
    expert_launch_us: Real,
) -> Real:
    """Fixed cost of starting kernels, in seconds per microbatch, unpipelined.

    Per layer, per mixture-of-experts layer and per local expert. Source: fit-training-2026.

    >>> round(launch_s(32, 0, 0, 1, 100, 300, 5), 6)
    0.0032
    """
    per_moe_layer = moe_launch_us + expert_launch_us * expert_count / ep
    return 1e-6 * (layer_launch_us * layer_count + per_moe_layer * moe_layer_count)


def output_s(
    micro_batch_tokens: Real,
    tp: Real,
    output_params: Real,
    vocab_size: Real,
    half_peak_flop_per_s: Real,
    sustained_share: Real,
    matmul_efficiency_share: Real,
    hbm_byte_per_s: Real,
    hbm_efficiency_share: Real,
    logit_pass_count: Real,
) -> Real:
    """Output matrix and softmax over the vocabulary, in seconds per microbatch.

    Stays in 16 bits; the loss passes over the logits. Source: fit-training-2026.

    >>> round(output_s(4096, 1, 1e6, 1000, 1e12, 1.0, 0.5, 1e12, 1.0, 10), 6)
    0.049234
    """
    multiply = (
        6
        * output_params
        * micro_batch_tokens
        / tp
        / (half_peak_flop_per_s * sustained_share * matmul_efficiency_share)
    )
    return multiply + 2 * logit_pass_count * vocab_size * micro_batch_tokens / tp / (
        hbm_byte_per_s * hbm_efficiency_share
    )
