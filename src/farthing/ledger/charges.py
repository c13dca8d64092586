"""Bill lines, shaped as FOCUS has them: who charged whom how much, for what, and when."""

from collections.abc import Mapping
from typing import Final

from farthing.ledger.columns import Column

CHARGES: Final = (
    Column("charge_id", "text", "idempotency key: the same id is the same bill line"),
    Column("at", "time", "start of the charge period, UTC"),
    Column("until", "time", "end of the charge period, UTC"),
    Column("day", "day", "the day of `at`, by which the table is partitioned"),
    Column("batch", "text", "the import that brought it"),
    Column("source", "text", "the format it came from"),
    Column("invoice", "text", "InvoiceId"),
    Column("account", "text", "BillingAccountId"),
    Column("sub_account", "text", "SubAccountId"),
    Column("provider", "text", "who was paid, in the price book's words where it knows them"),
    Column("service", "text", "ServiceName"),
    Column("service_category", "text", "ServiceCategory"),
    Column("category", "text", "ChargeCategory: Usage, Purchase, Tax, Credit, Adjustment"),
    Column("frequency", "text", "ChargeFrequency: Usage-Based, Recurring, One-Time"),
    Column("description", "text", "ChargeDescription"),
    Column("resource", "text", "ResourceId"),
    Column("region", "text", "RegionId"),
    Column("sku", "text", "SkuId"),
    Column("sku_meter", "text", "SkuMeter"),
    Column("model", "text", "the model whose tokens the line bills, where it bills tokens"),
    Column("meter", "text", "the meter that the line bills, where it is one of ours"),
    Column("service_tier", "text", "standard, batch, flex, priority"),
    Column("commitment", "text", "CommitmentDiscountId"),
    Column("commitment_status", "text", "CommitmentDiscountStatus: Used or Unused"),
    Column("quantity", "money", "ConsumedQuantity"),
    Column("quantity_unit", "text", "ConsumedUnit"),
    Column("pricing_quantity", "money", "PricingQuantity"),
    Column("pricing_unit", "text", "PricingUnit"),
    Column("billed_cost", "money", "BilledCost: what the invoice asks"),
    Column("effective_cost", "money", "EffectiveCost: with what was paid ahead spread over its use"),
    Column("list_cost", "money", "ListCost: before discounts"),
    Column("contracted_cost", "money", "ContractedCost: at negotiated prices"),
    Column("currency", "text", "BillingCurrency"),
    Column("team", "text", "the team it was for"),
    Column("project", "text", "the project it was for"),
    Column("customer", "text", "the customer it was for"),
    Column("environment", "text", "the environment it was for"),
    Column("tags", "map", "every other tag"),
)
BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in CHARGES}
