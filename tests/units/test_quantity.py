"""Quantities as people write them: worlds worked out by hand, and properties that hold for all."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from farthing.units.grammar import LONGEST
from farthing.units.kinds import RULES, Floor, Kind
from farthing.units.problem import InputError
from farthing.units.quantity import ABOUT_NOTE, UNIFORM_NOTE, parse, parse_as, parse_quantity
from farthing.units.spread import Spread

WORLDS = Path(__file__).parent / "worlds"


def worlds(name):
    rows = yaml.safe_load((WORLDS / name).read_text(encoding="utf-8"))
    return [pytest.param(row, id=f"{row['text'][:20]}-{row['kind']}") for row in rows]


@pytest.mark.parametrize("world", worlds("quantities.yaml"))
def test_what_people_write_is_read(world):
    quantity = parse_quantity(world["text"], Kind(world["kind"]), "--x")
    assert quantity.currency == world.get("currency")
    if "value" in world:
        assert quantity.value == world["value"]
    else:
        assert isinstance(quantity.value, Spread)
        assert quantity.value.p05 == pytest.approx(world["p05"], rel=1e-9)
        assert quantity.value.p95 == pytest.approx(world["p95"], rel=1e-9)


@pytest.mark.parametrize("world", worlds("refusals.yaml"))
def test_what_cannot_be_read_is_said_so(world):
    with pytest.raises(InputError) as caught:
        parse(world["text"], Kind(world["kind"]), "--x")
    (problem,) = caught.value.problems
    assert problem.code == world["code"]
    assert problem.where == "--x"
    assert world["fix"] in problem.fix


@pytest.mark.parametrize("kind", list(Kind))
def test_the_example_of_every_kind_is_legal(kind):
    assert parse(RULES[kind].example, kind, "--x") >= 0


@given(st.text(max_size=LONGEST), st.sampled_from(list(Kind)))
def test_any_text_is_read_or_refused_with_a_way_out(text, kind):
    refused = None
    try:
        parse_quantity(text, kind, "--x")
    except InputError as error:
        refused = error
    if refused is not None:
        assert all(problem.fix for problem in refused.problems)
        assert str(refused).isprintable()


@given(st.text("0123456789.,-~$€ %kMBT/hto", max_size=40), st.sampled_from(list(Kind)))
def test_near_misses_are_read_or_refused(text, kind):
    try:
        value = parse_quantity(text, kind, "--x").value
    except InputError:
        return
    low, high = (value.p05, value.p95) if isinstance(value, Spread) else (value, value)
    assert low <= high


def test_absurdly_long_text_is_refused_without_being_read():
    with pytest.raises(InputError) as caught:
        parse("9" * 10**6, Kind.NUMBER, "--x")
    assert caught.value.problems[0].code == "too_long"
    assert len(str(caught.value)) < 300


def test_foreign_money_needs_a_rate():
    with pytest.raises(InputError, match="dated exchange rate") as caught:
        parse("£299/month", Kind.MONEY_PER_MONTH, "--price")
    assert "--fx GBP=RATE@DATE" in caught.value.problems[0].fix


def test_what_was_assumed_is_noted():
    assert parse_quantity("~5", Kind.NUMBER, "--x").note == ABOUT_NOTE
    assert parse_quantity("0..40%", Kind.SHARE, "--x").note == UNIFORM_NOTE
    assert parse_quantity("2..3", Kind.NUMBER, "--x").note == ""


def test_a_floor_can_be_moved():
    assert parse("0", Kind.COUNT, "--x", Floor.NOT_NEGATIVE) == 0
    assert parse("-$5", Kind.MONEY, "--x", Floor.NONE) == -5
    with pytest.raises(InputError, match="zero or more"):
        parse("-1", Kind.COUNT, "--x", Floor.NOT_NEGATIVE)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("30", "wall_clock_days", 30),
        ("30 days", "wall_clock_days", 30),
        ("80 GiB", "peak_mem_gib", 80),
        ("40%", "mfu", 0.4),
        ("$2.50/h", "rent_usd_per_gpu_hour", 2.5),
        ("94,080", "gpu_hours", 94080),
        ("1.5 s", "ttft_ms", 1500),
        ("3.35 TB/s", "hbm_byte_per_s", 3.35e12),
        ("3350000000000", "hbm_byte_per_s", 3.35e12),
        ("1.4", "tokens_per_s_per_gpu", 1.4),
    ],
)
def test_a_name_tells_its_unit(text, name, value):
    assert parse_as(text, name, "--set").value == value


@given(st.floats(1e-6, 1e15), st.floats(1.001, 1e3))
def test_a_range_keeps_its_ends(low, ratio):
    value = parse(f"{low!r}..{low * ratio!r}", Kind.NUMBER, "--x")
    assert value.p05 == pytest.approx(low, rel=1e-9)
    assert value.p95 == pytest.approx(low * ratio, rel=1e-9)


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == 0 or 1e-90 < abs(x) < 1e90))
def test_a_number_is_read_to_the_last_digit(value):
    assert parse(repr(value), Kind.NUMBER, "--x") == value
