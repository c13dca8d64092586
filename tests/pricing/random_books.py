"""Books and requests drawn at random: dense in everything that can interact, unlike what shrinks well."""

import numpy as np

from farthing.pricing.price import Usage
from farthing.pricing.rows import FOREVER, LONG_AGO, Rate, Row, Sku
from farthing.pricing.table import Line
from farthing.pricing.windows import weekly

DAY_US = 86_400_000_000
FRIDAY = 20_777 * DAY_US  # 2026-11-20
METERS = ("input", "cache_read", "cache_write_5m", "output", "reasoning", "input_audio", "web_search")
AMOUNTS = ("0", "0.075", "0.30", "1.25", "3", "15.000001", "10000")
TIERS = ("standard", "standard", "standard", "batch", "flex")
REGIONS = ("", "", "eu", "us")
SMALL = (0, 0, 1, 4, 9, 10, 11, 20, 21, 1_000_000)
HUGE = (0, 1, 2**31, 2**53 + 1, 2**62, 2**63 - 1)
HOURS = (
    weekly("mon-fri", "01:00-04:00, 06:00-10:00", "+00:00"),
    weekly("mon-sun", "16:30-00:30", "+00:00"),
    weekly("sun", "23:00-01:00", "-05:00"),
    weekly("sat,sun", "00:00-24:00", "+08:00"),
)


def change(random):
    """A moment at which something may change: midnight of one of six days, or a minute of it."""
    minute = random.choice((0, 0, random.randrange(1440)))
    return FRIDAY + random.randrange(-1, 5) * DAY_US + minute * 60_000_000


def rate(random):
    return Rate(amount=random.choice(AMOUNTS), per=random.choice((1, 1000, 3600, 10**6)))


def price_row(random):
    tier, above = random.choice(TIERS), random.choice((0, 0, 10, 20))
    layer, rates = (
        random.randrange(4),
        {meter: rate(random) for meter in random.sample(METERS, random.randint(1, 4))},
    )
    start = LONG_AGO if random.random() < 0.5 else change(random)
    later = [moment for moment in (change(random), change(random)) if moment > start]
    return Row(
        layer=layer,
        tier=tier,
        region=random.choice(REGIONS),
        start=start,
        end=later[0] if later and random.random() < 0.4 else FOREVER,
        hours=None if random.random() < 0.6 else random.choice(HOURS),
        above_tokens=above,
        bracket=bool(above) and random.random() < 0.5,
        rates=rates,
    )


def owner(random):
    """A row of the catalog that speaks alone for the tokens of its time."""
    return Row(
        layer=2,
        start=change(random) if random.random() < 0.7 else LONG_AGO,
        rates={meter: rate(random) for meter in ("input", *random.sample(METERS[1:], 2))},
        owns=True,
    )


def multiple(random):
    return Row(
        layer=random.choice((2, 3)),
        tier=random.choice(("standard", "batch", "flex", "*")),
        region=random.choice(REGIONS),
        start=LONG_AGO if random.random() < 0.7 else change(random),
        multiply=random.choice(("0.5", "1.1", "2", "0.85")),
        meters=random.choice(((), ("input", "output"), ("cache_read", "web_search"))),
    )


def model(random):
    rows = [price_row(random) for _ in range(random.randint(0, 7))]
    rows += [multiple(random) for _ in range(random.randint(0, 4))]
    if random.random() < 0.4:
        rows.append(owner(random))
    if random.random() < 0.9:
        rows.append(Row(layer=1, rates={"input": rate(random), "output": rate(random)}))
    launched = LONG_AGO if random.random() < 0.9 else change(random)
    ordered = tuple(sorted(rows, key=lambda row: row.layer))
    return Sku(provider="maker", model="model", rows=ordered, launched=launched)


def line(random):
    known = model(random) if random.random() < 0.95 else None
    return Line(known, random.choice(TIERS), random.choice(REGIONS), "asked")


def usage(random, counts=SMALL, most=40):
    lines = tuple(line(random) for _ in range(random.randint(1, 5)))
    size = random.randint(0, most)
    meters = random.sample(METERS, random.randint(0, len(METERS)))

    def column(draw):
        return np.array([draw() for _ in range(size)], dtype=np.int64)

    return Usage(
        lines,
        column(lambda: random.randrange(len(lines))),
        column(lambda: change(random) + random.choice((-1, 0, 1, 7 * DAY_US + 59))),
        {meter: column(lambda: random.choice(counts)) for meter in meters},
    )
