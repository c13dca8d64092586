"""Models by their names: whoever makes them, in any spelling, and never by a guess."""

import time

import pytest

from farthing.pricing.book import book
from farthing.pricing.names import key, provider_alias

HOSTILE = {
    "empty": "",
    "blank": " \t\n",
    "a slash": "/",
    "colons": ":" * 10_000,
    "slashes": "/" * 10_000,
    "ten kilobytes": "a" * 10_000,
    "a name again and again": "gpt-" * 2_500,
    "a date again and again": "-20240101" * 1_000,
    "control characters": "gpt\0-4o\x07",
    "a null at its end": "gpt-4o\0",
    "lines": "\n".join(["gpt-4o"] * 1_000),
    "a pattern": "(a+)+$" * 50,
    "what a pattern chokes on": "claude-" + "3-" * 5_000 + "!",
    "a Cyrillic o": "gpt-4\u043e",
    "wide letters": "\uff47\uff50\uff54-4o",
    "nothing but punctuation": "!?-._",
    "another script": "\u901a\u4e49\u5343\u95ee",
    "half a character": "\ud800",
    "a dotted capital": "\u0130" * 3_000,
    "a provider alone": "openai/",
    "two providers": "openai/anthropic/gpt-4o",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("provider", ["", "openai", "aws", "nobody", "x" * 10_000])
def test_hostile_names_find_nothing_and_take_no_time(name, provider):
    known = book()
    started = time.process_time()
    assert known.find(HOSTILE[name], provider) is None
    assert time.process_time() - started < 2  # a pattern that runs away takes hours


def test_hostile_providers_find_nothing():
    names = [name for name in HOSTILE.values() if name.strip() and "openai" not in name]
    assert [name for name in names if book().find("gpt-4o", name) is not None] == []


@pytest.mark.parametrize(
    ("name", "provider", "place"),
    [
        ("gpt-4o", "", "openai/gpt-4o"),
        ("GPT-4o", "", "openai/gpt-4o"),
        (" gpt-4o\n", "", "openai/gpt-4o"),
        ("gpt 4o", "openai", "openai/gpt-4o"),
        ("gpt\u20114o", "openai", "openai/gpt-4o"),  # a hyphen that does not break
        ("openai/gpt-4o", "", "openai/gpt-4o"),
        ("openai:gpt-4o", "", "openai/gpt-4o"),
        ("gpt-5.2-20251211", "", "openai/gpt-5.2"),  # as LiteLLM and OpenRouter write dates
        ("gpt-5.2-2025-12-11", "", "openai/gpt-5.2"),
        ("claude-sonnet-4-5-20250929", "", "anthropic/claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4-5", "", "anthropic/claude-sonnet-4-5"),
        ("gemini-2.5-pro", "gcp.vertex_ai", "google/gemini-2.5-pro"),
        ("gemini-2.5-pro", "gemini", "google/gemini-2.5-pro"),
        ("deepseek-chat", "", "deepseek/deepseek-chat"),
        ("claude-2.1", "", "anthropic/claude-2.1"),
    ],
)
def test_names_as_people_and_tools_write_them(name, provider, place):
    found = book().find(name, provider)
    assert found is not None
    assert f"{found.provider}/{found.model}" == place


@pytest.mark.parametrize("name", ["anthropic/claude-nonexistent-9", "gpt-4o-mini-nonexistent", "gpt-4.12"])
def test_what_does_not_exist_is_not_guessed(name):
    assert book().find(name) is None


def test_a_host_names_its_own():
    groq = book().find("llama-3.3-70b-versatile", "groq")
    assert groq is not None
    assert groq.provider == "groq"
    assert book().find("llama-3.3-70b-versatile", "openai") is None


def test_candidates_are_the_maker_and_its_hosts():
    found = book().candidates("gpt-4o")
    assert found[0].provider == "openai"
    assert len({(sku.provider, sku.model) for sku in found}) == len(found)


def test_keys_keep_what_tells_names_apart():
    assert key("GPT-4o_mini ") == "gpt4omini"
    assert key("gpt-4\u043e") != key("gpt-4o")
    assert key("gpt-4o\0") != key("gpt-4o")
    assert provider_alias(" Azure_OpenAI") == "azure"
    assert provider_alias("vertex_ai") == "google"
    assert provider_alias("Nobody") == "nobody"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "aws"),
        ("claude-3-haiku-20240307", "anthropic"),
        ("text-embedding-3-small", "openai"),
        ("davinci", "openai"),
    ],
)
def test_a_name_whose_form_says_whose_it_is_needs_no_provider(name, place):
    assert book().find(name).provider == place
