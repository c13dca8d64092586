"""LiteLLM's map: keys to meters, names to ours, zeros to nothing; against the real map where it is."""

import json
from fractions import Fraction

import pytest
from handmade import MILLION, bill

from farthing.pricing import litellm_map
from farthing.pricing.litellm_names import name_of
from farthing.pricing.own import moment_us

MAP = {
    "sample_spec": {"litellm_provider": "one of many", "input_cost_per_token": 1.0, "mode": "one of"},
    "xai/talker": {
        "litellm_provider": "xai",
        "mode": "chat",
        "input_cost_per_token": 1.25e-06,
        "output_cost_per_token": 1e-05,
        "input_cost_per_token_batches": 6.25e-07,
        "output_cost_per_token_batches": 5e-06,
        "input_cost_per_token_flex": 5e-07,
        "input_cost_per_token_priority": 2.5e-06,
        "input_cost_per_token_ultrafast": 9e-06,
        "input_cost_per_token_above_200k_tokens": 2.5e-06,
        "input_cost_per_token_above_200k_tokens_batches": 1.25e-06,
        "cache_read_input_token_cost": 1.25e-07,
        "cache_creation_input_token_cost": 1.5625e-06,
        "cache_creation_input_token_cost_above_1hr": 2.5e-06,
        "output_cost_per_reasoning_token": 2e-05,
        "input_cost_per_audio_token": 4e-06,
        "search_context_cost_per_query": {
            "search_context_size_low": 0.02,
            "search_context_size_medium": 0.025,
        },
        "regional_processing_uplift_multiplier_eu": 1.1,
        "deprecation_date": "2027-01-31",
    },
    "ranges": {
        "litellm_provider": "dashscope",
        "tiered_pricing": [
            {"range": [0, 256000.0], "input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07},
            {"range": [256000.0, 1e6], "input_cost_per_token": 2.5e-07, "output_cost_per_token": 2e-06},
        ],
    },
    "deepseek/night": {
        "litellm_provider": "deepseek",
        "input_cost_per_token": 3e-07,
        "input_cost_per_token_cache_hit": 6e-09,
        "off_peak_pricing": {
            "input_cost_per_token": 1.5e-07,
            "windows": [
                {"hours_utc": ["00:00-01:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
                {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
            ],
        },
    },
    "free-or-unknown": {
        "litellm_provider": "openai",
        "input_cost_per_token": 0.0,
        "output_cost_per_token": 0,
    },
    "scribe": {"litellm_provider": "openai", "mode": "audio_transcription", "input_cost_per_second": 0.0001},
    "painter": {"litellm_provider": "openai", "mode": "image_generation", "output_cost_per_image": 0.04},
    "sorter": {"litellm_provider": "cohere", "mode": "rerank", "input_cost_per_query": 0.002},
    "mistral/pages": {"litellm_provider": "mistral", "mode": "ocr", "ocr_cost_per_page": 0.004},
    "odd": {"litellm_provider": "openai", "input_cost_per_token": "NaN", "output_cost_per_token": True},
    "no-hours": {
        "litellm_provider": "openai",
        "input_cost_per_token": 1e-06,
        "off_peak_pricing": {"input_cost_per_token": 1e-09, "windows": [{"hours_utc": 3}]},
    },
    "vertex_ai/twice": {"litellm_provider": "vertex_ai", "input_cost_per_token": 2e-06},
    "gemini/twice": {"litellm_provider": "gemini", "input_cost_per_token": 1e-06},
    "snapshot-2026-05-01": {"litellm_provider": "openai", "input_cost_per_token": 1e-06},
    "no model": 3,
}


@pytest.fixture(scope="module")
def skus():
    return litellm_map.skus(json.dumps(MAP).encode())


def usd(skus, provider, model, **asked):
    how = {name: asked.pop(name) for name in ("at", "tier", "region") if name in asked}
    return bill(skus[provider, model], **how, **(asked or {"input": MILLION}))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"input": MILLION}, "2.5"),  # beyond 200,000 tokens
        ({"input": 200_000}, "0.25"),
        ({"input": 1000, "tier": "batch"}, "0.000625"),
        ({"input": MILLION, "tier": "batch"}, "1.25"),
        ({"input": 1000, "tier": "flex"}, "0.0005"),
        ({"input": 1000, "tier": "priority"}, "0.0025"),
        ({"output": 1000}, "0.01"),
        ({"cache_read": 1000}, "0.000125"),
        ({"cache_write_5m": 1000}, "0.0015625"),
        ({"cache_write_1h": 1000}, "0.0025"),
        ({"reasoning": 1000}, "0.02"),
        ({"input_audio": 1000}, "0.004"),
        ({"web_search": 2}, "0.05"),
        ({"input": 1000, "region": "eu"}, "0.001375"),
    ],
)
def test_every_family_of_keys_has_its_meter(skus, asked, expected):
    assert usd(skus, "x-ai", "talker", **asked) == Fraction(expected)


