"""Goodput: what Meta and DeepSeek report, limits, and monotone behavior."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import goodput as g

LLAMA_FAILURES = 419 / 54 / 16_384
counts = st.floats(min_value=1, max_value=2e5)
rates = st.floats(min_value=0, max_value=0.01)
seconds = st.floats(min_value=1, max_value=3600)


def _goodput(accelerator_count, failures=LLAMA_FAILURES, write=5.0, restart=600.0):
    stops = g.interruption_count_per_day(accelerator_count, failures, 0)
    interval = g.checkpoint_interval_s(stops, write, 14_400)
    return g.goodput(
        g.checkpoint_share(interval, write),
        g.rework_share(stops, interval, write),
        g.restart_share(stops, restart),
        0.0,
        0.0,
    )


def test_llama_3_spends_more_than_ninety_percent_training():
    assert 0.90 < _goodput(16_384) < 0.95


def test_llama_3_stops_about_every_three_hours():
    assert 24 / g.interruption_count_per_day(16_384, LLAMA_FAILURES, 0) == pytest.approx(3.1, abs=0.05)


def test_without_interruptions_only_checkpoints_cost():
    interval = g.checkpoint_interval_s(0.0, 30, 14_400)
    assert interval == 14_400
    assert g.rework_share(0.0, interval, 30) == pytest.approx(0, abs=1e-9)
    assert g.restart_share(0.0, 600) == 0


def test_preemptions_add_to_failures():
    assert g.interruption_count_per_day(8, 0.001, 0.5) == pytest.approx(4.008)


def test_small_rework_is_half_an_interval_an_interruption():
    assert g.rework_share(1.0, 860, 4) == pytest.approx(864 / 86_400 / 2, rel=0.01)


@given(st.floats(min_value=0.5, max_value=50), seconds)
def test_the_interval_wastes_least(stops, write):
    best = g.checkpoint_interval_s(stops, write, 1e9)

    def waste(interval):
        return write / interval + stops / 86_400 * interval / 2

    assert waste(best) <= min(waste(best * 0.8), waste(best * 1.25))


@given(counts, rates, seconds, seconds)
def test_goodput_is_a_share_and_falls_with_scale(accelerator_count, failures, write, restart):
    smaller = _goodput(accelerator_count, failures, write, restart)
    larger = _goodput(2 * accelerator_count, failures, write, restart)
    assert 0 <= larger <= smaller * (1 + 1e-9) <= 1 + 1e-6


def test_arrays_equal_the_loop():
    sizes = np.array([8.0, 512.0, 16_384.0])
    assert _goodput(sizes) == pytest.approx([_goodput(size) for size in sizes])
