"""What a check says about doubtful prices: each slip in a small catalog that is sound otherwise."""

from fractions import Fraction

import pytest

from farthing.catalog.check import folder_problems
from farthing.catalog.price_bounds import doubt, jumps

ROW = {
    "provider": "acme", "model": "m", "valid_from": "2026-01-01", "valid_to": "2026-06-01",
    "amounts": '{input: "3", output: "15"}', "source": "sheet", "date": "2026-01-01", "confidence": "A",
}  # fmt: skip
RULE = {
    "provider": "acme", "tier": "batch", "multiply": '"0.5"', "valid_from": "2026-01-01",
    "source": "sheet", "date": "2026-01-01", "confidence": "A",
}  # fmt: skip


def line(known, changes):
    said = {**known, **changes}
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in said.items() if value) + "}\n"


def rows(*changes):
    return "prices:\n" + "".join(line(ROW, change) for change in changes)


def found(folder, text, label="prices/acme.yaml"):
    return folder_problems(folder.write(label, text).root)


def codes(folder, *changes):
    return [problem.code for problem in found(folder, rows(*changes))]


def test_sound_rows_are_sound(folder):
    closed = {"valid_from": "2026-06-01", "valid_to": "", "amounts": '{input: "2", output: "10"}'}
    searches = {"per": "1K searches", "amounts": '{web_search: "10"}', "window": "{days: mon-fri}"}
    assert found(folder, rows({}, closed, searches)) == ()


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"amounts": '{inptu: "3"}'}, "unknown-meter", "No meter is called 'inptu'"),
        ({"amounts": '{input: "0.00001"}'}, "odd-price", "less than any price so far"),
        ({"amounts": '{input: "10001"}'}, "odd-price", "more than any price so far"),
        ({"amounts": '{input: "0"}'}, "odd-price", "free: true"),
        ({"per": "1K searches"}, "odd-price", "is counted by the token"),
        ({"per": "a few"}, "odd-price", "no amount of anything"),
        ({"currency": "GBP"}, "odd-price", "No exchange rate for GBP"),
        ({"window": "{days: never}"}, "odd-price", "window cannot be read"),
        ({"window": '{hours: "9-5"}'}, "odd-price", "window cannot be read"),
        ({"window": '{hours: "23:00-24:30"}'}, "odd-price", "window cannot be read"),
        ({"valid_to": "2026-01-01"}, "odd-period", "begins on 2026-01-01 and ends"),
        ({"valid_from": "2026-02-30"}, "odd-period", "no day of the calendar"),
        ({"source": "shet"}, "unknown-source", "'shet' is not described"),
    ],
)
def test_each_slip_is_found_with_its_line(folder, change, code, said):
    problems = found(folder, rows({}, {"model": "other", **change}))
    assert {problem.code for problem in problems} == {code}
    assert said in problems[0].what
    assert problems[0].where.startswith("prices/acme.yaml:3 ")


def test_odd_prices_may_be_confirmed(folder):
    assert codes(folder, {"amounts": '{input: "10001"}', "confirm": "a cluster of its own"}) == []
    assert codes(folder, {"amounts": '{input: "0"}', "free": "true"}) == []
    assert codes(folder, {"per": "image", "amounts": '{image: "20000"}'}) == []


def test_two_prices_on_one_day_are_found_once_for_each_meter(folder):
    again = {"valid_from": "2026-05-31", "valid_to": "", "amounts": '{input: "2"}'}
    assert codes(folder, {}, again) == ["odd-price"]
    assert codes(folder, {}, {**again, "tier": "batch"}) == []
    assert codes(folder, {}, {**again, "amounts": '{cache_read: "1"}'}) == []


def test_a_jump_needs_a_reason(folder):
    jump = {"valid_from": "2026-06-01", "valid_to": "", "amounts": '{input: "31"}'}
    assert codes(folder, {}, jump) == ["odd-price"]
    assert codes(folder, {}, {**jump, "confirm": "another model under the name"}) == []
    assert codes(folder, {}, {**jump, "amounts": '{input: "30"}'}) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"multiply": '"0.001"'}, "odd-price"),
        ({"multiply": '"11"'}, "odd-price"),
        ({"tier": ""}, "odd-price"),
        ({"meters": "[inptu]"}, "unknown-meter"),
        ({"valid_to": "2025-01-01"}, "odd-period"),
    ],
)
def test_rules_are_looked_at_too(folder, change, code):
    problems = found(folder, "rules:\n" + line(RULE, change), "prices/rules.yaml")
    assert [problem.code for problem in problems] == ([code] if code else [])


def test_a_model_does_not_retire_before_it_is_launched(folder):
    life = {"provider": "acme", "model": "m", "source": "sheet", "date": "2026-01-01", "confidence": "A"}
    text = "lives:\n" + line(life, {"launched": "2026-01-01", "retired": "2025-06"})
    assert [problem.code for problem in found(folder, text, "prices/lives.yaml")] == ["odd-period"]
    text = "lives:\n" + line(life, {"launched": "2026-01-01", "retired": "2026-06"})
    assert found(folder, text, "prices/lives.yaml") == ()


def test_bounds_are_of_dollars_and_nothing_is_no_jump():
    in_yen = {"confirmed": False, "free": False, "usd_per_unit": Fraction(1, 150)}
    assert doubt("300", 10**6, "input", **in_yen) == ""
    assert "less than any" in doubt("0.01", 10**6, "input", **in_yen)
    assert not jumps(Fraction(0), Fraction(100))
    assert not jumps(Fraction(1), Fraction(10))
    assert jumps(Fraction(101), Fraction(10))
