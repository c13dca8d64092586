"""Files of budgets: what they mean, and that every slip is said with its line."""

from fractions import Fraction

import pytest

from farthing.track.budget_file import read_budgets
from farthing.track.budget_terms import Threshold
from farthing.track.dimensions import Condition
from farthing.units.problem import InputError

HOOK = "https://hooks.example.com/T0/secret-path"


def read(text):
    return read_budgets(text, "budgets.yaml")


def one(said):
    return read(f"budgets:\n  - {{name: team, amount: 100, {said}}}\n")[0]


def slips(text):
    with pytest.raises(InputError) as caught:
        read(text)
    return caught.value.problems


def test_a_budget_says_whose_spend_how_much_and_when():
    found = read("""
budgets:
  - name: search team
    where: [team=search, model=a|b]
    amount: 5,000
    soft: [80%, forecast 100%]
    alerts: [{webhook: "https://hooks.example.com/x", secret_env: NAME}]
  - name: all
    amount: £4,000.50
    hard: none
""")
    search, everything = found
    assert search.where == (Condition("team", ("search",)), Condition("model", ("a", "b")))
    assert str(search.amount) == "5000 USD"
    assert search.thresholds == (
        Threshold(Fraction(4, 5)),
        Threshold(Fraction(1), "forecast"),
        Threshold(Fraction(1), is_hard=True),
    )
    assert search.period.repeats == "month"
    assert (str(everything.amount), everything.hard, everything.scope) == ("4000.5 GBP", None, "everything")


def test_dates_count_both_of_their_ends():
    assert str(one("from: 2026-11-01, to: 2026-11-30").period.once.until) == "2026-12-01"


@pytest.mark.parametrize(
    ("said", "line", "what"),
    [
        ("amonut: 5", 2, "amonut"),
        ("where: [tema=search]", 2, "tema"),
        ("soft: 80", 2, "percent|share"),
        ("hard: lots", 2, "share"),
        ("period: fortnight", 2, "fortnight"),
        ("period: week, starts: 3", 2, "week"),
        ("starts: 31", 2, "31"),
        ("period: year, starts: 13-01", 2, "13-01"),
        ("from: 2026-11-01", 2, "days"),
        ("from: 2026-11-02, to: 2026-11-01", 2, "before"),
        ("from: 2026-11-02, to: 2026-11-31", 2, "2026-11-31"),
        ("from: 2026-11-01, to: 2026-11-30, period: month", 2, "days"),
        ("from: 2026-11-01, to: 2026-11-30, rollover: true", 2, "roll over"),
        ("from: 2026-11-02, to: 9999-12-31", 2, "ends"),
        ("from: 2026-11-02, to: 2046-12-31", 2, "days"),
        ("currency: XYZ", 2, "XYZ"),
        ("alerts: [{}]", 2, "address"),
        ("alerts: [{webhook: 'http://hooks.example.com/x'}]", 2, "hooks.example.com"),
        ("alerts: [{webhook: 'ftp://hooks.example.com'}]", 2, "hooks.example.com"),
        ("alerts: [{webhook: 'https://u:p@hooks.example.com'}]", 2, "hooks.example.com"),
        ("alerts: [{webhook: 'https://hooks.example.com', secret_env: A, secret_file: b}]", 2, "secret_env"),
    ],
)
def test_slips_are_said_with_their_line(said, line, what):
    with pytest.raises(InputError, match=what) as caught:
        one(said)
    assert {problem.where for problem in caught.value.problems} == {f"budgets.yaml:{line}"}


def test_all_slips_are_said_at_once():
    found = slips("budgets:\n  - name: a\n    amount: much\n    soft: x\n  - name: b\n    amout: 3\n")
    assert [problem.where for problem in found] == [f"budgets.yaml:{line}" for line in (3, 4, 6, 5)]
    assert "amount" in found[2].fix


def test_two_budgets_of_one_name_and_files_without_any_are_refused():
    twice = slips("budgets:\n  - {name: a, amount: 1}\n  - {name: a, amount: 2}\n")
    assert [problem.where for problem in twice] == ["budgets.yaml:3"]
    for text in ("", "budgets: []", "- a", "budget: []", "budgets:\n  a: 1"):
        assert slips(text)


def test_addresses_on_this_machine_need_no_https_and_paths_are_never_shown():
    for url in ("http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:3/x", HOOK):
        (target,) = one(f"alerts: [{{webhook: '{url}'}}]").alerts
        assert target.url == url
        assert "x" not in target.shown.removeprefix("hooks.example")
    (target,) = one("alerts: [{webhook: 'http://hooks.example.com/x', insecure: true}]").alerts
    assert target.insecure
