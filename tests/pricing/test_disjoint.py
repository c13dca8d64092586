"""Inclusive counts made disjoint, and refused where parts are more than their whole."""

from fractions import Fraction

import numpy as np
import pytest
from handmade import bill, row, sku
from hypothesis import given
from hypothesis import strategies as st

from farthing.pricing.disjoint import WITHIN, disjoint
from farthing.units.meters import METERS
from farthing.units.problem import InputError

COUNTS = st.integers(0, 2**40)


def columns(**counts):
    return {meter: np.array(np.atleast_1d(count), dtype=np.int64) for meter, count in counts.items()}


def single(**counts):
    return {meter: int(column[0]) for meter, column in disjoint(columns(**counts)).items()}


def test_o1_of_openai_counts_its_cached_tokens_as_input():
    model = sku(row(input="2.50", cache_read="1.25", output="10"))
    assert bill(model, **single(input=2006, cache_read=1920, output=300)) == Fraction("0.005615")


def test_x1_more_cached_than_input_is_refused_with_its_rows():
    with pytest.raises(InputError) as error:
        disjoint(columns(input=range(30), cache_read=[15] * 30, output=[1] * 30), first_row=2)
    (problem,) = error.value.problems
    assert problem.code == "parts-exceed-whole"
    assert problem.where == "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"
    assert "15 rows in all" in problem.what


def test_all_wholes_are_told_at_once():
    with pytest.raises(InputError) as error:
        disjoint(columns(input=5, cache_read=3, cache_write=3, output=1, reasoning=2))
    assert [problem.where for problem in error.value.problems] == ["row 1", "row 1"]


def test_a_negative_count_is_refused():
    with pytest.raises(InputError, match="row 2: the count of cache_read is negative"):
        disjoint(columns(input=[5, 5], cache_read=[3, -3]))


def test_cached_audio_is_taken_from_both_and_once_from_the_whole():
    given_counts = {"input": 1000, "cache_read": 300, "input_audio": 500, "cache_read_audio": 100}
    assert single(**given_counts) == {
        "input": 300, "cache_read": 200, "input_audio": 400, "cache_read_audio": 100,
    }  # fmt: skip


def test_a_lifetime_counts_in_the_input_though_nobody_says_what_was_written():
    assert single(input=100, cache_write_1h=30) == {"input": 70, "cache_write_1h": 30}


def test_reasoning_beside_output_is_left_alone():
    beside = {meter: wholes for meter, wholes in WITHIN.items() if meter != "reasoning"}
    found = disjoint(columns(output=500, reasoning=700), beside)
    assert int(found["output"][0]) == 500


def test_no_sum_of_parts_passes_64_bits():
    most = 2**63 - 1
    with pytest.raises(InputError, match="is less than"):
        disjoint(columns(input=most, cache_read=most, input_audio=most, cache_write=most))


def test_no_rows():
    assert len(disjoint(columns(input=[], cache_read=[]))["input"]) == 0


@given(st.fixed_dictionaries({meter: COUNTS for meter, known in METERS.items() if known.is_tokens}))
def test_totals_of_disjoint_counts_lead_back_to_them(parts):
    def contains(whole, meter):
        return any(above == whole or contains(whole, above) for above in WITHIN.get(meter, ()))

    totals = {
        meter: count + sum(parts[other] for other in parts if contains(meter, other))
        for meter, count in parts.items()
    }
    assert single(**totals) == parts
