"""Set-ups: families and releases of software, and stacking into columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.estimate.setup import LAYOUT_NAMES, device_numbers, family_of, release_year, stack, state_byte


@pytest.mark.parametrize(
    ("framework", "family"),
    [
        ("", ""),
        ("Megatron-LM", "megatron-lm"),
        ("Megatron-LM (core r0.8.0)", "megatron-lm"),
        ("megatron-bridge", "megatron-bridge"),
        ("MLPerf/NVIDIA NeMo Framework Release 25.01", "mlperf-nvidia"),
        ("MLPerf Google MaxText", "mlperf-maxtext"),
        ("llm-foundry", "llm-foundry"),
        ("SimuMax bench", "simumax-bench"),
    ],
)
def test_families(framework, family):
    assert family_of(framework) == family


@pytest.mark.parametrize(
    ("version", "year", "found"),
    [
        ("26.04.01 NeMo Container", "", 2026 + 3.5 / 12),
        ("25.09", "2024", 2025 + 8.5 / 12),
        ("2024-10-01", "", 2024 + 9.5 / 12),
        ("2023", "", 2023.5),
        ("v0.1", "2022", 2022.5),
        ("", "", None),
        ("nightly", "soon", None),
        ("25.13", "", None),
    ],
)
def test_releases(version, year, found):
    assert release_year(version, year) == (None if found is None else pytest.approx(found))


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_a_family_and_a_year_or_none(one, other):
    assert family_of(one) == family_of(one).lower()
    year = release_year(one, other)
    assert year is None or 2010 <= year < 2100


def test_stacking_keeps_every_place(make_setup):
    setups = [make_setup(tp=2), make_setup("deepseek-v3", "b200", "fp8", ep=64, recompute_share=1)]
    columns = stack(setups)
    assert set(LAYOUT_NAMES) <= columns.keys()
    for place, setup in enumerate(setups):
        for name, value in {**setup.layout, **setup.architecture.shape}.items():
            assert columns[name][place] == value
    assert np.isnan(columns["recompute_share"][0])
    assert columns["recompute_share"][1] == 1
    assert columns["matmul_byte"].tolist() == [2, 1]


def test_stacking_nothing_gives_no_rows():
    assert all(len(column) == 0 for column in stack([]).values())


def test_a_device_in_eight_bits_keeps_its_sixteen_bit_peak_beside(make_setup):
    setup = make_setup(precision="fp8")
    numbers = device_numbers(setup.accelerator.fact, setup.format)
    assert numbers["matmul_peak_flop_per_s"] == pytest.approx(2 * numbers["half_peak_flop_per_s"], rel=1e-3)


def test_sharding_everything_keeps_sixteen_bytes_and_so_does_a_replica_with_wide_gradients():
    held = state_byte(np.array([0.0, 1.0, 2.0, 3.0]))
    assert sum(held.values()).tolist() == [18, 18, 18, 16]
