"""Draws, drivers and the tornado of one evaluation."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.estimate.gather import Inputs
from farthing.estimate.question import Question
from farthing.estimate.run import evaluate, quantiles, uniforms
from farthing.units.problem import InputError
from farthing.units.spread import Spread


def product(left, right):
    return left * right


def ratio(product, base):
    return product / base


CHAIN = (product, ratio)


def run(numbers, wanted=("product",), **question):
    asked = Question("train", date(2026, 1, 1), numbers=numbers, **question)
    return evaluate(CHAIN, Inputs(asked), wanted)


@given(st.integers(2, 300), st.integers(0, 2**40))
@settings(max_examples=30, deadline=None)
def test_each_slice_has_one_draw(draws, seed):
    column = uniforms(["x"], seed, draws)["x"]
    assert sorted((column * draws).astype(int)) == list(range(draws))
    assert ((column > 0) & (column < 1)).all()


def test_one_draw_is_the_median():
    assert run({"left": Spread.between(2, 8), "right": 3.0}, draws=1).median("product") == pytest.approx(12)


def test_a_seed_repeats_its_draws_and_another_seed_does_not():
    first, same, other = (uniforms(["x"], seed, 64)["x"] for seed in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()


def test_an_input_more_moves_no_other_draw():
    assert (uniforms(["x"], 0, 64)["x"] == uniforms(["y", "x"], 0, 64)["x"]).all()


def test_inputs_are_drawn_independently():
    columns = uniforms(["x", "y"], 0, 4096)
    assert abs(np.corrcoef(columns["x"], columns["y"])[0, 1]) < 0.05


def test_exact_inputs_stay_exact_floats():
    outcome = run({"left": 280.0, "right": 2.5})
    assert outcome.values["product"] == 700.0
    assert outcome.quantiles("product") == (700.0, 700.0, 700.0)
    assert outcome.drivers("product") == {}
    assert outcome.tornado("product") == ()


def test_an_exact_spread_is_a_float():
    assert run({"left": Spread.exact(2), "right": 3.0}).values["product"] == 6.0


def test_quantiles_of_a_product_of_lognormals_are_the_closed_form():
    outcome = run({"left": Spread.lognormal(2, 0.3), "right": Spread.lognormal(5, 0.4)})
    low, mid, high = outcome.quantiles("product")
    assert mid == pytest.approx(10, rel=0.01)
    assert high == pytest.approx(10 * np.exp(1.6449 * 0.5), rel=0.02)
    assert low == pytest.approx(10 * np.exp(-1.6449 * 0.5), rel=0.02)


def test_drivers_are_the_shares_of_the_logarithms_variance():
    outcome = run({"left": Spread.lognormal(2, 0.3), "right": Spread.lognormal(5, 0.4)})
    drivers = outcome.drivers("product")
    assert list(drivers) == ["right", "left"]
    assert drivers["right"] == pytest.approx(0.64, abs=0.02)
    assert drivers["left"] == pytest.approx(0.36, abs=0.02)
    assert sum(drivers.values()) <= 1


def test_a_driver_need_not_be_monotone():
    def bowl(left):
        return (left - 1) ** 2 + 1

    asked = Question("train", date(2026, 1, 1), numbers={"left": Spread.uniform(0, 2)})
    assert evaluate((bowl,), Inputs(asked), ("bowl",)).drivers("bowl")["left"] > 0.95


def test_an_input_without_effect_is_no_driver():
    def constant(left):
        return left * 0 + 7

    asked = Question("train", date(2026, 1, 1), numbers={"left": Spread.between(1, 2)})
    assert evaluate((constant,), Inputs(asked), ("constant",)).drivers("constant") == {}


def test_the_tornado_holds_all_others_at_the_median():
    outcome = run({"left": Spread.between(1, 4), "right": Spread.between(9, 16)})
    widest, narrow = outcome.tornado("product")
    assert (widest.name, narrow.name) == ("left", "right")
    assert (widest.low, widest.high) == pytest.approx((12, 48))
    assert (narrow.low, narrow.high) == pytest.approx((18, 32))


def test_the_array_answer_equals_the_loop():
    outcome = run({"left": Spread.between(1, 4), "right": 3.0}, draws=50)
    lefts = Spread.between(1, 4).quantile(outcome.columns["left"])
    assert outcome.values["product"].tolist() == [product(left, 3.0) for left in lefts.tolist()]


def test_set_overrides_an_intermediate_value():
    outcome = run({"left": 2.0, "right": 3.0, "base": 4.0}, ("ratio",), sets={"product": 8.0})
    assert outcome.values["ratio"] == 2.0
    assert set(outcome.inputs) == {"product", "base"}


def test_set_of_an_unknown_name_names_the_nearest():
    with pytest.raises(InputError, match="Did you mean product"):
        run({"left": 2.0, "right": 3.0}, sets={"prodct": 8.0})


@pytest.mark.parametrize("base", [0.0, 1e-320])
def test_a_result_that_is_not_finite_is_bad_input(base):
    with pytest.raises(InputError, match=r"not a finite number|no finite number"):
        run({"left": 1e300, "right": 3.0, "base": base}, ("ratio",))


def test_quantiles_of_a_float_are_the_float():
    assert quantiles(3) == (3.0, 3.0, 3.0)


def test_inputs_nobody_read_are_known():
    asked = Question("train", date(2026, 1, 1), numbers={"left": 1.0, "right": 2.0, "base": 3.0})
    inputs = Inputs(asked)
    outcome = evaluate(CHAIN, inputs, ("product",))
    assert [item.name for item in inputs.unread(outcome.plan.inputs)] == ["base"]
