"""What is known of the serving model's constants before any measurement: center, relative sd, unit.

Bandwidth and matrix efficiencies come from published microbenchmarks (Vidur's profiles of A100 and H100:
matrix-vector products reach 0.73 to 0.86 of the memory bandwidth, prefill matrices 0.74 to 0.90 of the
arithmetic), all-reduce latencies of 21 to 38 µs for small messages from the same.
"""

from typing import Final

PRIORS: Final[dict[str, tuple[float, float, str]]] = {
    "weight_read_share": (0.80, 0.12, "share"),
    "expert_read_share": (0.60, 0.30, "share"),
    "kv_read_share": (0.70, 0.25, "share"),
    "half_speed_byte": (3e6, 0.8, "byte"),
    "decode_flop_share": (0.60, 0.30, "share"),
    "expert_flop_share": (0.35, 0.40, "share"),
    "attention_flop_share": (0.40, 0.40, "share"),
    "prefill_attention_share": (0.40, 0.40, "share"),
    "prefill_flop_share": (0.60, 0.25, "share"),
    "expert_prefill_share": (0.35, 0.40, "share"),
    "all_reduce_s": (12e-6, 0.5, "s"),
    "link_share": (0.50, 0.40, "share"),
    "latent_shard_exponent": (0.50, 0.50, "exponent"),
    "expert_layer_s": (20e-6, 0.6, "s"),
    "step_s": (5e-4, 0.8, "s"),
    "sequence_s": (3e-6, 1.0, "s"),
    "tensorrt_llm_layer_s": (10e-6, 0.5, "s"),
    "vllm_layer_s": (20e-6, 0.5, "s"),
    "sglang_layer_s": (25e-6, 0.5, "s"),
    "lmdeploy_layer_s": (30e-6, 0.5, "s"),
    "other_layer_s": (20e-6, 0.5, "s"),
    "steady_interference_ratio": (1.0, 0.05, "ratio"),
    "burst_interference_ratio": (1.0, 0.25, "ratio"),
    "tensorrt_llm_first_s": (0.03, 0.7, "s"),
    "vllm_first_s": (0.03, 0.7, "s"),
    "sglang_first_s": (0.05, 0.7, "s"),
    "lmdeploy_first_s": (0.02, 0.7, "s"),
    "other_first_s": (0.03, 0.7, "s"),
    "queue_ratio": (1.0, 0.4, "ratio"),
    "cohort_ratio": (0.05, 0.7, "ratio"),
    "rank_exponent": (0.5, 0.5, "exponent"),
    "steady_waiting_ratio": (0.3, 0.7, "ratio"),
    "burst_waiting_ratio": (0.4, 0.5, "ratio"),
    "waiting_exponent": (0.8, 0.25, "exponent"),
    "step_wait_ratio": (1.5, 0.6, "ratio"),
}
FIXED: Final = {"usable_memory_share": (0.90, "share"), "reserve_byte": (3.5e9, "byte")}
