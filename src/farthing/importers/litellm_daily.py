"""LiteLLM's daily sums: the tables LiteLLM_DailyUserSpend, DailyTeamSpend and their like, as CSV or JSON.

Each of these tables adds up the same requests: import one of them, and not beside the log of requests.
`prompt_tokens` includes the cached ones. The table by tags counts a request once for each of its tags,
so its rows are set aside. What a cache kept for an hour is not told apart here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.exported_table import exported
from farthing.importers.format import LIKELY, NO, SURE, Format, Head, Source
from farthing.importers.litellm_words import model_of, provider_of
from farthing.importers.readers import name, text
from farthing.importers.tag_map import tag_map
from farthing.importers.whole import not_whole, whole

_SIGNS: Final = ("date", "api_key", "prompt_tokens", "completion_tokens", "spend", "api_requests")
_GROUPS: Final = (
    "date", "user_id", "team_id", "organization_id", "end_user_id", "agent_id", "api_key", "model",
    "custom_llm_provider", "mcp_namespaced_tool_name", "endpoint",
)  # fmt: skip
_COUNTS: Final = (
    "prompt_tokens", "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens",
    "api_requests",
)  # fmt: skip
_TAGS: Final[Mapping[str, str]] = {
    "key": "api_key",
    "organization": "organization_id",
    "agent": "agent_id",
    "endpoint": "endpoint",
    "tool": "mcp_namespaced_tool_name",
}
_BY_TAG: Final = "the table by tags counts a request once for each of its tags: import another one"


def _match(head: Head) -> int:
    if head.has(*_SIGNS):
        return SURE
    near = head.text[:20_000]
    return LIKELY if head.is_json and all(f'"{sign}"' in near for sign in _SIGNS) else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    rows = exported(connection, source, (*_GROUPS, *_COUNTS, "id", "tag", "spend"))
    counts = ", ".join(f"COALESCE({whole(count)}, 0) AS {count}" for count in _COUNTS)
    known = f"SELECT * REPLACE ({counts}), {_aside()} AS aside FROM ({rows})"
    return f"SELECT {', '.join(_columns())} FROM ({known})"


def _columns() -> Iterator[str]:
    provider = "COALESCE(custom_llm_provider, '')"
    told = ", ".join(f"COALESCE({name(group)}, '')" for group in _GROUPS)
    columns = {
        "line": "line",
        "aside": "aside",
        "event_id": f"'litellm-daily:' || COALESCE(NULLIF(id, ''), md5(concat_ws(chr(31), {told})))",
        '"at"': '"date"',
        "provider": provider_of(provider),
        "model": model_of("model", provider, "''"),
        "status": "'ok'",
        "requests": "api_requests",
        "input_tokens": "prompt_tokens - cache_read_input_tokens - cache_creation_input_tokens",
        "cache_read_tokens": "cache_read_input_tokens",
        "cache_write_5m_tokens": "cache_creation_input_tokens",
        "output_tokens": "completion_tokens",
        "reported_usd": "spend",
        "team": "team_id",
        "customer": "end_user_id",
        '"user"': "user_id",
        "tags": tag_map(_TAGS),
    }
    yield from (f"{value} AS {column}" for column, value in columns.items())


def _aside() -> str:
    cases = [
        ("flaw IS NOT NULL", "flaw"),
        ("tag <> ''", text(_BY_TAG)),
        *(not_whole(count, count) for count in _COUNTS),
    ]
    return f"CASE {' '.join(f'WHEN {condition} THEN {why}' for condition, why in cases)} END"


FORMAT: Final = Format("litellm-daily", "LiteLLM's daily sums (CSV or JSON)", _match, _read)
