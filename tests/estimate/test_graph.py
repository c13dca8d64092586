"""The graph orders formulas by their argument names and says what it lacks."""

import numpy as np
import pytest

from farthing.estimate.graph import missing, names_of, plan
from farthing.units.problem import InputError


def area(width, height):
    return width * height


def volume(area, depth):
    return area * depth


def weight(volume, density):
    return volume * density


CHAIN = (weight, volume, area)
KNOWN = frozenset({"width", "height", "depth", "density"})


def test_steps_come_in_an_order_that_works():
    steps = plan(CHAIN, KNOWN, ("weight",)).steps
    assert [step.name for step in steps] == ["area", "volume", "weight"]


def test_only_what_is_wanted_is_planned():
    made = plan(CHAIN, KNOWN, ("area",))
    assert [step.name for step in made.steps] == ["area"]
    assert made.inputs == {"width", "height"}


def test_a_known_name_replaces_its_formula_and_frees_its_inputs():
    made = plan(CHAIN, frozenset({"volume", "density"}), ("weight",))
    assert [step.name for step in made.steps] == ["weight"]
    assert made.run({"volume": 2.0, "density": 3.0})["weight"] == 6.0


def test_a_wanted_name_that_is_known_needs_no_step():
    assert plan(CHAIN, frozenset({"weight"}), ("weight",)).run({"weight": 5.0}) == {"weight": 5.0}


def test_every_missing_input_is_named_with_the_formula_that_needs_it():
    with pytest.raises(InputError) as caught:
        plan(CHAIN, frozenset({"width", "depth"}), ("weight",))
    found = {problem.where: problem.why for problem in caught.value.problems}
    assert found == {"height": "needed by area", "density": "needed by weight"}


def test_missing_lists_what_a_chain_lacks():
    assert missing(CHAIN, frozenset({"width", "depth"}), ("weight",)) == ("height", "density")


def test_a_wanted_name_that_nobody_makes_is_missing():
    with pytest.raises(InputError, match="price is not known"):
        plan(CHAIN, KNOWN, ("price",))


def test_a_circle_is_our_mistake_and_names_itself():
    def hen(egg):
        return egg

    def egg(hen):
        return hen

    with pytest.raises(ValueError, match=r"circle: (hen <- egg <- hen|egg <- hen <- egg)"):
        plan((hen, egg), frozenset(), ("hen",))


def test_two_formulas_of_one_name_are_our_mistake():
    def other(width):
        return width

    other.__name__ = "area"
    with pytest.raises(ValueError, match="two formulas"):
        plan((area, other), KNOWN, ("area",))


def test_a_plan_runs_on_arrays_as_on_floats():
    made = plan(CHAIN, KNOWN, ("weight",))
    widths = np.array([1.0, 2.0, 3.0])
    rest = {"height": 2.0, "depth": 5.0, "density": 0.5}
    together = made.run({"width": widths, **rest})["weight"]
    assert together.tolist() == [made.run({"width": w, **rest})["weight"] for w in widths.tolist()]


def test_names_of_a_chain_are_its_formulas_and_their_arguments():
    assert names_of(CHAIN) == KNOWN | {"area", "volume", "weight"}


def test_a_value_needs_its_arguments_and_theirs():
    made = plan(CHAIN, KNOWN, ("weight",))
    assert made.needs("volume") == {"volume", "area", "depth", "width", "height"}
