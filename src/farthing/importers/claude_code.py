"""Claude Code's session logs: ~/.claude/projects/<project>/<session>.jsonl and the folders beneath.

A response is written once for each block of its content and again by every session that resumes,
branches or asks aside: its lines have one id, and the one with most output tokens counts. What its
`iterations` bill beside it (an advisor's answer, a compaction) are events of their own.
"""

from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.format import LIKELY, NO, SURE, Format, Head, Source
from farthing.importers.readers import json_lines, text
from farthing.importers.tag_map import tag_map
from farthing.importers.worldwide_ids import WORLDWIDE

_FIELDS: Final[Mapping[str, str]] = {
    "message_id": "$.message.id",
    "role": "$.message.role",
    "model": "$.message.model",
    "input": "$.message.usage.input_tokens",
    "cache_read": "$.message.usage.cache_read_input_tokens",
    "cache_write": "$.message.usage.cache_creation_input_tokens",
    "write_5m": "$.message.usage.cache_creation.ephemeral_5m_input_tokens",
    "write_1h": "$.message.usage.cache_creation.ephemeral_1h_input_tokens",
    "output": "$.message.usage.output_tokens",
    "thinking": "$.message.usage.output_tokens_details.thinking_tokens",
    "searches": "$.message.usage.server_tool_use.web_search_requests",
    "tier": "$.message.usage.service_tier",
    "speed": "$.message.usage.speed",
    "geo": "$.message.usage.inference_geo",
    "request_id": "$.requestId",
    "uuid": "$.uuid",
    "moment": "$.timestamp",
    "cost": "$.costUSD",
    "failed": "$.isApiErrorMessage",
    "sidechain": "$.isSidechain",
    "agent": "$.agentId",
    "session": "$.sessionId",
    "cwd": "$.cwd",
    "branch": "$.gitBranch",
    "used": "$.message.usage",
    "iterated": "$.message.usage.iterations",
}
_ITERATION: Final = (
    '[{"type": "VARCHAR", "model": "VARCHAR", "input_tokens": "VARCHAR", "output_tokens": "VARCHAR",'
    ' "cache_read_input_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR",'
    ' "cache_creation": {"ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR"}}]'
)
# A gateway's id of this length is made for one response; a shorter one may stand for all ("ocgo").
_LONG_ID: Final = 16


def _match(head: Head) -> int:
    for one in head.objects:
        message = one.get("message")
        if "sessionId" in one and ({"uuid", "isSidechain", "requestId"} & set(one)):
            return SURE
        if "leafUuid" in one or one.get("type") == "file-history-snapshot":
            return SURE
        if isinstance(message, dict) and "usage" in message and "timestamp" in one:
            return LIKELY
    return LIKELY if '"isSidechain":' in head.text and '"sessionId":' in head.text else NO


def _read(_: DuckDBPyConnection, source: Source) -> str:
    return (
        f"WITH logged AS ({_logged(source)}), used AS ({_used()}), billed AS ({_billed()})"
        f" SELECT {', '.join(f'{value} AS {column}' for column, value in _columns().items())} FROM billed"
    )


def _logged(source: Source) -> str:
    """The fields `f` of lines that have a usage, and those that are no JSON.

    An agent's progress holds another line, of a session `own_session` in a folder `own_folder`. One
    function reads all fields: lines have pictures in them, and each function would keep a copy.
    """
    own = tuple(_FIELDS.values())
    inner = (f"$.data.message{path[1:]}" for path in own)
    listed = ", ".join(text(path) for path in ("$.type", "$.sessionId", "$.cwd", *own, *inner))
    is_used = "contains(CAST(json AS VARCHAR), '\"usage\"')"
    lines = json_lines(source, f"CASE WHEN {is_used} THEN json_extract_string(json, [{listed}]) END AS g")
    first, last = 4, 3 + len(own)
    fields = f"CASE WHEN g[1] = 'progress' THEN g[{last + 1}:{last + len(own)}] ELSE g[{first}:{last}] END"
    return (
        f"SELECT file, line, aside, {fields} AS f, g[2] AS own_session, g[3] AS own_folder"
        f" FROM ({lines}) WHERE aside IS NOT NULL OR g IS NOT NULL"
    )


def _used() -> str:
    """What the lines say: a column for each of `_FIELDS`, without copies in sidechains."""
    fields = ", ".join(f"f[{place}] AS {field}" for place, field in enumerate(_FIELDS, 1))
    iterations = f"json_transform(TRY_CAST(iterated AS JSON), {text(_ITERATION)}) AS iterations"
    known = "file, line, aside, own_session, own_folder"
    said = f"SELECT *, {iterations} FROM (SELECT {known}, {fields} FROM logged)"
    # A side question repeats the session's messages under request ids of its own (ccusage#913).
    elsewhere = "bool_or(sidechain IS DISTINCT FROM 'true') OVER (PARTITION BY file, message_id)"
    return (
        "SELECT *, COALESCE(session, own_session) AS session_id, COALESCE(cwd, own_folder) AS folder"
        f" FROM ({said}) WHERE aside IS NOT NULL OR (starts_with(used, '{{') AND COALESCE(role, '') <> 'user'"
        # Claude Code's own words, such as a message about a limit: nothing was asked of a model.
        " AND COALESCE(model, '') <> '<synthetic>')"
        f" QUALIFY message_id IS NULL OR NOT COALESCE(sidechain = 'true' AND {elsewhere}, false)"
    )


