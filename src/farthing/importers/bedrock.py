"""Amazon Bedrock on a bill of AWS: which model, meter and tier a usage type bills.

Two grammars are in use. Bedrock's own has a region, a model, a kind and what qualifies it:
`USE1-NovaLite-input-tokens-batch`, `USW2-Claude4.5Sonnet-cache-read-input-token-count`,
`USE1-qwen.qwen3-32b-mantle-output-tokens-flex`, `...-cross-region-global`. Models that are sold through the
AWS Marketplace name no model there, it is the product: `USE1-MP:USE1_InputTokenCount_Global-Units`,
`USE1-MP:USE1_cache_write_tokens_1h_global_standard-Units` or `APN1-MP:APN1_MillionBatchInputTokens-Units`
of `Claude Haiku 4.5 (Amazon Bedrock Edition)`. Reserved throughput bills no tokens.
Source: the AWS price lists AmazonBedrock, AmazonBedrockService and AmazonBedrockFoundationModels.
"""

from typing import Final

from farthing.importers.readers import text

_REGION: Final = "(?:[A-Z]{2,4}[0-9]|EU)"
_OWN: Final = (
    rf"^(?:{_REGION}-)?(.+?)-(?:mantle-)?"
    r"(?:(?:input|output|response)-tokens?"
    r"|cache-(?:read|write)(?:-[0-9]+[hm])?(?:-input)?-tokens?(?:-count)?)(?:-.*)?$"
)
_SOLD: Final = (
    rf"^(?:{_REGION}-)?(?:MP:)?{_REGION}_.*"
    r"(?:(?:Input|Output|Response)Token(?:s|Count)|(?:input|output|response|cache_read|cache_write)_tokens)"
    r"(?:_.*)?-Units$"
)
# In the order in which they are tried: a cache's words come before `input`, of which they are a part.
_METERS: Final = (
    ("cache_read", "cache_read"),
    ("cache_write.*1h(_|$)", "cache_write_1h"),
    ("cache_write.*30m(_|$)", "cache_write"),
    ("cache_write", "cache_write_5m"),  # where none is named it is the shortest, five minutes
    ("(output|response)_token", "output"),
    ("input_token", "input"),
)
_TIERS: Final = ("batch", "flex", "priority")
_TOKENS_BY_UNIT: Final = {"1k tokens": 1_000, "1m tokens": 1_000_000, "tokens": 1}


def is_tokens(usage_type: str) -> str:
    """SQL: whether a usage type bills tokens of a model on Bedrock; false where there is none."""
    own, sold = (f"regexp_matches({usage_type}, {text(pattern)})" for pattern in (_OWN, _SOLD))
    return f"COALESCE({own} OR {sold}, false)"


def model(usage_type: str, product: str) -> str:
    """SQL: the model; `product` is the name of what was bought, from which a Marketplace line knows it."""
    bought = f"trim(regexp_replace({product}, '\\(Amazon Bedrock Edition\\)', ''))"
    own = f"regexp_extract({usage_type}, {text(_OWN)}, 1)"
    return _spelled(f"CASE WHEN regexp_matches({usage_type}, {text(_SOLD)}) THEN {bought} ELSE {own} END")


def meter(usage_type: str) -> str:
    """SQL: our meter of what a usage type counts."""
    words = _words(usage_type)
    cases = (f"WHEN regexp_matches({words}, {text(sign)}) THEN {text(name)}" for sign, name in _METERS)
    return f"CASE {' '.join(cases)} END"


def tier(usage_type: str) -> str:
    """SQL: the tier that a usage type names, '' where it names none."""
    return f"regexp_extract({_words(usage_type)}, '_({'|'.join(_TIERS)})(?:_|$)', 1)"


def tokens(amount: str, unit: str) -> str:
    """SQL: an amount in tokens where its unit is a number of tokens, null where it is another."""
    listed = ", ".join(f"{text(name)}: {count}" for name, count in _TOKENS_BY_UNIT.items())
    return f"TRY_CAST({amount} AS DECIMAL(30,11)) * CAST(MAP {{{listed}}}[lower({unit})] AS DECIMAL(8,0))"


def _words(usage_type: str) -> str:
    """SQL: a usage type's words in small letters, `use1_mp_use1_cache_write1h_input_token_count`."""
    apart = f"regexp_replace({usage_type}, '([a-z0-9])([A-Z])', '\\1_\\2', 'g')"
    return f"regexp_replace(lower({apart}), '[^a-z0-9]+', '_', 'g')"


def _spelled(name: str) -> str:
    """SQL: a name in small letters, Claude's in its maker's way: `Claude4.5Sonnet` is `claude-sonnet-4-5`.

    From its fourth generation on Claude's family comes before the number.
    """
    apart = f"trim(regexp_replace({name}, '^Claude ?([0-9.]+) ?', 'Claude \\1 '))"
    turned = f"regexp_replace({apart}, '^Claude ([4-9][0-9.]*) (Sonnet|Haiku|Opus)', 'Claude \\2 \\1')"
    lower = f"lower(replace({turned}, ' ', '-'))"
    return f"CASE WHEN starts_with({lower}, 'claude') THEN replace({lower}, '.', '-') ELSE {lower} END"
