"""The chain of a fine-tuning step: the step chain with the formulas that frozen weights change."""

from typing import Final

from farthing.estimate.graph import Chain, Formula
from farthing.estimate.step_chain import STEP_CHAIN
from farthing.formulas import finetuning

_CHANGED: Final[Chain] = (
    finetuning.train_flop,
    finetuning.matmul_flop_per_token,
    finetuning.dense_matmul_s,
    finetuning.expert_matmul_s,
    finetuning.memory_bound_s,
    finetuning.dp_comm_s,
    finetuning.optimizer_s,
    finetuning.model_state_byte,
    finetuning.gathered_memory_byte,
    finetuning.physics_mem_gib,
)
_ADDED: Final[Chain] = (
    finetuning.adapted_size,
    finetuning.adapter_params,
    finetuning.trained_params,
    finetuning.dequantize_byte,
    finetuning.adapter_byte,
    finetuning.score_byte,
    finetuning.score_memory_byte,
)
_BY_NAME: Final[dict[str, Formula]] = {formula.__name__: formula for formula in _CHANGED}

FINETUNE_CHAIN: Final[Chain] = (
    *(_BY_NAME.get(formula.__name__, formula) for formula in STEP_CHAIN),
    *_ADDED,
)
"""Every formula of a fine-tuning step."""
