"""Rounded tables: rows and columns add up, and no cell is off by a whole last place."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from farthing.track.shown_sums import largest_remainder, places_of, rounded_sums

AMOUNTS = st.fractions(-1000, 1000, max_denominator=999)


NAMES = st.text("abc", min_size=1, max_size=3)


def tables(rows):
    return st.dictionaries(NAMES, st.lists(AMOUNTS, min_size=rows, max_size=rows), min_size=1, max_size=5)


@given(st.integers(1, 6).flatmap(tables), st.integers(0, 4))
def test_everything_adds_up(columns, places):
    shown = rounded_sums(columns, places)
    scale = 10**places
    whole = sum((sum(cells, Fraction(0)) for cells in columns.values()), Fraction(0))
    assert sum(sum(cells) for cells in shown.values()) == Fraction(round(whole * scale), scale)
    for name, cells in columns.items():
        assert all((cell * scale).denominator == 1 for cell in shown[name])
        assert all(abs(old - new) < Fraction(1, scale) for old, new in zip(cells, shown[name], strict=True))
        assert abs(sum(cells, Fraction(0)) - sum(shown[name])) < Fraction(1, scale)


@given(st.lists(AMOUNTS, max_size=6))
def test_exact_amounts_stay_exact(parts):
    columns = {"a": [Fraction(round(part * 10**15), 10**15) for part in parts]}
    assert rounded_sums(columns, places_of(columns)) == columns


def test_the_largest_remainders_get_what_is_missing():
    parts = [Fraction(133, 100), Fraction(126, 100), Fraction(141, 100)]
    assert largest_remainder(parts, Fraction(4), 1) == [Fraction(13, 10), Fraction(13, 10), Fraction(14, 10)]
