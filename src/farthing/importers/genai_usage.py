"""What a call of a model used, from the attributes of a span in any of the conventions in use.

OpenTelemetry's own three generations, OpenLLMetry, OpenLIT, OpenInference, Sentry, PostHog, Pydantic AI,
the AI SDK. All say that input includes what was read from caches or written to them and that output
includes reasoning. Not all keep to it: where a total is given it shows, and where the parts of a call of
Claude are more than its input they can only stand beside it, as Anthropic counts.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from farthing.importers.disjoint import without
from farthing.importers.otlp_values import Plain, Said, integer

Row: TypeAlias = dict[str, object]

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "input": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.usage.prompt_tokens",
        "llm.token_count.prompt",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "ai.usage.tokens",
        "$ai_input_tokens",
    ),
    "output": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.usage.completion_tokens",
        "llm.token_count.completion",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
        "$ai_output_tokens",
    ),
    "total": (
        "gen_ai.usage.total_tokens",
        "llm.usage.total_tokens",
        "llm.token_count.total",
    ),
    "cache_read": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.input_tokens.cached",
        "gen_ai.usage.details.cache_read_tokens",
        "gen_ai.usage.details.cache_read_input_tokens",
        "gen_ai.usage.details.cached_tokens",
        "llm.usage.cache_read_input_tokens",
        "llm.anthropic.usage.cache_read_input_tokens",
        "llm.token_count.prompt_details.cache_read",
        "ai.usage.cachedInputTokens",
        "$ai_cache_read_input_tokens",
    ),
    "cache_write": (
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.input_tokens.cache_write",
        "gen_ai.usage.details.cache_write_tokens",
        "gen_ai.usage.details.cache_creation_input_tokens",
        "llm.usage.cache_creation_input_tokens",
        "llm.anthropic.usage.cache_creation_input_tokens",
        "llm.token_count.prompt_details.cache_write",
        "$ai_cache_creation_input_tokens",
    ),
    "reasoning": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.output_tokens.reasoning",
        "gen_ai.usage.details.reasoning_tokens",
        "llm.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
        "ai.usage.reasoningTokens",
        "$ai_reasoning_tokens",
    ),
    "input_audio": ("gen_ai.usage.audio.input_tokens", "llm.token_count.prompt_details.audio"),
    "input_image": ("gen_ai.usage.image.input_tokens",),
    "input_video": ("gen_ai.usage.video.input_tokens",),
    "output_audio": ("gen_ai.usage.audio.output_tokens", "llm.token_count.completion_details.audio"),
    "output_image": ("gen_ai.usage.image.output_tokens",),
}
_COUNTING: Final = frozenset(key for keys in _KEYS.values() for key in keys)
_INPUT_PARTS: Final = ("cache_read", "cache_write", "input_audio", "input_image", "input_video")
_APART: Final = ("output_audio", "output_image")


def first(given: Said, keys: Sequence[str]) -> Plain | None:
    """The value of the first of these attributes that is there."""
    for key in keys:  # a generator takes three times as long, and this runs a hundred times a span
        if key in given:
            return given[key]
    return None


def text_of(given: Said, keys: Sequence[str]) -> str:
    """The same as text, empty where there is none."""
    found = first(given, keys)
    return "" if found is None else str(found)


def usage(given: Said, *, claude: bool = False) -> Row:
    """The counts of a call as columns of the ledger, empty where the attributes have none.

    `claude` says that the call was of one of Anthropic's models.
    """
    counts = {kind: integer(given[key]) for kind, key in _counted(_COUNTING.intersection(given))}
    return disjoint(counts, claude=claude) if counts.keys() - {"total"} else {}


@lru_cache(1_000)
def _counted(keys: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Which of these attributes count what: calls of one program nearly always have the same."""
    found = ((kind, next((key for key in names if key in keys), "")) for kind, names in _KEYS.items())
    return tuple((kind, key) for kind, key in found if key)


def disjoint(counts: Mapping[str, Plain], *, claude: bool = False) -> Row:
    """Counts by kind (`input`, `output`, `total` and the parts) as columns of the ledger."""
    inside = [counts.get(part) for part in _INPUT_PARTS]
    beside = _is_beside(counts, inside, claude=claude)
    output, reasoning = counts.get("output"), counts.get("reasoning")
    if isinstance(output, int) and isinstance(reasoning, int) and _is_reasoning_beside(counts, inside):
        output += reasoning
    columns = {
        "input_tokens": counts.get("input") if beside else without(counts.get("input"), *inside),
        "cache_read_tokens": counts.get("cache_read"),
        "cache_write_5m_tokens": counts.get("cache_write"),
        "output_tokens": without(output, *(counts.get(part) for part in _APART)),
        "reasoning_tokens": reasoning,
    } | {f"{part}_tokens": counts.get(part) for part in (*_INPUT_PARTS[2:], *_APART)}
    return {column: value for column, value in columns.items() if value is not None}


def _is_beside(counts: Mapping[str, Plain], inside: Sequence[Plain | None], *, claude: bool) -> bool:
    """Whether the parts of the input stand beside it."""
    whole, parts, total = _sum(counts.get("input")), _sum(*inside), counts.get("total")
    known = whole + _sum(counts.get("output"))
    if isinstance(total, int) and total in (known, known + parts):
        return total != known
    return claude and parts > whole


def _is_reasoning_beside(counts: Mapping[str, Plain], inside: Sequence[Plain | None]) -> bool:
    """Whether reasoning stands beside the output, as Gemini counts it."""
    output, reasoning, total = counts.get("output"), _sum(counts.get("reasoning")), counts.get("total")
    known = _sum(counts.get("input"), output)
    if isinstance(total, int) and total in (known, known + _sum(*inside)):
        return False
    return reasoning > _sum(output) or total == known + reasoning


def _sum(*counts: Plain | None) -> int:
    return sum(count for count in counts if isinstance(count, int))
