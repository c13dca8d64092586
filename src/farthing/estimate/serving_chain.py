"""The chain from a serving set-up and its running requests to memory, latency and speed."""

from typing import Final

from farthing.estimate.graph import Chain
from farthing.formulas import serving, serving_latency, serving_memory
from farthing.formulas.transformer import PARAMETER_FORMULAS

MEMORY_CHAIN: Final[Chain] = (
    *PARAMETER_FORMULAS,
    serving_memory.routed_params,
    serving_memory.active_routed_params,
    serving_memory.kv_byte_per_token,
    serving_memory.kv_shard_count,
    serving_memory.serve_weight_byte,
    serving_memory.most_held_tokens,
    serving_memory.mean_held_tokens,
    serving_memory.kv_room_byte,
    serving_memory.most_sequences,
)
SERVING_CHAIN: Final[Chain] = (
    *MEMORY_CHAIN,
    serving.expert_coverage_share,
    serving.least_step_s,
    serving.dense_read_s,
    serving.expert_read_s,
    serving.kv_read_s,
    serving.decode_flop_s,
    serving.decode_attention_flop_s,
    serving.exchange_s,
    serving.overhead_s,
    serving.decode_step_s,
    serving_latency.prefill_attention_flop,
    serving_latency.prefill_flop_s,
    serving_latency.prefill_read_s,
    serving_latency.prefill_s,
    serving_latency.reading_s,
    serving_latency.decoding_sequences,
    serving_latency.tpot_s,
    serving_latency.engine_wait_s,
    serving_latency.ttft_s,
    serving_latency.output_tokens_per_s,
)
