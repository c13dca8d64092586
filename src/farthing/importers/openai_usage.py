"""OpenAI's usage reports: the answers of GET /v1/organization/usage/{completions,embeddings,...}.

`input_tokens` includes cached tokens and those written to a cache. Since it tells text, audio and images
apart it includes all of them; before, it counted text alone and audio stood beside it. The same days
fetched with other groups would count again: import one grouping, of days that are over.
"""

import re
from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.format import LIKELY, MAYBE, NO, SURE, Format, Head, Source
from farthing.importers.readers import text
from farthing.importers.report_buckets import result_id, results
from farthing.importers.tag_map import tag_map
from farthing.importers.whole import not_whole, whole

_BUCKET: Final[Mapping[str, str]] = {"start_time": "$.start_time", "end_time": "$.end_time"}
_COUNTS: Final = (
    "num_model_requests", "input_tokens", "input_cached_tokens", "input_cache_write_tokens",
    "input_cached_audio_tokens", "input_audio_tokens", "input_image_tokens", "output_tokens",
    "output_audio_tokens", "output_image_tokens", "images", "characters", "seconds", "num_sessions",
    "num_requests", "usage_bytes",
)  # fmt: skip
_GROUPS: Final = (
    "object", "project_id", "user_id", "api_key_id", "model", "batch", "service_tier", "size", "source",
    "context_level", "vector_store_id",
)  # fmt: skip
# Whichever of these is there says that text is told apart from audio and images.
_BY_KIND: Final = ("input_text_tokens", "input_uncached_tokens", "output_text_tokens")
_OPERATIONS: Final[Mapping[str, str]] = {
    "completions": "chat",
    "embeddings": "embeddings",
    "moderations": "moderation",
    "images": "image_generation",
    "audio_speeches": "speech",
    "audio_transcriptions": "transcription",
    "code_interpreter_sessions": "code_interpreter",
    "file_searches": "file_search",
    "web_searches": "web_search",
}
_TAGS: Final[Mapping[str, str]] = {
    "key": "api_key_id",
    "size": "size",
    "image_source": "source",
    "search_context": "context_level",
    "vector_store": "vector_store_id",
}
_OBJECT: Final = re.compile(r'"organization\.usage\.\w+\.result"')
_STORED: Final = "it counts bytes of stored files: what they cost is in the costs report"


def _match(head: Head) -> int:
    if not head.is_json:
        return NO
    if _OBJECT.search(head.text):
        return SURE
    if '"start_time"' in head.text and '"num_model_requests"' in head.text:
        return LIKELY
    return MAYBE if re.search(r'"object"\s*:\s*"bucket"', head.text) else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    paths = {name: f"$.{name}" for name in (*_GROUPS, *_COUNTS, *_BY_KIND)}
    said = results(connection, source, _BUCKET, paths)
    counts = ", ".join(f"COALESCE({whole(count)}, 0) AS {count}" for count in _COUNTS)
    by_kind = f"COALESCE({', '.join(_BY_KIND)}) IS NOT NULL AS by_kind"
    known = (
        f"SELECT * REPLACE ({counts}), {by_kind}, {_aside()} AS aside, {_operation()} AS operation"
        f" FROM ({said})"
    )
    columns = ", ".join(f"{value} AS {column}" for column, value in _columns().items())
    return f"SELECT {columns} FROM ({known}) WHERE aside IS NOT NULL OR {' + '.join(_COUNTS)} <> 0"


def _columns() -> dict[str, str]:
    other = "CASE WHEN by_kind THEN {0}_audio_tokens + {0}_image_tokens ELSE 0 END"
    return {
        "line": "line",
        "aside": "aside",
        "event_id": result_id("openai-usage", (*_BUCKET, *_GROUPS)),
        '"at"': "start_time",
        "provider": "'openai'",
        "model": "model",
        "operation": "operation",
        "service_tier": _tier(),
        "status": "'ok'",
        # A search's model requests are in the report of completions.
        "requests": "CASE WHEN operation = 'web_search' THEN 0 ELSE num_model_requests END",
        "input_tokens": (
            "input_tokens - input_cached_tokens - input_cache_write_tokens - " + other.format("input")
        ),
        "cache_read_tokens": "input_cached_tokens - input_cached_audio_tokens",
        "cache_read_audio_tokens": "input_cached_audio_tokens",
        "cache_write_5m_tokens": "input_cache_write_tokens",
        "input_audio_tokens": "input_audio_tokens",
        "input_image_tokens": "input_image_tokens",
        "output_tokens": "output_tokens - " + other.format("output"),
        "output_audio_tokens": "output_audio_tokens",
        "output_image_tokens": "output_image_tokens",
        "images": "images",
        "characters": "characters",
        "audio_seconds": "seconds",
        "code_sessions": "num_sessions",
        "file_searches": "CASE WHEN operation = 'file_search' THEN num_requests ELSE 0 END",
        "web_searches": "CASE WHEN operation = 'web_search' THEN num_requests ELSE 0 END",
        "project": "project_id",
        '"user"': "user_id",
        "tags": tag_map(_TAGS),
    }


def _operation() -> str:
    kind = "regexp_extract(COALESCE(object, ''), '^organization[.]usage[.](.*)[.]result$', 1)"
    cases = " ".join(f"WHEN {text(theirs)} THEN {text(ours)}" for theirs, ours in _OPERATIONS.items())
    return f"CASE {kind} {cases} WHEN '' THEN 'chat' ELSE {kind} END"


def _tier() -> str:
    return (
        "CASE WHEN batch = 'true' THEN 'batch' WHEN service_tier IN ('default', 'auto', 'standard') THEN ''"
        " ELSE COALESCE(service_tier, '') END"
    )


def _aside() -> str:
    cases = [
        ("flaw IS NOT NULL", "flaw"),
        *(not_whole(count, count) for count in _COUNTS),
        ("usage_bytes NOT IN ('', '0')", text(_STORED)),
    ]
    return f"CASE {' '.join(f'WHEN {condition} THEN {why}' for condition, why in cases)} END"


FORMAT: Final = Format("openai-usage", "OpenAI's usage reports (JSON)", _match, _read)
