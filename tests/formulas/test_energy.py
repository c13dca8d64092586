"""Energy and carbon: published figures, and scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import energy

amounts = st.floats(min_value=1e-3, max_value=1e9)


def test_llama_31_405b_emissions_match_the_model_card():
    """30.84M H100-hours at 700 W: the card says 8,930 t CO2eq, location-based, and not its PUE or
    grid; a hyperscaler's PUE and a grid near the US average must come close."""
    used = energy.energy_kwh(30.84e6, 700, 1.1)
    assert energy.carbon_kg(used, 0.369) == pytest.approx(8.93e6, rel=0.05)


def test_an_h100_hour_in_the_united_states():
    """700 W at 80 %, PUE 1.2, $0.10: $0.067 an hour and about 0.25 kg."""
    draw = energy.draw_watt_per_gpu(700, 0.8, 0)
    used = energy.energy_kwh(1, draw, 1.2)
    assert energy.electricity_cost_usd(used, 0.10) == pytest.approx(0.067, abs=5e-4)
    assert energy.carbon_kg(used, 0.369) == pytest.approx(0.25, abs=0.005)


def test_embodied_carbon_of_a_full_life_is_the_device():
    hours = 3 * 8760 * 0.5
    assert energy.embodied_carbon_kg(hours, 985.5, 3, 0.5) == pytest.approx(985.5)


@given(amounts, amounts, st.floats(min_value=1, max_value=3), st.floats(min_value=0.1, max_value=10))
def test_energy_scales_with_hours(gpu_hours, watt, pue, factor):
    once = energy.energy_kwh(gpu_hours, watt, pue)
    assert energy.energy_kwh(gpu_hours * factor, watt, pue) == pytest.approx(once * factor)


@given(st.lists(amounts, min_size=1, max_size=5))
def test_arrays_equal_the_loop(hours):
    together = energy.energy_kwh(np.array(hours), 960.0, 1.25)
    assert together == pytest.approx([energy.energy_kwh(hour, 960.0, 1.25) for hour in hours])
