"""`budget`: what was spent, to the last decimal, the day a limit is passed, and exit codes, all by hand.

The ledger is synthetic: team search spends $3 a day from 1 September on, team ads $1.50 once a week.
"""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from ledgers_made import ledger

from farthing.app.asking import ask
from farthing.app.budget import budget, look
from farthing.app.spend import spend
from farthing.doors.cli.main import main
from farthing.units.problem import InputError

FIRST = date(2026, 9, 1)
DAYS = 76  # until 15 November


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    lines = [f"s{day},{day}T09:00:00Z,maker,small,1000000,0,search,acme,ok" for day in days]
    lines += [f"a{day},{day}T09:00:00Z,maker,small,500000,0,ads,acme,ok" for day in days[::7]]
    return ledger(tmp_path_factory.mktemp("budget"), tuple(lines))


@pytest.fixture
def written(tmp_path):
    def write(*budgets):
        path = tmp_path / "budgets.yaml"
        path.write_text("budgets:\n" + "".join(f"  - {{{one}}}\n" for one in budgets))
        return str(path)

    return write


def row(found):
    (only,) = found.rows
    return only


def test_what_was_spent_is_exact_and_the_forecast_is_what_a_steady_course_comes_to(place, written):
    path = written("name: search, where: [team=search], amount: 60")
    found = budget(file=path, ledger=place, as_of="2026-11-15")
    assert found.results["spent_usd"].exact == row(found)["spent_usd"] == "45"
    assert found.results["limit_usd"].exact == "60"
    assert row(found)["spent_share"] == 0.75
    assert row(found)["forecast_usd"] == pytest.approx(90, rel=0.02)  # 30 days at $3
    assert row(found)["forecast_p10_usd"] <= row(found)["forecast_usd"] <= row(found)["forecast_p90_usd"]
    # $45 by the 15th and $3 a day: $60 are spent with the 20th and passed on the 21st.
    assert row(found)["exhausted_on"] in ("2026-11-20", "2026-11-21")
    assert found.results["exhausted_on"].name == row(found)["exhausted_on"]
    assert found.results["exhausted_on"].p50 in (5, 6)
    assert row(found)["status"] == "will pass"
    assert found.verdict.startswith("search: $45 of $60 (75%), will pass $60 on 2")


def test_the_day_a_limit_was_passed_is_known(place, written):
    found = budget(
        file=written("name: search, where: [team=search], amount: $31"), ledger=place, as_of="2026-11-15"
    )
    assert row(found)["status"] == "over"
    days = {row(found)[name] for name in ("exhausted_on", "exhausted_on_p10", "exhausted_on_p90")}
    assert days == {"2026-11-11"}  # $30 after ten days
    assert found.results["exhausted_on"].p50 == -4
    assert [problem.code for problem in found.problems if problem.severity == "error"] == ["over-budget"]


def test_a_limit_that_is_met_exactly_is_not_passed(place, written):
    path = written("name: search, where: [team=search], amount: $45, soft: 100%")
    found = budget(file=path, ledger=place, as_of="2026-11-15")
    assert row(found)["status"] in ("will pass", "near")
    assert not any(problem.code == "over-budget" for problem in found.problems)


def test_a_period_of_the_past_is_over_and_a_day_of_the_past_knows_no_more(place, written):
    path = written("name: search, where: [team=search], amount: 100, from: 2026-09-01, to: 2026-09-30")
    whole = budget(file=path, ledger=place, as_of="2026-11-15")
    assert row(whole)["spent_usd"] == "90"
    assert row(whole)["forecast_usd"] == row(whole)["forecast_p90_usd"] == 90
    assert whole.results["exhausted_on"].name == "not in this period"
    assert json.loads(json.dumps(row(whole)))["exhausted_on"] is None
    early = budget(file=path, ledger=place, as_of="2026-09-10")
    assert row(early)["spent_usd"] == "30"


def test_a_day_of_which_nothing_is_known_is_still_to_come(place, written):
    path = written("name: search, where: [team=search], amount: 1000")
    found = row(budget(file=path, ledger=place, as_of="2026-12-01"))
    assert (found["period_start"], found["spent_usd"]) == ("2026-12-01", "0")
    assert found["forecast_usd"] == pytest.approx(93, rel=0.02)  # 31 days of $3


def test_a_period_that_has_not_begun_has_nothing_spent(place, written):
    path = written("name: next year, amount: 100, from: 2026-12-01, to: 2026-12-31")
    found = budget(file=path, ledger=place, as_of="2026-11-15")
    assert (row(found)["spent_usd"], row(found)["status"]) == ("0", "not begun")
    assert row(found)["forecast_usd"] == pytest.approx(31 * 3 + 4.5 * 1.5, rel=0.15)


@pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "year"])
def test_what_was_spent_is_what_spend_says_of_the_same_days(place, written, period):
    found = row(
        budget(file=written(f"name: all, amount: 1000, period: {period}"), ledger=place, as_of="2026-10-20")
    )
    said = spend(ledger=place, since=found["period_start"], until="2026-10-20")
    assert found["spent_usd"] == said.results["total_usd"].exact


def test_what_was_left_over_rolls_over_once(place, written):
    path = written("name: search, where: [team=search], amount: 100, rollover: true")
    found = row(budget(file=path, ledger=place, as_of="2026-11-15"))
    assert (found["limit_usd"], found["carried_usd"]) == ("107", "7")  # October has 31 days of $3
    first = row(budget(file=path, ledger=place, as_of="2026-09-15"))
    assert first["limit_usd"] == "100"  # the ledger knows nothing of August


