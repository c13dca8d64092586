"""What the fit of the step model starts from: priors of its constants, scales of its evidence.

Each prior is a center, a relative standard deviation and its reason. The scales are standard deviations of
the logarithm of measured / modelled, by what two measured runs have in common.
"""

from collections.abc import Mapping

SPEED_PRIORS: Mapping[str, tuple[float, float, str]] = {
    "full_clock_watt": (0.93, 0.05, "A100 (1.28 W per TFLOP/s) keeps its clock, H100 (0.71) does not"),
    "power_exponent": (
        0.60,
        0.15,
        "speed at a power limit goes with about the half power of it, newer nodes do better",
    ),
    "matmul_efficiency_bf16_share": (0.78, 0.08, "large cuBLAS products at full clock"),
    "matmul_efficiency_fp8_share": (0.65, 0.10, "large 8-bit products"),
    "matmul_efficiency_fp4_share": (0.50, 0.15, "large 4-bit products; some layers stay in 8 or 16 bits"),
    "attention_efficiency_share": (
        0.50,
        0.10,
        "fused attention, forward and backward with its recomputation",
    ),
    "head_half_size": (32, 0.35, "width at which attention reaches half its rate"),
    "row_half_ratio": (1.0, 0.35, "rows at half rate, as a multiple of the roofline ridge"),
    "width_half_size": (64, 0.40, "width of a shard at half rate"),
    "expert_row_half_ratio": (1.0, 0.35, "the same for grouped products of experts"),
    "expert_width_half_size": (256, 0.40, "the same for grouped products of experts"),
    "expert_imbalance_ratio": (1.10, 0.05, "slowest expert over the mean; benchmarks balance by force"),
    "hidden_pass_count": (
        30,
        0.25,
        "norms, residuals, rotary embedding, dropout: passes over the hidden width",
    ),
    "ffn_pass_count": (6, 0.25, "activation functions: passes over the feed-forward width"),
    "mamba_pass_count": (40, 0.25, "convolution, gates and scan: passes over the inner width"),
    "routing_pass_count": (10, 0.25, "permutation to experts and back"),
    "whole_cast_pass_count": (10, 0.20, "scaling, casting and transposing to 8 bits"),
    "row_cast_ratio": (2.0, 0.25, "row scaling in software, against one scale a tensor"),
    "block_cast_ratio": (1.2, 0.15, "block scaling in hardware, against one scale a tensor"),
    "hbm_efficiency_share": (0.80, 0.05, "share of the peak bandwidth that long copies reach"),
    "layer_launch_us": (250, 0.20, "kernel starts of a layer, forward and backward"),
    "moe_launch_us": (600, 0.25, "more of them in a mixture layer, with its synchronization"),
    "expert_launch_us": (5, 0.40, "and for each local expert"),
    "launch_overlap_share": (0.80, 0.05, "share of the starts that run ahead of the device"),
    "logit_pass_count": (12, 0.30, "softmax and loss: passes over the vocabulary"),
    "link_efficiency_share": (0.70, 0.10, "bus bandwidth of large collectives over the link's peak"),
    "network_efficiency_share": (0.80, 0.10, "the same across machines"),
    "collective_latency_us": (15, 0.30, "a collective inside a layer"),
    "network_latency_us": (15, 0.40, "a hop of a data-parallel collective"),
    "tp_exposed_share": (0.60, 0.20, "tensor-parallel exchange that arithmetic does not hide"),
    "cp_exposed_share": (0.30, 0.30, "context-parallel exchange that attention does not hide"),
    "ep_exposed_share": (0.70, 0.20, "expert exchange that arithmetic does not hide"),
    "pp_exposed_share": (0.30, 0.40, "hand-over between stages that does not hide"),
    "output_imbalance_share": (0.50, 0.30, "output matrix that the layout fails to even out"),
    "selective_repeat_share": (
        0.50,
        0.25,
        "attention and memory-bound work that selective recomputation repeats",
    ),
    "dp_exposed_share": (0.10, 0.40, "data-parallel exchange that always shows"),
    "dp_hidden_share": (0.70, 0.15, "share of the overlapped work behind which the exchange can hide"),
    "optimizer_traffic_byte": (30, 0.15, "read and written per parameter by Adam in mixed precision"),
    "step_launch_ms": (20, 0.50, "fixed cost of a step"),
    "scale_slowdown_share": (0.008, 0.35, "slower for every doubling of the machine"),
}
MEMORY_PRIORS: Mapping[str, tuple[float, float, str]] = {
    "selective_kept_share": (0.50, 0.30, "activations that selective recomputation keeps"),
    "activation_overhead_ratio": (1.10, 0.15, "workspaces and masks beside the counted activations"),
    "logit_byte": (8.0, 0.30, "bytes a logit: 16 bits, a 32-bit copy and its gradient"),
    "gathered_layer_count": (2.0, 0.50, "layers gathered at a time under stage 3"),
    "fragmentation_ratio": (1.03, 0.03, "reserved over allocated"),
    "runtime_memory_gib": (1.5, 0.50, "context, communication buffers"),
}
FIXED = {"usable_memory_share": (0.94, "share of the memory that layouts are planned to fill")}
SPEED_SCALE = {
    "software_sd": 0.12,
    "software_kind_sd": 0.13,
    "release_sd": 0.03,
    "release_mixture_sd": 0.10,
    "release_era_sd": 0.05,
    "era_sd": 0.03,
    "era_format_sd": 0.03,
    "model_sd": 0.03,
    "model_accelerator_sd": 0.11,
    "layout_sd": 0.18,
    "twin_sd": 0.08,
    "noise_sd": 0.030,
    "release_length_year": 0.25,
    "layout_length_ratio": 4.0,
    "twin_length_ratio": 3.1,
}
MEMORY_SCALE = {
    "software_sd": 0.10,
    "software_kind_sd": 0.05,
    "release_sd": 0.15,
    "release_mixture_sd": 0.03,
    "release_era_sd": 0.03,
    "era_sd": 0.02,
    "era_format_sd": 0.02,
    "model_sd": 0.05,
    "model_accelerator_sd": 0.05,
    "layout_sd": 0.05,
    "twin_sd": 0.05,
    "noise_sd": 0.03,
    "release_length_year": 0.5,
    "layout_length_ratio": 2.5,
    "twin_length_ratio": 2.5,
}
FIT_ONLY = {
    "layout_sd": 0.08,
    "twin_sd": 1e-3,
    "model_accelerator_sd": 0.03,
    "era_format_sd": 1e-3,
    "era_sd": 0.03,
    "software_sd": 0.15,
    "software_kind_sd": 0.12,
    "noise_sd": 0.08,
}
"""Scales while the constants are fitted: layouts are left to physics, so that it learns to extrapolate."""
