"""Scores and speeds of models: a release keeps its own, a smaller one never has its elder's."""

import math

import pytest

from farthing.catalog.load import catalog
from farthing.estimate.model_quality import HOSTS, benchmark_of, rated, score_of, scores
from farthing.estimate.token_rates import Offer
from farthing.pricing.book import book
from farthing.pricing.own import moment_us
from farthing.pricing.table import Line
from farthing.units.problem import InputError

NOW = moment_us("2026-02-01")


def offer(name):
    return Offer(Line(book().find(name), "standard", "", name), NOW)


def facts():
    return catalog().quality.values()


def stated(model, benchmark):
    """The best score that the catalog states under exactly this name."""
    rows = [row for row in facts() if (row.model, row.benchmark) == (model, benchmark)]
    return min(rows, key=lambda row: row.confidence).score


def test_every_stated_score_is_found_under_its_own_name():
    found = {(row.model, row.benchmark): score_of(row.model, row.benchmark) for row in facts()}
    assert [name for name, fact in found.items() if fact is None] == []
    wrong = [
        (name, fact.model)
        for name, fact in found.items()
        if fact.model != name[0] and fact.score != stated(*name)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "benchmark", "of"),
    [
        ("gemini-2.5-flash-lite", "gpqa-diamond", "gemini-2.5-flash-lite"),
        ("gemini-2.0-flash-lite", "mmlu-pro", "gemini-2.0-flash-lite"),
        ("gpt-4-turbo", "mmlu", "gpt-4-turbo"),
        ("o1-preview", "mmlu", "o1-preview"),
        ("deepseek-ai/DeepSeek-R1-0528-tput", "gpqa-diamond", "deepseek-r1-0528"),
        ("deepseek-ai/DeepSeek-R1", "gpqa-diamond", "deepseek-r1"),
        ("moonshotai/Kimi-K2-Instruct-0905", "mmlu-pro", "kimi-k2-0905-preview"),
        ("gpt-4o-2024-05-13", "mmlu-pro", "gpt-4o-2024-05-13"),
        ("gpt-4o-2024-08-06", "mmlu-pro", "gpt-4o"),
        ("deepseek-ai/DeepSeek-V4-Pro-0813", "mmlu-pro", "deepseek-v4-pro"),
        ("grok-4", "mmlu-pro", "grok-4-0709"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo", "mmlu", "llama-3.1-8b"),
    ],
)
def test_whose_score_a_name_has(name, benchmark, of):
    assert score_of(name, benchmark).model == of


@pytest.mark.parametrize(
    ("name", "benchmark"),
    [
        ("gemini-2.5-flash-lite", "mmlu-pro"),  # Flash has one, Flash Lite has none
        ("deepseek-r1-0528", "mmlu"),  # R1 has one, and this is a better model
        ("grok-2-0814", "mmlu"),
        ("nobody-knows", "mmlu"),
        ("", "mmlu"),
        ("gpt-4o", "no-such-benchmark"),
    ],
)
def test_no_score_is_borrowed_from_another_model(name, benchmark):
    assert score_of(name, benchmark) is None


def test_scores_of_several_are_on_one_benchmark_and_nan_where_unknown():
    found = scores([offer("gpt-5"), offer("no-such-model-9"), offer("claude-sonnet-4-5")], None)
    assert found.benchmark == "gpqa-diamond"
    assert list(found.facts) == [0, 2]
    assert math.isnan(found.quality[1])
    assert math.isnan(found.speed[1])
    assert found.sources


def test_a_speed_is_that_of_the_host():
    fast, usual = scores([offer("cerebras/gpt-oss-120b"), offer("groq/gpt-oss-120b")], None).speed
    assert fast > usual > 100


def test_a_benchmark_is_found_by_any_spelling_and_an_unknown_one_names_those_there_are():
    assert benchmark_of("MMLU Pro") == "mmlu-pro"
    with pytest.raises(InputError, match="mmlu-pro"):
        benchmark_of("mmlu-por")
    with pytest.raises(InputError, match="known are"):
        benchmark_of("zzzzzzzz")


def test_what_is_rated_is_on_sale_and_has_a_score():
    before = {one.title for one in rated(book(), "standard", "", moment_us("2024-08-20"), False)}
    after = {one.title for one in rated(book(), "standard", "", NOW, False)}
    assert "openai/gpt-5" in after - before
    assert "openai/gpt-oss-120b" not in before | after  # a rule for batches is older than the model
    assert {title.split("/")[0] for title in after} <= set(HOSTS)
    assert len(after) > 50
