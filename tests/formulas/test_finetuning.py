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
        **{name: [1, 2, 8] for name in ("tp", "pp", "cp")},
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


def test_adapters_cost_weights_gradients_and_states_and_frozen_weights_themselves_alone():
    without = finetuning.model_state_byte(**{**STATES, "adapter_params": 0.0})
    assert float(without) == pytest.approx(14e9)
    assert float(finetuning.model_state_byte(**STATES) - without) == pytest.approx(16 * 40e6)


@pytest.mark.parametrize(("stage", "kept"), [(0, 16), (1, 8 + 8 / 8), (2, 4 + 12 / 8), (3, 16 / 8)])
def test_stages_share_adapters_as_they_share_trained_weights(stage, kept):
    known = {**STATES, "zero_stage": float(stage)}
    without = finetuning.model_state_byte(**{**known, "adapter_params": 0.0})
    assert float(finetuning.model_state_byte(**known) - without) == pytest.approx(kept * 40e6)


def test_tables_stay_in_sixteen_bits_where_weights_are_packed():
    packed = finetuning.model_state_byte(**{**STATES, "adapter_params": 0.0, "frozen_byte": 0.5})
    assert float(packed) == pytest.approx(0.5 * 6.8e9 + 2 * 0.2e9)


@pytest.mark.parametrize(
    ("changed", "layers_byte"),
    [
        ({}, 2 * 2.0),  # gathered as kept
        ({"frozen_share": 0.0}, 2 * 4.0),  # weights and gradients
        ({"zero_stage": 1.0}, 0.0),
        ({"frozen_byte": 0.5}, 2 * 0.5 + 2.0),  # gathered packed, one layer unpacked
        ({"frozen_byte": 0.5, "zero_stage": 0.0}, 2.0),
    ],
)
def test_layers_held_for_a_moment(changed, layers_byte):
    found = finetuning.gathered_memory_byte(**{**LAYERS, **changed})
    assert float(found) == pytest.approx(layers_byte * 8e9 / 32)


def exchanged(**changed):
    known = {
        "replica_params": 7e9,
        "shard_count": 8.0,
        "tp": 1.0,
        "pp": 1.0,
        "zero_stage": 1.0,
        "micro_batch_count": 4.0,
        "gradient_byte": 4.0,
        "scale_up_count": 8.0,
        "link_byte_per_s": 450e9,
        "network_byte_per_s": 50e9,
        "link_efficiency_share": 1.0,
        "network_efficiency_share": 1.0,
        "network_latency_us": 0.0,
        "layer_count": 32.0,
        "frozen_share": 1.0,
        "frozen_byte": 2.0,
        "adapter_params": 40e6,
    }
    return float(finetuning.dp_comm_s(**{**known, **changed}))


def test_frozen_weights_are_exchanged_only_where_they_are_shared_out():
    assert exchanged() == pytest.approx(exchanged(replica_params=70e9))
    assert exchanged(zero_stage=3.0) > 100 * exchanged()
    packed, plain = (exchanged(zero_stage=3.0, adapter_params=0.0, frozen_byte=byte) for byte in (0.5, 2.0))
    assert packed == pytest.approx(plain / 4)
    assert exchanged(shard_count=1.0) == 0
    assert exchanged(network_latency_us=10.0) > exchanged()


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_frozen_is_never_slower_to_update_nor_larger(one, other):
    less, more = sorted((one, other))
    held = [float(finetuning.model_state_byte(**{**STATES, "frozen_share": share})) for share in (less, more)]
    assert held[1] <= held[0] * (1 + 1e-12)
    update = [
        float(finetuning.optimizer_s(7e9, 8, 1, 1, 1, 2e12, 0.9, 30, share, 40e6)) for share in (less, more)
    ]
    assert update[1] <= update[0] * (1 + 1e-12)


@pytest.mark.parametrize(("level", "recomputed", "layers"), [(0.0, 0.0, 0), (1.0, 0.0, 32), (1.0, 1.0, 1)])
def test_scores_are_kept_only_where_attention_is_not_fused(level, recomputed, layers):
    found = finetuning.score_memory_byte(1024, 1, 32, 32, 1024, level, recomputed, 2)
    assert found == 2 * 2 * 1024 * 1024 * 32 * layers


def test_packed_weights_are_unpacked_for_every_pass_and_others_never():
    assert float(finetuning.dequantize_byte(7e9, 1e9, 1, 0.5, 2)) == 2 * 8e9 * 2.5
    assert float(finetuning.dequantize_byte(7e9, 1e9, 1, 2.0, 2)) == 0


def test_adapters_move_memory_only_where_there_are_any():
    assert float(finetuning.adapter_byte(10, 2, 100, 2, 0.0, 4)) == 0
    assert float(finetuning.adapter_byte(10, 2, 100, 2, 1.0, 4)) == 2 * 4 * 5 * 100 * 2


def test_arithmetic_falls_from_six_to_four_where_weights_are_frozen():
    assert finetuning.train_flop(7e9, 1e6, 0.0) == 6 * 7e9 * 1e6
    assert finetuning.train_flop(7e9, 1e6, 1.0) == 4 * 7e9 * 1e6
    assert finetuning.matmul_flop_per_token(7e9, 1e9, 1.0, 0.0) == 4 * 8e9
