"""Where responses of the providers' APIs say what they used: paths by the names of fields.

A count may stand in several places, or as 0 in one and as itself in another, so the largest counts; of
words the first counts. Gemini's SDK writes snake_case where its API writes camelCase.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from farthing.importers.readers import text
from farthing.importers.whole import not_whole, whole

_INPUT: Final = ("prompt_tokens_details", "input_tokens_details", "input_token_details")
_OUTPUT: Final = ("completion_tokens_details", "output_tokens_details", "output_token_details")


def _of(details: tuple[str, ...], *names: str) -> tuple[str, ...]:
    return tuple(f"$.usage.{detail}.{name}" for name in names for detail in details)


def _gemini(camel: str, snake: str) -> tuple[str, ...]:
    return f"$.usageMetadata.{camel}", f"$.usage_metadata.{snake}"


COUNTS: Final[Mapping[str, tuple[str, ...]]] = {
    "prompt": ("$.usage.prompt_tokens", "$.x_groq.usage.prompt_tokens"),
    "completion": ("$.usage.completion_tokens", "$.x_groq.usage.completion_tokens"),
    "input": ("$.usage.input_tokens",),
    "output": ("$.usage.output_tokens",),
    "total": ("$.usage.total_tokens", *_gemini("totalTokenCount", "total_token_count")),
    "cached": (
        *_of(_INPUT, "cached_tokens"),
        "$.usage.cache_read_input_tokens",
        "$.usage.prompt_cache_hit_tokens",  # DeepSeek
        "$.usage.cached_tokens",  # Moonshot
        *_gemini("cachedContentTokenCount", "cached_content_token_count"),
    ),
    "written": (
        *_of(_INPUT, "cache_write_tokens", "cache_creation_tokens"),
        "$.usage.cache_creation_input_tokens",
    ),
    "written_5m": (
        "$.usage.cache_creation.ephemeral_5m_input_tokens",
        *_of(_INPUT, "cache_creation_token_details.ephemeral_5m_input_tokens"),
    ),
    "written_1h": (
        "$.usage.cache_creation.ephemeral_1h_input_tokens",
        *_of(_INPUT, "cache_creation_token_details.ephemeral_1h_input_tokens"),
    ),
    "reasoning": (
        *_of(_OUTPUT, "reasoning_tokens", "thinking_tokens"),
        "$.usage.reasoning_tokens",
        *_gemini("thoughtsTokenCount", "thoughts_token_count"),
    ),
    "cached_audio": _of(_INPUT, "cached_tokens_details.audio_tokens"),
    "audio_in": _of(_INPUT, "audio_tokens"),
    "image_in": _of(_INPUT, "image_tokens"),
    "video_in": _of(_INPUT, "video_tokens"),
    "audio_out": _of(_OUTPUT, "audio_tokens"),
    "image_out": _of(_OUTPUT, "image_tokens"),
    "gemini_prompt": _gemini("promptTokenCount", "prompt_token_count"),
    "gemini_tools": _gemini("toolUsePromptTokenCount", "tool_use_prompt_token_count"),
    "gemini_answer": (
        *_gemini("candidatesTokenCount", "candidates_token_count"),
        *_gemini("responseTokenCount", "response_token_count"),
    ),
    "searches": ("$.usage.server_tool_use.web_search_requests", "$.usage.num_search_queries"),
    "seconds": ("$.usage.seconds",),
}
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("$.id", "$.responseId", "$.response_id"),
    "model": ("$.model", "$.modelVersion", "$.model_version"),
    "object": ("$.object",),
    "kind": ("$.type",),
    "created": ("$.created", "$.created_at", "$.createTime", "$.create_time"),
    "state": ("$.status",),
    "tier": (
        "$.service_tier",
        "$.usage.service_tier",
        *_gemini("serviceTier", "service_tier"),
        *_gemini("trafficType", "traffic_type"),
    ),
    "speed": ("$.usage.speed",),
    "geo": ("$.usage.inference_geo",),
    "upstream": ("$.provider",),
    "charged": ("$.usage.cost.total_cost", "$.usage.cost"),
    "upstream_cost": ("$.usage.cost_details.upstream_inference_cost",),
    "byok": ("$.usage.is_byok",),
    "hidden_provider": ("$._hidden_params.custom_llm_provider",),
    "hidden_cost": ("$._hidden_params.response_cost",),
    "azure": ("$.prompt_filter_results",),
    "groq": ("$.x_groq",),
    "own_user": ("$.user", "$.safety_identifier"),
    "own_tags": ("$.metadata",),
    "finished": ("$.candidates[0].finishReason", "$.candidates[0].finish_reason"),
    "first_datum": ("$.data[0].object",),
    "usage_kind": ("$.usage.type",),
}
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "prompt_kinds": _gemini("promptTokensDetails", "prompt_tokens_details"),
    "tool_kinds": _gemini("toolUsePromptTokensDetails", "tool_use_prompt_tokens_details"),
    "cache_kinds": _gemini("cacheTokensDetails", "cache_tokens_details"),
    "answer_kinds": (
        *_gemini("candidatesTokensDetails", "candidates_tokens_details"),
        *_gemini("responseTokensDetails", "response_tokens_details"),
    ),
}
_ALL: Final = tuple(path for group in (COUNTS, WORDS, LISTS) for paths in group.values() for path in paths)


def said(document: str) -> str:
    """SQL: the values of all paths in a document, as text, in one pass over it."""
    return f"json_extract_string({document}, [{', '.join(text(path) for path in _ALL)}])"


def fields() -> dict[str, str]:
    """SQL: each field out of `said`: counts as whole numbers, the rest as text, null where it is nowhere."""
    counts = {
        name: f"GREATEST({', '.join(whole(_at(path)) for path in paths)})" for name, paths in COUNTS.items()
    }
    return counts | {
        name: f"COALESCE({', '.join(_at(path) for path in paths)})"
        for group in (WORDS, LISTS)
        for name, paths in group.items()
    }


def flaws() -> Iterator[tuple[str, str]]:
    """SQL: the conditions under which a count in `said` is none, each with its reason."""
    for paths in COUNTS.values():
        for path in paths:
            yield not_whole(path.removeprefix("$."), _at(path))


def _at(path: str) -> str:
    return f"said[{_ALL.index(path) + 1}]"
