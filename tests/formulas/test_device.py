"""One accelerator: more of it is never slower, less work never takes longer, and limits hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import device as d

rates = st.floats(min_value=1e13, max_value=5e15)
shares = st.floats(min_value=0.05, max_value=1.0)
tokens = st.floats(min_value=16, max_value=131_072)
widths = st.floats(min_value=64, max_value=16_384)
powers = st.sampled_from([1, 2, 4, 8, 16])


@given(st.floats(min_value=50, max_value=2000), rates, st.floats(min_value=0.1, max_value=2))
def test_no_part_runs_above_its_clock(watt, peak, exponent):
    kept = float(d.sustained_share(watt, peak, 0.7, exponent))
    assert 0 < kept <= 1
    assert float(d.sustained_share(2 * watt, peak, 0.7, exponent)) >= kept


def test_a_part_with_power_to_spare_keeps_its_clock():
    assert float(d.sustained_share(700, 312e12, 0.7, 0.5)) == 1


@given(rates, shares)
def test_a_large_product_runs_at_its_share_of_the_peak(peak, share):
    assert d.matmul_flop_per_s(peak, 1.0, share) == peak * share


@given(tokens, st.floats(min_value=50, max_value=1000), widths)
def test_small_products_are_slower_and_large_ones_run_at_the_full_rate(rows, ridge, width):
    slow = d.shape_slowdown_ratio(rows, ridge, 0.1, width, 64)
    assert slow > 1
    assert d.shape_slowdown_ratio(2 * rows, ridge, 0.1, width, 64) < slow
    assert d.shape_slowdown_ratio(rows, ridge, 0.1, 2 * width, 64) < slow
    assert d.shape_slowdown_ratio(1e12, ridge, 0.1, 1e12, 64) == pytest.approx(1)


@given(tokens, powers, st.floats(min_value=1e6, max_value=1e12), rates)
def test_products_split_evenly_and_grow_with_tokens(rows, tp, params, rate):
    alone = d.dense_matmul_s(rows, 1, params, 0, rate, 1.0)
    assert alone == pytest.approx(6 * params * rows / rate)
    assert d.dense_matmul_s(rows, tp, params, 0, rate, 1.0) * tp == pytest.approx(alone)
    assert d.dense_matmul_s(2 * rows, tp, params, 0, rate, 1.0) * tp == pytest.approx(2 * alone)


@given(tokens, powers, rates, st.floats(min_value=1e12, max_value=8e12))
def test_twice_the_peak_is_never_slower(rows, tp, peak, bandwidth):
    def seconds(rate):
        slow = d.shape_slowdown_ratio(rows, d.ridge_tokens(rate, bandwidth), 0.1, 8192 / tp, 64)
        return d.dense_matmul_s(rows, tp, 70e9, 0, d.matmul_flop_per_s(rate, 1.0, 0.8), slow)

    assert seconds(2 * peak) <= seconds(peak)


@given(tokens, powers, st.floats(min_value=1e11, max_value=8e12))
def test_more_bandwidth_is_never_slower(rows, tp, bandwidth):
    def seconds(rate):
        return d.memory_bound_s(1e9 * rows / tp, 0, 0, rate, 0.8) + d.output_s(
            rows, tp, 1e9, 128_256, 1e15, 1.0, 0.8, rate, 0.8, 16
        )

    assert seconds(2 * bandwidth) < seconds(bandwidth)


@given(tokens, powers)
def test_a_dense_model_has_no_expert_work(rows, tp):
    assert float(d.expert_matmul_s(rows, tp, 0, 0, 0, 1e15, 1.5, 1.2)) == 0
    assert d.routing_byte(rows, tp, 4096, 0, 0, 8) == 0
    assert d.launch_s(32, 0, 0, 1, 100, 300, 5) == pytest.approx(32 * 100e-6)


@given(tokens, st.floats(min_value=50, max_value=1000), widths)
def test_experts_with_few_tokens_are_slower(load, ridge, width):
    busy, idle = (d.expert_slowdown_ratio(n, ridge, 0.5, width, 128) for n in (2 * load, load))
    assert 1 < float(busy) < float(idle)


@given(tokens, powers)
def test_casting_costs_only_below_two_bytes_and_more_the_narrower(rows, tp):
    wide, half, eight, four = (float(d.cast_byte(rows, tp, 4096, 32, b, 12)) for b in (4.0, 2.0, 1.0, 0.5))
    assert wide == half == 0
    assert four == pytest.approx(2 * eight)


@given(widths, st.floats(min_value=1, max_value=500))
def test_narrow_heads_slow_attention(width, half):
    narrow = float(d.attention_flop_per_s(1e15, 1.0, 0.8, 32 * width, 32, half))
    wide = float(d.attention_flop_per_s(1e15, 1.0, 0.8, 64 * width, 32, half))
    assert narrow < wide < 0.8e15


def test_a_model_without_heads_divides_by_nothing():
    assert float(d.attention_flop_per_s(1e15, 1.0, 0.8, 128, 0, 128)) == pytest.approx(0.4e15)
    assert d.attention_s(8192, 1, 0, 0.4e15) == 0


@given(tokens, powers, st.sampled_from([0, 24]), st.sampled_from([0, 4096]))
def test_traffic_grows_with_what_is_moved(rows, tp, scans, inner):
    def moved(times):
        return d.traffic_byte(times * rows, tp, 4096, 32, 14_336, 32, 0, 0, 0, 0, inner, scans, 20, 8, 58)

    assert moved(2) == pytest.approx(2 * moved(1))
    assert moved(1) >= 2 * rows / tp * (20 * 4096 * 32 + 8 * 14_336 * 32)


def test_experts_on_more_ranks_are_fewer_to_launch():
    assert d.launch_s(48, 48, 128, 8, 100, 300, 5) < d.launch_s(48, 48, 128, 1, 100, 300, 5)
    assert d.shard_width_size(4096, 8) == 512
    assert d.dense_params(1, 2, 3, 4, 5, 6) == 3 + 12 * 6
