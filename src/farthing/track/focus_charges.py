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
_USAGE: Final = "Usage"
_PURCHASE: Final = "Purchase"
_TAX: Final = "Tax"
_BY_USE: Final = "Usage-Based"
_ONCE: Final = "One-Time"
_UNUSED: Final = "Unused"
_OURS: Final = (CATEGORY_TAG, CLASS_TAG, TYPE_TAG)


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A line of the ledger's table of charges, by its columns' names."""

    charge_id: str
    at: datetime
    billed_cost: Decimal | None
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


def charge_row(row: ChargeRow) -> FocusRow | None:
    """The line of a charge, None where its cost is not known. What its bill did not say stays null.

    A cost that the bill lacks is the next one that it has: list, contracted and effective cost are what was
    billed where nothing tells them apart. Words that FOCUS does not know become the nearest that it does.
    """
    if row.billed_cost is None:
        return None
    seller = provider_name(row.provider)
    category = _category(row)
    return {
        **dict.fromkeys(COLUMNS),
        **period(row.at, _until(row)),
        **_costs(row, row.billed_cost, category),
        **_quantities(row, category),
        **_commitment(row, category),
        **_service(row),
        **_sku(row, category),
        "BillingAccountId": row.account or seller,
        "BillingCurrency": row.currency.upper(),
        "ChargeCategory": category,
        "ChargeClass": _allowed("ChargeClass", row.tags.get(CLASS_TAG)),
        "ChargeFrequency": _frequency(row, category),
        "ChargeDescription": row.description or None,
        "InvoiceId": row.invoice or None,
        "InvoiceIssuerName": seller,
        "RegionId": row.region or None,
        "ResourceId": row.resource or None,
        "ServiceProviderName": seller,
        "SubAccountId": row.sub_account or None,
        "Tags": tags_text(_tags(row)),
        CHARGE_ID: row.charge_id,
        SOURCE: row.source or "bill",
    }


def _allowed(column: str, word: str | None) -> str | None:
    """A word where FOCUS allows it in this column, else None."""
    return word if word in cost_and_usage().columns[column].allowed else None


def _category(row: ChargeRow) -> str:
    """What is not said is use, and what FOCUS does not know adjusts."""
    return _allowed("ChargeCategory", row.category or _USAGE) or "Adjustment"


def _frequency(row: ChargeRow, category: str) -> str:
    """A purchase is never made by use."""
    found = _allowed("ChargeFrequency", row.frequency) or (_BY_USE if category == _USAGE else _ONCE)
    return _ONCE if category == _PURCHASE and found == _BY_USE else found


def _until(row: ChargeRow) -> datetime:
    """The end of the charge's period; where none is said, that of its day."""
    return row.until if row.until is not None and row.until > row.at else row.at + timedelta(days=1)


def _costs(row: ChargeRow, billed: Decimal, category: str) -> FocusRow:
    contracted = billed if row.contracted_cost is None else row.contracted_cost
    listed = contracted if row.list_cost is None else row.list_cost
    is_priced = category != _TAX and row.pricing_quantity is not None
    quantity = Fraction(row.pricing_quantity) if is_priced and row.pricing_quantity is not None else None
    return {
        "BilledCost": billed,
        "EffectiveCost": billed if row.effective_cost is None else row.effective_cost,
        "ContractedCost": contracted,
        "ListCost": listed,
        "ContractedUnitPrice": unit_price(Fraction(contracted), quantity),
        "ListUnitPrice": unit_price(Fraction(listed), quantity),
    }


def _quantities(row: ChargeRow, category: str) -> FocusRow:
    """Only what was used is consumed, and tax has no quantity at all."""
    is_used = category == _USAGE and row.commitment_status != _UNUSED and row.quantity is not None
    is_priced = category != _TAX and row.pricing_quantity is not None
    return {
        "ConsumedQuantity": row.quantity if is_used else None,
        "ConsumedUnit": focus_unit(row.quantity_unit) if is_used else None,
        "PricingQuantity": row.pricing_quantity if is_priced else None,
        "PricingUnit": focus_unit(row.pricing_unit) if is_priced else None,
    }


def _commitment(row: ChargeRow, category: str) -> FocusRow:
    """A commitment of which the bill does not say what it is has no name: FOCUS has no id without that."""
    kind, type_ = _allowed("CommitmentDiscountCategory", row.tags.get(CATEGORY_TAG)), row.tags.get(TYPE_TAG)
    status = _allowed("CommitmentDiscountStatus", row.commitment_status)
    is_known = bool(row.commitment and kind and type_) and (status is not None or category != _USAGE)
    is_committed = category == _USAGE and bool(row.commitment)
    return {
        "PricingCategory": None if category == _TAX else "Committed" if is_committed else "Standard",
        "CommitmentDiscountId": row.commitment if is_known else None,
        "CommitmentDiscountCategory": kind if is_known else None,
        "CommitmentDiscountType": type_ if is_known else None,
        "CommitmentDiscountStatus": status if is_known else None,
    }


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


def _sku(row: ChargeRow, category: str) -> FocusRow:
    """What was priced: the ledger keeps no id of the price, which may be that of what is priced.

    What its bill gives no id has one of ours, of the provider, the model or service, and the meter.
    """
    if category == _TAX:
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
