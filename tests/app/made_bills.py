"""Traffic and bills made at random, with causes of differences planted in them. All synthetic.

Shares no code with what it tests: prices, the pricing loop, the rounding and the bills are its own. What is
planted is counted on the way from what was recorded to what is billed: quantities at the list price first,
then single prices, the discount, the rate of exchange, and what rounding leaves.
"""

import csv
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

START = datetime(2026, 10, 1, tzinfo=UTC)
METERS = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
COLUMNS = {meter: f"{meter}_tokens" for meter in METERS}
MILLION = 1_000_000
QUANTITY = ("missing", "gap", "duplicate", "tier", "lifetime", "reads", "lag", "head")
PRICE = ("drift", "discount", "currency")
CAUSES = {
    "missing": "missing", "gap": "missing", "duplicate": "duplicate", "tier": "tier",
    "lifetime": "cache lifetime", "reads": "cache lifetime", "lag": "lag", "head": "lag",
    "drift": "price drift", "discount": "discount", "currency": "currency",
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call: as it was made."""

    at: datetime
    model: str
    tier: str
    counts: dict


@dataclass
class World:
    """What was recorded, what is billed, and what was planted: dollars by cause."""

    random: Random
    provider: str
    prices: dict
    days: int
    recorded: list = field(default_factory=list)
    billed: list = field(default_factory=list)
    planted: dict = field(default_factory=dict)
    currency: str = "USD"
    rate: Fraction = Fraction(1)
    own_rate: Fraction = Fraction(1)
    factor: Fraction = Fraction(1)
    drift: dict = field(default_factory=dict)
    places: int = 12

    def plant(self, cause, usd):
        """Count dollars of a cause."""
        self.planted[cause] = self.planted.get(cause, Fraction(0)) + usd

    def cost(self, call, tier=None):
        """Dollars of a call at the list."""
        prices = self.prices[call.model, tier or call.tier]
        return sum(Fraction(prices[meter]) * count for meter, count in call.counts.items()) / MILLION

    @property
    def end(self):
        """The end of the bill."""
        return START + timedelta(days=self.days)


def world(seed, causes, *, provider="acme", models=3, days=None, calls=300, places=12, apart=True):
    """A world with some causes planted; with `apart` each of them has models or days of its own."""
    random = Random(seed)
    days = days or random.randint(3, 9)
    names = [f"m-{letter}" for letter in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")[:models]]
    prices = {}
    for name in names:
        base = [str(Decimal(random.randint(20, 2000)) / 100) for _ in METERS]
        prices[name, "standard"] = dict(zip(METERS, _ordered(base), strict=True))
        prices[name, "batch"] = {
            meter: str(Decimal(amount) * Decimal(random.choice(("0.5", "0.45", "0.6"))))
            for meter, amount in prices[name, "standard"].items()
        }
    made = World(random, provider, prices, days, places=places)
    drawn = (_call(random, names, days, provider != "openai") for _ in range(calls))
    made.recorded = made.billed = sorted(drawn, key=lambda call: call.at)
    _plant_quantities(made, [one for one in causes if one in QUANTITY], names, apart)
    _plant_prices(made, causes, names)
    return made


def _ordered(amounts):
    """Prices in a sensible order: reads are cheap, writes dearer than input, output the dearest."""
    read, plain, short, long, output = sorted(map(Decimal, amounts))
    steps = [plain, read, short + Decimal("0.01"), long + Decimal("0.02"), output + Decimal("0.03")]
    return [str(step) for step in steps]


def _call(random, names, days, has_hours):
    at = START + timedelta(microseconds=random.randrange(days * 86_400_000_000))
    counts = {
        "input": random.randint(100, 90_000),
        "cache_read": random.choice((0, random.randint(500, 200_000))),
        "cache_write_5m": random.choice((0, random.randint(500, 60_000))),
        "cache_write_1h": random.choice((0, 0, random.randint(500, 60_000))) if has_hours else 0,
        "output": random.randint(20, 9_000),
    }
    tier = random.choice(("standard", "standard", "standard", "batch"))
    return Call(at, random.choice(names), tier, counts)


def _plant_quantities(made, causes, names, apart):
    """Plant what differs in quantities, each in calls of its own."""
    taken = set()
    if "lag" in causes:
        taken = _plant_lag(made)
    if "head" in causes:
        _plant_head(made)
    others = [cause for cause in causes if cause not in ("lag", "head")]
    for place, cause in enumerate(others):
        model = names[place % len(names)] if apart else None
        pool = [
            call
            for call in made.billed
            if id(call) not in taken and call.at > START and model in (None, call.model)
        ]
        chosen = _chosen(made, cause, pool)
        taken |= set(map(id, chosen))
        taken |= _PLANTS[cause](made, chosen, set(map(id, chosen)))


def _plant_lag(made):
    """The bill was closed before the period was over."""
    cut = made.end - timedelta(minutes=made.random.randint(30, 600))
    late = [call for call in made.billed if call.at >= cut]
    made.billed = [call for call in made.billed if call.at < cut]
    made.plant("lag", -sum(map(made.cost, late)))
    return set(map(id, late))


def _plant_head(made):
    """The bill has the last hours of the period before, as use of its first day."""
    cut = START - timedelta(minutes=made.random.randint(30, 600))
    early = [_before(made.random, call) for call in made.recorded[: len(made.recorded) // 3]]
    came = [replace(call, at=START) for call in early if call.at >= cut]
    made.recorded, made.billed = made.recorded + early, made.billed + came
    made.plant("lag", sum(map(made.cost, came)))


def _chosen(made, cause, pool):
    """Some of the calls to which a cause can happen."""
    if cause == "gap":
        first = START + timedelta(hours=made.random.randrange(2, 24 * made.days - 12))
        return [call for call in pool if first <= call.at < first + timedelta(hours=6)]
    needed = {"lifetime": "cache_write_5m", "reads": "cache_read"}.get(cause, "input")
    able = [call for call in pool if call.counts[needed] and (cause != "tier" or call.tier == "standard")]
    least = 2 if cause == "missing" else 1  # a model of which nothing is known is another cause
    return made.random.sample(able, len(able) // made.random.randint(least, 5))


def _plant_missing(made, chosen, marked):
    made.recorded = [call for call in made.recorded if id(call) not in marked]
    made.plant("missing", sum(map(made.cost, chosen)))
    return set()


def _plant_duplicate(made, chosen, _marked):
    made.recorded = made.recorded + [replace(call) for call in chosen]
    made.plant("duplicate", -sum(map(made.cost, chosen)))
    return set()


def _plant_tier(made, chosen, marked):
    made.billed = [replace(call, tier="batch") if id(call) in marked else call for call in made.billed]
    made.plant("tier", sum(made.cost(call, "batch") - made.cost(call) for call in chosen))
    return set()


def _plant_lifetime(made, chosen, _marked, away="cache_write_5m", to="cache_write_1h"):
    changed = {id(call): replace(call, counts=_moved(call.counts, away, to)) for call in chosen}
    made.billed = [changed.get(id(call), call) for call in made.billed]
    made.plant("cache lifetime", sum(made.cost(changed[id(call)]) - made.cost(call) for call in chosen))
    return set(map(id, changed.values()))


def _plant_reads(made, chosen, marked):
    return _plant_lifetime(made, chosen, marked, "cache_read", "input")


_PLANTS = {"missing": _plant_missing, "gap": _plant_missing, "duplicate": _plant_duplicate,
           "tier": _plant_tier, "lifetime": _plant_lifetime, "reads": _plant_reads}  # fmt: skip


def _before(random, call):
    """A call of the day before the bill begins."""
    return replace(call, at=START - timedelta(microseconds=random.randrange(1, 86_400_000_000)))


def _moved(counts, away, to):
    return {**counts, away: 0, to: counts[to] + counts[away]}


def _plant_prices(made, causes, names):
    random = made.random
    if "drift" in causes:
        model, from_day = random.choice(names), random.choice((0, random.randrange(made.days)))
        for meter in random.sample(METERS, random.randint(1, 4)):
            for tier in ("standard", "batch"):
                share = Decimal(random.choice(("1.1", "1.25", "0.8", "0.9", "1.07")))
                price = (Decimal(made.prices[model, tier][meter]) * share).quantize(Decimal("0.0001"))
                made.drift[model, tier, meter] = (from_day, str(price))
    if "discount" in causes:
        made.factor = 1 - Fraction(random.choice((5, 10, 12, 15, 20, 25)), 100)
    if "currency" in causes:
        made.currency = random.choice(("EUR", "GBP"))
        made.rate = Fraction(random.randint(10500, 13000), 10000)
        made.own_rate = Fraction(round(made.rate * random.choice((9850, 10120, 10210))), 10000)


@dataclass
class Line:
    """A line of a bill: amounts in the bill's currency, as they are printed."""

    day: int
    model: str
    tier: str
    meter: str
    quantity: int
    amount: Decimal


def lines(made, *, by_tier=True, by_meter=True, by_day=True, kinds=None):
    """The lines of the bill, rounded; what prices, terms and rounding make is planted on the way."""
    sums = {}
    for call in made.billed:
        day = (call.at - START).days
        for meter, count in call.counts.items():
            if count:
                price = made.prices[call.model, call.tier][meter]
                from_day, other = made.drift.get((call.model, call.tier, meter), (0, price))
                asked = Fraction(other if day >= from_day else price) * count / MILLION
                listed = Fraction(price) * count / MILLION
                kind = (kinds or {}).get(meter, meter) if by_meter else ""
                tier = call.tier if by_tier else ""
                key = (day if by_day else 0, call.model, tier, kind)
                found = sums.setdefault(key, [0, Fraction(0), Fraction(0)])
                found[0] += count
                found[1] += listed
                found[2] += asked
    for (day, model, tier, meter), (quantity, listed, asked) in sorted(sums.items()):
        made.plant("price drift", asked - listed)
        made.plant("discount", asked * (made.factor - 1))
        exact = asked * made.factor
        native = exact / made.own_rate
        made.plant("currency", native * made.rate - exact)
        amount = _rounded(native, made.places)
        made.plant("rounding", (Fraction(amount) - native) * made.rate)
        yield Line(day, model, tier, meter, quantity, amount)


def _rounded(native, places):
    exact = Decimal(native.numerator) / Decimal(native.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def write_events(made, path: Path):
    """What was recorded, as a table of events."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["event_id", "at", "provider", "model", "service_tier", *COLUMNS.values()])
        for number, call in enumerate(made.recorded):
            tier = "" if call.tier == "standard" else call.tier
            writer.writerow([f"e{number}", call.at.isoformat(), made.provider, call.model, tier,
                             *(call.counts[meter] for meter in METERS)])  # fmt: skip
    return str(path)


def write_book(made, path: Path):
    """The list prices, as a price overlay."""
    rows = [
        {"provider": made.provider, "model": model, "tier": tier, "amounts": amounts, "per": "1M tokens",
         "source": "made"}
        for (model, tier), amounts in made.prices.items()
    ]  # fmt: skip
    path.write_text(json.dumps({"prices": rows}))
    return str(path)


_SKU = {"input": "Input Tokens", "cache_read": "Cache Read Input Tokens", "output": "Output Tokens",
        "cache_write_5m": "Cache Write Input Tokens",
        "cache_write_1h": "Cache Write Input Tokens"}  # fmt: skip


def write_focus(made, path: Path, **how):
    """A FOCUS bill of token rows."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["BilledCost", "EffectiveCost", "BillingCurrency", "BillingPeriodStart",
                         "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory",
                         "ChargeDescription",
                         "ServiceProviderName", "ServiceName", "ServiceCategory", "ConsumedQuantity",
                         "ConsumedUnit", "PricingQuantity", "PricingUnit", "SkuMeter",
                         "SkuPriceDetails"])  # fmt: skip
        for one in lines(made, **how):
            first = START + timedelta(days=one.day)
            last = first + timedelta(days=1) if how.get("by_day", True) else made.end
            details = {"ModelId": one.model, "x_Meter": one.meter}
            if one.tier:
                details["x_ServiceTier"] = one.tier
            writer.writerow([one.amount, one.amount, made.currency, START.isoformat(),
                             made.end.isoformat(), first.isoformat(), last.isoformat(), "Usage",
                             f"{one.model} {one.meter}",
                             made.provider, "Model API", "AI and Machine Learning", one.quantity, "Tokens",
                             Decimal(one.quantity) / MILLION, "1M Tokens", _SKU[one.meter],
                             json.dumps(details)])  # fmt: skip
    return str(path)


