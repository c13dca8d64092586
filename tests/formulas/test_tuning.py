"""Examples, references, services, adapters and savings: relations that must hold whatever the numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import managed_tuning, savings, tuning_data, tuning_run
from farthing.units.spread import Spread

spreads = st.floats(min_value=0.0, max_value=1.5)
counts = st.integers(min_value=1, max_value=64)


@given(spreads, counts)
def test_padding_never_gains_and_grows_with_the_batch(spread, count):
    one, more = (float(tuning_data.padding_efficiency_share(spread, n)) for n in (count, count + 1))
    assert 0 < more <= one <= 1 + 1e-12


def test_padding_is_what_a_draw_of_lengths_shows():
    random = np.random.default_rng(3)
    lengths = np.exp(0.7 * random.standard_normal((200_000, 8)))
    drawn = lengths.mean() / lengths.max(axis=1).mean()
    assert float(tuning_data.padding_efficiency_share(0.7, 8.0)) == pytest.approx(drawn, rel=0.01)


def test_padding_on_arrays_is_the_loop():
    spread, count = np.array([0.0, 0.5, 1.0]), np.array([4.0, 1.0, 16.0])
    found = tuning_data.padding_efficiency_share(spread, count)
    assert found.shape == (3,)
    one = [float(tuning_data.padding_efficiency_share(s, c)) for s, c in zip(spread, count, strict=True)]
    assert found == pytest.approx(one)


def test_the_ratio_of_lengths_is_that_of_their_ends():
    ends = Spread.between(100, 1000)
    assert float(tuning_data.length_log_ratio(ends.p95 / ends.p05)) == pytest.approx(ends.parameters[1])


@pytest.mark.parametrize("frozen", [0.0, 1.0])
@pytest.mark.parametrize("recomputed", [0.0, 1.0])
def test_time_and_arithmetic_of_a_reference_agree(frozen, recomputed):
    share = tuning_run.forward_share(frozen, recomputed)
    steps = tuning_run.train_flop(1.0, 1.0, frozen, 0.0)
    beside = tuning_run.train_flop(1.0, 1.0, frozen, 1.0) / steps - 1
    assert tuning_run.reference_time_ratio(1.0, share) == pytest.approx(
        beside * steps / (steps + 2 * recomputed)
    )


def test_a_reference_is_shared_out_with_the_weights():
    whole, shared = (float(tuning_run.reference_memory_gib(1.0, 8e9, 1e9, stage)) for stage in (1.0, 3.0))
    assert whole == pytest.approx(8 * shared)


def test_a_service_never_asks_less_than_its_smallest_job():
    assert float(managed_tuning.compute_cost_usd(0.0, 3.0, 4.0)) == 4.0


def test_more_adapters_on_a_server_are_cheaper_each():
    alone, among = (tuning_run.adapter_serving_usd_per_month(0.1, 80e9, 2.0, 0.1, n) for n in (1, 50))
    assert among < alone


@given(st.floats(min_value=1, max_value=1e6), st.floats(min_value=1, max_value=1e6))
def test_a_saving_and_its_share_agree(against, cost):
    assert savings.saving_share(against, cost) == pytest.approx(savings.saving_usd(against, cost) / against)
