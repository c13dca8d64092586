"""Bill lines of the ledger as lines of a FOCUS 1.4 Cost and Usage dataset: what was read goes out again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from farthing.importers.bill_tags import CATEGORY_TAG, CLASS_TAG, TYPE_TAG
from farthing.importers.token_keys import CHARGE_ID
from farthing.track.focus_model import cost_and_usage
from farthing.track.focus_rows import (
    COLUMNS,
    SOURCE,
    FocusRow,
    details,
    period,
    provider_name,
    tags_text,
    unit_price,
)
from farthing.track.focus_units import focus_unit

_OTHER: Final = "Other"
_FREQUENCIES: Final = {"Usage": "Usage-Based"}
_UNUSED: Final = "Unused"
_OURS: Final = (CATEGORY_TAG, CLASS_TAG, TYPE_TAG)


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A line of the ledger's table of charges, by its columns' names."""

    charge_id: str
    at: datetime
    billed_cost: Decimal
    currency: str
    until: datetime | None = None
    source: str = ""
    invoice: str = ""
    account: str = ""
    sub_account: str = ""
    provider: str = ""
    service: str = ""
    service_category: str = ""
    category: str = ""
    frequency: str = ""
    description: str = ""
    resource: str = ""
    region: str = ""
    sku: str = ""
    sku_meter: str = ""
    model: str = ""
    meter: str = ""
    service_tier: str = ""
    commitment: str = ""
    commitment_status: str = ""
    quantity: Decimal | None = None
    quantity_unit: str = ""
    pricing_quantity: Decimal | None = None
    pricing_unit: str = ""
    effective_cost: Decimal | None = None
    list_cost: Decimal | None = None
    contracted_cost: Decimal | None = None
    team: str = ""
    project: str = ""
    customer: str = ""
    environment: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def charge_row(row: ChargeRow) -> FocusRow:
    """The line of a charge. What its bill did not say stays null: nothing is made up.

    A cost that the bill lacks is the next one that it has: list, contracted and effective cost are what was
    billed where nothing tells them apart.
    """
    seller = provider_name(row.provider)
    category = row.category or "Usage"
    return {
        **dict.fromkeys(COLUMNS),
        **period(row.at, _until(row)),
        **_costs(row),
        **_quantities(row, category),
        **_commitment(row),
        **_service(row),
        **_sku(row),
        "BillingAccountId": row.account or seller,
        "BillingCurrency": row.currency,
        "ChargeCategory": category,
        "ChargeClass": row.tags.get(CLASS_TAG),
        "ChargeFrequency": row.frequency or _FREQUENCIES.get(category, "One-Time"),
        "ChargeDescription": row.description or None,
        "InvoiceId": row.invoice or None,
        "InvoiceIssuerName": seller,
        "PricingCategory": _pricing_category(row, category),
        "RegionId": row.region or None,
        "ResourceId": row.resource or None,
        "ServiceProviderName": seller,
        "SubAccountId": row.sub_account or None,
        "Tags": tags_text(_tags(row)),
        CHARGE_ID: row.charge_id,
        SOURCE: row.source or "bill",
    }


def _until(row: ChargeRow) -> datetime:
    """The end of the charge's period; where none is said, that of its day."""
    return row.until if row.until is not None and row.until > row.at else row.at + timedelta(days=1)


def _costs(row: ChargeRow) -> FocusRow:
    contracted = row.billed_cost if row.contracted_cost is None else row.contracted_cost
    listed = contracted if row.list_cost is None else row.list_cost
    quantity = None if row.pricing_quantity is None else Fraction(row.pricing_quantity)
    is_tax = row.category == "Tax"
    return {
        "BilledCost": row.billed_cost,
        "EffectiveCost": row.billed_cost if row.effective_cost is None else row.effective_cost,
        "ContractedCost": contracted,
        "ListCost": listed,
        "ContractedUnitPrice": None if is_tax else unit_price(Fraction(contracted), quantity),
        "ListUnitPrice": None if is_tax else unit_price(Fraction(listed), quantity),
    }


def _quantities(row: ChargeRow, category: str) -> FocusRow:
    """Only what was used is consumed, and tax has no quantity at all."""
    is_used = category == "Usage" and row.commitment_status != _UNUSED and row.quantity is not None
    is_priced = category != "Tax" and row.pricing_quantity is not None
    return {
        "ConsumedQuantity": row.quantity if is_used else None,
        "ConsumedUnit": focus_unit(row.quantity_unit) if is_used else None,
        "PricingQuantity": row.pricing_quantity if is_priced else None,
        "PricingUnit": focus_unit(row.pricing_unit) if is_priced else None,
    }


def _commitment(row: ChargeRow) -> FocusRow:
    """A commitment of which the bill does not say what it is has no name: FOCUS has no id without that."""
    category, kind = row.tags.get(CATEGORY_TAG), row.tags.get(TYPE_TAG)
    if not row.commitment or not category or not kind:
        return {}
    return {
        "CommitmentDiscountId": row.commitment,
        "CommitmentDiscountCategory": category,
        "CommitmentDiscountType": kind,
        "CommitmentDiscountStatus": row.commitment_status or None,
    }


def _pricing_category(row: ChargeRow, category: str) -> str | None:
    if category == "Tax":
        return None
    return "Committed" if category == "Usage" and row.commitment else "Standard"


def _service(row: ChargeRow) -> FocusRow:
    """The service, in the categories that there are: others, and those of nobody, are Other."""
    known = cost_and_usage().subcategories
    category = row.service_category if row.service_category in known else _OTHER
    is_model = bool(row.model) and "Generative AI" in known[category]
    return {
        "ServiceCategory": category,
        "ServiceSubcategory": "Generative AI" if is_model else f"Other ({category})",
        "ServiceName": row.service or _OTHER,
    }


def _sku(row: ChargeRow) -> FocusRow:
    """What was priced: the ledger keeps no id of the price, which may be that of what is priced.

    What its bill gives no id has one of ours, of the provider, the model or service, and the meter.
    """
    if row.category == "Tax":
        return {}
    made = (row.provider, row.model or row.service, row.meter or row.sku_meter)
    sku = row.sku or "/".join(part for part in made if part) or _OTHER
    return {
        "SkuId": sku,
        "SkuPriceId": sku,
        "SkuMeter": row.sku_meter or None,
        "SkuPriceDetails": details(row.model, row.meter, row.service_tier),
    }


def _tags(row: ChargeRow) -> dict[str, str]:
    """All tags, without those in which the ledger keeps what has a column of its own here."""
    named = {
        "team": row.team,
        "project": row.project,
        "customer": row.customer,
        "environment": row.environment,
    }
    return {key: value for key, value in row.tags.items() if key not in _OURS} | named