def test_limits_in_other_currencies_are_held_at_a_dated_rate(place, written):
    path = written("name: search, where: [team=search], amount: £40")
    found = budget(file=path, ledger=place, as_of="2026-11-15", fx="GBP=1.25@2026-11-01")
    assert row(found)["limit_usd"] == "50"
    assert found.verdict.startswith("search: £36 of £40 (90%)")
    known = budget(file=path, ledger=place, as_of="2026-11-15")
    assert Decimal(row(known)["limit_usd"]) > 40
    assert [problem.where for problem in known.problems if problem.code == "currency"] == ["search"]


def test_several_budgets_add_up_and_the_first_day_counts(place, written):
    path = written(
        "name: search, where: [team=search], amount: 60", "name: ads, where: [team=ads], amount: 100"
    )
    found = budget(file=path, ledger=place, as_of="2026-11-15")
    assert [one["name"] for one in found.rows] == ["search", "ads"]  # the worst first
    for name in ("spent_usd", "limit_usd"):
        assert Decimal(found.results[name].exact) == sum(Decimal(one[name]) for one in found.rows)
    assert found.results["exhausted_on"].name == found.rows[0]["exhausted_on"]


def test_what_has_no_price_makes_it_at_least(tmp_path, written):
    place = ledger(tmp_path, ("x,2026-11-02T09:00:00Z,maker,unheard-of,5,5,search,acme,ok",))
    path = written("name: search, amount: 60")
    found = budget(file=path, ledger=place, as_of="2026-11-15")
    assert found.verdict.startswith("search: at least $0 of $60")
    assert row(found)["unpriced_events"] == 1
    arguments = ["budget", path, "--ledger", place, "--as-of", "2026-11-15", "--quiet"]
    assert (main(arguments), main([*arguments, "--strict"])) == (0, 5)


@pytest.mark.parametrize(
    ("amount", "options", "code"),
    [
        (1000, [], 0),
        (60, [], 0),  # will be passed
        (60, ["--fail-on", "forecast"], 3),
        (1000, ["--fail-on", "forecast"], 0),
        (30, [], 3),
        ("30, hard: 200%", [], 0),
        ("30, hard: none", ["--fail-on", "forecast"], 0),
        ("60, hard: forecast 100%", [], 0),
    ],
)
def test_exit_codes(place, written, amount, options, code, capsys):
    path = written(f"name: search, where: [team=search], amount: {amount}")
    assert main(["budget", path, "--ledger", place, "--as-of", "2026-11-15", *options]) == code
    assert "search" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["--json", "--csv", "--md", "--quiet"])
def test_every_form_can_be_read(place, written, form, capsys):
    path = written("name: search, where: [team=search], amount: 1000")
    assert main(["budget", path, "--ledger", place, "--as-of", "2026-11-15", form]) == 0
    said = capsys.readouterr().out
    assert "search" in said
    if form == "--json":
        never = json.loads(said)["results"]["exhausted_on"]
        assert (never["p50"], never["name"]) == (None, "not in this period")


def test_why_explains_the_last_answer_also_where_a_limit_is_never_reached(place, written, capsys):
    path = written("name: search, where: [team=search], amount: 1000")
    main(["budget", path, "--ledger", place, "--as-of", "2026-11-15", "--quiet"])
    assert main(["why", "spent_share"]) == 0
    assert "spent_usd / limit_usd" in capsys.readouterr().out


def test_another_currency_shows_every_amount_twice(place, written):
    path = written("name: search, where: [team=search], amount: 60")
    found = budget(file=path, ledger=place, as_of="2026-11-15", currency="EUR", fx="EUR=1.25@2026-11-01")
    assert found.results["spent"].exact == row(found)["spent"] == "36"


def test_mistakes_are_said(place, written, tmp_path, capsys):
    with pytest.raises(InputError, match="no file"):
        budget(ledger=place)
    with pytest.raises(InputError, match="cannot be read"):
        budget(file=str(tmp_path / "none.yaml"), ledger=place)
    with pytest.raises(InputError, match="import"):
        budget(file=written("name: a, amount: 1"), ledger=str(tmp_path / "empty"))
    assert main(["budget", str(tmp_path / "none.yaml"), "--ledger", place]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_where_nothing_is_known_nothing_is_forecast(tmp_path, written):
    place = ledger(tmp_path, ("x,2026-11-02T09:00:00Z,maker,small,1000000,0,search,acme,ok",))
    found = budget(file=written("name: ads, where: [team=ads], amount: 60"), ledger=place, as_of="2026-11-02")
    assert row(found)["spent_usd"] == "0"
    assert row(found)["status"] == "within"
    before = budget(file=written("name: all, amount: 60"), ledger=place, as_of="2026-11-01")
    assert (row(before)["spent_usd"], row(before)["forecast_usd"]) == ("0", None)
    assert "no-history" in [problem.code for problem in before.problems]


def test_a_forecast_from_next_to_nothing_says_so(tmp_path, written):
    place = ledger(tmp_path, ("x,2026-11-02T09:00:00Z,maker,small,1000000,0,search,acme,ok",))
    path = written("name: all, amount: 60")
    asked = ask("budget", {"file": path, "ledger": place, "as_of": "2026-11-02"})
    noon = look(asked, datetime(2026, 11, 2, 12, tzinfo=UTC)).answer
    assert [problem.where for problem in noon.problems if problem.code == "short-history"] == ["all"]


def test_of_the_running_day_only_the_rest_is_expected(place, written):
    """At noon of the 15th $45 are spent; half a day and 15 days of $3 are left: $91.50, not $94.50."""
    asked = ask(
        "budget", {"file": written("name: search, where: [team=search], amount: 60"), "ledger": place}
    )
    noon = look(asked, datetime(2026, 11, 15, 12, tzinfo=UTC)).answer
    assert row(noon)["spent_usd"] == "45"
    assert 90 <= row(noon)["forecast_usd"] <= 92.5
