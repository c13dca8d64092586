"""AWS's Cost and Usage Report: CUR 2.0 (a Data Export) and the legacy report before it, CSV or Parquet.

What was billed is the unblended cost; blended costs are ignored. Savings Plans and reservations: the
effective cost is what AWS calls amortized, that is what was paid ahead spread over its use, with the part
that nobody used on the line of the fee. Lines of tokens on Amazon Bedrock, its own and those sold through
the Marketplace, become model, meter and tier. Credits, refunds, discounts and taxes are lines of their own.
Source: AWS, Data Exports user guide, table dictionary of CUR 2.0.
"""

import re
from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers import bedrock, bill_tags
from farthing.importers.bill_columns import Columns
from farthing.importers.cur_lines import CATEGORIES, EFFECTIVE, FREQUENCIES, SERVICES, STATUS
from farthing.importers.format import NO, SURE, Format, Head, Source
from farthing.importers.readers import csv_records, name, parquet_rows, text

_SIGNS: Final = {"lineitemlineitemtype", "lineitemunblendedcost", "lineitemusagestartdate"}
_TEXTS: Final = {
    "line_id": "identity_line_item_id",
    "interval": "identity_time_interval",
    "type": "line_item_line_item_type",
    "invoice": "bill_invoice_id",
    "account": "bill_payer_account_id",
    "sub_account": "line_item_usage_account_id",
    "code": "line_item_product_code",
    "usage_type": "line_item_usage_type",
    "operation": "line_item_operation",
    "description": "line_item_line_item_description",
    "resource": "line_item_resource_id",
    "region": "region",
    "sku": "product_sku",
    "unit": "pricing_unit",
    "currency": "line_item_currency_code",
    "reservation": "reservation_reservation_a_r_n",
    "plan": "savings_plan_savings_plan_a_r_n",
    "product_name": "product_product_name",
}
_AMOUNTS: Final = {
    "amount": "line_item_usage_amount",
    "unblended": "line_item_unblended_cost",
    "list_cost": "pricing_public_on_demand_cost",
    "reserved_cost": "reservation_effective_cost",
    "unused_upfront": "reservation_unused_amortized_upfront_fee_for_billing_period",
    "unused_recurring": "reservation_unused_recurring_fee",
    "plan_cost": "savings_plan_savings_plan_effective_cost",
    "plan_total": "savings_plan_total_commitment_to_date",
    "plan_used": "savings_plan_used_commitment",
}
_MOMENTS: Final = {"at": "line_item_usage_start_date", "until": "line_item_usage_end_date"}
_RENAMED: Final = {"region": ("product_region_code", "product_region")}
_MAPS: Final = ("resource_tags", "cost_category")
_TAG_COLUMNS: Final = ("resourcetags/", "resource_tags_", "costcategory/", "cost_category_")
_STRAIGHT: Final = (
    "invoice",
    "account",
    "sub_account",
    "description",
    "resource",
    "region",
    "sku",
    "currency",
    "list_cost",
    *_MOMENTS,
)
# AWS promises that an id is unique within a period, not beyond it.
_ID: Final = "CASE WHEN line_id <> '' THEN concat_ws('/', 'cur:' || line_id, \"interval\", \"type\") END"
_IS_BEDROCK: Final = bedrock.is_tokens("usage_type")


