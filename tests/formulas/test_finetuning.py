"""Fine-tuning formulas: nothing frozen is training, what adapters and packed weights cost, and limits."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.estimate.finetune_chain import FINETUNE_CHAIN
from farthing.estimate.step_chain import STEP_CHAIN
from farthing.formulas import finetuning

TRAINING = {formula.__name__: formula for formula in STEP_CHAIN}
CHANGED = [f for f in FINETUNE_CHAIN if f.__name__ in TRAINING and f.__module__ == finetuning.__name__]
NOTHING_TUNED = {
    "frozen_share": 0.0,
    "frozen_byte": 2.0,
    "adapter_params": 0.0,
    "adapter_byte": 0.0,
    "score_byte": 0.0,
    "dequantize_byte": 0.0,
    "score_memory_byte": 0.0,
    "kernel_traffic_ratio": 1.0,
    "kernel_memory_ratio": 1.0,
}

STATES = {
    "replica_params": 7e9,
    "sharded_params": 7e9 / 8,
    "embedding_params": 0.1e9,
    "output_params": 0.1e9,
    "tp": 1.0,
    "pp": 1.0,
    "zero_stage": 0.0,
    "frozen_share": 1.0,
    "frozen_byte": 2.0,
    "adapter_params": 40e6,
    "weight_byte": 4.0,
    "gradient_byte": 4.0,
    "optimizer_byte": 8.0,
}
LAYERS = {
    "replica_params": 8e9,
    "stage_layer_count": 32.0,
    "zero_stage": 3.0,
    "gathered_layer_count": 2.0,
    "frozen_share": 1.0,
    "frozen_byte": 2.0,
    "unpacked_layer_count": 1.0,
}


def arguments(formula, random):
    few = {
        "zero_stage": [0, 1, 2, 3],
        "selective_level": [0, 1],
        **dict.fromkeys(("tp", "pp", "cp"), [1, 2, 8]),
    }
    return {
        name: float(random.choice(few[name])) if name in few else 10 ** random.uniform(0, 4)
        for name in inspect.signature(formula).parameters
    }


def test_every_changed_formula_is_known():
    assert [f.__name__ for f in CHANGED] == [
        f.__name__ for f in STEP_CHAIN if hasattr(finetuning, f.__name__) and f.__name__ != "group_byte_per_s"
    ]
    assert len(CHANGED) == 10


@pytest.mark.parametrize("formula", CHANGED, ids=lambda formula: formula.__name__)
def test_with_nothing_frozen_and_no_adapters_it_is_the_formula_of_training(formula):
    random = np.random.default_rng(0)
    usual = TRAINING[formula.__name__]
    for _ in range(50):
        known = arguments(formula, random) | arguments(usual, random)
        known |= {name: value for name, value in NOTHING_TUNED.items() if name in known}
        tuned, plain = (
            f(**{name: known[name] for name in inspect.signature(f).parameters}) for f in (formula, usual)
        )
        assert float(tuned) == pytest.approx(float(plain), rel=1e-12)
