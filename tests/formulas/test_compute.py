"""FLOPs: limits, scale, and attention with and without a window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import compute as c

lengths = st.integers(min_value=1, max_value=1_000_000)
counts = st.floats(min_value=1, max_value=1e13)


def attention(seq_len, window, layers, windowed, heads=32, width=128):
    context = c.attention_context_tokens(
        c.full_context_tokens(seq_len), c.window_context_tokens(seq_len, window), layers, windowed
    )
    return float(c.attention_flop_per_token(context, c.attention_score_size(heads, width, 0, width, 0)))


@given(counts, counts)
def test_twice_the_tokens_is_twice_the_work(params, tokens):
    assert c.train_flop(params, 2 * tokens) == pytest.approx(2 * c.train_flop(params, tokens))
    assert c.model_flop(params, 2 * tokens) == pytest.approx(2 * c.model_flop(params, tokens))


@given(st.integers(min_value=1, max_value=300), st.integers(min_value=0, max_value=400))
def test_attended_tokens_are_the_average_over_the_sequence(seq_len, window):
    reach = window or seq_len
    counted = np.mean([min(place, reach) for place in range(1, seq_len + 1)])
    assert float(c.window_context_tokens(seq_len, window)) == pytest.approx(counted)


@given(lengths)
def test_no_window_is_full_attention(seq_len):
    for window in (0, seq_len, 2 * seq_len):
        assert float(c.window_context_tokens(seq_len, window)) == pytest.approx(
            c.full_context_tokens(seq_len)
        )


@given(lengths, st.integers(min_value=1, max_value=100_000), st.integers(min_value=0, max_value=32))
def test_a_window_never_costs(seq_len, window, windowed):
    assert attention(seq_len, window, 32, windowed) <= attention(seq_len, 0, 32, 0) * (1 + 1e-12)


@given(lengths, st.integers(min_value=1, max_value=10))
def test_longer_sequences_never_cost_less_a_token(seq_len, times):
    assert attention(seq_len * times, 4096, 32, 16) >= attention(seq_len, 4096, 32, 16) * (1 - 1e-12)


def test_a_model_without_attention_has_no_attention_flop():
    assert attention(8192, 0, 0, 0) == 0


def test_latent_attention_scores_over_the_rotary_part_too():
    plain = c.attention_score_size(128, 128, 64, 128, 0)
    latent = c.attention_score_size(128, 128, 64, 128, 512)
    assert (float(plain), float(latent)) == (128 * 128, 128 * 160)


def test_heads_that_predict_more_tokens_count_while_training():
    assert c.matmul_flop_per_token(7e9, 1e9) == 6 * 8e9
