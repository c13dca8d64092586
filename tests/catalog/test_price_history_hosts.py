"""Prices on a day, for hosts of open models and the smaller labs, in dollars per million tokens.

Above each amount stands where it comes from: the vendor's own page, or who copied or quoted that page. The
sources of the catalog say which was read.
"""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from farthing.catalog.load import catalog
from farthing.catalog.price_checks import price_jumps
from farthing.pricing import genai
from farthing.pricing.book import book
from farthing.pricing.card import Moment, card
from farthing.pricing.own import moment_us
from farthing.pricing.windows import minute_of_week

SHORT = 1_000


def usd_per_million(provider, model, moment, meter, length=SHORT):
    at = moment_us(moment if "T" in moment else f"{moment}T12:00Z")
    minute = int(minute_of_week(np.array([at], dtype=np.int64))[0])
    sku = book().find(model, provider)
    assert sku is not None
    return (
        card(sku, Moment(at=at, minute=minute, tier="standard", region="", length=length)).rate(meter).usd
        * 1_000_000
    )


@pytest.mark.parametrize(
    ("provider", "model", "moment", "meter", "amount"),
    [
        # api-docs.deepseek.com/news/news0802, caching on disk: a hit costs $0.014
        ("deepseek", "deepseek-chat", "2024-09-01", "cache_read", "0.014"),
        # DeepSeek's price page at V3, a copy: the price of V2 until the end of 2025-02-08 in Beijing
        ("deepseek", "deepseek-chat", "2025-01-15", "input", "0.14"),
        ("deepseek", "deepseek-chat", "2025-02-08T15:59Z", "output", "0.28"),
        ("deepseek", "deepseek-chat", "2025-02-08T16:00Z", "output", "1.10"),
        # api-docs.deepseek.com/news/news250120, R1, a copy
        ("deepseek", "deepseek-reasoner", "2025-02-01", "output", "2.19"),
        # Off-peak from 2025-02-26: half the price of V3 and a quarter of that of R1, 16:30 to 00:30 UTC
        ("deepseek", "deepseek-chat", "2025-06-16T18:00Z", "input", "0.135"),
        ("deepseek", "deepseek-chat", "2025-06-16T16:29Z", "input", "0.27"),
        ("deepseek", "deepseek-chat", "2025-06-16T00:29Z", "input", "0.135"),
        ("deepseek", "deepseek-reasoner", "2025-06-16T18:00Z", "output", "0.55"),
        # DeepSeek's price page at V3.1: one price for both from 2025-09-05 16:00 UTC, no off-peak
        ("deepseek", "deepseek-reasoner", "2025-09-06T18:00Z", "output", "1.68"),
        # api-docs.deepseek.com/news/news250929, V3.2-Exp, as quoted: cut by more than half
        ("deepseek", "deepseek-chat", "2025-10-01", "input", "0.28"),
        # DeepSeek's price page at V4, as quoted: three quarters off, then peak hours, later not on weekends
        ("deepseek", "deepseek-v4-pro", "2026-06-01T02:00Z", "input", "0.435"),
        ("deepseek", "deepseek-v4-pro", "2026-08-22T02:00Z", "input", "1.32"),
        ("deepseek", "deepseek-v4-pro", "2026-08-25T02:00Z", "input", "1.32"),
        ("deepseek", "deepseek-v4-pro", "2026-08-30T02:00Z", "input", "0.66"),
        # Mistral's prices copied into a gist on 2024-03-04, and mistral.ai/news/september-24-release
        ("mistral", "mistral-large-latest", "2024-03-15", "input", "8"),
        ("mistral", "mistral-large-latest", "2024-10-01", "output", "6"),
        # mistral.ai/pricing with Mistral Large 3, taken over in llm-prices #63
        ("mistral", "mistral-large-latest", "2026-01-15", "input", "0.5"),
        # xAI's page of models, archived on 2024-12-17
        ("x-ai", "grok-beta", "2024-11-20", "output", "15"),
        # xAI's retirements of 2026-05-15, taken over by Dust: Grok 4 is served and billed as Grok 4.3
        ("x-ai", "grok-4", "2026-06-01", "input", "1.25"),
        # Cohere's change log of 2024-08-30, as quoted by tokenprice.fyi: Command R and R+ get refreshed
        ("cohere", "command-r", "2024-05-01", "input", "0.5"),
        ("cohere", "command-r", "2024-09-15", "input", "0.15"),
        ("cohere", "command-r-plus", "2024-09-15", "output", "10"),
        # LiteLLM #2268, and Groq's price page as read in LiteLLM #4401 on 2024-06-25
        ("groq", "mixtral-8x7b-32768", "2024-04-01", "input", "0.27"),
        ("groq", "mixtral-8x7b-32768", "2024-08-01", "input", "0.24"),
        # LibreChat #5024, prices of Bedrock on 2024-12-17
        ("aws", "meta.llama3-1-70b-instruct-v1:0", "2025-01-01", "input", "0.72"),
    ],
)
def test_the_price_of_a_day_is_the_one_announced(provider, model, moment, meter, amount):
    assert usd_per_million(provider, model, moment, meter) == Fraction(Decimal(amount))