def _billed() -> str:
    """A row for the message and one for each iteration that its counts leave out."""
    extras = (
        "list_filter(COALESCE(iterations, []), lambda one: one.type IN ('advisor_message', 'compaction'))"
    )
    rows = f"SELECT *, {extras} AS extras FROM used"
    return f"SELECT *, unnest(range(0, len(extras) + 1)) AS part, extras[part] AS extra FROM ({rows})"


def _columns() -> dict[str, str]:
    own = "part = 0"
    return {
        "file": "file",
        "line": "line",
        "aside": "aside",
        "event_id": _event_id(),
        '"at"': "moment",
        "provider": _provider(),
        "model": f"CASE WHEN {own} THEN model ELSE COALESCE(extra.model, model) END",
        "operation": "'chat'",
        "service_tier": "CASE WHEN speed = 'fast' THEN 'fast' WHEN tier = 'standard' THEN '' ELSE tier END",
        "region": "CASE WHEN geo IN ('global', 'not_available') THEN '' ELSE geo END",
        "status": "CASE WHEN failed = 'true' THEN 'error' ELSE 'ok' END",
        "input_tokens": _either("input", "input_tokens"),
        "cache_read_tokens": _either("cache_read", "cache_read_input_tokens"),
        "cache_write_5m_tokens": _written_5m(),
        "cache_write_1h_tokens": _either("write_1h", "cache_creation.ephemeral_1h_input_tokens"),
        "output_tokens": _either("output", "output_tokens"),
        "reasoning_tokens": f"CASE WHEN {own} THEN thinking END",
        "web_searches": f"CASE WHEN {own} THEN searches END",
        "context_tokens": f"CASE WHEN {own} THEN {_longest()} END",
        "reported_usd": f"CASE WHEN {own} THEN cost END",
        "project": "regexp_extract(folder, '([^/\\\\]+)[/\\\\]*$', 1)",
        "tags": _tags(),
    }


def _either(message: str, iteration: str) -> str:
    return f"CASE WHEN part = 0 THEN {message} ELSE extra.{iteration} END"


def _written_5m() -> str:
    """What was written to a cache of 5 minutes: all that is not said to be of an hour.

    Where the whole is not a number it is given as it stands, so that the check of counts names it.
    """
    whole = _either("cache_write", "cache_creation_input_tokens")
    hour = _either("write_1h", "cache_creation.ephemeral_1h_input_tokens")
    known = _either("write_5m", "cache_creation.ephemeral_5m_input_tokens")
    rest = f"TRY(TRY_CAST({whole} AS HUGEINT) - COALESCE(TRY_CAST({hour} AS HUGEINT), 0))"
    return f"COALESCE(CAST({rest} AS VARCHAR), {whole}, {known})"


def _longest() -> str:
    """The longest input of a message that was several requests, as one that asks an advisor is."""
    one = " + ".join(
        f"COALESCE(TRY_CAST(one.{count} AS BIGINT), 0)"
        for count in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    asked = "list_filter(COALESCE(iterations, []), lambda one: one.type = 'message')"
    return f"CASE WHEN len({asked}) > 1 THEN list_max(list_transform({asked}, lambda one: TRY({one}))) END"


def _event_id() -> str:
    """The response's own id where no other has it, else what tells it from others of the log."""
    own = (
        f"CASE WHEN regexp_matches(message_id, '{WORLDWIDE}') THEN message_id"
        " WHEN message_id <> '' AND request_id <> ''"
        " THEN concat_ws(':', 'claude-code', message_id, request_id)"
        f" WHEN length(message_id) >= {_LONG_ID} THEN 'claude-code:' || message_id"
        # A gateway may give all answers the same id (ccusage#1635).
        " WHEN message_id <> '' THEN concat_ws(':', 'claude-code', message_id, session_id, moment)"
        " ELSE 'claude-code:' || COALESCE(request_id, uuid, session_id || ':' || moment) END"
    )
    return f"{own} || CASE WHEN part > 0 THEN '#' || extra.type || '-' || part ELSE '' END"


def _provider() -> str:
    """Who was paid, where the response's id or the form of the model's name says it; a gateway does not."""
    return (
        "CASE WHEN starts_with(message_id, 'msg_bdrk_') OR regexp_matches(model, '(^|[./])anthropic[.]')"
        " THEN 'aws' WHEN starts_with(message_id, 'msg_vrtx_') OR regexp_matches(model, '^claude-.*@[0-9]')"
        " THEN 'google' WHEN starts_with(model, 'claude-') THEN 'anthropic' ELSE '' END"
    )


def _tags() -> str:
    tags = {
        "session": "session_id",
        "branch": "branch",
        "agent": "agent",
        "sidechain": "CASE WHEN sidechain = 'true' THEN 'true' END",
    }
    return tag_map(tags)


FORMAT: Final = Format("claude-code", "Claude Code's session logs (JSONL)", _match, _read, reads_many=True)
