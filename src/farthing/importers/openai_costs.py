"""OpenAI's costs report: the answers of GET /v1/organization/costs, a charge for each result.

Grouped by line item it says what was bought: "gpt-5-mini-2025-08-07, cached input", or "priority |
gpt-5.6-sol, output, long context", or "gpt-audio-mini-2025-12-15 audio, input". The same days fetched
with other groups would count again: import one grouping, of days that are over.
"""

from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.format import LIKELY, NO, SURE, Format, Head, Source
from farthing.importers.readers import text
from farthing.importers.report_buckets import lacking, result_id, results
from farthing.importers.tag_map import tag_map

_BUCKET: Final[Mapping[str, str]] = {"start_time": "$.start_time", "end_time": "$.end_time"}
_RESULT: Final[Mapping[str, str]] = {
    "amount": "$.amount.value",
    "currency": "$.amount.currency",
    "line_item": "$.line_item",
    "project_id": "$.project_id",
    "api_key_id": "$.api_key_id",
    "quantity": "$.quantity",
    "unit": "$.quantity_unit",
}
_ITEM: Final = (
    r"^(?:(batch|flex|priority) \| )?([^ ,]+)(?: (text|audio|image))?,"
    r" (?:(text|audio|image) )?(cached input|cache write|input|output)(, long context)?$"
)
_METERS: Final[Mapping[str, str]] = {
    "cached input": "cache_read",
    "audio cached input": "cache_read_audio",
    "image cached input": "cache_read_image",
    "cache write": "cache_write",
    "input": "input",
    "audio input": "input_audio",
    "image input": "input_image",
    "output": "output",
    "audio output": "output_audio",
    "image output": "output_image",
}


def _match(head: Head) -> int:
    if not head.is_json:
        return NO
    if '"organization.costs.result"' in head.text:
        return SURE
    near = ('"start_time"', '"results"', '"amount"', '"line_item"')
    return LIKELY if all(sign in head.text for sign in near) else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    said = results(connection, source, _BUCKET, _RESULT)
    parts = ", ".join(text(part) for part in ("tier", "model", "kind", "other_kind", "what", "context"))
    item = f"regexp_extract(COALESCE(line_item, ''), {text(_ITEM)}, [{parts}], 'i')"
    columns = ", ".join(f"{value} AS {column}" for column, value in _columns().items())
    return f"SELECT {columns} FROM (SELECT *, {item} AS item FROM ({said}))"


def _columns() -> dict[str, str]:
    kind = "NULLIF(item.kind || item.other_kind, 'text')"
    meters = ", ".join(f"{text(theirs)}: {text(ours)}" for theirs, ours in _METERS.items())
    return {
        "line": "line",
        "aside": lacking("amount", "currency"),
        "charge_id": result_id(
            "openai-costs", (*_BUCKET, "line_item", "project_id", "api_key_id", "currency")
        ),
        '"at"': "start_time",
        "until": "end_time",
        "provider": "'openai'",
        "service": "'OpenAI API'",
        "service_category": "'AI and Machine Learning'",
        "category": "CASE WHEN TRY_CAST(amount AS DOUBLE) < 0 THEN 'Credit' ELSE 'Usage' END",
        "frequency": "'Usage-Based'",
        "description": "line_item",
        "sub_account": "project_id",
        "project": "project_id",
        "model": "item.model",
        "meter": f"MAP {{{meters}}}[lower(trim(concat_ws(' ', {kind}, item.what)))]",
        "service_tier": "lower(item.tier)",
        "quantity": "quantity",
        "quantity_unit": "unit",
        "billed_cost": "amount",
        "effective_cost": "amount",
        "currency": "upper(currency)",
        "tags": tag_map({"key": "api_key_id", "context": "CASE WHEN item.context <> '' THEN 'long' END"}),
    }


FORMAT: Final = Format("openai-costs", "OpenAI's costs report (JSON)", _match, _read, "charges")