def _letters(column: str) -> str:
    """A column by its letters: `lineItem/UsageType` of one report is `line_item_usage_type` of another."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


def _match(head: Head) -> int:
    return SURE if {_letters(column) for column in head.columns} >= _SIGNS else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    scan = parquet_rows(source) if source.head.is_parquet else csv_records(source)
    described = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {scan}").fetchall()}
    known = {column: type_ for column, type_ in described.items() if column not in ("line", "raw")}
    columns = Columns.of(known, _letters, _RENAMED)
    derived = {**_derived(), **bill_tags.columns("all_tags")}
    listed = ", ".join(
        (*map(name, _STRAIGHT), *(f"{value} AS {name(ours)}" for ours, value in derived.items()))
    )
    return f"SELECT line, raw, {_aside()} AS aside, {listed} FROM ({_cleaned(columns, scan)})"


def _cleaned(columns: Columns, scan: str) -> str:
    """The report's columns by our names, whatever its version and type.

    Maps are read one step ahead: each is used several times, and reading them is most of the work.
    """
    found = {
        **{ours: columns.text(theirs) for ours, theirs in _TEXTS.items()},
        **{ours: columns.amount(theirs) for ours, theirs in _AMOUNTS.items()},
        **{ours: columns.moment(theirs) for ours, theirs in _MOMENTS.items()},
        "product_name": f"COALESCE({columns.text('product_product_name')}, read_product['product_name'])",
        "all_tags": _tags(columns),
        "raw": columns.whole_row(),
    }
    listed = ", ".join(f"{value} AS {name(ours)}" for ours, value in found.items())
    pairs = (f"{bill_tags.without_prefix(columns.tags(one))} AS read_{one}" for one in _MAPS)
    ahead = ", ".join((f"{columns.tags('product')} AS read_product", *pairs))
    return f"SELECT line, {listed} FROM (SELECT *, {ahead} FROM ({scan}))"


def _derived() -> dict[str, str]:
    """SQL of the ledger's columns that are more than a column of the report."""
    # The Marketplace counts in units, of which the description says that they are millions of tokens.
    unit = "CASE WHEN unit = 'Units' AND description ILIKE '%million%token%' THEN '1M tokens' ELSE unit END"
    tokens = bedrock.tokens("amount", unit)
    is_counted = f"{_IS_BEDROCK} AND {tokens} IS NOT NULL"
    category = _looked_up('"type"', CATEGORIES, "'Adjustment'")
    return {
        "charge_id": _ID,
        "provider": "'aws'",
        "service": "COALESCE(product_name, code)",
        "service_category": f"CASE WHEN {_IS_BEDROCK} THEN 'AI and Machine Learning'"
        f" ELSE {_looked_up('code', SERVICES)} END",
        "category": category,
        "frequency": _looked_up('"type"', FREQUENCIES, "'One-Time'"),
        "sku_meter": "usage_type",
        "model": f"CASE WHEN {_IS_BEDROCK} THEN {bedrock.model('usage_type', 'product_name')} END",
        "meter": f"CASE WHEN {_IS_BEDROCK} THEN {bedrock.meter('usage_type')} END",
        "service_tier": f"CASE WHEN {_IS_BEDROCK} THEN {bedrock.tier('usage_type')} END",
        "commitment": "COALESCE(plan, reservation)",
        "commitment_status": STATUS,
        "quantity": f"CASE WHEN {category} = 'Usage' THEN"
        f" CASE WHEN {is_counted} THEN CAST({tokens} AS VARCHAR) ELSE amount END END",
        "quantity_unit": f"CASE WHEN {category} = 'Usage' THEN"
        f" CASE WHEN {is_counted} THEN 'Tokens' ELSE unit END END",
        "pricing_quantity": "amount",
        "pricing_unit": "unit",
        "billed_cost": "unblended",
        "effective_cost": EFFECTIVE,
    }


def _aside() -> str:
    """Why a line is no charge: money that is not known is not nothing."""
    return (
        "CASE WHEN unblended IS NULL THEN 'it has no unblended cost'"
        " WHEN currency IS NULL THEN 'it has no currency'"
        " WHEN \"type\" IS NULL THEN 'it has no type of line item' END"
    )


def _tags(columns: Columns) -> str:
    """Tags and cost categories as people named them, and of the line itself what has no column."""
    own = {
        "operation": columns.text("line_item_operation"),
        "line_item_type": columns.text("line_item_line_item_type"),
        bill_tags.CATEGORY_TAG: _of_commitment(columns, "Spend", "Usage"),
        bill_tags.TYPE_TAG: _of_commitment(columns, "Savings Plan", "Reserved Instance"),
    }
    named = [column for start in _TAG_COLUMNS for column in columns.beginning(start)]
    given = {_tag(column): columns.text(column) for column in named}
    found = bill_tags.of_columns({**own, **given})
    for column in _MAPS:
        found = bill_tags.both(found, bill_tags.of_pairs(f"read_{column}"))
    return found


def _of_commitment(columns: Columns, of_plan: str, of_reservation: str) -> str:
    plan, reserved = (columns.text(_TEXTS[ours]) for ours in ("plan", "reservation"))
    return (
        f"CASE WHEN {plan} IS NOT NULL THEN {text(of_plan)}"
        f" WHEN {reserved} IS NOT NULL THEN {text(of_reservation)} END"
    )


def _tag(column: str) -> str:
    """The tag of a column such as `resourceTags/user:team` or `resource_tags_user_team`."""
    start = next(start for start in _TAG_COLUMNS if column.lower().startswith(start))
    return re.sub("^user[:_]", "", column[len(start) :])


def _looked_up(value: str, known: Mapping[str, str], otherwise: str = "NULL") -> str:
    listed = ", ".join(f"{text(key)}: {text(meant)}" for key, meant in known.items())
    return f"COALESCE(MAP {{{listed}}}[{value}], {otherwise})"


FORMAT: Final = Format(
    "cur", "AWS Cost and Usage Report, 2.0 and legacy (CSV, Parquet)", _match, _read, "charges"
)
