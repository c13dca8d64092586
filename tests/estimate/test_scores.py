"""Scores against hand calculations."""

import math

import pytest

from farthing.estimate.scores import Pair, by_group, score

ONE, OTHER = ("a", "m", "x"), ("b", "m", "x")
PAIRS = [
    Pair(100, 90, 110, 120, ONE),  # error 0.10, inside
    Pair(100, 90, 130, 140, ONE),  # error 0.30, inside
    Pair(100, 40, 50, 80, OTHER),  # error 0.50, outside by log(100/80)
    Pair(100, math.nan, math.nan, math.nan, OTHER),
]


def test_each_figure_by_hand():
    found = score(PAIRS)
    assert found.n == 3
    assert found.answered == 0.75
    assert found.median == 0.3
    assert found.macro_median == pytest.approx((0.2 + 0.5) / 2)
    assert found.mean == 0.3
    assert found.p90 == 0.5
    assert found.within_25 == pytest.approx(1 / 3, abs=1e-4)
    assert found.bias == pytest.approx(0.1)
    assert found.coverage_80 == pytest.approx(2 / 3, abs=1e-4)
    widths = [math.log(120 / 90), math.log(140 / 90), math.log(80 / 40)]
    assert found.interval_score == pytest.approx((sum(widths) + 10 * math.log(100 / 80)) / 3, abs=1e-4)
    assert found.interval_width == pytest.approx(140 / 90, abs=1e-4)


def test_nothing_answered_has_no_score():
    assert score([PAIRS[-1]]) is None
    assert score([]) is None


def test_groups_come_largest_first_and_unanswered_ones_not_at_all():
    found = by_group([*PAIRS[:3], Pair(1, *[math.nan] * 3, ("c", "", ""))], lambda pair: pair.group[0])
    assert list(found) == ["a", "b"]
    assert found["a"].n == 2
