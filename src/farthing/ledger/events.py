"""Usage events: what was called, when, by whom, and how much of each meter it took.

Counts are disjoint: a token that was read from a cache is no `input_tokens`. The one exception is
`reasoning_tokens`, a part of `output_tokens` that is given for information.
"""

from collections.abc import Mapping
from typing import Final

from farthing.ledger.columns import Column

IDENTITY: Final = (
    Column("event_id", "text", "idempotency key: the same id is the same event"),
    Column("at", "time", "when it began, UTC"),
    Column("day", "day", "the day of `at`, by which the table is partitioned"),
    Column("batch", "text", "the import that brought it"),
    Column("source", "text", "the format it came from"),
    Column("provider", "text", "who was paid"),
    Column("model", "text", "the model that answered"),
    Column("operation", "text", "chat, embeddings, image_generation, training ..."),
    Column("service_tier", "text", "standard, batch, flex, priority, as served"),
    Column("region", "text", "where it was processed"),
    Column("status", "text", "ok, or what went wrong"),
)
COUNTS: Final = (
    Column("requests", "count", "requests that the event stands for: 1, or more where a report adds them up"),
    Column("input_tokens", "count", "input tokens, uncached text", "input"),
    Column("cache_read_tokens", "count", "input tokens read from a cache", "cache_read"),
    Column(
        "cache_write_5m_tokens", "count", "input tokens written to a cache of 5 minutes", "cache_write_5m"
    ),
    Column("cache_write_1h_tokens", "count", "input tokens written to a cache of an hour", "cache_write_1h"),
    Column("output_tokens", "count", "output tokens, reasoning included", "output"),
    Column("reasoning_tokens", "count", "output tokens of reasoning, for information", "reasoning"),
    Column("input_audio_tokens", "count", "input tokens of audio", "input_audio"),
    Column("output_audio_tokens", "count", "output tokens of audio", "output_audio"),
    Column("cache_read_audio_tokens", "count", "input tokens of audio from a cache", "cache_read_audio"),
    Column("input_image_tokens", "count", "input tokens of images", "input_image"),
    Column("output_image_tokens", "count", "output tokens of images", "output_image"),
    Column("input_video_tokens", "count", "input tokens of video", "input_video"),
    Column("images", "count", "images made", "image"),
    Column("audio_seconds", "count", "seconds of audio", "audio"),
    Column("video_seconds", "count", "seconds of video", "video"),
    Column("characters", "count", "characters read", "input_character"),
    Column("pages", "count", "pages of documents", "page"),
    Column("web_searches", "count", "web searches", "web_search"),
    Column("file_searches", "count", "searches of stored files", "file_search"),
    Column("reranks", "count", "searches of a reranker", "rerank"),
    Column("code_sessions", "count", "sessions of a code interpreter", "code_execution"),
)
DETAILS: Final = (
    Column("context_tokens", "whole", "length of one request's input, where counts are sums over several"),
    Column("accelerator", "text", "the accelerator that was paid by the time"),
    Column("gpu_seconds", "duration", "accelerator-seconds paid", "gpu_time"),
    Column("duration_ms", "whole", "from the request to its end"),
    Column("ttft_ms", "whole", "from the request to the first token"),
    Column("quality", "number", "how good the answer was, 0 to 1"),
    Column("billed_amount", "money", "what the provider says it charged"),
    Column("billed_currency", "text", "the currency of `billed_amount`"),
    Column("reported_usd", "money", "what the source calculated by itself: kept to compare, never added"),
)
TAGS: Final = tuple(
    Column(name, "text", f"the {name} it was for")
    for name in ("team", "project", "feature", "customer", "user", "environment", "task")
)
REST: Final = (
    Column("tags", "map", "every other tag"),
    Column("prefix_hashes", "list", "hashes of the leading blocks of the prompt"),
)
EVENTS: Final = (*IDENTITY, *COUNTS, *DETAILS, *TAGS, *REST)
BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in EVENTS}
TAG_NAMES: Final = tuple(column.name for column in TAGS)