@pytest.mark.parametrize(
    ("provider", "model", "moment", "meter", "amount"),
    [
        # OpenRouter's own list by day, as a ledger keeps it
        ("openrouter", "qwen/qwen-2.5-72b-instruct", "2024-12-05", "input", "0.35"),
        ("openrouter", "qwen/qwen-2.5-72b-instruct", "2024-12-06", "input", "0.23"),
        ("openrouter", "google/gemini-pro-1.5", "2024-10-08", "output", "5"),
        ("openrouter", "openai/o1-mini", "2025-02-01", "output", "4.4"),
        ("openrouter", "mistralai/mixtral-8x22b-instruct", "2025-10-18", "output", "6"),
        # The days of the ledger on which Novita's prices at OpenRouter were a fifth lower
        ("novita", "openai/gpt-oss-120b", "2025-12-31", "output", "0.2"),
        ("novita", "openai/gpt-oss-120b", "2026-01-01", "output", "0.25"),
        # genai-prices, releases of 2025-11-10 and 2025-11-13
        ("groq", "openai/gpt-oss-120b", "2025-11-12", "output", "0.75"),
        ("groq", "openai/gpt-oss-120b", "2025-11-13", "output", "0.60"),
        # The map of LiteLLM, releases of 2026-08-22 and 2026-08-28
        ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "2026-08-27", "input", "0.88"),
        ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "2026-08-28", "input", "1.04"),
    ],
)
def test_a_change_of_price_is_in_force_from_its_day(provider, model, moment, meter, amount):
    assert usd_per_million(provider, model, moment, meter) == Fraction(Decimal(amount))


def test_no_price_jumps_more_than_tenfold_unless_confirmed():
    assert [finding.what for finding in price_jumps(catalog())] == []


def test_hundreds_of_models_changed_their_price():
    """Changes that the package genai-prices does not date, none of them from memory."""
    dated = {
        (provider.id, sku.model.lower(), row.start)
        for provider in genai.providers()
        for sku in provider.skus
        for row in sku.rows
    }
    series = defaultdict(list)
    for row in catalog().prices.values():
        if row.confidence != "D":
            series[row.provider, row.model.lower(), row.tier, row.region, row.above_tokens].append(row)
    changed = defaultdict(set)
    for (provider, model, *_), rows in series.items():
        for before, after in pairwise(sorted(rows, key=lambda row: row.valid_from)):
            day = moment_us(after.valid_from)
            moved = any(before.amounts.get(meter, price) != price for meter, price in after.amounts.items())
            if moved and (provider, model, day) not in dated:
                changed[provider, model].add(day)
    assert sum(map(len, changed.values())) >= 650
    assert len(changed) >= 300


def test_a_long_prompt_to_grok_4_cost_twice_the_price():
    """By llm-prices and the price map of LiteLLM: above 128K tokens."""
    assert usd_per_million("x-ai", "grok-4-0709", "2025-08-15", "input") == 3
    assert usd_per_million("x-ai", "grok-4-0709", "2025-08-15", "input", length=150_000) == 6


def test_speeds_are_known_for_many_hosts():
    speeds = catalog().hosted_speeds.values()
    assert len(speeds) >= 45
    assert len({speed.provider for speed in speeds}) >= 12


@pytest.mark.parametrize(
    "provider",
    [
        "alibaba",
        "aws",
        "cerebras",
        "cohere",
        "deepinfra",
        "deepseek",
        "fireworks",
        "groq",
        "minimax",
        "mistral",
        "moonshotai",
        "novita",
        "openrouter",
        "perplexity",
        "sambanova",
        "together",
        "voyageai",
        "x-ai",
    ],
)
def test_no_price_of_a_host_is_a_guess(provider):
    prices = [price for price in catalog().prices.values() if price.provider == provider]
    assert prices
    assert {price.confidence for price in prices} <= {"A", "B", "C"}
