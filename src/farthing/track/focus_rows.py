"""Rows of usage and of bills as lines of a FOCUS 1.4 Cost and Usage dataset.

Source of the columns and of what they hold: FOCUS Specification 1.4, FinOps Foundation, CC-BY 4.0; the
properties of token lines are those of the drafts of 1.5 (`importers/token_keys.py`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from farthing.importers.bill_providers import NAMES
from farthing.importers.token_keys import ACTIONS, CHARGE_ID, DIRECTION, KINDS, MODEL, OWN_METER, TIERS
from farthing.track.focus_units import sku_meter, unit_of
from farthing.track.sheet import Cell
from farthing.track.table_files import Kind

SOURCE: Final = "x_FarthingSource"
COLUMNS: Final[Mapping[str, Kind]] = MappingProxyType({
    "BilledCost": "money",
    "BillingAccountId": "text",
    "BillingAccountName": "text",
    "BillingCurrency": "text",
    "BillingPeriodEnd": "moment",
    "BillingPeriodStart": "moment",
    "ChargeCategory": "text",
    "ChargeClass": "text",
    "ChargeDescription": "text",
    "ChargeFrequency": "text",
    "ChargePeriodEnd": "moment",
    "ChargePeriodStart": "moment",
    "CommitmentDiscountCategory": "text",
    "CommitmentDiscountId": "text",
    "CommitmentDiscountStatus": "text",
    "CommitmentDiscountType": "text",
    "ConsumedQuantity": "money",
    "ConsumedUnit": "text",
    "ContractedCost": "money",
    "ContractedUnitPrice": "money",
    "EffectiveCost": "money",
    "HostProviderName": "text",
    "InvoiceId": "text",
    "InvoiceIssuerName": "text",
    "ListCost": "money",
    "ListUnitPrice": "money",
    "PricingCategory": "text",
    "PricingQuantity": "money",
    "PricingUnit": "text",
    "RegionId": "text",
    "ResourceId": "text",
    "ServiceCategory": "text",
    "ServiceName": "text",
    "ServiceProviderName": "text",
    "ServiceSubcategory": "text",
    "SkuId": "text",
    "SkuMeter": "text",
    "SkuPriceDetails": "text",
    "SkuPriceId": "text",
    "SubAccountId": "text",
    "Tags": "text",
    CHARGE_ID: "text",
    SOURCE: "text",
})  # fmt: skip
"""The columns of an export. All mandatory ones, the conditional ones that there is something to say in, and
two of ours: the id of a charge that came from a bill, and whether a line was calculated (`usage`) or where
the bill that it was read from came from. Both kinds may speak of the same money: never add them up."""
FocusRow = dict[str, Cell]
USAGE: Final = "usage"
_SERVICES: Final = {"aws": "Amazon Bedrock", "azure": "Azure OpenAI Service", "google": "Gemini API"}
_TOKENS: Final = ("AI and Machine Learning", "Generative AI")
_MACHINES: Final = ("Compute", "Virtual Machines")


@dataclass(frozen=True, slots=True)
class UsageRow:
    """A day's usage of one meter, priced.

    `quantity` is in the meter's own unit (tokens, requests, milliseconds of an accelerator); `cost_usd` is
    what it costs at the prices that hold, `list_usd` what it would without contracts; None is not known.
    `account` is the billing account, the provider's name where nobody said.
    """

    day: date
    provider: str
    model: str
    operation: str
    tier: str
    region: str
    meter: str
    quantity: int
    list_usd: Fraction | None
    cost_usd: Fraction | None
    tags: Mapping[str, str] = field(default_factory=dict)
    account: str = ""


def provider_name(provider: str) -> str:
    """How a bill calls a provider of the price book.

    >>> provider_name("openai"), provider_name("my-cluster")
    ('OpenAI', 'my-cluster')
    """
    return NAMES.get(provider, provider) or "Unknown"


def service_name(provider: str) -> str:
    """ServiceName of a provider's models."""
    return _SERVICES.get(provider) or f"{provider_name(provider)} API"


def usage_row(row: UsageRow) -> FocusRow | None:
    """The line of a day's usage; None where no price is known, because FOCUS has no line without costs."""
    if row.cost_usd is None:
        return None
    listed = row.cost_usd if row.list_usd is None else row.list_usd
    unit = unit_of(row.meter)
    priced = unit.pricing_quantity(row.quantity)
    start = datetime.combine(row.day, time(), UTC)
    seller = provider_name(row.provider)
    category, subcategory = _MACHINES if row.meter == "gpu_time" else _TOKENS
    sku = "/".join((row.provider or "unknown", row.model or "unknown", row.meter))
    return {
        **dict.fromkeys(COLUMNS),
        **period(start, start + timedelta(days=1)),
        "BilledCost": row.cost_usd,
        "ContractedCost": row.cost_usd,
        "EffectiveCost": row.cost_usd,
        "ListCost": listed,
        "ContractedUnitPrice": unit_price(row.cost_usd, priced),
        "ListUnitPrice": unit_price(listed, priced),
        "ConsumedQuantity": unit.consumed_quantity(row.quantity),
        "ConsumedUnit": unit.consumed,
        "PricingQuantity": priced,
        "PricingUnit": unit.priced,
        "PricingCategory": "Standard",
        "BillingAccountId": row.account or seller,
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargeDescription": _description(row),
        "HostProviderName": seller,
        "InvoiceIssuerName": seller,
        "RegionId": row.region or None,
        "ServiceCategory": category,
        "ServiceSubcategory": subcategory,
        "ServiceName": service_name(row.provider),
        "ServiceProviderName": seller,
        "SkuId": sku,
        "SkuMeter": sku_meter(row.meter),
        "SkuPriceId": "/".join(part for part in (sku, row.tier, row.region) if part),
        "SkuPriceDetails": details(row.model, row.meter, row.tier, row.operation),
        "Tags": tags_text(row.tags),
        SOURCE: USAGE,
    }


def period(start: datetime, end: datetime) -> FocusRow:
    """The charge period, and the month in which it is billed."""
    first = start.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return {
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "BillingPeriodStart": first,
        "BillingPeriodEnd": following,
    }


def unit_price(cost: Fraction, quantity: Fraction | None) -> Fraction | None:
    """What one pricing unit cost, None where there is no such price: a price is not negative."""
    return cost / quantity if quantity and cost / quantity >= 0 else None


def details(model: str, meter: str, tier: str, operation: str = "") -> str | None:
    """SkuPriceDetails of what a model's meter counts, None where nothing is known."""
    kind = KINDS.get(meter)
    said = {
        MODEL: model,
        DIRECTION: kind.direction if kind is not None else "",
        ACTIONS[0]: kind.action if kind is not None else "",
        OWN_METER: meter,
        "x_Operation": operation,
        TIERS[0]: tier,
    }
    return _object({key: value for key, value in said.items() if value})


def tags_text(tags: Mapping[str, str]) -> str | None:
    """Tags as JSON, None where there are none."""
    return _object({key: value for key, value in tags.items() if value})


def _object(values: Mapping[str, str]) -> str | None:
    return json.dumps(dict(sorted(values.items())), ensure_ascii=False) if values else None


def _description(row: UsageRow) -> str:
    tier = f" ({row.tier})" if row.tier else ""
    return f"{sku_meter(row.meter)} of {row.model or 'an unnamed model'}{tier}"
