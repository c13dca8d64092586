"""Memory of serving: caches by hand, shared out as they are, and never more requests than fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import serving_memory as m

sizes = st.integers(min_value=1, max_value=131_072)


def test_caches_of_models_by_hand():
    assert float(m.kv_byte_per_token(80, 8, 128, 128, 0, 0, 2)) == 80 * 8 * 256 * 2  # Llama 3.1 70B, BF16
    assert float(m.kv_byte_per_token(61, 128, 128, 128, 512, 64, 2)) == 61 * 576 * 2  # DeepSeek R1, BF16


@given(sizes, sizes, st.integers(min_value=0, max_value=8192), st.integers(min_value=0, max_value=32))
def test_a_window_keeps_no_more_than_everything_and_half_an_answer_less_than_all(
    prompt, answer, window, layers
):
    whole = float(m.most_held_tokens(prompt, answer, 0, 0, 32))
    kept = float(m.most_held_tokens(prompt, answer, window, layers, 32))
    assert whole == prompt + answer
    assert kept <= whole
    assert float(m.mean_held_tokens(prompt, answer, window, layers, 32)) <= kept


@pytest.mark.parametrize(
    ("tp", "heads", "rank", "copy", "spread"),
    [
        (8, 8, 0, 8, 8.0),
        (8, 4, 0, 8, 4.0),  # fewer heads than ranks: kept twice
        (1, 8, 0, 4, 4.0),  # each rank has its own sequences
        (2, 8, 0, 8, 8.0),
        (16, 8, 0, 8, 8.0),  # no wider than the copy
        (8, 128, 512, 8, 8**0.5),
        (1, 128, 512, 8, 8.0),
    ],
)
def test_how_many_accelerators_share_the_caches(tp, heads, rank, copy, spread):
    assert float(m.kv_shard_count(tp, heads, rank, copy, 0.5)) == pytest.approx(spread)


def test_routed_weights_and_those_of_one_token():
    assert m.routed_params(176_160_768, 8, 32) == 4 * m.active_routed_params(176_160_768, 2, 32)


@given(
    st.floats(min_value=1e9, max_value=1e12),
    st.integers(min_value=1, max_value=64),
    st.floats(0.5, 1.0),
    sizes,
)
def test_the_batch_never_exceeds_what_memory_holds(weights, count, usable, held):
    room = m.kv_room_byte(80e9, count, weights, usable, 3.5e9)
    shards = float(m.kv_shard_count(count, 8, 0, count, 0.5))
    most = m.most_sequences(room, 327_680, held, count, shards)
    taken = most * 327_680 * held * count / shards
    assert taken + weights == pytest.approx(count * (80e9 * usable - 3.5e9), rel=1e-6)


def test_weights_are_parameters_times_bytes():
    assert m.serve_weight_byte(70e9, 0.5625) == pytest.approx(39.375e9)
