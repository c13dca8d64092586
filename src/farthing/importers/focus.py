"""FOCUS, the FinOps Foundation's form of a bill: Cost and Usage datasets of versions 1.0 to 1.4.

CSV or Parquet, as a cloud's billing export delivers them. Amounts stay exact in their own currency; credits
and refunds are negative and stay so; where prices are in a virtual currency (credits, tokens) what was spent
of it is a tag. Token lines as the drafts of 1.5 have them, and those of Amazon Bedrock, become model, meter
and tier. A line without an id of its own gets one from its text: the same line read twice is one charge.
"""

from collections.abc import Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers import bedrock, bill_tags, token_keys
from farthing.importers.bill_columns import Columns
from farthing.importers.bill_providers import provider
from farthing.importers.format import NO, SURE, Format, Head, Source
from farthing.importers.readers import csv_records, name, parquet_rows, text
from farthing.units.meters import METERS

_SIGNS: Final = {"billedcost", "effectivecost", "billingcurrency", "chargeperiodstart", "chargecategory"}
_USAGE_TYPE: Final = "x_UsageType"
_IS_BEDROCK: Final = bedrock.is_tokens("usage_type")
_TEXTS: Final = {
    "charge_id": token_keys.CHARGE_ID,
    "invoice": "InvoiceId",
    "account": "BillingAccountId",
    "sub_account": "SubAccountId",
    "seller": "ServiceProviderName",
    "service": "ServiceName",
    "service_category": "ServiceCategory",
    "category": "ChargeCategory",
    "written_frequency": "ChargeFrequency",
    "description": "ChargeDescription",
    "resource": "ResourceId",
    "region": "RegionId",
    "sku": "SkuId",
    "sku_meter": "SkuMeter",
    "commitment": "CommitmentDiscountId",
    "commitment_status": "CommitmentDiscountStatus",
    "consumed_unit": "ConsumedUnit",
    "pricing_unit": "PricingUnit",
    "written_currency": "BillingCurrency",
    "usage_type": _USAGE_TYPE,
}
_AMOUNTS: Final = {
    "consumed": "ConsumedQuantity",
    "pricing_quantity": "PricingQuantity",
    "billed_cost": "BilledCost",
    "effective_cost": "EffectiveCost",
    "list_cost": "ListCost",
    "contracted_cost": "ContractedCost",
}
_MOMENTS: Final = {"at": "ChargePeriodStart", "until": "ChargePeriodEnd"}
# What has no column in the ledger and is worth keeping, as tags.
_KEPT: Final = {
    bill_tags.CLASS_TAG: "ChargeClass",
    bill_tags.CATEGORY_TAG: "CommitmentDiscountCategory",
    bill_tags.TYPE_TAG: "CommitmentDiscountType",
    "sub_account_name": "SubAccountName",
    "allocated_resource": "AllocatedResourceId",
}
# 1.3 split ProviderName in two, and 1.4 dropped it and PublisherName.
_RENAMED: Final = {"ServiceProviderName": ("ServiceProviderName", "ProviderName", "PublisherName")}
_FREQUENCIES: Final = {"one-time": "One-Time", "recurring": "Recurring", "usage-based": "Usage-Based"}
_PROPERTIES: Final = (
    token_keys.OWN_METER,
    token_keys.MODEL,
    token_keys.DIRECTION,
    *token_keys.ACTIONS,
    token_keys.TYPE,
    *token_keys.TIERS,
)
_PLAIN_TIERS: Final = ("standard", "default", "on-demand", "on_demand", "ondemand")
# Columns of a cleaned line from which others are made, and that are none of the ledger's.
_INNER: Final = {
    "seller",
    "written_frequency",
    "consumed",
    "consumed_unit",
    "written_currency",
    "usage_type",
}
_STRAIGHT: Final = tuple(ours for ours in (*_TEXTS, *_AMOUNTS, *_MOMENTS) if ours not in _INNER)


def _match(head: Head) -> int:
    return SURE if {column.lower() for column in head.columns} >= _SIGNS else NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    is_csv = not source.head.is_parquet
    scan = csv_records(source) if is_csv else parquet_rows(source)
    described = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {scan}").fetchall()}
    known = {column: type_ for column, type_ in described.items() if column not in ("line", "raw")}
    columns = Columns.of(known, str.lower, _RENAMED, is_guarded=is_csv)
    derived = {**_derived(), **bill_tags.columns("all_tags")}
    listed = ", ".join(
        (*map(name, _STRAIGHT), *(f"{value} AS {name(ours)}" for ours, value in derived.items()))
    )
    return f"SELECT line, raw, {_aside()} AS aside, {listed} FROM ({_cleaned(columns, scan)})"


def _cleaned(columns: Columns, scan: str) -> str:
    """The columns of FOCUS by our names, whatever the version and type of the file."""
    found = {
        **{ours: columns.text(theirs) for ours, theirs in _TEXTS.items()},
        **{ours: columns.amount(theirs) for ours, theirs in _AMOUNTS.items()},
        **{ours: columns.moment(theirs) for ours, theirs in _MOMENTS.items()},
        "all_tags": _tags(columns),
        "said": _said(columns),
        "raw": columns.whole_row(),
    }
    listed = ", ".join(f"{value} AS {name(ours)}" for ours, value in found.items())
    return f"SELECT line, {listed} FROM ({scan})"