_TOKEN_TYPE = {"input": "uncached_input_tokens", "cache_read": "cache_read_input_tokens",
               "output": "output_tokens",
               "cache_write_5m": "cache_creation.ephemeral_5m_input_tokens",
               "cache_write_1h": "cache_creation.ephemeral_1h_input_tokens"}  # fmt: skip


def write_anthropic(made, path: Path):
    """Anthropic's cost report: cents as text, no quantities."""
    buckets = {}
    for one in lines(made):
        first = START + timedelta(days=one.day)
        bucket = buckets.setdefault(one.day, {
            "starting_at": first.isoformat().replace("+00:00", "Z"),
            "ending_at": (first + timedelta(days=1)).isoformat().replace("+00:00", "Z"), "results": [],
        })  # fmt: skip
        bucket["results"].append({
            "amount": f"{one.amount * 100:f}", "currency": made.currency, "cost_type": "tokens",
            "token_type": _TOKEN_TYPE[one.meter], "model": one.model, "service_tier": one.tier,
            "context_window": "0-200k", "inference_geo": "global", "workspace_id": None,
            "description": f"{one.model} {one.meter}",
        })  # fmt: skip
    path.write_text(json.dumps({"data": list(buckets.values()), "has_more": False, "next_page": None}))
    return str(path)


