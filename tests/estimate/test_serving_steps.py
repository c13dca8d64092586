"""Many servings at once: as each alone, batches within memory, arrivals by Little's law."""

import numpy as np
import pytest

from farthing.estimate.serving_evidence import TERMS, ServingEvidence, serving_traits
from farthing.estimate.serving_prediction import QUANTITIES, evidence, measurements, predict
from farthing.estimate.serving_row import setup_of
from farthing.estimate.serving_steps import MOST_SCHEDULED, physics

ROW = {
    "model": "llama-3.1-70b", "accelerator": "h100-sxm", "n_accelerators": "4", "tp": "4",
    "weight_precision": "fp8", "engine": "vllm", "input_len": "1024", "output_len": "256",
}  # fmt: skip


def asked(*loads, **change):
    return [setup_of(ROW | change | {"concurrency_or_batch": load}) for load in loads]


def test_together_as_alone():
    setups = asked("8", "rate=2/s", "max", "rate=inf", "200")
    together = physics(setups)
    for place, setup in enumerate(setups):
        alone = physics([setup])
        for name in ("tpot_s", "ttft_s", "output_tokens_per_s", "running_sequences", "most_sequences"):
            assert getattr(alone, name)[0] == pytest.approx(getattr(together, name)[place], rel=1e-9)


def test_no_more_run_than_are_asked_fit_or_are_scheduled():
    found = physics(asked("8", "5000", "max"))
    fits = np.minimum(np.floor(found.most_sequences), MOST_SCHEDULED)
    assert found.running_sequences.tolist() == [8, fits[1], fits[2]]


def test_what_arrives_is_what_leaves():
    found = physics(asked("rate=0.5/s", "rate=4/s"))
    assert found.output_tokens_per_s == pytest.approx(np.array([0.5, 4]) * 256, rel=0.02)
    assert found.running_sequences[0] < found.running_sequences[1]


def test_arrivals_beyond_capacity_fill_the_batch():
    some, most = physics(asked("rate=100000/s", "max")).running_sequences
    assert some == pytest.approx(most, rel=0.02)


@pytest.mark.parametrize("model", ["llama-3.1-70b", "deepseek-r1", "gpt-oss-120b"])
def test_more_requests_wait_longer_and_write_more_together(model):
    found = physics(asked("1", "8", "64", model=model, n_accelerators="16", tp="16", accelerator="b200"))
    assert (np.diff(found.tpot_s) > 0).all()
    assert (np.diff(found.ttft_s) > 0).all()
    assert (np.diff(found.output_tokens_per_s) > 0).all()


def test_a_longer_prompt_is_never_faster():
    found = physics(
        [setup_of(ROW | {"concurrency_or_batch": "32", "input_len": str(2**n)}) for n in range(6, 15)]
    )
    assert (np.diff(found.output_tokens_per_s) < 0).all()
    assert (np.diff(found.ttft_s) > 0).all()


def test_a_static_batch_waits_for_all_its_prompts():
    static, closed = physics(
        [setup_of(ROW | {"concurrency_or_batch": "16", "workload": word}) for word in ("static", "")]
    ).ttft_s
    assert static > closed


@pytest.mark.parametrize("name", QUANTITIES)
def test_evidence_narrows_what_is_near_and_fades_far_away(name):
    known = evidence(name)
    near = next(each for each in measurements() if np.isfinite(getattr(each, name))).setup
    change = {"engine": "own", "accelerator": "tpu-v5e", "tp": "64", "n_accelerators": "64"}
    (strange,) = asked("3", model="mpt-7b", **change)
    (_, close), (moved, far) = (known.predict(serving_traits([each])) for each in (near, strange))
    assert close[0] < far[0]
    assert abs(moved[0]) < 2 * far[0]


def test_a_lone_measurement_is_followed_where_it_was_taken():
    traits = serving_traits(asked("8"))
    scale = dict.fromkeys(TERMS, 0.2) | {
        "near_length_ratio": 1.0,
        "far_length_ratio": 2.0,
        "interval_noise_sd": 0.1,
    }
    known = ServingEvidence(traits, np.array([0.3]), np.array([0.01]), scale)
    mean, sd = known.predict(traits)
    assert mean[0] == pytest.approx(0.3, abs=0.01)
    assert sd[0] == pytest.approx(0.1, abs=0.01)
    assert known.alone(traits)[0] == pytest.approx(len(TERMS) * 0.04)


def test_what_is_known_takes_the_place_of_public_evidence():
    class Twice:
        def predict(self, traits):
            return np.full(len(traits.mixture), np.log(2.0)), np.full(len(traits.mixture), 0.1)

    setups = asked("8")
    found = predict(setups, {"tpot_ms": Twice()})
    assert found["tpot_ms"].mid == pytest.approx(2000 * physics(setups).tpot_s)
    assert found["ttft_ms"].mid == pytest.approx(predict(setups)["ttft_ms"].mid)
