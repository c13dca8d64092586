"""By what spend is told apart, and which rows are meant."""

from datetime import date
from fractions import Fraction

import pytest
from small_ledger import accounts_of, event

from farthing.ledger.events import BY_NAME
from farthing.track.dimensions import Asked, Condition, Window, read_conditions, read_dimensions
from farthing.units.problem import InputError

# Sunday, March 1st, is the last day of a week that began in February; March 2nd is a Monday.
EVENTS = (
    event(at="2026-02-28T23:59:59.999999Z", input_tokens=1, tags={"feature": "tag", "lane": "a=b"}),
    event(at="2026-03-01T00:00:00Z", input_tokens=20, feature="chat"),
    event(at="2026-03-01T23:30:00Z", input_tokens=300, team="it's", tags={"lane": "left"}),
    event(at="2026-03-02T00:00:00Z", input_tokens=4_000, team="it's"),
    event(at="2025-12-31T12:00:00Z", input_tokens=50_000, status="error"),
)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    return accounts_of(tmp_path_factory.mktemp("ledger"), EVENTS)


def by(accounts, *dimensions):
    found = accounts.account(Asked(dimensions)).usd
    return {key if len(key) > 1 else key[0]: usd for key, usd in found.items()}


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("minute", {"2025-12-31 12:00": 50_000, "2026-02-28 23:59": 1, "2026-03-01 00:00": 20,
                    "2026-03-01 23:30": 300, "2026-03-02 00:00": 4_000}),
        ("hour", {"2025-12-31 12": 50_000, "2026-02-28 23": 1, "2026-03-01 00": 20,
                  "2026-03-01 23": 300, "2026-03-02 00": 4_000}),
        ("day", {"2025-12-31": 50_000, "2026-02-28": 1, "2026-03-01": 320, "2026-03-02": 4_000}),
        ("week", {"2025-12-29": 50_000, "2026-02-23": 321, "2026-03-02": 4_000}),
        ("month", {"2025-12": 50_000, "2026-02": 1, "2026-03": 4_320}),
        ("year", {"2025": 50_000, "2026": 4_321}),
        ("team", {"": 50_021, "it's": 4_300}),
        ("feature", {"": 54_301, "chat": 20}),
        ("tag:feature", {"": 54_301, "chat": 20}),
        ("tag:lane", {"": 54_020, "a=b": 1, "left": 300}),
        ("tag:it's", {"": 54_321}),
    ],
)  # fmt: skip
def test_groups_are_named_as_people_say_them(accounts, dimension, expected):
    assert by(accounts, dimension) == expected


def test_several_dimensions_are_told_in_their_order(accounts):
    assert by(accounts, "month", "team") == {
        ("2025-12", ""): 50_000,
        ("2026-02", ""): 1,
        ("2026-03", ""): 20,
        ("2026-03", "it's"): 4_300,
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["team=it's"], 4_300),
        (["team!=it's"], 50_021),
        (["team="], 50_021),
        (["month=2026-02|2025-12"], 50_001),
        (["week=2026-02-23"], 321),
        (["hour=2026-03-01 23"], 300),
        (["minute=2026-03-01 23:30"], 300),
        (["tag:lane=a=b"], 1),
        (["tag:lane!="], 301),
        (["team=it's", "day=2026-03-02"], 4_000),
        (["status!=ok", "year=2026"], 0),
    ],
)
def test_conditions_choose_rows(accounts, words, expected):
    found = accounts.account(Asked((), read_conditions(words, BY_NAME)))
    assert found.total_usd == expected


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, date(2026, 3, 1), 50_001),
        (date(2026, 3, 1), None, 4_320),
        (date(2026, 3, 1), date(2026, 3, 2), 320),
        (date(2026, 3, 3), None, 0),
    ],
)
def test_a_window_ends_before_its_last_day(accounts, since, until, expected):
    assert accounts.account(Asked(window=Window(since, until))).total_usd == Fraction(expected)


def test_dimensions_are_read_once_each_in_order():
    assert read_dimensions(["model, tag:team", "day,model"], BY_NAME, "--by") == ("model", "tag:team", "day")


def test_all_unknown_dimensions_are_named_at_once():
    with pytest.raises(InputError) as refused:
        read_dimensions(["modle,tag:,input_tokens,day"], BY_NAME, "--by")
    problems = refused.value.problems
    assert [problem.what.split()[0].strip("'\"`") for problem in problems] == [
        "modle",
        "input_tokens",
        "tag:",
    ]
    assert "model" in problems[0].fix
    assert {problem.where for problem in problems} == {"--by"}


def test_conditions_are_read():
    found = read_conditions(["team=search", "status!=ok|cached", "tag:lane=a=b"], BY_NAME)
    assert found == (
        Condition("team", ("search",)),
        Condition("status", ("ok", "cached"), negated=True),
        Condition("tag:lane", ("a=b",)),
    )


@pytest.mark.parametrize("word", ["team", "=x", "!=x", "modle=x", "team,model=x"])
def test_what_is_no_condition_is_refused(word):
    with pytest.raises(InputError) as refused:
        read_conditions([word], BY_NAME)
    assert refused.value.problems[0].where == "--where"


def test_all_conditions_that_are_none_are_named_at_once():
    with pytest.raises(InputError) as refused:
        read_conditions(["team", "model=x", "modle=x"], BY_NAME)
    assert [problem.code for problem in refused.value.problems] == ["bad-value", "unknown-column"]
