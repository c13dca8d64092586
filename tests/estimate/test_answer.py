"""What an answer says about its inputs: ground, sources, confidence, place among published runs."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.estimate.gather import Basis, Input, Inputs
from farthing.estimate.question import Question
from farthing.estimate.rental_time import estimate
from farthing.estimate.sample_compute import estimate as estimate_samples

DAY = date(2026, 11, 22)
TIME = {"accelerator_count": 8.0, "duration_h": 100.0, "rent_usd_per_gpu_hour": 2.0}
SAMPLES = {"accelerator_count": 8.0, "flop_per_sample": 1e12, "sample_count": 1e9, "mfu": 0.4, "goodput": 0.9}


def asked(numbers, **words):
    return Question("train", DAY, numbers=numbers, words={"accelerator": "h100-sxm", **words}, draws=512)


def test_the_first_to_say_a_name_wins():
    inputs = Inputs(Question("train", DAY, numbers={"pue": 1.2}, sets={"pue": 1.3}))
    inputs.add(Input("pue", 1.4, Basis.ASSUMED))
    assert inputs["pue"].value == 1.3


def test_given_inputs_need_no_source_and_all_others_have_one():
    for item in estimate(asked(TIME)).assumptions:
        assert item.basis == "given" or (item.sources and item.confidence)


def test_the_worst_confidence_is_the_answers():
    answer = estimate(asked(TIME))
    assert answer.confidence == max(item.confidence for item in answer.assumptions if item.confidence)


def test_formulas_cite_their_sources():
    assert "patterson-2021-carbon" in {source.id for source in estimate(asked(TIME)).sources}


def test_a_country_that_is_named_is_looked_up_and_one_that_is_not_is_assumed():
    ground = {
        word: {item.name: item.basis for item in estimate(asked(TIME, **words)).assumptions}[
            "grid_kg_per_kwh"
        ]
        for word, words in {"named": {"country": "fr"}, "open": {}}.items()
    }
    assert ground == {"named": "looked_up", "open": "assumed"}


def test_carbon_follows_the_grid():
    clean, dirty = (estimate(asked(TIME, country=c)).results["carbon_kg"].p50 for c in ("fr", "pl"))
    assert clean < dirty / 4


def test_the_estimate_stands_beside_published_runs():
    (hours, *_) = estimate_samples(asked(SAMPLES)).industry
    assert 0 <= hours.below_share <= 1
    assert hours.low <= hours.mid <= hours.high
    assert hours.count > 20
    slower = estimate_samples(asked({**SAMPLES, "mfu": 0.04})).industry[0]
    assert slower.below_share >= hours.below_share


@given(st.floats(1, 1e5), st.floats(1, 1e5), st.floats(0.01, 100), st.floats(1.01, 10))
@settings(max_examples=25, deadline=None)
def test_more_of_anything_never_costs_less(count, hours, rate, factor):
    numbers = {"accelerator_count": count, "duration_h": hours, "rent_usd_per_gpu_hour": rate}
    base = estimate(asked(numbers)).results
    for name in numbers:
        more = estimate(asked({**numbers, name: numbers[name] * factor})).results
        assert more["compute_cost_usd"].p50 >= base["compute_cost_usd"].p50
        assert more["cost_usd"].p50 >= base["cost_usd"].p50
