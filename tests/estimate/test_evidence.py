"""Evidence: follows what was measured, fades where nothing was, and shrugs off the odd row."""

from dataclasses import fields, replace

import numpy as np
import pytest

from farthing.estimate.evidence import (
    Evidence,
    Traits,
    covariance,
    generation,
    own_variance,
    plain_model,
    traits_of,
)
from farthing.estimate.setup import Software
from farthing.estimate.step_prediction import memory_evidence, scales, speed_evidence

SCALE = scales("evidence")


def stranger(make_setup, **more):
    """A run like none that was measured: everything its traits name is unknown."""
    traits = traits_of([make_setup("gpt2", accelerator_count=2**20, tp=1, seq_len_tokens=2**24, **more)])
    unknown = {name: np.array([""]) for name in ("family", "model", "accelerator", "generation", "format")}
    return replace(traits, **unknown, mixture=np.array([False]), layout=traits.layout + 1e3)


def some(evidence, places):
    return Evidence(
        evidence.traits.take(places), evidence.log_ratio[places], evidence.noise_sd[places], evidence.scale
    )


@pytest.fixture(params=["speed", "memory"])
def evidence(request):
    return speed_evidence() if request.param == "speed" else memory_evidence()


def test_left_out_is_really_leaving_one_out(evidence):
    error, unknown = evidence.left_out()
    for place in range(0, len(error), max(1, len(error) // 12)):
        others = some(evidence, np.arange(len(error)) != place)
        mean, sd = others.predict(evidence.traits.take(np.array([place])))
        assert evidence.log_ratio[place] - mean[0] == pytest.approx(error[place], abs=1e-8)
        assert sd[0] ** 2 - evidence.scale["interval_noise_sd"] ** 2 == pytest.approx(
            unknown[place], abs=1e-8
        )


def test_together_is_one_at_a_time(evidence):
    mean, sd = evidence.predict(evidence.traits)
    for place in range(0, len(mean), max(1, len(mean) // 20)):
        alone_mean, alone_sd = evidence.predict(evidence.traits.take(np.array([place])))
        # One more run of software that is not named would change how much a word is worth: none is here.
        assert alone_mean[0] == pytest.approx(mean[place], abs=1e-9)
        assert alone_sd[0] == pytest.approx(sd[place], abs=1e-9)


def test_what_was_measured_again_is_predicted_as_measured(evidence):
    mean, _ = evidence.predict(evidence.traits)
    assert np.median(np.abs(mean - evidence.log_ratio)) < 0.06


def test_unknown_words_share_nothing(make_setup):
    one = stranger(make_setup)
    both = Traits(*(np.concatenate([getattr(one, f.name)] * 2) for f in fields(one)))
    apart = replace(both, layout=both.layout + np.array([[0.0], [1e3]]))
    shared = covariance(apart, apart, SCALE)
    assert shared[0, 1] == pytest.approx(0, abs=1e-12)


def test_known_words_share_what_they_name(make_setup):
    setups = [
        make_setup(software=Software("megatron-lm", 2024.5)),
        make_setup("gpt2", software=Software("maxtext", 2024.5)),
    ]
    same, other = covariance(traits_of(setups), traits_of(setups), SCALE)[0]
    assert same > other > 0


def test_covariance_is_symmetric_and_no_more_than_the_prior(evidence):
    shared = covariance(evidence.traits, evidence.traits, evidence.scale)
    prior = own_variance(evidence.traits, evidence.scale)
    assert shared == pytest.approx(shared.T)
    assert (np.linalg.eigvalsh(shared) > -1e-8).all()
    assert (np.diag(shared) <= prior + 1e-12).all()


def test_far_from_everything_nothing_is_corrected_and_the_interval_is_the_prior(evidence, make_setup):
    alone = stranger(make_setup)
    # Software that is not named still shares an even part of all that is known, and no more.
    mean, sd = evidence.predict(replace(alone, family=np.array(["never heard of"])))
    prior = own_variance(alone, evidence.scale) + evidence.scale["interval_noise_sd"] ** 2
    assert mean[0] == pytest.approx(0, abs=1e-9)
    assert sd[0] == pytest.approx(np.sqrt(prior[0]))


def test_the_interval_is_never_narrower_than_the_noise_nor_wider_than_the_prior(evidence):
    _, sd = evidence.predict(evidence.traits)
    noise = evidence.scale["interval_noise_sd"]
    prior = np.sqrt(own_variance(evidence.traits, evidence.scale) + noise**2)
    assert (sd >= noise - 1e-12).all()
    assert (sd <= prior + 1e-9).all()


def test_the_odd_row_loses_its_weight():
    known = speed_evidence()
    plain = np.full(len(known.log_ratio), known.scale["noise_sd"])
    odd = 17
    shifted = known.log_ratio + np.where(np.arange(len(plain)) == odd, 1.5, 0.0)
    before = Evidence(known.traits, shifted, plain, known.scale)
    after = before.robust()
    assert after.noise_sd[odd] > 3 * before.noise_sd[odd]
    assert np.median(after.noise_sd) <= np.median(plain)
    place = np.array([odd])
    moved = [abs(e.predict(known.traits.take(place))[0][0] - known.log_ratio[odd]) for e in (before, after)]
    assert moved[1] < moved[0]


def test_rows_that_agree_keep_their_weight():
    known = speed_evidence()
    agreeing = Evidence(known.traits, np.zeros(len(known.log_ratio)), known.noise_sd, known.scale).robust()
    assert (agreeing.noise_sd <= known.noise_sd).all()


def test_another_measurement_never_widens_an_interval(evidence):
    half = some(evidence, np.arange(0, len(evidence.log_ratio), 2))
    wanted = evidence.traits.take(np.arange(1, len(evidence.log_ratio), 8))
    _, with_all = evidence.predict(wanted)
    _, with_half = half.predict(wanted)
    assert (with_all <= with_half + 1e-9).all()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Llama 3.1 8B", "llama3.18b"),
        ("Llama-3.1-8B (seq 8k)", "llama3.18b"),
        ("DeepSeek V3 truncated to 4 layers", "deepseekv3"),
        ("", ""),
    ],
)
def test_models_are_compared_without_spelling(name, plain):
    assert plain_model(name) == plain


@pytest.mark.parametrize(
    ("architecture", "found"),
    [("blackwell-ultra", "blackwell"), ("hopper", "hopper"), ("tpu-v5p", "tpu"), ("tpu-v4", "tpu"), ("", "")],
)
def test_generations(architecture, found):
    assert generation(architecture) == found