def test_other_things_than_tokens_are_counted_by_their_own_units(skus):
    assert usd(skus, "openai", "scribe", input_audio_time=3600) == Fraction("0.36")
    assert usd(skus, "openai", "painter", image=3) == Fraction("0.12")
    assert usd(skus, "cohere", "sorter", rerank=1000) == 2
    assert usd(skus, "mistral", "pages", page=1000) == 4


def test_ranges_of_lengths_price_the_whole_request(skus):
    assert usd(skus, "alibaba", "ranges", input=256_000) == Fraction(256_000 * 5, 10**8)
    assert usd(skus, "alibaba", "ranges", input=256_001) == Fraction(256_001 * 25, 10**8)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-06-15T00:30Z", "0.15"),  # a Monday
        ("2026-06-15T09:59Z", "0.3"),
        ("2026-06-15T10:00Z", "0.15"),
        ("2026-06-13T09:59Z", "0.15"),  # a Saturday
    ],
)
def test_hours_of_the_week_are_kept(skus, at, expected):
    assert usd(skus, "deepseek", "night", at=at) == Fraction(expected)
    assert usd(skus, "deepseek", "night", at=at, cache_read=MILLION) == Fraction("0.006")


def test_what_costs_nothing_or_cannot_be_read_is_left_out(skus):
    assert ("openai", "free-or-unknown") not in skus
    assert ("openai", "odd") not in skus
    assert all("sample_spec" not in place for place in skus)
    assert usd(skus, "x-ai", "talker", tier="fast", input=1000) is None
    assert usd(skus, "openai", "no-hours") == 1


def test_the_provider_s_own_entry_comes_before_a_reseller_s(skus):
    assert usd(skus, "google", "twice") == 1


def test_dates_in_names_and_of_retirement_are_kept(skus):
    assert usd(skus, "openai", "snapshot-2026-05-01", at="2026-04-30") is None
    assert usd(skus, "openai", "snapshot-2026-05-01", at="2026-05-01") == 1
    assert skus["x-ai", "talker"].retired == moment_us("2027-01-31")


@pytest.mark.parametrize(
    ("key", "provider", "expected"),
    [
        ("gpt-5", "openai", ("openai", "gpt-5")),
        (
            "fireworks_ai/accounts/fireworks/models/x",
            "fireworks_ai",
            ("fireworks", "accounts/fireworks/models/x"),
        ),
        ("vertex_ai/claude", "vertex_ai-anthropic_models", ("google", "claude")),
        ("us.anthropic.claude", "bedrock_converse", ("aws", "us.anthropic.claude")),
        ("together_ai/meta-llama/x", "together_ai", ("together", "meta-llama/x")),
        ("azure/eu/gpt-4o", "azure", ("azure", "eu/gpt-4o")),
        ("some_host/x", "some_host", ("some-host", "x")),
    ],
)
def test_names_are_ours(key, provider, expected):
    assert name_of(key, provider)[:2] == expected


@pytest.mark.parametrize("content", [b"{}", b"[]", b"{", b'{"a": {"b": 1}}'])
def test_what_is_not_the_map_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        litellm_map.skus(content)


@pytest.fixture(scope="module")
def real():
    path = litellm_map.installed()
    if path is None:
        pytest.skip("litellm is not installed (python -m pip install -e '.[bench]')")
    return json.loads(path.read_bytes()), litellm_map.skus(path.read_bytes())


def test_the_real_map_is_read_to_the_last_price(real):
    """Each plain price of input, as the file has it, for one token."""
    document, skus = real
    wrong, checked = [], 0
    for key, model in document.items():
        provider, name, direct = name_of(key, str(model.get("litellm_provider", "")))
        sku, plain = skus.get((provider, name.lower())), model.get("input_cost_per_token")
        if sku is None or not plain or not direct or "input" not in sku.rows[0].rates:
            continue
        checked += 1
        if float(sku.rows[0].rates["input"].exact) != pytest.approx(plain, rel=1e-12):
            wrong.append(key)
    assert len(skus) > 3000
    assert checked > 2500
    assert len(wrong) < 0.05 * checked, "names that the map lists several times, at several prices"


def test_the_real_map_has_what_it_is_known_for(real):
    _, skus = real
    assert float(usd(skus, "openai", "gpt-5", tier="batch", input=MILLION)) == pytest.approx(0.625)
    assert float(usd(skus, "mistral", "mistral-large-latest")) == pytest.approx(0.5)