_ITEM = {"input": "input", "cache_read": "cached input", "cache_write_5m": "cache write",
         "cache_write_1h": "cache write", "output": "output"}  # fmt: skip


def write_openai(made, path: Path, *, quantities=True):
    """OpenAI's costs report; a cache has one kind of write there."""
    buckets = {}
    for one in lines(made, kinds=_ITEM):
        first = START + timedelta(days=one.day)
        bucket = buckets.setdefault(one.day, {
            "object": "bucket", "start_time": int(first.timestamp()),
            "end_time": int((first + timedelta(days=1)).timestamp()), "results": [],
        })  # fmt: skip
        tier = "batch | " if one.tier == "batch" else ""
        bucket["results"].append({
            "object": "organization.costs.result",
            "amount": {"value": float(one.amount), "currency": made.currency.lower()},
            "line_item": f"{tier}{one.model}, {one.meter}", "project_id": None, "api_key_id": None,
            "quantity": one.quantity if quantities else None,
        })  # fmt: skip
    path.write_text(json.dumps({"object": "page", "data": list(buckets.values()), "has_more": False}))
    return str(path)


MAP = """
name: our-invoice
title: An invoice of months
table: charges
columns:
  at: {{from: month, format: "%Y-%m"}}
  provider: {{value: {provider}}}
  model: model
  billed_cost: amount
  currency: currency
id: [month, model]
"""


def write_month(made, path: Path):
    """A plain table: a model and a month on each line, nothing but money."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["month", "model", "amount", "currency"])
        for one in lines(made, by_tier=False, by_meter=False, by_day=False):
            writer.writerow([f"{START:%Y-%m}", one.model, one.amount, made.currency])
    map_file = path.with_suffix(".yaml")
    map_file.write_text(MAP.format(provider=made.provider))
    return str(path), str(map_file)
