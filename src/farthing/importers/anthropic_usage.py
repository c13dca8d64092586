"""Anthropic's usage report: the answers of GET /v1/organizations/usage_report/messages.

Its counts are disjoint. It does not say how many requests they add up: `requests` is 0. The same days
fetched with other groups would count again: import one grouping, of days that are over.
"""

from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.format import MAYBE, NO, SURE, Format, Head, Source
from farthing.importers.readers import text
from farthing.importers.report_buckets import result_id, results

BUCKET: Final[Mapping[str, str]] = {"starting_at": "$.starting_at", "ending_at": "$.ending_at"}
TIERS: Final[Mapping[str, str]] = {
    "standard": "",
    "flex_discount": "flex",
    "priority_on_demand": "priority",
}
_GROUPS: Final = (
    "account_id", "api_key_id", "context_window", "inference_geo", "model", "service_account_id",
    "service_tier", "speed", "workspace_id",
)  # fmt: skip
_COUNTS: Final[Mapping[str, str]] = {
    "input_tokens": "$.uncached_input_tokens",
    "cache_read_tokens": "$.cache_read_input_tokens",
    "cache_write_5m_tokens": "$.cache_creation.ephemeral_5m_input_tokens",
    "cache_write_1h_tokens": "$.cache_creation.ephemeral_1h_input_tokens",
    "output_tokens": "$.output_tokens",
    "web_searches": "$.server_tool_use.web_search_requests",
}
_LONG: Final = 200_000
"""Requests above it are those of the window 200k-1M, which cost more."""


def _match(head: Head) -> int:
    if not head.is_json or '"starting_at"' not in head.text:
        return NO
    if '"uncached_input_tokens"' in head.text and '"cost_type"' not in head.text:
        return SURE
    return MAYBE if '"ending_at"' in head.text and '"results"' in head.text else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    said = results(connection, source, BUCKET, {name: f"$.{name}" for name in _GROUPS} | dict(_COUNTS))
    columns = ", ".join(f"{value} AS {column}" for column, value in _columns().items())
    return f"SELECT {columns} FROM ({said})"


def _columns() -> dict[str, str]:
    return {
        "line": "line",
        "aside": "flaw",
        "event_id": result_id("anthropic-usage", (*BUCKET, *_GROUPS)),
        '"at"': "starting_at",
        "provider": "'anthropic'",
        "model": "model",
        "operation": "'chat'",
        "service_tier": f"CASE WHEN speed = 'fast' THEN 'fast' ELSE {tier('service_tier')} END",
        "region": geo("inference_geo"),
        "status": "'ok'",
        "requests": "0",
        "context_tokens": f"CASE WHEN context_window = '200k-1M' THEN {_LONG + 1} END",
        "project": "workspace_id",
        '"user"': "COALESCE(account_id, service_account_id)",
        "tags": "CASE WHEN api_key_id <> '' THEN MAP {'key': api_key_id} END",
    } | {count: count for count in _COUNTS}


def tier(given: str) -> str:
    """SQL: a service tier of Anthropic's reports in the ledger's words."""
    cases = " ".join(f"WHEN {text(theirs)} THEN {text(ours)}" for theirs, ours in TIERS.items())
    return f"CASE {given} {cases} ELSE {given} END"


def geo(given: str) -> str:
    """SQL: where it was processed, empty where that was anywhere or is not said."""
    return f"CASE WHEN {given} IN ('global', 'not_available') THEN '' ELSE {given} END"


FORMAT: Final = Format("anthropic-usage", "Anthropic's usage report (JSON)", _match, _read)
