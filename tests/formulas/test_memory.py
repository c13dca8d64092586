"""Memory: falls with ZeRO stages, ranks and recomputation, grows with the microbatch, never below nothing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import memory as m

params = st.floats(min_value=1e6, max_value=1e12)
ranks = st.sampled_from([1, 2, 8, 64, 1024])
powers = st.sampled_from([1, 2, 4, 8, 16])
shares = st.floats(min_value=0, max_value=1)
tokens = st.floats(min_value=128, max_value=131_072)
GPT = (12_288, 96, 96, 128, 128, 0, 0, 96, 49_152, 2, 96, 0, 0, 0, 0, 0, 0)
PER_TOKEN = float(m.activation_byte_per_token(*GPT))


def states(total, shared_by, stage):
    return float(m.model_state_byte(total, total / shared_by, stage, 2, 4, 12))


def full(rows, tp, in_flight=1, layers=96, stage_layers=96):
    return float(m.full_activation_byte(PER_TOKEN, in_flight, rows, tp, layers, stage_layers, 1.1))


def least(rows, tp, in_flight=1, layers=96, stage_layers=96):
    whole = full(rows, tp, in_flight, layers, stage_layers)
    return float(m.least_activation_byte(whole, in_flight, rows, tp, 12_288, stage_layers, 1.1))


@given(params, ranks)
def test_states_fall_with_each_stage(total, shared_by):
    held = [states(total, shared_by, stage) for stage in range(4)]
    assert held == sorted(held, reverse=True)
    assert held[0] == pytest.approx(18 * total)
    assert held[3] == pytest.approx(18 * total / shared_by)


@given(params, st.sampled_from([0, 1, 2, 3]))
def test_one_rank_shares_nothing(total, stage):
    assert states(total, 1, stage) == pytest.approx(18 * total)


@given(params, params, ranks, powers)
def test_experts_are_shared_by_their_own_ranks(dense, expert, dense_ranks, expert_ranks):
    held = m.sharded_params(dense, expert, dense_ranks, expert_ranks)
    assert held == pytest.approx(dense / dense_ranks + expert / expert_ranks)


@given(tokens, powers, powers)
def test_activations_grow_with_the_microbatch_and_fall_with_tensor_ranks(rows, tp, in_flight):
    assert full(2 * rows, tp, in_flight) == pytest.approx(2 * full(rows, tp, in_flight))
    assert full(rows, 2 * tp, in_flight) == pytest.approx(full(rows, tp, in_flight) / 2)
    assert least(2 * rows, tp, in_flight) == pytest.approx(2 * least(rows, tp, in_flight))


@given(tokens, powers, powers)
def test_inputs_alone_are_less_than_everything(rows, tp, in_flight):
    assert 0 < least(rows, tp, in_flight) < full(rows, tp, in_flight)


@given(tokens, shares, shares, st.sampled_from([0.0, 1.0]))
def test_recomputing_a_larger_share_holds_less(rows, one, other, selective):
    whole, inputs = full(rows, 8), least(rows, 8)
    low, high = sorted((one, other))
    held = [m.activation_memory_byte(whole, inputs, share, selective, 0.4) for share in (0.0, low, high, 1.0)]
    assert all(after <= before * (1 + 1e-9) for before, after in pairwise(held))
    assert held[-1] == pytest.approx(inputs)
    assert held[0] == pytest.approx(whole * (0.4 if selective else 1))


@given(powers, st.sampled_from([1, 2, 3]), st.integers(1, 512))
def test_the_first_stage_holds_a_microbatch_for_every_stage_at_most_twice(pp, vp, count):
    held = float(m.in_flight_count(pp, vp, count))
    assert min(pp, count) <= held < 2 * min(pp, count) + 1e-9
    assert pp > 1 or held == 1


@given(st.floats(1e9, 1e12), st.floats(0, 1e12), st.floats(1e9, 1e12))
def test_the_share_needed_is_just_enough(states_byte, logits, memory):
    whole, inputs = 60e9, 6e9

    def held(share):
        kept = m.activation_memory_byte(whole, inputs, share, 0.0, 0.4)
        return float(m.physics_mem_gib(states_byte, kept, logits, 0, 1.1, 2.0)) * 2**30

    share = float(m.recompute_share(whole, inputs, states_byte, logits, 0, memory, 0.9, 1.1, 2.0))
    assert 0 <= share <= 1
    if share == 0:
        assert held(0) <= memory * 0.9 * (1 + 1e-9)
    elif share < 1:
        assert held(share) == pytest.approx(memory * 0.9)
    else:
        assert held(1) >= memory * 0.9 * (1 - 1e-9)


def test_where_recomputation_saves_nothing_it_stays_a_share():
    assert float(m.recompute_share(1e9, 1e9, 50e9, 0, 0, 80e9, 0.9, 1.0, 1.0)) == 0
    assert float(m.recompute_share(1e9, 1e9, 90e9, 0, 0, 80e9, 0.9, 1.0, 1.0)) == 1


@given(tokens, powers, st.floats(1e9, 1e12))
def test_more_memory_never_asks_for_more_recomputation(rows, tp, memory):
    def share(room):
        return float(m.recompute_share(full(rows, tp), least(rows, tp), 30e9, 1e9, 1e9, room, 0.9, 1.05, 2.0))

    assert share(2 * memory) <= share(memory)


@given(tokens, powers, st.sampled_from([2, 4, 64]))
def test_logits_lie_on_the_last_stage(rows, tp, pp):
    assert float(m.logit_memory_byte(rows, tp, pp, 128_256, 6)) == 0
    assert float(m.logit_memory_byte(rows, tp, 1, 128_256, 6)) == pytest.approx(6 * rows * 128_256 / tp)


@given(params, st.sampled_from([0, 1, 2]))
def test_weights_are_gathered_only_where_they_are_sharded(total, stage):
    assert float(m.gathered_memory_byte(total, 32, stage, 2)) == 0
    assert float(m.gathered_memory_byte(total, 32, 3, 2)) == pytest.approx(4 * total / 16)


def test_grouped_and_latent_attention_keep_what_they_project():
    many = m.activation_byte_per_token(*GPT)
    grouped = m.activation_byte_per_token(GPT[0], 96, 8, *GPT[3:])
    latent = m.activation_byte_per_token(*GPT[:5], 64, 512, *GPT[7:])
    assert float(many - grouped) == 2 * 96 * 2 * 88 * 128  # keys and values of 88 heads
    assert float(latent - many) == 2 * 96 * 2 * 96 * 64  # the rotary part of queries and keys


def test_an_expert_layer_keeps_the_tokens_it_copies():
    dense = m.activation_byte_per_token(4096, 32, 8, 128, 128, 0, 0, 1, 14_336, 3, 0, 0, 0, 0, 0, 0, 0)
    mixed = m.activation_byte_per_token(4096, 32, 8, 128, 128, 0, 0, 1, 14_336, 3, 0, 1024, 512, 8, 1, 0, 0)
    assert float(mixed - dense) == 2 * (8 * (2 * 4096 + 3 * 1024) + 3 * 512)


def test_a_state_space_layer_keeps_its_inner_width():
    none = m.activation_byte_per_token(*GPT[:-2], 8192, 0)
    some = m.activation_byte_per_token(*GPT[:-2], 8192, 10)
    assert float(some - none) == 2 * 10 * 4 * (12_288 + 8192)


@given(st.floats(1, 200), st.floats(0.5, 2))
def test_measured_peaks_correct_the_model(modelled, ratio):
    assert m.peak_mem_gib(modelled, ratio) == modelled * ratio
