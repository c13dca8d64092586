"""What the types of line items in AWS's Cost and Usage Report are, and what each effectively costs.

Source: AWS, Data Exports user guide, "Line item columns", "Savings Plans columns", "Reservation columns".
"""

from collections.abc import Mapping
from typing import Final

CATEGORIES: Final[Mapping[str, str]] = {
    "Usage": "Usage",
    "DiscountedUsage": "Usage",
    "SavingsPlanCoveredUsage": "Usage",
    "Fee": "Purchase",
    "RIFee": "Purchase",
    "SavingsPlanRecurringFee": "Purchase",
    "SavingsPlanUpfrontFee": "Purchase",
    "Tax": "Tax",
    "Credit": "Credit",
}
"""ChargeCategory of a type; all others (discounts, refunds, what takes covered usage back) adjust."""
FREQUENCIES: Final[Mapping[str, str]] = {
    "Usage": "Usage-Based",
    "DiscountedUsage": "Usage-Based",
    "SavingsPlanCoveredUsage": "Usage-Based",
    "SavingsPlanNegation": "Usage-Based",
    "RIFee": "Recurring",
    "SavingsPlanRecurringFee": "Recurring",
}
SERVICES: Final[Mapping[str, str]] = {
    "AWSDataTransfer": "Networking",
    "AWSELB": "Networking",
    "AWSLambda": "Compute",
    "AmazonBedrock": "AI and Machine Learning",
    "AmazonBedrockFoundationModels": "AI and Machine Learning",
    "AmazonBedrockService": "AI and Machine Learning",
    "AmazonCloudFront": "Networking",
    "AmazonCloudWatch": "Management and Governance",
    "AmazonDynamoDB": "Databases",
    "AmazonEC2": "Compute",
    "AmazonECR": "Compute",
    "AmazonECS": "Compute",
    "AmazonEFS": "Storage",
    "AmazonEKS": "Compute",
    "AmazonElastiCache": "Databases",
    "AmazonFSx": "Storage",
    "AmazonRDS": "Databases",
    "AmazonS3": "Storage",
    "AmazonSageMaker": "AI and Machine Learning",
    "AmazonVPC": "Networking",
}
"""ServiceCategory of a product code."""


def _number(column: str) -> str:
    return f"COALESCE(TRY_CAST({column} AS DECIMAL(38,18)), 0)"


_UNUSED_PLAN: Final = f"({_number('plan_total')} - {_number('plan_used')})"
_UNUSED_RESERVATION: Final = f"({_number('unused_upfront')} + {_number('unused_recurring')})"
EFFECTIVE: Final = (
    'CASE "type"'
    f" WHEN 'SavingsPlanCoveredUsage' THEN CAST({_number('plan_cost')} AS VARCHAR)"
    f" WHEN 'SavingsPlanRecurringFee' THEN CAST({_UNUSED_PLAN} AS VARCHAR)"
    " WHEN 'SavingsPlanNegation' THEN '0'"
    " WHEN 'SavingsPlanUpfrontFee' THEN '0'"
    f" WHEN 'DiscountedUsage' THEN CAST({_number('reserved_cost')} AS VARCHAR)"
    f" WHEN 'RIFee' THEN CAST({_UNUSED_RESERVATION} AS VARCHAR)"
    " WHEN 'Fee' THEN CASE WHEN reservation IS NOT NULL THEN '0' ELSE unblended END"
    " ELSE unblended END"
)
"""SQL of the effective cost: what was paid ahead lies on its use, and on the fee's line what nobody used."""
STATUS: Final = (
    "CASE WHEN \"type\" IN ('DiscountedUsage', 'SavingsPlanCoveredUsage') THEN 'Used'"
    f" WHEN \"type\" = 'SavingsPlanRecurringFee' AND {_UNUSED_PLAN} > 0 THEN 'Unused'"
    f" WHEN \"type\" = 'RIFee' AND {_UNUSED_RESERVATION} > 0 THEN 'Unused' END"
)
"""SQL of whether a commitment was used: a fee of which a part was not is waste of that part."""