def _derived() -> dict[str, str]:
    """SQL of the ledger's columns that are more than a column of the file."""
    tokens = bedrock.tokens("consumed", "consumed_unit")
    is_counted = f"{_IS_BEDROCK} AND {tokens} IS NOT NULL"
    return {
        "provider": provider("seller"),
        "frequency": _renamed("written_frequency", _FREQUENCIES),
        "currency": "upper(trim(written_currency))",
        "model": _or_bedrock(_property(token_keys.MODEL), bedrock.model("usage_type", "service")),
        "meter": _or_bedrock(_meter(), bedrock.meter("usage_type")),
        "service_tier": _tier(),
        "quantity": f"CASE WHEN {is_counted} THEN CAST({tokens} AS VARCHAR) ELSE consumed END",
        "quantity_unit": f"CASE WHEN {is_counted} THEN 'Tokens' ELSE consumed_unit END",
    }


def _or_bedrock(said: str, billed: str) -> str:
    """SQL of what a line says, else what its usage type says where it is one of Bedrock's."""
    return f"COALESCE({said}, CASE WHEN {_IS_BEDROCK} THEN {billed} END)"


def _aside() -> str:
    """Why a line is no charge: money that is not known is not nothing."""
    return (
        "CASE WHEN billed_cost IS NULL THEN 'it has no BilledCost'"
        " WHEN written_currency IS NULL THEN 'it has no BillingCurrency'"
        " WHEN NOT regexp_full_match(trim(written_currency), '[A-Za-z]{3}')"
        " THEN 'BillingCurrency is no code of three letters: ' || left(written_currency, 40) END"
    )


def _tags(columns: Columns) -> str:
    """All tags: the provider's own columns, ours, and those that people gave, which win."""
    used = {token_keys.CHARGE_ID.lower(), _USAGE_TYPE.lower()}
    own = {column: columns.text(column) for column in columns.beginning("x_") if column.lower() not in used}
    kept = {tag: columns.text(column) for tag, column in _KEPT.items()}
    billing, pricing = columns.text("BillingCurrency"), columns.text("PricingCurrency")
    differs = f"CASE WHEN {pricing} <> {billing} THEN"
    kept["pricing_currency"] = f"{differs} {pricing} END"
    kept["pricing_currency_cost"] = f"{differs} {columns.amount('PricingCurrencyEffectiveCost')} END"
    return bill_tags.both(bill_tags.of_columns({**own, **kept}), columns.tags("Tags"))


def _said(columns: Columns) -> str:
    """What SkuPriceDetails says, in the order of `_PROPERTIES`: read in one go."""
    paths = ", ".join(text(f'$."{key}"') for key in _PROPERTIES)
    return f"json_extract_string({columns.properties('SkuPriceDetails')}, [{paths}])"


def _property(*keys: str) -> str:
    """SQL of the first of these properties that a line has, null where it has none."""
    found = (f"NULLIF(said[{_PROPERTIES.index(key) + 1}], '')" for key in keys)
    return f"COALESCE({', '.join(found)}, NULL)"


def _meter() -> str:
    """SQL of our meter: as we wrote it, as the drafts' properties say, or as SkuMeter is worded."""
    own = _property(token_keys.OWN_METER)
    listed = ", ".join(text(meter) for meter in METERS)
    direction, action = _property(token_keys.DIRECTION), _property(*token_keys.ACTIONS)
    both = f"{direction} || ':' || CASE WHEN {direction} = 'Output' THEN '' ELSE COALESCE({action}, '') END"
    return (
        f"COALESCE(CASE WHEN {own} IN ({listed}) THEN {own} END,"
        f" {_looked_up(both, token_keys.by_properties())},"
        f" {_looked_up(_property(token_keys.TYPE), token_keys.by_type())},"
        f" {_looked_up('sku_meter', token_keys.by_sku_meter())})"
    )


def _tier() -> str:
    tier = f"lower({_or_bedrock(_property(*token_keys.TIERS), bedrock.tier('usage_type'))})"
    plain = ", ".join(map(text, _PLAIN_TIERS))
    return f"CASE WHEN {tier} NOT IN ({plain}) THEN {tier} END"


def _looked_up(value: str, known: Mapping[str, str]) -> str:
    """SQL of what a word, in any case, stands for; null where it is not known."""
    listed = ", ".join(f"{text(key)}: {text(meant)}" for key, meant in known.items())
    return f"MAP {{{listed}}}[lower({value})]"


def _renamed(value: str, known: Mapping[str, str]) -> str:
    return f"COALESCE({_looked_up(value, known)}, {value})"


FORMAT: Final = Format(
    "focus", "FOCUS cost and usage data, 1.0 to 1.4 (CSV, Parquet)", _match, _read, "charges"
)
