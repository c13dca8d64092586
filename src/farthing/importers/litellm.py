"""LiteLLM's log of requests: the table LiteLLM_SpendLogs as CSV or JSON, or pages of its /spend/logs.

`prompt_tokens` includes what was read from caches and written to them; how much that was stands in
`metadata`, in one of several places. What LiteLLM's own cache answered bought nothing: it has the
status "cached" and no tokens. `spend` is kept for comparison; where it is 0 though the request had a
cost, that cost is (litellm#40100). A tag "name:value" of a request becomes a tag, any other is "true".
"""

from collections.abc import Iterator, Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers import litellm_tags, litellm_usage
from farthing.importers.checked import moment
from farthing.importers.exported_table import exported
from farthing.importers.format import LIKELY, NO, SURE, Format, Head, Source
from farthing.importers.litellm_words import model_of, operation_of, provider_of, tier_of
from farthing.importers.readers import name, text
from farthing.importers.whole import not_whole, whole
from farthing.importers.worldwide_ids import event_id

_SIGNS: Final = ("request_id", "call_type", "spend", "startTime")
_COLUMNS: Final = (
    "request_id", "call_type", "api_key", "spend", "prompt_tokens", "completion_tokens", "startTime",
    "endTime", "completionStartTime", "model", "custom_llm_provider", "user",
    "metadata", "cache_hit", "request_tags", "team_id", "organization_id", "end_user", "session_id",
    "status", "agent_id",
)  # fmt: skip
_NESTED: Final = ("metadata", "request_tags")
_FACTS: Final[Mapping[str, str]] = {
    "usage_object": "$.usage_object",
    "more_usage": "$.additional_usage_values",
    "cost": "$.cost_breakdown.total_cost",
    "cost_tier": "$.cost_breakdown.service_tier",
    "location": "$.cost_breakdown.vertex_location",
    "outcome": "$.status",
    "error": "$.error_information.error_class",
    "priced_as": "$.model_map_information.model_map_key",
    "key_alias": "$.user_api_key_alias",
    "team_alias": "$.user_api_key_team_alias",
    "project": "$.user_api_key_project_id",
    "own_tags": "$.spend_logs_metadata",
}


def _match(head: Head) -> int:
    if head.has(*_SIGNS):
        return SURE
    near = head.text[:20_000]
    return LIKELY if head.is_json and all(f'"{sign}"' in near for sign in _SIGNS) else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    facts = ", ".join(text(path) for path in _FACTS.values())
    named = ", ".join(f"facts[{place}] AS {fact}" for place, fact in enumerate(_FACTS, 1))
    query = exported(connection, source, _COLUMNS, _NESTED)
    for layer in (
        f"*, TRY(json_extract_string(metadata, [{facts}])) AS facts",
        f"*, {named}",
        "*, CASE WHEN length(usage_object) > 2 THEN usage_object ELSE more_usage END AS usage",
        f"*, {litellm_usage.SAID} AS said",
        f"*, {litellm_tags.entries()} AS entries",
        f"*, {litellm_tags.NAMES} AS names, {', '.join(_known())}",
        ", ".join(f"{value} AS {column}" for column, value in _columns().items()),
    ):
        query = f"SELECT {layer} FROM ({query})"
    return query


def _known() -> Iterator[str]:
    """The counts of a request and its moments, each in its type."""
    for field, value in litellm_usage.fields().items():
        yield f"{value} AS {field}"
    for column, field in (("prompt_tokens", "prompt"), ("completion_tokens", "completion")):
        yield f"COALESCE({whole(column)}, 0) AS {field}"
    for column, field in (("startTime", "began"), ("endTime", "ended"), ("completionStartTime", "first")):
        yield f"COALESCE(TRY_CAST({name(column)} AS TIMESTAMPTZ), {moment(name(column))}) AS {field}"
    yield "COALESCE(lower(cache_hit) = 'true', false) AS is_cached"


def _columns() -> dict[str, str]:
    bought = {
        "input_tokens": "prompt - cache_read - cache_write - input_audio - input_image - input_video",
        "cache_read_tokens": "cache_read",
        "cache_write_5m_tokens": "GREATEST(cache_write, write_5m + write_1h) - write_1h",
        "cache_write_1h_tokens": "write_1h",
        "output_tokens": "completion - output_audio - output_image",
        "reasoning_tokens": "reasoning",
        "input_audio_tokens": "input_audio",
        "output_audio_tokens": "output_audio",
        "input_image_tokens": "input_image",
        "output_image_tokens": "output_image",
        "input_video_tokens": "input_video",
        "pages": "pages",
        "web_searches": "searches",
    }
    provider = "COALESCE(custom_llm_provider, '')"
    call = "COALESCE(call_type, '')"
    told = '"startTime", "endTime", api_key, model, prompt_tokens, completion_tokens'
    lost = "NOT is_cached AND cost <> '' AND TRY_CAST(spend AS DOUBLE) = 0"
    return {
        "line": "line",
        "aside": _aside(),
        "event_id": event_id("litellm", "request_id", f"'litellm:' || md5(concat_ws(chr(31), {told}))"),
        '"at"': "began",
        "provider": provider_of(provider),
        "model": model_of("model", provider, "priced_as"),
        "operation": operation_of(call),
        "service_tier": tier_of(call, "speed", "tier", "cost_tier"),
        "region": "COALESCE(location, CASE WHEN geo NOT IN ('global', 'not_available') THEN geo END, '')",
        "status": _status(),
        "duration_ms": f"CASE WHEN ended >= began THEN {_ms('began', 'ended')} END",
        # Without streaming LiteLLM says that the first token came at the end.
        "ttft_ms": f"CASE WHEN first > began AND first < ended THEN {_ms('began', 'first')} END",
        "reported_usd": f"CASE WHEN {lost} THEN cost ELSE spend END",
        "team": f"COALESCE(NULLIF(team_id, ''), {litellm_tags.column('team')})",
        "project": f"COALESCE(NULLIF(project, ''), {litellm_tags.column('project')})",
        "feature": litellm_tags.column("feature"),
        "environment": litellm_tags.column("environment"),
        "task": litellm_tags.column("task"),
        "customer": f"COALESCE(NULLIF(end_user, ''), {litellm_tags.column('customer')})",
        '"user"': f"COALESCE(NULLIF(\"user\", ''), {litellm_tags.column('user')})",
        "tags": litellm_tags.tags(),
    } | {column: f"CASE WHEN is_cached THEN 0 ELSE {count} END" for column, count in bought.items()}


def _ms(start: str, end: str) -> str:
    return f"(epoch_us({end}) - epoch_us({start})) // 1000"


def _status() -> str:
    return (
        "CASE WHEN is_cached THEN 'cached' WHEN 'failure' IN (status, outcome)"
        " THEN COALESCE(NULLIF(error, ''), 'failure') ELSE 'ok' END"
    )


def _aside() -> str:
    cases = [
        ("flaw IS NOT NULL", "flaw"),
        ("metadata <> '' AND facts IS NULL", text("its metadata is not JSON")),
        ("usage <> '' AND said IS NULL", text("the usage in its metadata is not JSON")),
        *(not_whole(column, column) for column in ("prompt_tokens", "completion_tokens")),
        *litellm_usage.flaws(),
        ("began IS NULL", "'startTime is no moment: ' || COALESCE(left(\"startTime\", 40), 'nothing')"),
    ]
    return f"CASE {' '.join(f'WHEN {condition} THEN {why}' for condition, why in cases)} END"


FORMAT: Final = Format("litellm", "LiteLLM spend logs (CSV or JSON)", _match, _read, is_ordered=False)
