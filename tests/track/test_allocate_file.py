"""Files of rules: every slip is said with its line."""

import pytest

from farthing.track.allocate_file import read_rules
from farthing.units.problem import InputError

HEAD = "to: team\npools:\n"


def problems(text):
    with pytest.raises(InputError) as caught:
        read_rules(text, "rules.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("pool", "what"),
    [
        ("name: a", "cost"),
        ("name: a, cost: {}", "one kind"),
        ("name: a, cost: {amount: 1, where: [team=x]}", "one kind"),
        ("name: a, cost: {amount: lots}", "lots"),
        ("name: a, cost: {where: [tema=x]}", "tema"),
        ("name: a, cost: {amount: 1}, shared: even", "shared"),
        ("name: a, cost: {amount: 1}, share: fair", "share"),
        ("name: a, cost: {amount: 1}, share: {fixed: {a: 50%, b: 40%}}", "add up to 90%"),
        ("name: a, cost: {amount: 1}, share: {fixed: {a: 50%, b: 1}}", "in percent"),
        ("name: a, cost: {amount: 1}, share: {fixed: {a: 0}}", "add up to 0"),
        ("name: a, cost: {amount: 1}, share: {fixed: {a: much}}", "fixed|share"),
        ("name: a, cost: {amount: 1}, share: {}", "one way"),
        ("name: a, cost: {amount: 1}, share: {usage: {metric: tokens}}", "tokens"),
        ("name: a, cost: {amount: 1}, share: {usage: {metric: model}}", "model"),
        ("name: a, cost: {amount: 1}, idle: even", "idle"),
        ("name: a, cost: {where: [team=x]}, reserved_gpus: 3", "idle"),
        ('name: a, cost: {amount: 1}, share: {fixed: {"pool:b": 1}}', "no pool 'b'"),
        ("name: unnamed bills, cost: {amount: 1}", "another pool"),
    ],
)
def test_slips_in_pools_are_said_with_their_line(pool, what):
    found = problems(f"{HEAD}  - {{{pool}}}\n")
    assert {problem.where for problem in found} == {"rules.yaml:3"}
    assert what.split("|")[0] in " ".join(f"{problem.what} {problem.fix}" for problem in found)


def test_all_slips_are_said_at_once():
    text = "to: tema\nbils: keep\npools:\n  - {name: a, cost: {}}\n  - {name: a, cost: {amount: 1}}\n"
    assert [problem.where for problem in problems(text)] == ["rules.yaml:2"]
    found = problems(text.replace("bils: keep", "bills: keep"))
    assert [problem.where for problem in found] == ["rules.yaml:4", "rules.yaml:5", "rules.yaml:1"]


@pytest.mark.parametrize("text", ["", "- a", "pools: []", "to: day", "to: a,b", "to: team\npools: 3"])
def test_files_that_say_nothing_usable_are_refused(text):
    assert problems(text)


def test_a_circle_of_pools_is_named():
    pool = '  - {{name: {}, cost: {{amount: 1}}, share: {{fixed: {{"pool:{}": 1}}}}}}\n'
    found = problems(HEAD + pool.format("a", "b") + pool.format("b", "c") + pool.format("c", "a"))
    assert len(found) == 1
    assert all(f" {name}" in f" {found[0].what}" for name in "abc")
    alone = problems(HEAD + pool.format("a", "a"))
    assert "a → a" in alone[0].what
