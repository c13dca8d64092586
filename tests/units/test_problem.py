"""Problems read well, and the nearest names are the ones meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.units.problem import LONGEST_QUOTE, InputError, Problem, did_you_mean, nearest, quoted

GPUS = ["h100-sxm", "h100-pcie", "h200-sxm", "a100-sxm-80gb", "b200"]


def test_a_problem_reads_as_one_line():
    problem = Problem("too_low", "error", "--count", "'0' is no count", "it must be positive", "Write 512")
    assert str(problem) == "--count: '0' is no count; it must be positive. Write 512."
    assert str(Problem("x", "note", "", "It happened", "", "")) == "It happened."
    assert str(Problem("x", "note", "", "It happened", "", "Was it so?")) == "It happened. Was it so?"


def test_an_error_carries_all_its_problems():
    problems = [Problem("a", "error", "x", "one", "", ""), Problem("b", "warning", "y", "two", "", "")]
    error = InputError(problems)
    assert error.problems == tuple(problems)
    assert str(error) == "x: one.\ny: two."


@pytest.mark.parametrize(
    ("word", "first"),
    [("H100 SMX", "h100-sxm"), ("h100sxm", "h100-sxm"), ("a100", "a100-sxm-80gb"), ("B-200", "b200")],
)
def test_the_nearest_name_is_the_one_meant(word, first):
    assert nearest(word, GPUS)[0] == first


def test_nothing_is_near_to_nonsense():
    assert nearest("zzzz", GPUS) == []
    assert nearest("---", GPUS) == []
    assert did_you_mean("zzzz", GPUS) == ""
    assert did_you_mean("h100", GPUS) == "Did you mean h100-pcie or h100-sxm?"


def test_only_the_best_few_are_named():
    assert len(nearest("h", [f"h{n}" for n in range(9)])) == 3
    assert nearest("h", ["h", "h"]) == ["h"]


@given(st.text())
def test_a_quotation_is_short_and_printable(text):
    shown = quoted(text)
    assert shown.isprintable()
    assert len(shown) <= LONGEST_QUOTE + 2
