"""`train` for a language model as a library: notes, overrides, and numbers that agree with each other."""

from dataclasses import replace
from datetime import date

import pytest

from farthing.catalog.load import catalog
from farthing.estimate import bill
from farthing.estimate.graph import names_of
from farthing.estimate.question import Question
from farthing.estimate.training import CHAIN, RESULTS, estimate
from farthing.units.problem import FarthingError, InputError
from farthing.units.spread import Spread

DAY = date(2026, 1, 1)
WORDS = {"model": "llama-3.1-8b", "accelerator": "h100-sxm"}
QUESTION = Question("train", DAY, {"tokens": 1e12, "accelerator_count": 64.0}, WORDS)


def ask(draws=1, words=None, sets=None, **numbers):
    numbers = {**QUESTION.numbers, **numbers}
    return estimate(
        replace(QUESTION, numbers=numbers, words={**WORDS, **(words or {})}, sets=sets or {}, draws=draws)
    )


def median(answer, name):
    return answer.results[name].p50


def assumption(answer, name):
    return next(item for item in answer.assumptions if item.name == name)


def test_every_result_is_there_with_its_unit():
    found = ask(draws=512)
    assert set(RESULTS) <= found.results.keys()
    for result in found.results.values():
        assert 0 < result.p05 <= result.p50 <= result.p95
        assert result.unit


def test_the_round_trip_from_utilization_to_days():
    found = ask()
    hours = 1e12 / median(found, "tokens_per_s_per_gpu") / median(found, "goodput") / 3600
    assert median(found, "gpu_hours") == pytest.approx(hours)
    assert median(found, "wall_clock_days") == pytest.approx(hours / 64 / 24)


@pytest.mark.parametrize(
    ("name", "value", "moves"),
    [
        ("mfu", 0.4, "tokens_per_s_per_gpu"),
        ("goodput", 0.5, "gpu_hours"),
        ("tokens_per_s_per_gpu", 5000.0, "gpu_hours"),
        ("tokens_per_s_per_gpu", 5000.0, "mfu"),
        ("tokens_per_s_per_gpu", Spread.between(4000, 6250), "gpu_hours"),
        ("gpu_hours", 1e5, "compute_cost_usd"),
        ("practice_ratio", 1.0, "mfu"),
        ("evidence_ratio", 2.0, "gpu_hours"),
        ("rent_usd_per_gpu_hour", 1.0, "compute_cost_usd"),
        ("train_flop", 1e23, "train_flop"),
        ("tp", 8.0, "tokens_per_s_per_gpu"),
    ],
)
def test_any_value_on_the_way_can_be_set(name, value, moves):
    usual, found = ask(), ask(sets={name: value})
    assert median(found, moves) != median(usual, moves)
    middle = value.p50 if isinstance(value, Spread) else value
    assert assumption(found, name).value.p50 == pytest.approx(middle)
    assert assumption(found, name).basis == "given"
    if name in found.results:
        assert median(found, name) == pytest.approx(middle)


def test_a_stated_speed_and_the_utilization_it_means_agree():
    by_speed = ask(sets={"tokens_per_s_per_gpu": 5000.0})
    by_share = ask(sets={"mfu": median(by_speed, "mfu")})
    assert median(by_share, "tokens_per_s_per_gpu") == pytest.approx(5000)


def test_a_name_nobody_knows_cannot_be_set():
    with pytest.raises(InputError) as caught:
        ask(sets={"mfuu": 0.4})
    assert "mfu" in caught.value.problems[0].fix


def test_twice_the_tokens_twice_the_hours_on_the_same_machines():
    one, two = ask(tokens=1e11, global_batch_sequences=512.0), ask(tokens=2e11, global_batch_sequences=512.0)
    assert median(two, "gpu_hours") == pytest.approx(2 * median(one, "gpu_hours"), rel=0.02)


def test_a_range_of_tokens_widens_everything_behind_it():
    narrow, wide = ask(draws=2048), ask(draws=2048, tokens=Spread.between(5e11, 2e12))
    assert (
        wide.results["train_flop"].p05 < narrow.results["train_flop"].p05 == narrow.results["train_flop"].p95
    )

    def width(answer):
        return answer.results["gpu_hours"].p95 / answer.results["gpu_hours"].p05

    assert width(wide) > 1.2 * width(narrow)
    assert wide.drivers[0].name in {"tokens", "practice_ratio"}


def test_the_interval_is_honest_about_what_it_does_not_know():
    found = ask(draws=4096).results["gpu_hours"]
    assert 1.3 < found.p95 / found.p05 < 6


def test_what_was_looked_up_has_its_source():
    found = ask()
    for item in found.assumptions:
        if item.basis == "looked_up":
            assert item.sources, item.name
            assert set(item.sources) <= catalog().sources.keys()


def test_formats_the_part_lacks_are_refused():
    with pytest.raises(InputError):
        ask(words={"accelerator": "a100-sxm-80gb", "precision": "fp8"})


def test_a_narrower_format_is_faster():
    assert median(ask(words={"precision": "fp8"}), "tokens_per_s_per_gpu") > median(
        ask(), "tokens_per_s_per_gpu"
    )


def test_the_verdict_names_tokens_time_and_machines():
    said = ask(tokens=Spread.between(2e12, 15e12)).verdict
    assert said.startswith("Llama 3.1 8B on 5.48T tokens takes ")
    assert "64 × NVIDIA H100" in said


def test_what_cannot_fit_is_infeasible():
    with pytest.raises(FarthingError) as caught:
        ask(words={"model": "llama-3.1-405b"})
    assert caught.value.problems[0].code == "infeasible"


def test_rows_say_what_was_chosen():
    rows = ask().rows
    assert [row["chosen"] for row in rows].count(True) == 1
    assert rows[0]["chosen"]


def test_the_chain_names_each_value_once_and_has_the_bill():
    names = [formula.__name__ for formula in CHAIN]
    assert len(names) == len(set(names))
    assert {formula.__name__ for formula in bill.RENTED} <= names_of(CHAIN)


@pytest.mark.parametrize(
    "model", ["gpt-3-175b", "deepseek-v3", "nemotron-3-nano", "gpt-oss-120b", "mixtral-8x7b", "gemma-3-27b"]
)
def test_every_kind_of_model_is_answered(model):
    found = ask(words={"model": model}, accelerator_count=512.0)
    assert 0.05 < median(found, "mfu") < 0.9
    assert median(found, "peak_mem_gib") > 0


@pytest.mark.parametrize(
    "part", ["a100-sxm-80gb", "b200", "gb200", "mi300x", "tpu-v5p", "trainium2", "gaudi-3", "h20"]
)
def test_every_kind_of_part_is_answered(part):
    found = ask(words={"accelerator": part})
    assert 0.05 < median(found, "mfu") < 1.2


def test_a_medians_only_answer_is_near_the_median_of_many_draws():
    one, many = ask(), ask(draws=4096)
    assert median(one, "gpu_hours") == pytest.approx(median(many, "gpu_hours"), rel=0.05)
