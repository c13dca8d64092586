"""What OpenAI, Anthropic and Google asked on days around their announcements, read off the dated rows."""

from dataclasses import dataclass
from fractions import Fraction

import pytest

from farthing.catalog.load import catalog
from farthing.catalog.price_facts import PriceRule, TokenPrice
from farthing.units.meters import read_per

LABS = ("openai", "anthropic", "google")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A price that was asked: dollars for a million tokens of a meter, on a day, at a length of input."""

    provider: str
    model: str
    day: str
    meter: str
    usd: str
    tier: str = "standard"
    length: int = 0


GOLDEN = {
    "GPT-3 before the price change of 1 September 2022": (
        Asked("openai", "davinci", "2022-08-31", "input", "60"),
        Asked("openai", "davinci", "2022-09-01", "input", "20"),
        Asked("openai", "ada", "2022-08-31", "output", "0.8"),
        Asked("openai", "ada", "2022-09-01", "output", "0.4"),
    ),
    "ChatGPT API, 1 March 2023, and the 0125 model, January 2024": (
        Asked("openai", "gpt-3.5-turbo", "2023-03-01", "input", "2"),
        Asked("openai", "gpt-3.5-turbo", "2023-12-31", "input", "1.5"),
        Asked("openai", "gpt-3.5-turbo", "2024-03-01", "input", "0.5"),
        Asked("openai", "gpt-3.5-turbo", "2024-03-01", "output", "1.5"),
    ),
    "Function calling and other API updates, 13 June 2023": (
        Asked("openai", "text-embedding-ada-002", "2023-06-12", "input", "0.4"),
        Asked("openai", "text-embedding-ada-002", "2023-06-13", "input", "0.1"),
    ),
    "Hello GPT-4o, 13 May 2024, and the move of its alias on 2 October 2024": (
        Asked("openai", "gpt-4o", "2024-05-20", "input", "5"),
        Asked("openai", "gpt-4o", "2024-10-01", "output", "15"),
        Asked("openai", "gpt-4o", "2024-10-02", "input", "2.5"),
        Asked("openai", "gpt-4o-2024-08-06", "2024-08-06", "input", "2.5"),
        Asked("openai", "gpt-4o-2024-05-13", "2025-06-01", "input", "5"),
    ),
    "Prompt caching in the API, 1 October 2024": (
        Asked("openai", "gpt-4o-mini", "2024-10-01", "cache_read", "0.075"),
    ),
    "Realtime audio at 40 instead of 100 dollars, 17 December 2024": (
        Asked("openai", "gpt-4o-realtime-preview", "2024-12-16", "input_audio", "100"),
        Asked("openai", "gpt-4o-realtime-preview", "2024-12-17", "input_audio", "40"),
        Asked("openai", "gpt-4o-realtime-preview", "2024-12-17", "cache_read_audio", "2.5"),
    ),
    "o1-mini at the price of o3-mini, 31 January 2025": (
        Asked("openai", "o1-mini", "2025-01-30", "input", "3"),
        Asked("openai", "o1-mini", "2025-01-31", "input", "1.1"),
    ),
    "o3 is 80 percent cheaper, 10 June 2025": (
        Asked("openai", "o3", "2025-06-09", "input", "10"),
        Asked("openai", "o3", "2025-06-09", "cache_read", "2.5"),
        Asked("openai", "o3", "2025-06-10", "input", "2"),
        Asked("openai", "o3", "2025-06-10", "output", "8"),
        Asked("openai", "o3", "2025-06-10", "cache_read", "0.5"),
        Asked("openai", "o3", "2025-10-01", "input", "1", tier="flex"),
    ),
    "Claude 2.1 and lower prices, 21 November 2023": (
        Asked("anthropic", "claude-2", "2023-11-20", "input", "11.02"),
        Asked("anthropic", "claude-2", "2023-11-21", "input", "8"),
    ),
    "Prompt caching with Claude, 14 August 2024": (
        Asked("anthropic", "claude-3-5-sonnet", "2024-08-14", "cache_write_5m", "3.75"),
        Asked("anthropic", "claude-3-5-sonnet", "2024-08-14", "cache_read", "0.3"),
        Asked("anthropic", "claude-3-5-sonnet", "2025-06-01", "cache_write_1h", "6"),
    ),
    "Claude 3.5 Haiku's launch, 4 November 2024, and its cut a month later": (
        Asked("anthropic", "claude-3-5-haiku-latest", "2024-11-10", "input", "1"),
        Asked("anthropic", "claude-3-5-haiku-latest", "2024-12-31", "input", "0.8"),
    ),
    "Claude Sonnet 4 with a million tokens of context, 12 August 2025": (
        Asked("anthropic", "claude-sonnet-4-0", "2025-09-15", "input", "6", length=300_000),
        Asked("anthropic", "claude-sonnet-4-0", "2025-09-15", "output", "22.5", length=300_000),
        Asked("anthropic", "claude-sonnet-4-0", "2025-09-15", "input", "3", length=200_000),
    ),
    "Gemini 1.5 Pro at less than half, 1 October 2024": (
        Asked("google", "gemini-1.5-pro", "2024-06-15", "input", "3.5"),
        Asked("google", "gemini-1.5-pro", "2024-09-30", "input", "7", length=500_000),
        Asked("google", "gemini-1.5-pro", "2024-10-01", "input", "1.25"),
        Asked("google", "gemini-1.5-pro", "2024-10-01", "output", "10", length=500_000),
        Asked("google", "gemini-1.5-pro", "2024-10-01", "cache_storage", "4.5"),
    ),
    "Gemini 1.5 Flash at a fifth, 12 August 2024": (
        Asked("google", "gemini-1.5-flash", "2024-08-11", "input", "0.35"),
        Asked("google", "gemini-1.5-flash", "2024-08-12", "input", "0.075"),
    ),
    "Gemini 2.5 Flash, preview of 17 April 2025 and stable of 17 June 2025": (
        Asked("google", "gemini-2.5-flash-preview", "2025-04-20", "input", "0.15"),
        Asked("google", "gemini-2.5-flash-preview", "2025-04-20", "reasoning", "3.5"),
        Asked("google", "gemini-2.5-flash", "2025-06-17", "output", "2.5"),
    ),
    "Gemini 3.6 Flash at half, 13 August 2026": (
        Asked("google", "gemini-3.6-flash", "2026-08-12", "input", "1.5"),
        Asked("google", "gemini-3.6-flash", "2026-08-13", "input", "0.75"),
    ),
}


@pytest.mark.parametrize("announcement", GOLDEN)
def test_prices_of_the_day_are_those_announced(announcement: str) -> None:
    for asked in GOLDEN[announcement]:
        assert usd_per_million(asked) == Fraction(asked.usd), asked


@pytest.mark.parametrize("lab", LABS)
def test_no_row_is_from_memory(lab: str) -> None:
    assert {row.confidence for row in rows_of(lab)} <= {"A", "B", "C"}


def test_history_is_wide() -> None:
    rows = [row for lab in LABS for row in rows_of(lab)]
    assert len({(row.provider, row.model, row.valid_from) for row in rows}) >= 200
    assert len({(row.provider, row.model) for row in rows}) >= 90


@pytest.mark.parametrize("lab", LABS)
def test_rows_of_one_kind_follow_one_another(lab: str) -> None:
    kinds: dict[tuple[object, ...], list[TokenPrice]] = {}
    for row in rows_of(lab):
        stored = "cache_storage" in row.amounts and "input" not in row.amounts
        kinds.setdefault((row.model, row.tier, row.above_tokens, stored), []).append(row)
    for rows in kinds.values():
        ordered = sorted(rows, key=lambda row: row.valid_from)
        ends = [row.valid_to for row in ordered[:-1]]
        assert ends == [row.valid_from for row in ordered[1:]], ordered[0].model


@pytest.mark.parametrize(
    ("provider", "tier", "region", "day", "factor"),
    [
        ("openai", "batch", "", "2024-04-16", "0.5"),
        ("anthropic", "batch", "", "2024-10-08", "0.5"),
        ("google", "batch", "", "2025-07-07", "0.5"),
        ("openai", "standard", "eu", "2026-03-05", "1.1"),
        ("anthropic", "standard", "us", "2026-02-05", "1.1"),
    ],
)
def test_tiers_and_regions_are_multiples(
    provider: str, tier: str, region: str, day: str, factor: str
) -> None:
    assert [rule.multiply for rule in rules_from(provider, tier, region, day)] == [factor]


def test_batches_of_early_models_spare_the_cache() -> None:
    (openai,) = rules_from("openai", "batch", "", "2024-04-16")
    (google,) = rules_from("google", "batch", "", "2025-07-07")
    assert "cache_read" not in openai.meters + google.meters


@pytest.mark.parametrize("lab", LABS)
def test_no_model_has_a_price_before_its_launch(lab: str) -> None:
    launched = {life.model: life.launched for life in catalog().model_lives.values() if life.provider == lab}
    early = [row.model for row in rows_of(lab) if row.valid_from < (launched.get(row.model) or "")]
    assert early == []


def rows_of(lab: str) -> list[TokenPrice]:
    """All price rows of a provider."""
    return [row for row in catalog().prices.values() if row.provider == lab]


def rules_from(provider: str, tier: str, region: str, day: str) -> list[PriceRule]:
    """Rules of a provider for a tier and a region that hold from a day on."""
    sought = (provider, tier, region, day)
    rules = catalog().price_rules.values()
    return [rule for rule in rules if (rule.provider, rule.tier, rule.region, rule.valid_from) == sought]


def usd_per_million(asked: Asked) -> Fraction:
    """What the row that held then asks for a million, that for the longest input first."""
    found = [
        row
        for row in rows_of(asked.provider)
        if (row.model, row.tier) == (asked.model, asked.tier)
        and row.valid_from <= asked.day < (row.valid_to or "9")
        and asked.meter in row.amounts
        and (row.above_tokens is None or asked.length > row.above_tokens)
    ]
    row = max(found, key=lambda each: each.above_tokens or 0)
    per = read_per(row.per)
    assert per is not None
    return Fraction(row.amounts[asked.meter]) / per.count * MILLION
