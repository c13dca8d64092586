"""A user's own evidence: it follows what was measured, and far away it is the public one."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from farthing.catalog.load import catalog
from farthing.estimate.evidence import traits_of
from farthing.estimate.measured import as_row, measured_steps
from farthing.estimate.own_accuracy import left_out, widths
from farthing.estimate.own_choice import most_telling, worth_measuring
from farthing.estimate.own_correction import user_scales
from farthing.estimate.own_evidence import OwnEvidence, scatter, user_variance
from farthing.estimate.own_practice import left_of
from farthing.estimate.own_steps import own_steps
from farthing.estimate.step_kinds import MEMORY, SPEED, step_kind
from farthing.estimate.step_prediction import measurements, speed_evidence
from farthing.units.problem import InputError
from farthing.units.spread import Spread

STEPS = [step for step in measurements() if step.setup.software.family == "llm-foundry"][:40]
OTHERS = [step for step in measurements() if step.setup.software.family == "simumax-bench"]


def renamed(steps, family="own-stack"):
    return [replace(s.setup, software=replace(s.setup.software, family=family)) for s in steps]


TRAITS = traits_of(renamed(STEPS))
FAR = traits_of(renamed(OTHERS))


def own(log_ratio, traits=TRAITS):
    return OwnEvidence(speed_evidence(), traits, np.asarray(log_ratio), user_scales(SPEED))


def none():
    return own(np.empty(0), TRAITS.take(np.arange(0)))


def test_without_a_row_the_median_is_the_public_one_and_the_interval_is_no_narrower():
    mean, sd = none().predict(TRAITS)
    public_mean, public_sd = speed_evidence().predict(TRAITS)
    np.testing.assert_allclose(mean, public_mean, atol=1e-12)
    assert (sd >= public_sd).all()
    np.testing.assert_allclose(none().learned_share(TRAITS), 0, atol=1e-9)


def test_it_follows_what_was_measured_and_settles_it():
    base = speed_evidence().predict(TRAITS)[0]
    known = own(base - 0.4)
    np.testing.assert_allclose(known.predict(TRAITS)[0], base - 0.4, atol=0.05)
    assert (known.learned_share(TRAITS) > 0.9).all()


def test_what_is_known_of_another_machine_is_less():
    known = own(speed_evidence().predict(TRAITS)[0] - 0.4)
    near, far = (known.learned_share(traits) for traits in (TRAITS, FAR))
    assert far.max() < near.min()
    assert (far >= 0).all()


def test_each_row_more_leaves_less_unknown():
    places = np.arange(40)
    base = speed_evidence().predict(TRAITS)[0]
    sds = [
        own((base - 0.3)[places[:count]], TRAITS.take(places[:count])).predict(TRAITS.take(places[30:]))[1]
        for count in (1, 3, 10, 30)
    ]
    for fewer, more in itertools.pairwise(sds):
        assert np.median(more) < np.median(fewer)


def test_a_row_that_is_left_out_plays_no_part():
    base = speed_evidence().predict(TRAITS)[0]
    wild = base - 0.3
    wild[0] += 5
    kept = np.arange(1, len(wild))
    one = own(wild).without(np.array([0])).predict(TRAITS)
    other = own(wild[kept], TRAITS.take(kept)).predict(TRAITS)
    np.testing.assert_array_equal(one, other)


def test_an_odd_row_weighs_little_and_scatter_widens_the_interval():
    base = speed_evidence().predict(TRAITS)[0]
    steady, odd = base - 0.3, base - 0.3
    odd = odd.copy()
    odd[5] += 1.5
    others = np.setdiff1d(np.arange(40), [5])
    assert np.abs(own(odd).predict(TRAITS)[0] - own(steady).predict(TRAITS)[0])[others].max() < 0.1
    noisy = steady + np.where(np.arange(40) % 2, 0.2, -0.2)
    assert np.median(own(noisy).predict(TRAITS)[1]) > 1.5 * np.median(own(steady).predict(TRAITS)[1])
    assert scatter(np.empty(0), np.empty((0, 0)), 0.03) == 0.0


def test_a_run_that_does_not_say_its_software_has_the_users():
    known = own(speed_evidence().predict(TRAITS)[0] - 0.4)
    unsaid = replace(TRAITS, family=np.full(40, ""), year=np.full(40, np.nan))
    assert np.abs(known.predict(unsaid)[0] - known.predict(TRAITS)[0]).max() < 0.1
    mixed = replace(TRAITS, family=np.array(["one", "two"] * 20))
    several = own(speed_evidence().predict(TRAITS)[0], mixed)
    assert several.predict(unsaid)[0].shape == (40,)


def test_covariances_are_those_of_something():
    known = own(np.zeros(40))
    assert np.linalg.eigvalsh(known.between).min() > -1e-9
    assert np.diag(known.between).max() <= user_variance(user_scales(SPEED)) + 1.0


def rows(count=6, factor=0.7):
    steps = [s for s in catalog().published_training.values() if s.tokens_per_s_per_gpu and s.framework][
        :count
    ]
    found = [dict(as_row(step)) for step in steps]
    for row in found:
        row["tokens_per_s_per_gpu"] = str(float(row["tokens_per_s_per_gpu"]) * factor)
        row["framework"] = "own-stack"
    return found


def test_rows_of_one_configuration_are_left_out_together():
    kind = step_kind("training")
    twins = [*rows(1), *rows(1)]
    twins[1]["id"] = "twin"
    steps, problems = own_steps(kind, twins)
    assert not problems
    found = left_out("training", steps)[SPEED]
    np.testing.assert_array_equal(found.before.mid, found.after.mid)


def test_the_interval_of_a_like_step_narrows_with_rows():
    steps, _ = own_steps(step_kind("training"), rows())
    found = widths("training", steps)[SPEED]
    assert found.more[20] <= found.more[5] <= found.after * 1.01
    assert MEMORY not in widths("training", steps)


def test_on_more_machines_only_machines_and_batch_grow():
    setup = STEPS[0].setup
    larger = step_kind("training").larger(setup, 2.0).layout
    grown = {name for name in larger if larger[name] != setup.layout[name]}
    assert grown == {"accelerator_count", "global_batch_sequences"}


def test_the_most_telling_row_is_the_one_that_shares_most():
    shared = np.array([[1.0, 0.9, 0.9, 0.0], [0.9, 1.0, 0.8, 0.0], [0.9, 0.8, 1.0, 0.0], [0, 0, 0, 1.0]])
    assert most_telling(shared, 0.1, 0, 2) == [0, 3]
    assert most_telling(shared, 0.1, 1, 5)[0] == 2  # the first row is measured, so the last tells most


def test_what_is_worth_measuring_is_named_once_and_never_what_was():
    setups = [step.setup for step in STEPS]
    chosen = worth_measuring("training", setups[:3], setups[3:], 5)
    assert len(set(chosen)) == 5
    assert max(chosen) < 37
    assert worth_measuring("training", setups, [], 5) == []


@pytest.mark.parametrize("learned", [0.0, 0.5, 1.0])
def test_practice_is_left_as_far_as_nothing_was_measured(learned):
    left = left_of(Spread.lognormal(0.7, 0.4), learned)
    assert left.p50 == pytest.approx(0.7 ** (1 - learned))
    assert left.parameters[1] == pytest.approx(0.4 * (1 - learned) ** 0.5)


def test_a_kind_that_cannot_be_calibrated_is_bad_input():
    with pytest.raises(InputError, match="cannot be calibrated"):
        step_kind("serving")


def test_published_rows_read_as_a_users_are_the_same_measurements():
    steps, _ = own_steps(step_kind("training"), rows(factor=1.0))
    theirs = {step.id: step.tokens_per_s for step in measured_steps(rows(factor=1.0))}
    assert {step.id: step.measured[SPEED] for step in steps} == theirs
