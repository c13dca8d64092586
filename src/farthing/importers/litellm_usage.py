"""The counts in a usage object as LiteLLM keeps it, which has changed its places over the years.

A count may stand in several of them, or as 0 in one and as itself in another, so the largest counts.
Prompt and completion tokens include all that is told apart here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from farthing.importers.readers import text
from farthing.importers.whole import not_whole, whole

_PROMPT: Final = "$.prompt_tokens_details"
_COMPLETION: Final = "$.completion_tokens_details"
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "cache_read": (f"{_PROMPT}.cached_tokens", "$.cache_read_input_tokens"),
    "cache_write": (
        "$.cache_creation_input_tokens",
        f"{_PROMPT}.cache_creation_tokens",
        f"{_PROMPT}.cache_write_tokens",
    ),
    "write_5m": (
        f"{_PROMPT}.cache_creation_token_details.ephemeral_5m_input_tokens",
        "$.cache_creation.ephemeral_5m_input_tokens",
    ),
    "write_1h": (
        f"{_PROMPT}.cache_creation_token_details.ephemeral_1h_input_tokens",
        "$.cache_creation.ephemeral_1h_input_tokens",
    ),
    "input_audio": (f"{_PROMPT}.audio_tokens",),
    "input_image": (f"{_PROMPT}.image_tokens",),
    "input_video": (f"{_PROMPT}.video_tokens",),
    "reasoning": (f"{_COMPLETION}.reasoning_tokens",),
    "output_audio": (f"{_COMPLETION}.audio_tokens",),
    "output_image": (f"{_COMPLETION}.image_tokens",),
    "searches": (f"{_PROMPT}.web_search_requests", "$.server_tool_use.web_search_requests"),
    "pages": ("$.pages_processed",),
}
_WORDS: Final[Mapping[str, str]] = {"tier": "$.service_tier", "speed": "$.speed", "geo": "$.inference_geo"}
_PATHS: Final = (*(path for paths in _PLACES.values() for path in paths), *_WORDS.values())

SAID: Final = f"TRY(json_extract_string(usage, [{', '.join(text(path) for path in _PATHS)}]))"
"""SQL: the values of all places of the column `usage`, null where that is no JSON."""


def fields() -> dict[str, str]:
    """SQL: each count (0 where it is nowhere) and each word out of `said`, by their names."""
    counts = {
        name: f"COALESCE(GREATEST({', '.join(whole(_at(path)) for path in paths)}), 0)"
        for name, paths in _PLACES.items()
    }
    return counts | {name: _at(path) for name, path in _WORDS.items()}


def flaws() -> Iterator[tuple[str, str]]:
    """SQL: the conditions under which a count in `said` is none, each with its reason."""
    for paths in _PLACES.values():
        for path in paths:
            yield not_whole(path.removeprefix("$."), _at(path))


def _at(path: str) -> str:
    return f"said[{_PATHS.index(path) + 1}]"
