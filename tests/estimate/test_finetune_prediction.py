"""Evidence of fine-tuning: what steps are compared by, what is unsaid, and that it follows measurements."""

from dataclasses import replace

import numpy as np
import pytest

from farthing.estimate import finetune_prediction
from farthing.estimate.finetune_prediction import (
    UNSAID_NOISE_SD,
    measured_tunings,
    measurements,
    memory_evidence,
    noise_sd,
    predict,
    speed_evidence,
    tuning_traits,
    unsaid_sd,
)
from farthing.estimate.setup import Software, Tuning

ROW = {"id": "x", "model": "Llama 3.1 8B", "accelerator": "H100", "method": "LoRA", "seq_len": "4096"}
QUANTITIES = {"tokens_per_s_per_gpu": "tokens_per_s", "peak_mem_gib": "mem_gib"}


def test_what_can_be_read_is_measured_and_the_rest_left_out():
    rows = [
        {**ROW, "peak_mem_gb": "10.737418240", "tokens_per_s_per_gpu": "1200"},
        {**ROW, "model": "no such model"},
        {**ROW, "id": "", "peak_mem_gib": "8", "peak_mem_gb": "99", "tokens_per_s_per_gpu": "many"},
    ]
    first, second = measured_tunings(rows)
    assert (first.id, first.tokens_per_s, first.mem_gib) == ("x", 1200, pytest.approx(10))
    assert (second.id, second.mem_gib) == ("", 8)
    assert np.isnan(second.tokens_per_s)


def test_kernels_belong_to_software_and_methods_to_the_format(make_setup):
    setups = [
        replace(make_setup(software=Software(family, 2024.5)), tuning=Tuning(method, kernel=kernel))
        for family, method, kernel in (("hf", "lora", "unsloth"), ("hf", "full", ""), ("", "lora", "unsloth"))
    ]
    traits = tuning_traits(setups)
    assert traits.family.tolist() == ["hf+unsloth", "hf", ""]
    assert traits.format.tolist() == ["lora-2.0-2", "full-2.0-2", "lora-2.0-2"]
    assert traits.mixture.tolist() == [True, False, True]


def test_unsaid_lengths_weigh_less_and_widen(make_setup):
    said, unsaid = make_setup(), replace(make_setup(), notes=("seq_len not stated: 1024 assumed",))
    assert unsaid_sd([said, unsaid]).tolist() == [0, UNSAID_NOISE_SD]
    steps = [replace(measurements()[0], setup=setup) for setup in (said, unsaid)]
    assert noise_sd(steps, {"noise_sd": 0.0}).tolist() == [0, UNSAID_NOISE_SD]
    for quantity in QUANTITIES:
        narrow, wide = predict([said, unsaid])[quantity].log_sd
        assert wide**2 == pytest.approx(narrow**2 + UNSAID_NOISE_SD**2)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_what_was_measured_is_predicted_near_its_measurement(quantity):
    known = [step for step in measurements() if np.isfinite(getattr(step, QUANTITIES[quantity]))]
    found = predict([step.setup for step in known])[quantity]
    measured = np.array([getattr(step, QUANTITIES[quantity]) for step in known])
    assert np.median(np.abs(found.mid / measured - 1)) < 0.06
    assert (found.low < found.mid).all()
    assert (found.mid < found.high).all()


def test_other_knowledge_may_take_the_place_of_the_public_one(make_setup):
    class Doubling:
        def predict(self, traits):
            return np.full(len(traits.family), np.log(2.0)), np.full(len(traits.family), 0.1)

    setup = make_setup()
    modelled = finetune_prediction.finetune_steps.physics([setup])
    found = predict([setup], dict.fromkeys(QUANTITIES, Doubling()))
    assert found["tokens_per_s_per_gpu"].mid == pytest.approx(2 * modelled.tokens_per_s)
    assert found["peak_mem_gib"].mid == pytest.approx(2 * modelled.mem_gib)
    assert found["peak_mem_gib"].log_sd == pytest.approx(0.1)


@pytest.mark.parametrize("evidence", [speed_evidence, memory_evidence])
def test_evidence_is_of_the_rows_that_ship(evidence):
    known = evidence()
    assert len(known.log_ratio) > 80
    assert np.isfinite(known.log_ratio).all()
    assert np.isfinite(known.noise_sd).all()
