"""How a model is spread: nothing is lost or made by spreading it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import layout

powers = st.sampled_from([1, 2, 4, 8, 16, 32])
params = st.floats(min_value=1e6, max_value=1e12)


@given(powers, powers, powers, powers)
def test_every_accelerator_has_one_place(tp, pp, cp, replicas):
    assert layout.dp(tp * pp * cp * replicas, tp, pp, cp) == replicas


@given(st.integers(min_value=1, max_value=4096), powers, powers)
def test_microbatches_hold_the_whole_batch(batch, micro, replicas):
    count = layout.micro_batch_count(batch, micro, replicas)
    assert float(count) == max(1.0, batch / micro / replicas)


@given(st.integers(min_value=1, max_value=200), powers)
def test_the_fullest_stage_holds_its_share_or_one_layer_more(layers, stages):
    held = float(layout.stage_layer_count(layers, stages))
    assert layers / stages <= held < layers / stages + 1


@given(params, params, params, st.sampled_from([0, 1]), powers, powers)
def test_stages_and_shards_together_hold_at_least_the_model(dense, embedding, output, tied, tp, pp):
    output = embedding if tied else output  # one table is both
    one = float(layout.stage_dense_params(dense, 0, embedding, output, tied, tp, pp))
    whole = dense + embedding + output * (1 - tied)
    largest = max(embedding, output)
    assert one * tp * pp >= (dense + largest) * (1 - 1e-12)
    assert one <= whole / tp * (1 + 1e-12) if pp == 1 else one <= (dense / pp + largest) / tp * (1 + 1e-12)


@given(params, powers, powers)
def test_more_pipeline_or_tensor_ranks_never_hold_more(dense, tp, pp):
    def held(tensor, stages):
        return float(layout.stage_dense_params(dense, 0, 1e9, 1e9, 0, tensor, stages))

    assert held(2 * tp, pp) == pytest.approx(held(tp, pp) / 2)
    assert held(tp, 2 * pp) <= held(tp, pp)


@given(params, powers, st.integers(min_value=1, max_value=64))
def test_experts_over_ranks_add_up(layer, ep, layers):
    one = float(layout.stage_expert_params(layer, layers, layers, ep))
    assert one * ep == pytest.approx(layer * layers)
    assert float(layout.stage_expert_params(layer, 0, layers, ep)) == 0


def test_a_stage_holds_no_more_expert_layers_than_layers():
    assert float(layout.stage_expert_params(1e9, 58, 16, 1)) == 16e9
    assert float(layout.stage_expert_params(1e9, 4, 16, 1)) == 4e9


@given(powers, powers)
def test_experts_are_held_by_fewer_ranks_the_more_are_parted(tp, ep):
    shared = layout.shard_count(64, 2)
    assert 1 <= float(layout.expert_shard_count(shared, tp, ep)) <= shared * tp


@given(st.integers(min_value=1, max_value=100_000), st.sampled_from([8, 64, 256]), st.sampled_from([1, 8]))
def test_with_all_experts_apart_each_sees_the_tokens_of_all(tokens, experts, chosen):
    load = float(layout.expert_load_tokens(tokens, chosen, experts, experts, 1))
    assert load == pytest.approx(tokens * chosen)


def test_context_ranks_share_the_sequence_and_the_weights():
    assert layout.micro_batch_tokens(1, 131_072, 16) == 8192
    assert layout.shard_count(8, 16) == 128
    assert layout.dense_ffn_layer_count(32, 0) == 32
    assert layout.replica_params(1e9, 2e9) == 3e9
