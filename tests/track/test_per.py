"""What a cost can be for, and how many there were."""

import pytest
from small_ledger import accounts_of, event

from farthing.track.dimensions import Asked, Condition
from farthing.track.per import read_per
from farthing.units.problem import InputError

EVENTS = (
    event(requests=3, customer="acme", team="a", tags={"outcome": "solved"}),
    event(requests=0, customer="acme", team="b", tags={"outcome": "solved"}),
    event(requests=1, customer="", team="b", tags={"outcome": ""}, at="2026-03-03T01:00:00Z"),
    event(
        requests=1,
        customer="initech",
        team="b",
        tags={"other": "x", "day": "late"},
        at="2026-03-03T02:30:00Z",
    ),
)


@pytest.mark.parametrize(
    ("word", "title", "by_team", "whole"),
    [
        ("request", "request", {("a",): 3, ("b",): 2}, 5),
        ("requests", "request", {("a",): 3, ("b",): 2}, 5),
        ("event", "event", {("a",): 1, ("b",): 3}, 4),
        ("customer", "customer", {("a",): 1, ("b",): 2}, 2),
        ("tag:customer", "customer", {("a",): 1, ("b",): 2}, 2),
        ("tag:outcome", "outcome", {("a",): 1, ("b",): 1}, 2),
        ("tag:nobody", "nobody", {("a",): 0, ("b",): 0}, 0),
        ("day", "day", {("a",): 1, ("b",): 2}, 2),
        ("tag:day", "day", {("a",): 0, ("b",): 1}, 1),
        ("hour", "hour", {("a",): 1, ("b",): 3}, 3),
    ],
)
def test_how_many_there_were(tmp_path, word, title, by_team, whole):
    """A customer whom two teams serve is one customer: the whole is not the sum of its groups."""
    per = read_per(word)
    assert per.title == title
    assert accounts_of(tmp_path, EVENTS).counted(Asked(("team",)), per) == (by_team, whole)


def test_only_what_is_asked_for_is_counted(tmp_path):
    asked = Asked((), (Condition("team", ("a",)),))
    assert accounts_of(tmp_path, EVENTS).counted(asked, read_per("tag:outcome")) == ({(): 1}, 1)
    nobody = Asked((), (Condition("team", ("nobody",)),))
    assert accounts_of(tmp_path / "other", EVENTS).counted(nobody, read_per("request")) == ({(): 0}, 0)


def test_nothing_is_asked_for():
    assert read_per(None) is None
    assert read_per("") is None


@pytest.mark.parametrize("word", ["custmer", "tag:", ",", " ", "team,model"])
def test_a_word_that_means_nothing_is_refused(word):
    with pytest.raises(InputError) as refused:
        read_per(word)
    assert refused.value.problems[0].where == "--per"


def test_the_nearest_name_is_offered():
    with pytest.raises(InputError) as refused:
        read_per("custmer")
    assert "customer" in refused.value.problems[0].fix
