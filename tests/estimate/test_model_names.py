"""Which model a name means: hosts spell alike what is one model, and alike-looking names stay apart."""

import itertools

import pytest

from farthing.estimate.model_names import ModelName, model_name
from farthing.pricing.book import book

ONE_MODEL = {
    "llama318b": (
        "llama-3.1-8b",
        "llama3.1-8b",
        "llama-3.1-8b-instant",
        "Meta-Llama-3.1-8B-Instruct",
        "meta-llama/llama-3.1-8b-instruct",
        "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo",
        "meta-llama/llama-3.1-8b-instruct-bf16",
        "meta-llama/llama-3.1-8b-instruct:free",
        "meta.llama3-1-8b-instruct-v1:0",
        "us.meta.llama3-1-8b-instruct-v1:0",
        "accounts/fireworks/models/llama-3.1-8b-instruct",
    ),
    "llama3370b": (
        "llama-3.3-70b",
        "llama-3.3-70b-versatile",
        "llama-3.3-70b-specdec",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        "meta.llama3-3-70b-instruct-v1:0",
    ),
    "llama38b": ("llama-3-8b", "meta-llama/Llama-3-8b-chat-hf", "meta.llama3-8b-instruct-v1:0"),
    "deepseekr1": ("deepseek-r1", "DeepSeek-R1", "deepseek/deepseek-r1-turbo", "deepseek.r1-v1:0"),
    "deepseekv3": ("deepseek-v3", "deepseek/deepseek_v3", "deepseek-ai/DeepSeek-V3"),
    "claude35sonnet": (
        "claude-3-5-sonnet",
        "claude-3-5-sonnet-latest",
        "claude-3-5-sonnet-20241022",
        "claude-3-5-sonnet@20240620",
        "anthropic/claude-3.5-sonnet",
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "regional.anthropic.claude-3-5-sonnet-20241022-v2:0",
    ),
    "claudesonnet4": (
        "claude-sonnet-4-0",
        "claude-sonnet-4-20250514",
        "global.anthropic.claude-sonnet-4-20250514-v1:0",
    ),
    "gpt4o": ("gpt-4o", "openai/gpt-4o", "gpt-4o-2024-08-06"),
    "gpt35turbo": ("gpt-3.5-turbo", "gpt-3.5-turbo-0125", "gpt-3.5-turbo-1106"),
    "gptoss120b": ("gpt-oss-120b", "openai/gpt-oss-120b", "openai.gpt-oss-120b"),
    "qwen332b": ("qwen3-32b", "Qwen/Qwen3-32B", "qwen-3-32b", "qwen.qwen3-32b-v1:0"),
    "kimik2": ("kimi-k2", "kimi-k2-turbo-preview", "moonshotai/Kimi-K2-Instruct"),
    "gemini25flash": ("gemini-2.5-flash", "gemini-2.5-flash-preview", "google/gemini-2.5-flash"),
    "gemma29b": ("gemma-2-9b", "gemma2-9b-it", "google/gemma-2-9b-it"),
    "mistralsmall24b": ("mistral-small-24b", "mistralai/Mistral-Small-24B-Instruct-2501"),
    "commandrplus": ("command-r-plus", "command-r-plus-04-2024"),
}
APART = (
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-4", "gpt-4-turbo", "gpt-4.1", "gpt-4.5-preview", "gpt-4o", "chatgpt-4o-latest"),
    ("gpt-3.5-turbo", "gpt-3.5-turbo-instruct"),
    ("gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-chat-latest", "gpt-5-pro", "gpt-5-codex"),
    ("o1", "o1-mini", "o1-preview", "o1-pro", "o3", "o3-mini"),
    ("claude-3-5-sonnet", "claude-3-7-sonnet", "claude-3-sonnet", "claude-sonnet-4-5", "claude-sonnet-4-0"),
    ("claude-opus-4-0", "claude-opus-4-1", "claude-opus-4-5"),
    ("llama-3.1-8b", "llama-3.2-1b", "llama-3-8b", "llama-3.1-70b"),
    ("meta-llama/Meta-Llama-3-8B-Instruct-Turbo", "meta-llama/Meta-Llama-3-8B-Instruct-Lite"),
    ("gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro", "gemini-2.0-flash-lite"),
    ("gemini-1.5-flash", "gemini-1.5-flash-8b"),
    ("qwen3-32b", "qwen3-235b-a22b", "qwen3-30b-a3b", "qwen2.5-32b", "qwen3-30b-a3b-thinking-2507"),
    ("deepseek-v3", "deepseek-v3.1", "deepseek-v3.2", "deepseek-v3.2-exp"),
    ("deepseek-r1", "deepseek-r1-distill-llama-8b", "deepseek-r1-distill-qwen-14b"),
    ("kimi-k2", "kimi-k2.5", "kimi-k2-thinking"),
    ("grok-3", "grok-3-mini", "grok-4"),
    ("command-r", "command-r-plus", "command-r7b-12-2024"),
)


def base_name(name):
    return model_name(name).base


PAIRS = [(name, base) for base, names in ONE_MODEL.items() for name in names]


def test_the_table_is_long_enough_to_mean_something():
    assert len(PAIRS) + sum(map(len, APART)) >= 100


@pytest.mark.parametrize(("name", "base"), PAIRS)
def test_hosts_spellings_mean_one_model(name, base):
    assert base_name(name) == base


@pytest.mark.parametrize("names", APART)
def test_names_that_look_alike_stay_apart(names):
    same = [
        (one, other) for one, other in itertools.combinations(names, 2) if base_name(one) == base_name(other)
    ]
    assert same == []


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("deepseek-ai/DeepSeek-R1-0528-Turbo", "0528"),
        ("moonshotai/Kimi-K2-Instruct-0905", "0905"),
        ("gpt-4o-2024-05-13", "20240513"),
        ("gpt-4-1106-preview", ""),  # no release of GPT-4: it is the first GPT-4 Turbo
        ("Qwen/Qwen3-235B-A22B-Instruct-2507", "2507"),
        ("command-r-08-2024", "082024"),
        ("gemini-1.5-pro-002", "002"),
        ("llama-3.1-405b", ""),
        ("phi-4", ""),
        ("", ""),
    ],
)
def test_a_release_is_kept_beside_the_model(name, release):
    assert model_name(name).release == release


def test_a_release_is_told_apart_from_the_model():
    assert model_name("deepseek-r1") != model_name("deepseek-r1-0528")
    assert model_name("deepseek-r1-0528") == ModelName("deepseekr1", "0528")


def test_no_name_of_the_book_is_left_with_nothing():
    models = {sku.model for provider in book().providers for sku in book().skus(provider).values()}
    assert [model for model in models if not base_name(model)] == []
