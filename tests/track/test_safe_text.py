"""Text in CSV files: what a spreadsheet would run is guarded, all else stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.track.safe_text import original_text, safe_text

# OWASP, "CSV Injection": the characters with which spreadsheets begin a formula.
STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


@pytest.mark.parametrize("start", STARTS)
def test_what_begins_a_formula_is_guarded(start):
    assert safe_text(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["", "gpt-4o", "a=b", "-12.50", "+3", "-1e-7", "{}", "2026-05-01T00:00:00Z"])
def test_numbers_and_plain_words_stay(text):
    assert safe_text(text) == text


@pytest.mark.parametrize("text", ["-1+1", "+1-555-0100", " =1+1", "'=1+1", "-"])
def test_what_only_looks_harmless_is_guarded(text):
    assert safe_text(text) == f"'{text}"


@given(st.text("'=+-@\t\r\n 1aé＝", max_size=6) | st.text(max_size=20))
def test_taking_the_guard_away_gives_what_was_written(text):
    assert original_text(safe_text(text)) == text


@given(st.text(max_size=20))
def test_guarding_changes_nothing_but_the_first_sign(text):
    assert safe_text(text).removeprefix("'") == text.removeprefix("'") or safe_text(text) == f"'{text}"
