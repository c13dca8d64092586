"""A served step and its latency: limits that physics sets, by hand and over many sizes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import serving as s
from farthing.formulas import serving_latency as latency

counts = st.integers(min_value=1, max_value=4096)
times = st.floats(min_value=1e-5, max_value=10)
LINK = (450e9, 0.5, 1e-5)


def coverage(experts, chosen, running, verified=1):
    return float(s.expert_coverage_share(experts, chosen, running, verified))


@given(counts, counts)
def test_more_tokens_touch_more_experts_and_never_more_than_all(few, more):
    low, high = sorted((few, more))
    assert 0 < coverage(256, 8, low) <= coverage(256, 8, high) <= 1


def test_one_token_touches_just_its_experts_and_guesses_touch_more():
    assert coverage(256, 8, 1) == pytest.approx(8 / 256)
    assert coverage(256, 8, 1, 3) == pytest.approx(1 - (1 - 8 / 256) ** 3)
    assert coverage(0, 0, 7) == 1.0


def test_weights_are_read_in_bytes_over_bandwidth_and_slower_in_small_pieces():
    whole = float(s.dense_read_s(70e9, 0, 2, 80, 1, 3.35e12, 1.0, 0))
    assert whole == pytest.approx(140e9 / 3.35e12)
    shared = float(s.dense_read_s(70e9, 0, 2, 80, 8, 3.35e12, 1.0, 3e6))
    assert whole / 8 < shared < whole


def test_experts_are_read_as_far_as_they_are_touched():
    assert s.expert_read_s(640e9, 1, 0.25, 8, 8e12, 0.5) == pytest.approx(640e9 * 0.25 / (8 * 8e12 * 0.5))


def test_arithmetic_of_a_step_counts_dense_and_routed_weights_apart():
    work = s.decode_flop_s(37e9, 20e9, 64, 2, 8, 2e15, 0.5, 0.25)
    assert work == pytest.approx(2 * 128 * (17e9 / 0.5 + 20e9 / 0.25) / (8 * 2e15))


def test_latent_attention_multiplies_the_compressed_vector():
    grouped = float(s.decode_attention_flop_s(1, 1, 1000, 61, 128, 128, 128, 0, 0, 1, 1e15, 1.0))
    latent = float(s.decode_attention_flop_s(1, 1, 1000, 61, 128, 128, 128, 512, 64, 1, 1e15, 1.0))
    assert grouped == pytest.approx(2 * 1000 * 61 * 128 * 256 / 1e15)
    assert latent / grouped == pytest.approx(1088 / 256)


def test_one_accelerator_exchanges_nothing():
    assert float(s.exchange_s(1, 1, 80, 0, 0, 8192, 64, *LINK)) == 0.0


def test_a_tensor_group_reduces_twice_a_layer():
    found = float(s.exchange_s(4, 4, 80, 0, 0, 8192, 64, *LINK))
    moved = 2 * 3 / 4 * 64 * 8192 * 2 / 225e9
    assert found == pytest.approx(160 * (1e-5 * 2 + moved))


def test_ranks_with_sequences_of_their_own_send_tokens_to_experts_and_back():
    found = float(s.exchange_s(1, 32, 61, 58, 8, 7168, 2048, *LINK))
    sent = 3 * 8 * (2048 * 7168 / 32) * 31 / 32 / 225e9
    assert found == pytest.approx(58 * (2 * 1e-5 * 5 + sent))


@given(times, times, times)
def test_a_step_takes_at_least_its_longest_part_and_no_more_than_all(read, work, cache):
    found = float(s.decode_step_s(read, 0.0, work, cache, 0.0, 0.0, 0.0))
    assert max(read, work) + cache <= found * (1 + 1e-9)
    assert found <= (read + work + cache) * (1 + 1e-9)


def test_overheads_and_caches_add_up():
    assert s.overhead_s(80, 1e-5, 60, 2e-5, 1e-3, 1e-6, 100) == pytest.approx(0.8e-3 + 1.2e-3 + 1e-3 + 1e-4)
    assert s.kv_read_s(64, 2048, 131072, 2, 3.35e12, 0.5) == pytest.approx(64 * 2048 * 131072 / 3.35e12)


def test_reading_a_short_prompt_of_a_mixture_takes_as_long_as_its_experts():
    flop = latency.prefill_flop_s(37e9, 20e9, 128, 1e9, 8, 4.5e15, 2.25e15, 0.6, 0.3, 0.3)
    read = float(latency.prefill_read_s(0.001, 640e9, 1, 256, 8, 128, 8, 8e12, 0.7))
    assert read > 3 * flop
    alone = float(latency.prefill_s(flop, read, 128, 1, 1, 61, 7168, *LINK[:2]))
    assert read <= alone <= flop + read


@given(times, times, counts, st.integers(min_value=1, max_value=8192))
def test_reading_waits_for_nobody_alone_and_for_all_others_at_most(prompt, step, running, answer):
    found = float(latency.reading_s(prompt, step, running, answer))
    assert prompt * (1 - 1e-6) <= found <= prompt * running * (1 + 1e-6) + 1e-12


@given(times, times, counts, st.integers(min_value=1, max_value=8192))
def test_those_who_write_are_never_more_than_all(prompt, step, running, answer):
    reading = latency.reading_s(prompt, step, running, answer)
    writing = float(latency.decoding_sequences(reading, step, running, answer))
    assert 0 <= writing <= running


@given(times, times, counts, st.integers(min_value=2, max_value=8192), st.floats(min_value=1.01, max_value=8))
def test_a_longer_prompt_never_raises_throughput(prompt, step, running, answer, longer):
    assert throughput(prompt * longer, step, running, answer) <= throughput(prompt, step, running, answer) * (
        1 + 1e-9
    )


def throughput(prompt, step, running, answer):
    reading = latency.reading_s(prompt, step, running, answer)
    writing = latency.decoding_sequences(reading, step, running, answer)
    each = latency.tpot_s(step, prompt, writing, answer, 1.3, 1.0)
    wait = latency.engine_wait_s(prompt, reading, running, 0.55, 0.85, 0.5, 0.02)
    first = latency.ttft_s(prompt, wait, step, 1, 1, 0.03, 1.0, 1.0)
    return float(latency.output_tokens_per_s(running, answer, first, each, 1))


def test_a_lone_request_waits_for_its_own_prompt_and_a_fixed_part():
    wait = float(latency.engine_wait_s(0.1, 0.1, 1, 1.0, 0.8, 0.5, 0.1))
    assert wait == pytest.approx(0.0)
    assert float(latency.ttft_s(0.1, wait, 0.02, 8, 8, 0.03, 2.0, 1.0)) == pytest.approx(0.15)
    assert float(latency.ttft_s(0.1, wait, 0.02, 1, 4, 0.03, 0.5, 1.0)) == pytest.approx(0.25)


def test_tokens_guessed_right_come_together():
    assert float(latency.tpot_s(0.02, 0.1, 1, 100, 1.0, 2.0)) == pytest.approx(0.01)


def test_throughput_is_what_stays_over_how_long():
    assert latency.output_tokens_per_s(64, 500, 1.0, 0.02, 2) == pytest.approx(
        2 * 64 * 500 / (1 + 499 * 0.02)
    )
    assert math.isfinite(throughput(0.1, 0.02, 1, 1))
