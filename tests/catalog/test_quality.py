"""Scores of models and characters per token: that the models people ask for have them, and soundly."""

from collections import Counter

import pytest

from farthing.catalog.load import catalog

CURRENT = {"mmlu-pro", "gpqa-diamond", "swe-bench-verified", "aime-2025", "livecodebench", "humaneval"}


@pytest.fixture(scope="module")
def scores():
    return catalog().quality


@pytest.fixture(scope="module")
def by_model(scores):
    found = {}
    for fact in scores.values():
        found.setdefault(fact.model, {})[fact.benchmark] = fact
    return found


@pytest.mark.parametrize(
    ("category", "models"),
    [
        ("reasoning", "o1 o3 o4-mini claude-opus-4-0 deepseek-r1"),
        (
            "commercial large",
            "gpt-4o claude-3-5-sonnet claude-3-7-sonnet-latest claude-sonnet-4-0 gemini-2.5-pro",
        ),
        (
            "commercial small",
            "gpt-4o-mini claude-3-haiku claude-3-5-haiku-latest claude-haiku-4-5 gemini-2.0-flash-lite",
        ),
        ("commercial small", "gemini-flash-1.5-8b gemini-2.5-flash-lite"),
        ("open", "deepseek-v3 llama-3.1-405b llama-3.1-70b qwen2.5-72b"),
        (
            "instruct",
            "llama-3.2-1b llama-3.2-3b llama-3.1-8b phi-3-mini phi-4 qwen2.5-7b mistral-small-24b",
        ),
    ],
)
def test_the_models_of_the_report_have_a_score(by_model, category, models):
    assert not set(models.split()) - set(by_model), category


@pytest.mark.parametrize(
    "model",
    [
        "gpt-3.5-turbo",
        "gpt-4",
        "gpt-4.1",
        "gpt-5",
        "gpt-5.5",
        "gpt-5.6-sol",
        "claude-opus-4-8",
        "claude-opus-5",
        "gpt-oss-120b",
        "gemini-3.1-pro-preview",
        "grok-4-0709",
        "kimi-k2.6",
        "deepseek-v4-pro",
        "GLM-5.1",
    ],
)
def test_models_from_first_to_last_have_a_score(by_model, model):
    assert model in by_model


def test_enough_models_have_enough_benchmarks(by_model):
    assert len(by_model) >= 110
    counts = Counter(benchmark for own in by_model.values() for benchmark in own)
    assert set(counts) == CURRENT | {"mmlu"}
    assert min(counts[name] for name in ("mmlu", "mmlu-pro", "gpqa-diamond", "swe-bench-verified")) >= 50


def test_a_model_has_one_score_on_a_benchmark(scores):
    pairs = Counter((fact.model.lower(), fact.benchmark) for fact in scores.values())
    assert max(pairs.values()) == 1


def test_no_score_is_from_memory(scores):
    assert not [name for name, fact in scores.items() if fact.confidence == "D"]


def test_harder_benchmarks_score_less(by_model):
    for model, own in by_model.items():
        if {"mmlu", "mmlu-pro"} <= set(own):
            assert own["mmlu-pro"].score < own["mmlu"].score, model


def test_larger_siblings_know_more(by_model):
    for family in (
        ["llama-3.2-1b", "llama-3.2-3b", "llama-3.1-8b", "llama-3.1-70b", "llama-3.1-405b"],
        [
            "qwen2.5-0.5b",
            "qwen2.5-1.5b",
            "qwen2.5-3b",
            "qwen2.5-7b",
            "qwen2.5-14b",
            "qwen2.5-32b",
            "qwen2.5-72b",
        ],
        ["gpt-4.1-nano", "gpt-4.1-mini", "gpt-4.1"],
        ["claude-3-haiku", "claude-3-sonnet", "claude-3-opus-latest"],
    ):
        marks = [by_model[model]["mmlu"].score for model in family]
        assert marks == sorted(marks)


def test_names_of_open_models_are_those_of_the_catalog(by_model):
    prefixes = ("llama-", "qwen2.5-", "phi-", "gemma-", "mixtral-")
    open_names = [name for name in by_model if name.startswith(prefixes)]
    assert not set(open_names) - set(catalog().models)


def test_each_tokenizer_was_measured_in_the_same_languages():
    kinds = {}
    for fact in catalog().tokenizers.values():
        if fact.confidence == "A":
            kinds.setdefault(fact.tokenizer, set()).add(fact.language)
            assert fact.characters >= 20_000
    assert len(kinds) >= 10
    assert len({frozenset(own) for own in kinds.values()}) == 1
    assert {
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "ru",
        "zh",
        "ja",
        "ko",
        "ar",
        "hi",
        "tr",
        "pl",
        "nl",
        "vi",
    } <= kinds["o200k"]


def test_newer_tokenizers_hold_more_of_other_scripts():
    held = {name: fact.characters_per_token for name, fact in catalog().tokenizers.items()}
    for language in ("ru", "ar", "hi", "ko", "ja"):
        assert held[f"p50k:{language}"] < held[f"cl100k:{language}"] < held[f"o200k:{language}"]
