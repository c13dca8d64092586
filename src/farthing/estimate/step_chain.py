"""The chain from a model's shape and its layout to the speed and memory of a training step."""

from typing import Final

from farthing.estimate.graph import Chain
from farthing.formulas import compute, device, layout, memory, network, step, training
from farthing.formulas.transformer import PARAMETER_FORMULAS

FLOP: Final[Chain] = (
    compute.train_flop,
    compute.full_context_tokens,
    compute.window_context_tokens,
    compute.attention_context_tokens,
    compute.attention_score_size,
    compute.attention_flop_per_token,
    compute.matmul_flop_per_token,
    compute.model_flop_per_token,
    compute.model_flop,
)
LAYOUT: Final[Chain] = (
    layout.dp,
    layout.micro_batch_count,
    layout.micro_batch_tokens,
    layout.dense_ffn_layer_count,
    layout.expert_load_tokens,
    layout.shard_count,
    layout.expert_shard_count,
    layout.stage_layer_count,
    layout.stage_dense_params,
    layout.stage_expert_params,
    layout.replica_params,
)
DEVICE: Final[Chain] = (
    device.sustained_share,
    device.ridge_tokens,
    device.matmul_flop_per_s,
    device.attention_flop_per_s,
    device.shard_width_size,
    device.shape_slowdown_ratio,
    device.dense_params,
    device.dense_matmul_s,
    device.expert_slowdown_ratio,
    device.expert_matmul_s,
    device.attention_s,
    device.traffic_byte,
    device.routing_byte,
    device.cast_byte,
    device.memory_bound_s,
    device.launch_s,
    device.output_s,
)
NETWORK: Final[Chain] = (
    network.tp_comm_s,
    network.cp_comm_s,
    network.ep_comm_s,
    network.pp_comm_s,
    network.dp_comm_s,
)
STEP: Final[Chain] = (
    step.layers_s,
    step.recompute_s,
    step.exposed_s,
    step.stage_s,
    step.pipeline_s,
    step.dp_exposed_s,
    step.optimizer_s,
    step.step_s,
    step.global_batch_tokens,
    step.physics_tokens_per_s,
)
MEMORY: Final[Chain] = (
    memory.sharded_params,
    memory.model_state_byte,
    memory.activation_byte_per_token,
    memory.in_flight_count,
    memory.full_activation_byte,
    memory.least_activation_byte,
    memory.recompute_share,
    memory.activation_memory_byte,
    memory.logit_memory_byte,
    memory.gathered_memory_byte,
    memory.physics_mem_gib,
    memory.peak_mem_gib,
)
SPEED: Final[Chain] = (training.tuned_tokens_per_s, training.mfu, training.tokens_per_s_per_gpu)

STEP_CHAIN: Final[Chain] = (*PARAMETER_FORMULAS, *FLOP, *LAYOUT, *DEVICE, *NETWORK, *STEP, *MEMORY, *SPEED)
"""Every formula of a training step; with the run's own formulas on top it is the chain of `train`."""
