"""What a change saves: the same draws on both sides, and every kind of change the issue names."""

import numpy as np
import pytest

import farthing
from farthing.estimate.run import quantiles
from farthing.estimate.savings import compared
from farthing.units.problem import FarthingError, InputError

TRAIN = {
    "model": "llama-3.1-8b",
    "tokens": "1T",
    "accelerator": "h100-sxm",
    "count": 64,
    "as_of": "2026-02-01",
}
TUNE = {
    "model": "llama-3.1-8b",
    "examples": 5000,
    "accelerator": "h100-sxm",
    "count": 1,
    "as_of": "2026-02-01",
}


@pytest.fixture
def scenario(tmp_path):
    def write(**options):
        file = tmp_path / "other.yaml"
        file.write_text("".join(f"{name}: {value}\n" for name, value in options.items()), "utf-8")
        return str(file)

    return write


def saving(found, prefix=""):
    return found.results[f"{prefix}saving_usd"], found.results[f"{prefix}saving_share"]


def test_the_same_scenario_saves_exactly_nothing(scenario):
    found = farthing.train(**TRAIN, against=scenario(count=64))
    for result in saving(found):
        assert (result.p05, result.p50, result.p95) == (0, 0, 0)
    assert "none" in found.verdict


def test_a_saving_is_estimated_and_says_so(scenario):
    found = farthing.train(**TRAIN, term="spot", against=scenario(term="on_demand"))
    for result in (*saving(found), *saving(found, "compute_")):
        assert result.basis == "estimated"
        assert result.p05 <= result.p50 <= result.p95
    assert found.verdict.startswith("Estimated saving against other:")


def test_spot_beside_on_demand(scenario):
    found = farthing.train(**TRAIN, term="spot", against=scenario(term="on_demand"))
    saved, share = saving(found, "compute_")
    assert saved.p05 > 0
    assert 0.3 < share.p05 <= share.p95 < 0.8


def test_the_other_way_round_costs_as_much_more(scenario):
    there = farthing.train(**TRAIN, term="spot", against=scenario(term="on_demand"))
    back = farthing.train(**TRAIN, term="on_demand", against=scenario(term="spot"))
    (one, _), (other, _) = saving(there), saving(back)
    assert (other.p05, other.p95) == pytest.approx((-one.p95, -one.p05))
    assert "it costs" in back.verdict


def test_what_both_share_cancels(scenario):
    """Twice the price: the saving is known as well as the cost itself, and its share exactly."""
    found = farthing.train(**TRAIN, rate="$2/h", against=scenario(rate="$4/h"))
    _, share = saving(found, "compute_")
    assert (share.p05, share.p95) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("other", [{"precision": "fp8"}, {"precision": "bf16"}])
def test_8_bits_beside_16(scenario, other):
    given = {"precision": "bf16" if other["precision"] == "fp8" else "fp8"}
    saved, _ = saving(farthing.train(**TRAIN, **given, against=scenario(**other)), "compute_")
    assert (saved.p50 > 0) == (given["precision"] == "fp8")


def test_adapters_beside_all_weights(scenario):
    found = farthing.finetune(**TUNE, method="qlora", rank=8, against=scenario(method="full", count=8))
    assert saving(found, "compute_")[0].p50 > 0
    assert saving(found)[0].basis == "estimated"


def test_accumulation(scenario):
    words = {**TUNE, "method": "full", "count": 8, "micro_batch": 1, "zero": 1}
    found = farthing.finetune(**words, accumulation=16, against=scenario(accumulation=1))
    assert saving(found, "compute_")[0].p50 > 0


def test_a_distilled_small_model_beside_a_large_one(scenario):
    small = {**TUNE, "model": "llama-3.2-1b", "method": "distill", "teacher": "gpt-4.1-mini"}
    other = scenario(model="llama-3.1-70b", method="qlora", labels="preference", count=1, accelerator="b300")
    found = farthing.finetune(**small, against=other)
    assert "Against it: QLoRA of Llama 3.1 70B" in found.verdict
    assert saving(found, "compute_")[0].p50 > 0


def test_a_service_beside_own_accelerators(scenario):
    found = farthing.finetune(**TUNE, method="lora", against=scenario(method="managed"))
    assert {"saving_usd", "saving_share"} <= set(found.results)


def test_the_price_of_time_and_own_arithmetic_compare_too(scenario):
    time = {"accelerator": "a100-sxm-80gb", "count": 8, "duration": "1 week", "rate": "$2/h"}
    saved, share = saving(farthing.train(**time, against=scenario(duration="2 weeks")), "compute_")
    assert (saved.p50, share.p50) == pytest.approx((8 * 168 * 2, 0.5))
    samples = {"flop_per_sample": 1e12, "samples": 1e9, "accelerator": "a100-sxm-80gb", "count": 8}
    assert saving(farthing.train(**samples, against=scenario(samples="2e9")), "compute_")[
        1
    ].p50 == pytest.approx(0.5)


def test_places_are_compared_not_quantiles():
    """Common random numbers: the median of the differences, not the difference of two independent draws."""
    from farthing.app.asking import ask
    from farthing.app.finetune import prepared

    one, other = (prepared(ask("finetune", {**TUNE, "method": method})) for method in ("lora", "qlora"))
    found = compared(one, other, "other")
    apart = other.run.values["compute_cost_usd"] - one.run.values["compute_cost_usd"]
    assert found.results["compute_saving_usd"].p50 == pytest.approx(quantiles(np.asarray(apart))[1])


def test_an_unknown_price_saves_nothing_that_is_known(scenario, monkeypatch):
    from farthing.estimate import rent

    def unknown(*_):
        raise InputError([])

    monkeypatch.setattr(rent.rental, "rent", unknown)
    found = farthing.train(**TRAIN, against=scenario(count=128))
    assert "saving_usd" not in found.results
    assert [p for p in found.problems if p.code == "unpriced" and p.where == "--against"]


@pytest.mark.parametrize("options", [{"seed": 3}, {"draws": 1}, {"currency": "EUR"}])
def test_what_both_must_share_is_not_for_the_file(scenario, options):
    with pytest.raises(InputError, match="both"):
        farthing.train(**TRAIN, against=scenario(**options))


def test_a_typo_in_the_file_has_its_line(scenario):
    with pytest.raises(InputError, match=r"other\.yaml:1"):
        farthing.train(**TRAIN, against=scenario(trem="spot"))


def test_solving_and_comparing_are_two_questions(scenario):
    with pytest.raises(InputError, match="two things"):
        farthing.train(**TRAIN, solve="count", target="wall_clock_days=7", against=scenario(term="spot"))


def test_what_does_not_fit_on_the_other_side_says_whose_it_is(scenario):
    with pytest.raises(FarthingError) as caught:
        farthing.finetune(**TUNE, against=scenario(model="llama-3.1-405b", method="full"))
    (problem,) = caught.value.problems
    assert problem.code == "infeasible"
    assert problem.where == "other: memory"
