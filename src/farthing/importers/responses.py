"""Raw responses of OpenAI, Anthropic, Gemini, OpenRouter, LiteLLM and APIs made like theirs, one a line.

They may be kept in a record {"request": ..., "response": ...} that says more of them, be the results of
a batch, or the events of a stream, of which those with a usage count. A response that does not say when
it was (Anthropic's and embeddings do not) needs a `timestamp` beside it, or `--set at=...`.
"""

from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers import response_counts, response_fields, response_wrapped
from farthing.importers.format import Format, Source
from farthing.importers.json_rows import json_rows
from farthing.importers.readers import text
from farthing.importers.response_match import match
from farthing.importers.response_words import TAGS, words
from farthing.importers.tag_map import entries, first_of_each
from farthing.importers.worldwide_ids import event_id

_COMPLETE: Final = (
    "object = 'chat.completion' OR (object = 'response' AND state IN ('completed', 'incomplete'))"
    " OR (kind = 'message' AND event IS DISTINCT FROM 'message_start') OR finished <> ''"
)
_NO_USAGE: Final = "it has no usage: what it cost is not known"
_NO_TIME: Final = (
    "it does not say when it was: keep it with a timestamp, or import it with --set at=2026-01-31"
)


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    query = _said(response_wrapped.unwrapped(json_rows(connection, source)))
    if '"message_delta"' in source.head.text:
        query = _with_beginnings(query)
    fields = {**response_fields.fields(), **response_wrapped.fields("outer_said")}
    for layer in (fields, response_counts.totals(), {"why": _why(source), "all_tags": _all_tags()}):
        listed = ", ".join(f"{value} AS {field}" for field, value in layer.items())
        query = f"SELECT *, {listed} FROM ({query})"
    columns = ", ".join(f"{value} AS {column}" for column, value in _columns().items())
    return f"SELECT {columns} FROM ({query}) WHERE why IS NOT NULL OR {response_counts.HAS_USAGE}"


def _said(rows: str) -> str:
    return (
        f"SELECT line, aside, doc, event, {response_fields.said('body')} AS said,"
        f" {response_wrapped.said('keeper')} AS outer_said,"
        f" json_extract_string(body, '$.output[*].type') AS steps FROM ({rows})"
    )


def _with_beginnings(query: str) -> str:
    """Fill the last event of a Messages stream with what its first said, such as the id and the input.

    The events of two streams must not be mixed.
    """
    first = "last_value(CASE WHEN event = 'message_start' THEN said END IGNORE NULLS) OVER (ORDER BY line)"
    filled = "list_transform(said, lambda one, place: COALESCE(one, began[place]))"
    return (
        f"SELECT * REPLACE (CASE WHEN event = 'message_delta' THEN {filled} ELSE said END AS said)"
        f" FROM (SELECT *, {first} AS began FROM ({query}))"
    )


def _why(source: Source) -> str:
    """Why a response cannot be used."""
    cases = [
        ("aside IS NOT NULL", "aside"),
        *response_fields.flaws(),
        (f"({_COMPLETE}) AND NOT {response_counts.HAS_USAGE}", text(_NO_USAGE)),
    ]
    if "at" not in source.values:
        untimed = f"{response_counts.HAS_USAGE} AND COALESCE(created, moment, '') = ''"
        cases.append((untimed, text(_NO_TIME)))
    return f"CASE {' '.join(f'WHEN {condition} THEN {why}' for condition, why in cases)} END"


def _all_tags() -> str:
    own = (
        f"map_entries(TRY_CAST(TRY_CAST({tags} AS JSON) AS MAP(VARCHAR, VARCHAR)))"
        for tags in ("own_tags", "asked_tags")
    )
    listed = f"list_concat({entries(TAGS)}, {', '.join(own)})"
    return f"list_filter({listed}, lambda one: one.key <> '' AND one.value <> '')"


def _columns() -> dict[str, str]:
    searches = "list_count(list_filter(steps, lambda one: one = '{}_search_call'))"
    return {
        "line": "line",
        "aside": "why",
        "event_id": event_id("responses", "id"),
        # The record itself where it has no id, of which one is made then.
        "raw": "CASE WHEN COALESCE(id, '') = '' THEN CAST(doc AS VARCHAR) END",
        '"at"': "COALESCE(created, moment)",
        **words(),
        **response_counts.columns(),
        "web_searches": f"COALESCE(searches, 0) + COALESCE({searches.format('web')}, 0)",
        "file_searches": f"COALESCE({searches.format('file')}, 0)",
        **{column: column for column in response_wrapped.OWNERS},
        '"user"': "COALESCE(own_user, asked_user)",
        "tags": f"CASE WHEN len(all_tags) > 0 THEN {first_of_each('all_tags')} END",
    }


FORMAT: Final = Format("responses", "Raw responses of model APIs (JSONL)", match, _read)
