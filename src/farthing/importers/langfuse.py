"""Langfuse's observations: its exports to blob storage or from its pages, or what its API answers.

Calls of models are events; spans and agents around them, whose usage would count their calls again, are
not. A trace's name is the feature and an observation's name the task. Langfuse's own cost is kept for
comparison. A call that failed and used nothing stays with its error; one that is said to have ended
well without any usage is set aside, because what it cost is not known.
"""

from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.format import LIKELY, NO, SURE, Format, Head, Source
from farthing.importers.langfuse_usage import NOTHING_TOLD, counts, usage_of
from farthing.importers.map_facts import Map
from farthing.importers.map_paths import Documents, Fields, Table
from farthing.importers.map_query import reads
from farthing.importers.map_rows import objects, records
from farthing.importers.provider_names import NAMES
from farthing.importers.readers import header, name, text
from farthing.importers.tag_map import entries, first_of_each
from farthing.ledger.events import TAG_NAMES

# In exports to blob storage, then in the API and in exports from the pages.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id",),
    "trace": ("trace_id", "traceId"),
    "kind": ("type",),
    "task": ("name",),
    "moment": ("start_time", "startTime"),
    "model": ("provided_model_name", "providedModelName", "model"),
    "usage": ("usage_details", "usageDetails", "usage"),
    "cost": ("total_cost", "totalCost", "calculatedTotalCost"),
    "latency": ("latency",),
    "first": ("time_to_first_token", "timeToFirstToken"),
    "level": ("level",),
    "environment": ("environment",),
    "project": ("project_id", "projectId"),
    "user": ("user_id", "userId"),
    "session": ("session_id", "sessionId"),
    "feature": ("trace_name", "traceName"),
    "labels": ("tags",),
    "prompt": ("prompt_name", "promptName"),
    "provider": ("metadata.ls_provider",),
}
_CALLS: Final = ("GENERATION", "EMBEDDING", "RETRIEVER", "EVALUATOR", "GUARDRAIL")
_SIGNS: Final = (
    ("provided_model_name", "usage_details"),
    ("trace_id", "parent_observation_id", "start_time"),
    ("traceId", "parentObservationId", "startTime"),
)
# "name:value" is a tag with a value, any other label is one that is true.
_LABELS: Final = (
    "list_transform(TRY(json_extract_string(TRY_CAST(labels AS JSON), '$[*]')), lambda one:"
    " {'key': split_part(one, ':', 1), 'value': CASE WHEN contains(one, ':')"
    " THEN trim(substr(one, instr(one, ':') + 1)) ELSE 'true' END})"
)
_NAME, _TITLE = "langfuse", "Langfuse's observations (Parquet, CSV, JSON, JSONL)"
_PAGES: Final = Map(name=_NAME, title=_TITLE, columns={}, rows="data")


def _match(head: Head) -> int:
    if any(head.has(*signs) for signs in _SIGNS):
        return SURE
    shown = head.is_json and any(all(f'"{sign}"' in head.text for sign in signs) for signs in _SIGNS)
    return LIKELY if shown else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    documents = Documents()
    is_json = reads(_PAGES, source) == "json"
    fields: Fields = documents if is_json else Table.of(header(source))
    said = ", ".join(
        f"COALESCE({', '.join(fields.text_or_null(path) for path in paths)}, NULL) AS {name(field)}"
        for field, paths in _FIELDS.items()
    )
    rows = objects(connection, _PAGES, source, documents) if is_json else records(connection, source)
    calls = f"kind IS NULL OR upper(kind) IN ({', '.join(map(text, _CALLS))})"
    meant = (
        f"SELECT *, {_LABELS} AS named FROM (SELECT line, aside, {said} FROM ({rows}))"
        f" WHERE aside IS NOT NULL OR (model IS NOT NULL AND ({calls}))"
    )
    columns = ", ".join(f"{value} AS {name(column)}" for column, value in (_columns() | counts()).items())
    return f"SELECT {columns} FROM ({usage_of('usage', meant)})"


def _columns() -> dict[str, str]:
    provider = ", ".join(f"{text(theirs)}: {text(ours)}" for theirs, ours in NAMES.items())
    return {
        "line": "line",
        "aside": _aside(),
        "event_id": "'langfuse:' || concat_ws(':', trace, id)",
        "at": "moment",
        "provider": f"COALESCE(MAP {{{provider}}}[lower(provider)], lower(provider))",
        "model": "model",
        "operation": "CASE upper(kind) WHEN 'EMBEDDING' THEN 'embeddings' ELSE 'chat' END",
        "status": "CASE WHEN level = 'ERROR' THEN 'error' ELSE 'ok' END",
        "duration_ms": _milliseconds("latency"),
        "ttft_ms": _milliseconds("first"),
        "reported_usd": "cost",
        "tags": _tags(),
    } | {tag: _tag(tag) for tag in TAG_NAMES}


def _aside() -> str:
    none = f"{NOTHING_TOLD} AND COALESCE(level, '') <> 'ERROR'"
    return (
        "CASE WHEN aside IS NOT NULL THEN aside"
        " WHEN id IS NULL THEN 'it has no id'"
        " WHEN misfit IS NOT NULL THEN 'its usage is no whole number: ' || misfit"
        f" WHEN {none} AND total_count > 0 THEN 'its usage is a total alone, input and output in one'"
        f" WHEN {none} THEN 'it names a model but no usage: what it cost is not known' END"
    )


def _milliseconds(seconds: str) -> str:
    """Seconds as whole milliseconds; what is no number stays as it is, for the check to name."""
    number = f"TRY_CAST(round(TRY_CAST({seconds} AS DOUBLE) * 1000) AS BIGINT)"
    return f"COALESCE(CAST({number} AS VARCHAR), {seconds})"


def _tag(tag: str) -> str:
    """A tag that is a column: what a label says, else what Langfuse has of it."""
    own = name(tag) if tag in _FIELDS else "NULL"
    return f"COALESCE(list_filter(named, lambda one: one.key = {text(tag)})[1].value, {own})"


def _tags() -> str:
    """The ids around a call and the labels that are no columns; of equal names the first."""
    ids = entries({tag: tag for tag in ("trace", "session", "prompt")})
    known = f"list_filter(list_concat({ids}, named), lambda one: one.key <> '' AND one.value <> '')"
    return first_of_each(known, ", ".join(map(text, TAG_NAMES)))


FORMAT: Final = Format(_NAME, _TITLE, _match, _read)
