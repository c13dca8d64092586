"""A second opinion on the accounts: one event after the other, in plain Python, from the docs' rules.

Rates come from the slow reference of pricing; nothing of the query or of the cube is used.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from slow_pricing import EPOCH, lineage, rates_of

from farthing.ledger.events import COUNTS
from farthing.pricing.table import Line

METER_OF = {column.name: column.meter for column in COUNTS if column.meter}
INPUTS = tuple(column for column, meter in METER_OF.items() if "input" in lineage(meter))
TIERS = {"": "standard", "default": "standard", "Standard": "standard", "batches": "batch", "BATCH": "batch"}
STRETCHES = {
    "hour": lambda at: f"{at:%Y-%m-%d %H}",
    "day": lambda at: f"{at:%Y-%m-%d}",
    "week": lambda at: f"{at - timedelta(days=at.weekday()):%Y-%m-%d}",
    "month": lambda at: f"{at:%Y-%m}",
    "year": lambda at: f"{at:%Y}",
}


@dataclass
class Sums:
    """What a group of events comes to."""

    events: int = 0
    counts: dict = field(default_factory=dict)
    usd: Fraction = Fraction(0)
    billed_usd: Fraction = Fraction(0)
    billed_events: int = 0
    unpriced_events: int = 0


def said(event, dimension):
    """What an event says of a dimension, as it is shown."""
    if dimension in STRETCHES:
        return STRETCHES[dimension](EPOCH + timedelta(microseconds=event["at"]))
    plain = dimension.removeprefix("tag:")
    return event[plain] if plain in event else event["tags"].get(plain, "")


def kept(events, where=(), since=None, until=None):
    """The events that a question is about."""

    def meant(event):
        day = (EPOCH + timedelta(microseconds=event["at"])).date()
        return (
            (since is None or since <= day)
            and (until is None or day < until)
            and all((said(event, one.dimension) in one.values) != one.negated for one in where)
        )

    return [event for event in events if meant(event)]


def accounts(events, find, rate_of, by=()):
    """Sums of events by dimensions. `find` knows models, `rate_of` what a currency is worth."""
    groups = {}
    for event in events:
        group = groups.setdefault(tuple(said(event, one) for one in by), Sums())
        usd, lacking = price(event, find)
        billed = billed_usd(event, rate_of) if lacking else None
        group.events += 1
        group.usd += usd if billed is None else billed
        group.billed_usd += billed or 0
        group.billed_events += billed is not None
        group.unpriced_events += lacking and billed is None
        for column, count in counted(event).items():
            group.counts[column] = group.counts.get(column, 0) + count
    return groups


def counted(event):
    """Every count of an event, the time of accelerators in milliseconds."""
    counts = {column.name: event[column.name] for column in COUNTS}
    return {**counts, "gpu_ms": milliseconds(event)}


def milliseconds(event):
    return int(Fraction(event["gpu_seconds"] or 0) * 1000)


def billed_usd(event, rate_of):
    if event["billed_amount"] is None:
        return None
    currency = event["billed_currency"]
    worth = 1 if currency in ("", "USD") else rate_of(currency, said(event, "day"))
    return None if worth is None else Fraction(event["billed_amount"]) * worth


def price(event, find):
    """Dollars of one event that have a price, and whether something lacks one."""
    bought = event["accelerator"] or event["model"]
    tier = TIERS.get(event["service_tier"], event["service_tier"])
    line = Line(find(event["provider"], bought).sku, tier, event["region"])
    requests = max(1, event["requests"])
    rates = rates_of(line, event["at"], length(event, requests)) or {}
    total, lacking = Fraction(0), False
    for meter, count in used(event, rates).items():
        known = next((rates[name] for name in lineage(meter) if name in rates), None)
        if known is None:
            lacking = lacking or count > 0
            continue
        rate, step, beyond = known[:3]
        total += count * rate
        if beyond is not None:  # a step is one of each request: several have as much of it each
            total += max(0, count - requests * step) * (beyond - rate)
    return total, lacking


def length(event, requests):
    """Tokens of input of one request."""
    if event["context_tokens"] is not None:
        return event["context_tokens"]
    return sum(event[column] for column in INPUTS) // requests


def used(event, rates):
    """What is paid for: time of an accelerator alone where one is named, else everything counted."""
    if event["accelerator"]:
        return {"gpu_time": milliseconds(event)}
    meters = {meter: event[column] for column, meter in METER_OF.items()}
    reasoning = meters.pop("reasoning")
    if "reasoning" in rates:  # it has a price of its own, else it is output like any other
        meters |= {"output": meters["output"] - reasoning, "reasoning": reasoning}
    if "request" in rates:
        meters["request"] = event["requests"]
    return meters
