"""The prompt-caching example of the FOCUS drafts, and bill lines, as rows to export. All synthetic."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from farthing.track.focus import ChargeRow, UsageRow

DAY = date(2026, 5, 4)
MILLION = 1_000_000


def usage(meter, quantity, usd_per_million, **others):
    """Usage of a model, priced per million."""
    cost = None if usd_per_million is None else Fraction(usd_per_million) * quantity / MILLION
    values = {
        "day": DAY,
        "provider": "anthropic",
        "model": "claude-sonnet-4",
        "operation": "chat",
        "tier": "",
        "region": "",
        "meter": meter,
        "quantity": quantity,
        "list_usd": cost,
        "cost_usd": cost,
        "tags": {"team": "search"},
    }
    return UsageRow(**values | others)


# Appendix "AI prompt caching", scenario A: 0.5 M uncached, 2 M written, 8 M read, 1.5 M out; and scenario B:
# writing is plain input there, and 2 M tokens are kept for 3 hours.
WRITES_CHARGED = (
    usage("input", 500_000, "3.00"),
    usage("cache_write_5m", 2 * MILLION, "3.75"),
    usage("cache_read", 8 * MILLION, "0.30"),
    usage("output", 1_500_000, "15.00"),
)
STORAGE_CHARGED = (
    usage("input", 2_500_000, "3.00"),
    usage("cache_read", 8 * MILLION, "0.30"),
    usage("cache_storage", 6 * MILLION, "1.00"),
)


def charge(id_, **others):
    """A line of a bill for virtual machines."""
    values = {
        "charge_id": id_,
        "at": datetime(2026, 5, 4, tzinfo=UTC),
        "until": datetime(2026, 5, 5, tzinfo=UTC),
        "billed_cost": Decimal("12.500000000000001"),
        "currency": "EUR",
        "source": "focus",
        "account": "100000000002",
        "provider": "aws",
        "service": "AmazonEC2",
        "service_category": "Compute",
        "category": "Usage",
        "frequency": "Usage-Based",
        "sku": "SKU-1",
        "quantity": Decimal(5),
        "quantity_unit": "Hours",
        "pricing_quantity": Decimal(5),
        "pricing_unit": "Hours",
        "team": "search",
        "tags": {"cost center": "=7"},
    }
    return ChargeRow(**values | others)


CHARGES = (
    charge("usage-line"),
    charge(
        "committed", commitment="sp-1", commitment_status="Used", billed_cost=Decimal(0),
        effective_cost=Decimal("2.5"),
        tags={"commitment_category": "Spend", "commitment_type": "Savings Plan"},
    ),
    charge("tax", category="Tax", frequency="One-Time", billed_cost=Decimal("0.07"), sku=""),
    charge("refund", category="Credit", frequency="One-Time", billed_cost=Decimal("-3.25")),
    charge("unnamed commitment", commitment="sp-2", commitment_status="Used"),
    charge("an old bill", service_category="Machine Learning", until=None, sku="", frequency=""),
    charge("tokens", model="gpt-4o", meter="input", service_category="AI and Machine Learning"),
    charge("correction", category="Adjustment", frequency="One-Time", tags={"charge_class": "Correction"}),
)  # fmt: skip
