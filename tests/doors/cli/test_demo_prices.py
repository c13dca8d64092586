"""`farthing demo --prices` and `--categories`: the report's tables, and what of them does not hold."""

import json

import pytest

DAY = ("--as-of", "2026-11-22")


@pytest.fixture
def prices(farthing):
    found = farthing("demo", "--prices", *DAY, "--json")
    assert found.code == 0
    return json.loads(found.out)


@pytest.fixture
def categories(farthing):
    found = farthing("demo", "--categories", *DAY, "--json")
    assert found.code == 0
    return {row["name"]: row for row in json.loads(found.out)["categories"]}


def named(rows, name, by=None):
    return [row for row in rows if row["name"] == name and by in (None, row["by"])]


def test_the_text_has_every_table_and_says_what_does_not_hold(farthing):
    found = farthing("demo", "--prices", *DAY)
    assert found.code == 0
    for title in (
        "Dollars per million input tokens",
        "Predicted from the past",
        "Five tasks",
        "What it says",
    ):
        assert title in found.out
    assert "33% (!)" in found.out
    assert "outside" in found.out
    assert max(map(len, found.out.splitlines())) <= 130


def test_every_price_of_the_trajectory_stands_beside_the_book_or_a_forecast(prices):
    rows = {row["name"]: row for row in prices["prices"]}
    assert len(rows) == 4 * 5
    assert rows["large 2024"]["holds"]
    assert rows["large 2024"]["by"] == "the book"
    assert rows["large 2030"]["by"] == "forecast"
    assert rows["large 2030"]["found"]["p05"] < 0.12 < rows["large 2030"]["found"]["p95"]
    # Nothing of the kind halved from 2025 to 2026, as the table has it.
    assert not any(rows[f"{kind} 2026"]["holds"] for kind in ("large", "small", "open-source"))


def test_one_column_contradicts_the_sentence_on_40_to_50_percent(prices):
    apart = [row for row in prices["implied"] if not row["holds"]]
    assert [(row["kind"], row["since"], row["until"]) for row in apart] == [("small hosted", 2024, 2025)]
    assert apart[0]["implied"] == pytest.approx(1 / 3)
    assert len(prices["implied"]) == 16


def test_the_forecast_is_as_wide_as_the_past_was_wrong(prices):
    test = prices["test"]
    assert test["chosen"] in {row["method"] for row in test["errors"]}
    assert {row["horizon_months"] for row in test["errors"]} == {6, 12, 24}
    assert 0.6 <= test["coverage_80"] <= 1
    assert 0 <= prices["carried_decline"] < 0.6


def test_tasks_have_the_tokens_that_their_cost_buys(prices):
    rows = {(row["task"], row["year"]): row for row in prices["tasks"]}
    assert len(rows) == 25
    assert rows["faq_answering", 2025]["tokens"] == pytest.approx(800)
    assert all(rows["faq_answering", year]["own"]["holds"] for year in (2024, 2025, 2026, 2028, 2030))
    # 0.025 dollars in 2024 are 5,000 tokens at its price of that year; 0.015 in 2025 are 6,000.
    assert rows["code_generation", 2024]["own_tokens"] == pytest.approx(5_000)
    assert not rows["code_generation", 2024]["own"]["holds"]


def test_93_percent_less_a_worker_follows_from_its_own_two_figures(prices):
    reduction = named(prices["claims"], "less a worker, 2025 to 2030")[0]
    assert reduction["holds"]
    assert reduction["found"]["p50"] == pytest.approx(1 - 0.025 / 0.35)


def test_the_average_task_of_2030_agrees_only_with_a_bill_divided_by_ten_tasks(prices):
    own = named(prices["claims"], "average task, 2030", "its own numbers")
    found = [row["found"]["p50"] for row in own]
    # Its five tasks; lognormal tasks with its two shares; 14 workers a day over 580 invocations.
    assert found[0] == pytest.approx((0.0000016 + 0.00001 + 0.00072 + 0.0042 + 0.00336) / 5)
    assert found[2] == pytest.approx(0.025 * 14 / 580)
    assert [row["holds"] for row in own] == [False, False, True]
    assert found[1] > 10 * 0.0006


def test_shares_of_cheap_tasks(prices):
    printed = named(prices["claims"], "tasks below $0.001, 2026")[0]
    assert printed["found"]["p50"] == pytest.approx(10 / 13)
    later = named(prices["claims"], "tasks below $0.001, 2028", "forecast")[0]
    assert later["found"]["p05"] < later["found"]["p50"] < later["found"]["p95"]


def test_the_roles_add_up_to_what_is_printed(prices):
    assert named(prices["claims"], "14 roles a day, best models")[0]["found"]["p50"] == pytest.approx(5.025)
    assert named(prices["claims"], "14 roles a day, all at a large one")[0]["holds"]


def test_an_earlier_day_knows_less(farthing):
    found = json.loads(farthing("demo", "--prices", "--as-of", "2026-02-01", "--json").out)
    assert found["since_report"] == []
    assert all(row["until"] <= "2026-02-01" for row in found["declines"])


def test_a_day_before_all_prices_is_refused(farthing):
    found = farthing("demo", "--prices", "--as-of", "2022-06-01")
    assert found.code == 2
    assert "too-early" in found.err or "no dated price" in found.err


def test_seven_kinds_and_who_lies_outside_the_own_range(categories):
    assert len(categories) == 7
    outside = {
        (model["name"], when)
        for kind in categories.values()
        for model in kind["models"]
        for when in model["outside"]
    }
    assert ("o4-mini", "stated") in outside
    assert ("Llama 3.1 405B", "then") in outside
    assert not {name for name, _ in outside} & {"o1", "GPT-4o", "GPT-4o-mini", "DeepSeek V3"}


def test_claude_opus_cost_fifteen_dollars_until_its_fourth_edition_s_half(categories):
    opus = {model["place"]: model for model in categories["Reasoning"]["models"]}
    assert opus["anthropic:claude-opus-4-0"]["then"]["p50"] == 15
    assert opus["anthropic:claude-opus-4-0"]["as_stated"] is False
    assert opus["anthropic:claude-opus-4-5"]["as_stated"] is True


def test_quality_per_dollar_is_a_score_over_a_price(categories):
    needed = {name: [round(score) for score in row["needed_scores"]] for name, row in categories.items()}
    assert needed["Open-source"] == [82]
    assert needed["Fine-tuned"] == [85, 96]
    assert needed["Commercial small"] == [78, 93]
    assert needed["Commercial large"] == [78, 95]
    assert needed["Specialist"] == [97]
    large = categories["Commercial large"]
    assert large["own_quality_per_usd"]["p05"] == pytest.approx(88 / 5)
    assert large["own_quality_per_usd"]["p95"] == pytest.approx(92 / 1.25)


def test_the_text_of_the_kinds(farthing):
    found = farthing("demo", "--categories", *DAY)
    assert found.code == 0
    assert "Outside the range of their own kind: o4-mini" in found.out
    assert "not its MMLU" in found.out


@pytest.mark.parametrize(
    "words", [("--prices", "--sizes"), ("--prices", "--categories"), ("--as-of", "2026-01-01")]
)
def test_what_does_not_go_together_is_refused(farthing, words):
    assert farthing("demo", *words).code == 2


def test_a_day_that_is_none_is_refused(farthing):
    assert farthing("demo", "--prices", "--as-of", "soon").code == 2
