"""Who answered a request, with what and how, as a response says it, in the ledger's words."""

from collections.abc import Mapping
from typing import Final

from farthing.importers.litellm_words import provider_of
from farthing.importers.readers import text
from farthing.importers.response_counts import IS_GEMINI

_TIERS: Final[Mapping[str, str]] = {
    "auto": "",
    "default": "",
    "on_demand": "",
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "payg": "",
    "standard": "",
}
_OPENAI: Final = (
    "^(ft:)?(gpt-|o[1-9]|chatgpt-|codex-|computer-use|text-embedding-|omni-|tts-|dall-e-|whisper-1$)"
)
_ROUTED: Final = "(starts_with(id, 'gen-') OR said_provider = 'openrouter')"
_IS_BATCH: Final = "COALESCE(custom_id, batch_key, processed) <> ''"


def words() -> dict[str, str]:
    """SQL: the ledger's columns of words and of money, of the fields of a response and its keeper."""
    return {
        "provider": _provider(),
        "model": _model(),
        "operation": _operation(),
        "service_tier": _tier(),
        "region": "CASE WHEN geo NOT IN ('global', 'not_available') THEN geo END",
        "status": "CASE WHEN state IN ('failed', 'cancelled') THEN state ELSE 'ok' END",
        "billed_amount": f"CASE WHEN {_is_billed()} THEN charged END",
        "billed_currency": f"CASE WHEN {_is_billed()} AND charged <> '' THEN 'USD' END",
        # With a key of one's own OpenRouter charges its fee, and the model's host the rest.
        "reported_usd": f"COALESCE(hidden_cost, CASE WHEN {_is_billed()} THEN NULL ELSE charged END,"
        " CASE WHEN byok = 'true' THEN upstream_cost END)",
    }


TAGS: Final[Mapping[str, str]] = {
    "custom_id": "COALESCE(custom_id, batch_key)",
    "upstream": f"CASE WHEN {_ROUTED} THEN upstream END",
    "own_key": "CASE WHEN byok = 'true' THEN 'true' END",
}


def _is_billed() -> str:
    """Whether a cost is what the provider charged: of other gateways it is their own calculation."""
    return f"COALESCE({_ROUTED} OR said_provider = 'perplexity' OR starts_with(model, 'sonar'), false)"


def _provider() -> str:
    named = "lower(COALESCE(NULLIF(said_provider, ''), hidden_provider))"
    return (
        f"CASE WHEN {named} <> '' THEN {provider_of(named)} WHEN {_ROUTED} THEN 'openrouter'"
        " WHEN starts_with(id, 'msg_bdrk_') THEN 'aws' WHEN starts_with(id, 'msg_vrtx_') THEN 'google'"
        f" WHEN {IS_GEMINI} THEN 'google' WHEN kind IN ('message', 'message_delta') THEN 'anthropic'"
        " WHEN starts_with(model, 'sonar') THEN 'perplexity'"
        " WHEN azure <> '' THEN 'azure' WHEN groq <> '' THEN 'groq'"
        f" WHEN regexp_matches(COALESCE(model, asked_model), '{_OPENAI}') THEN 'openai' END"
    )


def _model() -> str:
    given = "COALESCE(NULLIF(model, ''), asked_model)"
    return f"CASE WHEN {IS_GEMINI} THEN regexp_replace({given}, '^.*models/', '') ELSE {given} END"


def _operation() -> str:
    is_image = f"object IS NULL AND kind IS NULL AND id IS NULL AND created <> '' AND NOT {IS_GEMINI}"
    return (
        "CASE WHEN first_datum = 'embedding' THEN 'embeddings'"
        " WHEN usage_kind IN ('tokens', 'duration') THEN 'transcription'"
        f" WHEN {is_image} THEN 'image_generation' ELSE 'chat' END"
    )


def _tier() -> str:
    cases = " ".join(f"WHEN {text(theirs)} THEN {text(ours)}" for theirs, ours in _TIERS.items())
    return (
        f"CASE WHEN {_IS_BATCH} THEN 'batch' WHEN speed = 'fast' THEN 'fast'"
        f" ELSE CASE lower(tier) {cases} ELSE lower(tier) END END"
    )
