"""Measurements from rows: speeds as printed, or from a FLOP rate by its source's convention."""

import math

import pytest

from farthing.catalog.load import catalog
from farthing.estimate.measured import as_row, measured_steps

GPT = {
    "id": "x",
    "model": "GPT-3 175B",
    "accelerator": "A100-SXM-80GB",
    "n_accel": "1024",
    "seq_len": "2048",
    "tp": "8",
    "pp": "8",
    "global_batch": "1536",
    "precision": "BF16",
}


def speed_of(**cells):
    (step,) = measured_steps([{**GPT, **cells}])
    return step.tokens_per_s, step.derived


def test_a_printed_speed_is_taken_as_it_is():
    assert speed_of(tokens_per_s_per_gpu="123.5", tflops_per_gpu="999") == (123.5, False)


@pytest.mark.parametrize(
    ("convention", "flop_per_token"),
    [
        # Narayanan 2021, eq. 3 and Korthikanti 2022, eq. 7, a token; l 96, h 12288, s 2048, V 50257.
        ("hardware FLOPs", 96 * 96 * 12_288**2 * (1 + 2048 / (6 * 12_288) + 50_257 / (16 * 96 * 12_288))),
        (
            "Megatron model FLOPs",
            72 * 96 * 12_288**2 * (1 + 2048 / (6 * 12_288) + 50_257 / (12 * 96 * 12_288)),
        ),
        ("6N per token + 12*L*h*s (full, not causal-halved)", 6 * 175.2e9 + 12 * 96 * 12_288 * 2048),
    ],
)
def test_a_flop_rate_is_read_by_its_convention(convention, flop_per_token):
    speed, derived = speed_of(tflops_per_gpu="140", flops_convention=convention)
    assert derived
    assert speed == pytest.approx(140e12 / flop_per_token, rel=0.005)


def test_a_flop_rate_of_unknown_convention_says_nothing():
    speed, _ = speed_of(tflops_per_gpu="140", flops_convention="ours")
    assert math.isnan(speed)


def test_peak_memory_is_kept_and_bad_rows_are_left_out():
    steps = measured_steps(
        [{**GPT, "peak_mem_gib": "61.5"}, {**GPT, "model": "no such model"}, {**GPT, "peak_mem_gib": "?"}]
    )
    assert len(steps) == 2
    assert steps[0].mem_gib == 61.5
    assert math.isnan(steps[1].mem_gib)


def test_every_published_step_that_ships_can_be_read():
    rows = [as_row(step) for step in catalog().published_training.values()]
    read = {step.id for step in measured_steps(rows)}
    assert [row["id"] for row in rows if row["id"] not in read] == []


def test_columns_that_are_empty_stay_empty():
    step = next(iter(catalog().published_training.values()))
    row = as_row(step)
    assert row["id"] == step.id
    assert {value for value in row.values() if value is not None and not isinstance(value, str)} == set()
