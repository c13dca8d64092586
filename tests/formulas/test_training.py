"""From a step to the run: the round trip between utilization and speed, hours and days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import training as t

speeds = st.floats(min_value=1, max_value=1e6)
flops = st.floats(min_value=1e8, max_value=1e13)
peaks = st.floats(min_value=1e13, max_value=5e15)
tokens = st.floats(min_value=1e6, max_value=1e14)
goodputs = st.floats(min_value=0.1, max_value=1)


@given(speeds, st.floats(0.2, 5), flops, peaks)
def test_speed_is_the_tuned_step_in_practice(speed, ratio, flop, peak):
    used = t.mfu(speed, ratio, flop, peak)
    assert t.tokens_per_s_per_gpu(used, peak, flop) == pytest.approx(speed * ratio)
    assert t.tuned_tokens_per_s(speed, ratio) == speed * ratio


@given(tokens, speeds, goodputs)
def test_twice_the_tokens_takes_twice_the_hours(count, speed, goodput):
    once = t.gpu_hours(count, speed, goodput)
    assert t.gpu_hours(2 * count, speed, goodput) == pytest.approx(2 * once)
    assert t.gpu_hours(count, 2 * speed, goodput) == pytest.approx(once / 2)
    assert t.gpu_hours(count, speed, 1.0) <= once


@given(tokens, st.integers(min_value=1, max_value=200_000))
def test_days_times_accelerators_are_the_hours(hours, count):
    assert t.wall_clock_days(hours, count) * count * 24 == pytest.approx(hours)


def test_the_seed_280_a100_for_two_weeks():
    assert t.wall_clock_days(94_080, 280) == 14
