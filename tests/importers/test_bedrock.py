"""Usage types of Amazon Bedrock, as AWS's public price lists have them."""

from decimal import Decimal

import duckdb
import pytest

from farthing.importers import bedrock

PRODUCTS = {
    "bedrock": "Amazon Bedrock",
    "opus": "Claude Opus 4.7 (Amazon Bedrock Edition)",
    "haiku": "Claude Haiku 4.5 (Amazon Bedrock Edition)",
    "sonnet": "Claude 3.5 Sonnet (Amazon Bedrock Edition)",
    "gpt": "GPT-6",
}
# Usage type, product, and what they say: model, meter and, where one is named, tier.
TOKENS = """
USE1-Claude2.0-input-tokens bedrock claude-2-0 input
USE1-Claude3Sonnet-output-tokens bedrock claude-3-sonnet output
EUW2-NovaLite-input-tokens bedrock novalite input
EU-Qwen3-32B-input-tokens-batch bedrock qwen3-32b input batch
USE1-GPT-OSS-Safeguard-20B-output-tokens-priority bedrock gpt-oss-safeguard-20b output priority
USE1-qwen.qwen3-32b-mantle-input-tokens-standard bedrock qwen.qwen3-32b input
USE1-deepseek.v3.2-input-tokens bedrock deepseek.v3.2 input
USW2-Claude4.5Sonnet-cache-write-input-token-count bedrock claude-sonnet-4-5 cache_write_5m
USE1-Claude4Sonnet-cache-read-input-token-count-cross-region-global bedrock claude-sonnet-4 cache_read
USE1-Claude4Sonnet-input-tokens-cross-region-global-batch bedrock claude-sonnet-4 input batch
USE1-Nova2.0Lite-cache-read-input-token-count bedrock nova2.0lite cache_read
USE1-Claude4.5Haiku-cache-write-1h-input-token-count bedrock claude-haiku-4-5 cache_write_1h
USE1-MP:USE1_InputTokenCount_Global-Units haiku claude-haiku-4-5 input
USE2_InputTokenCount-Units haiku claude-haiku-4-5 input
USE1-MP:USE1_OutputTokenCount_Global_Batch-Units haiku claude-haiku-4-5 output batch
USE1-MP:USE1_CacheReadInputTokenCount-Units haiku claude-haiku-4-5 cache_read
USE1-MP:USE1_CacheWriteInputTokenCount_Global-Units haiku claude-haiku-4-5 cache_write_5m
USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units haiku claude-haiku-4-5 cache_write_1h
USE1-MP:USE1_output_tokens_standard-Units opus claude-opus-4-7 output
USE1-MP:USE1_input_tokens_global_flex-Units opus claude-opus-4-7 input flex
USW2-MP:USW2_cache_write_tokens_1h_global_standard-Units opus claude-opus-4-7 cache_write_1h
USW2-MP:USW2_cache_write_tokens_standard-Units opus claude-opus-4-7 cache_write_5m
USW2-MP:USW2_cache_write_tokens_30m_standard-Units gpt gpt-6 cache_write
APN1-MP:APN1_MillionBatchInputTokens-Units sonnet claude-3-5-sonnet input batch
"""
OTHERS = [
    "USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units",
    "USE1-MP:USE1_search_units-Units",
    "USE1-BoxUsage:m6i.large",
    "USE1-Guardrail-ContentPolicyUnitsConsumed",
    "USE1-NovaCanvas-T2I-1024-Standard",
    "",
    None,
]


def asked(sql, first, second=""):
    given = "SELECT CAST(? AS VARCHAR) AS usage_type, CAST(? AS VARCHAR) AS product"
    return duckdb.connect().execute(f"SELECT {sql} FROM ({given})", [first, second]).fetchone()


@pytest.mark.parametrize("line", TOKENS.split("\n")[1:-1])
def test_a_usage_type_says_model_meter_and_tier(line):
    usage_type, product, model, meter, *tier = line.split()
    said = (
        bedrock.is_tokens("usage_type"),
        bedrock.model("usage_type", "product"),
        bedrock.meter("usage_type"),
        bedrock.tier("usage_type"),
    )
    assert asked(", ".join(said), usage_type, PRODUCTS[product]) == (True, model, meter, "".join(tier))


@pytest.mark.parametrize("usage_type", OTHERS)
def test_what_bills_no_tokens_is_none_of_them(usage_type):
    assert asked(bedrock.is_tokens("usage_type"), usage_type) == (False,)


@pytest.mark.parametrize(
    ("amount", "unit", "tokens"),
    [
        ("0.0005", "1K tokens", "0.5"),
        ("433.893", "1K tokens", "433893"),
        ("1.5", "1M Tokens", "1500000"),
        ("2", "Hrs", None),
    ],
)
def test_quantities_of_thousands_are_told_in_tokens(amount, unit, tokens):
    (found,) = asked(bedrock.tokens("usage_type", "product"), amount, unit)
    assert found == (None if tokens is None else Decimal(tokens))
