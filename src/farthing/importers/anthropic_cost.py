"""Anthropic's cost report: the answers of GET /v1/organizations/cost_report, a charge for each result.

`amount` is text in the currency's smallest unit: "123.45" in USD is $1.2345. What a commitment to the
Priority Tier costs is not in this report. The same days fetched with other groups would count again.
"""

from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.anthropic_usage import BUCKET, geo, tier
from farthing.importers.format import NO, SURE, Format, Head, Source
from farthing.importers.readers import text
from farthing.importers.report_buckets import lacking, result_id, results
from farthing.importers.tag_map import tag_map

_GROUPS: Final = (
    "context_window", "cost_type", "currency", "description", "inference_geo", "model", "product",
    "service_tier", "token_type", "workspace_id",
)  # fmt: skip
_METERS: Final[Mapping[str, str]] = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output_tokens": "output",
    "web_search": "web_search",
}


def _match(head: Head) -> int:
    signs = ('"starting_at"', '"amount"', '"currency"')
    return SURE if head.is_json and all(sign in head.text for sign in signs) else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    result = {name: f"$.{name}" for name in (*_GROUPS, "amount", "list_amount")}
    columns = ", ".join(f"{value} AS {column}" for column, value in _columns().items())
    return f"SELECT {columns} FROM ({results(connection, source, BUCKET, result)})"


def _columns() -> dict[str, str]:
    meters = ", ".join(f"{text(theirs)}: {text(ours)}" for theirs, ours in _METERS.items())
    return {
        "line": "line",
        "aside": lacking("amount", "currency"),
        "charge_id": result_id("anthropic-cost", (*BUCKET, *_GROUPS)),
        '"at"': "starting_at",
        "until": "ending_at",
        "provider": "'anthropic'",
        "service": "'Claude API'",
        "service_category": "'AI and Machine Learning'",
        "category": "CASE WHEN TRY_CAST(amount AS DOUBLE) < 0 THEN 'Credit' ELSE 'Usage' END",
        "frequency": "'Usage-Based'",
        "description": "description",
        "sub_account": "workspace_id",
        "project": "workspace_id",
        "region": geo("inference_geo"),
        "sku_meter": "COALESCE(token_type, cost_type)",
        "model": "model",
        "meter": f"MAP {{{meters}}}[COALESCE(token_type, cost_type)]",
        "service_tier": tier("service_tier"),
        "billed_cost": _dollars("amount"),
        "effective_cost": _dollars("amount"),
        "list_cost": _dollars("list_amount"),
        "currency": "upper(currency)",
        "tags": tag_map({"context_window": "context_window", "product": "product"}),
    }


def _dollars(cents: str) -> str:
    """A hundredth, exactly; what is no number, or too large a one, is left for the check to name."""
    hundredth = f"TRY_CAST({cents} AS DECIMAL(32,16)) * CAST(0.01 AS DECIMAL(2,2))"
    return f"COALESCE(CAST({hundredth} AS VARCHAR), {cents} || ' cents')"


FORMAT: Final = Format("anthropic-cost", "Anthropic's cost report (JSON)", _match, _read, "charges")
