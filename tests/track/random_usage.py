"""Usage drawn at random: events that meet every kind of price, in a real ledger. All synthetic."""

from datetime import timedelta
from fractions import Fraction
from random import Random

import msgspec
import random_books
from ledger_rows import select
from random_books import DAY_US, change
from slow_pricing import EPOCH

from farthing.ledger.connection import connect, text
from farthing.ledger.events import COUNTS, EVENTS
from farthing.pricing import compiled
from farthing.pricing.book import Book
from farthing.pricing.rows import LONG_AGO, Provider, Row, Sku
from farthing.track.dimensions import Asked, Condition, Window

PROVIDERS = ("maker", "other")
MODELS = ("model-a", "model-b", "it's; c", "unknown")
GPUS = ("gpu-x", "gpu-y")
TIERS = ("", "", "", "", "standard", "standard", "default", "batch", "batches", "BATCH", "flex", "galactic")
REGIONS = ("", "", "eu", "us", "moon")
DIMENSIONS = (
    "provider", "model", "service_tier", "region", "status", "team", "tag:team", "tag:feature_flag",
    "hour", "day", "week", "month", "year",
)  # fmt: skip
RATES = {"EUR": Fraction(108, 100), "GBP": Fraction(127, 100)}
COUNTED = (
    "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens",
    "output_tokens", "input_audio_tokens", "web_searches",
)  # fmt: skip
_NAMED = ("event_id", "at", *(column.name for column in COUNTS), "context_tokens", "gpu_seconds",
          "billed_amount", "billed_currency", "provider", "model", "service_tier", "region", "accelerator",
          "status", "team")  # fmt: skip
_TYPES = {column.name: column.sql_type for column in EVENTS}


def book(random: Random, *, hours: bool = True) -> Book:
    """Models that two providers share a name of, each with its own rows; and accelerators."""
    providers = []
    for home in PROVIDERS:
        skus = (*_models(random, home), *_accelerators(random, home))
        providers.append(Provider(id=home, skus=skus if hours else tuple(map(_without_hours, skus))))
    base = compiled.of_providers(tuple(providers), "synthetic")
    return Book(base, base.hash)


def _models(random, home):
    for model in MODELS[:-1]:
        drawn = random_books.model(random)
        rows = (*drawn.rows, _fee(random)) if random.random() < 0.3 else drawn.rows
        ordered = tuple(sorted(rows, key=lambda row: row.layer))
        yield Sku(provider=home, model=model, rows=ordered, launched=drawn.launched)


def _without_hours(sku):
    rows = tuple(msgspec.structs.replace(row, hours=None) for row in sku.rows)
    return msgspec.structs.replace(sku, rows=rows)


def _fee(random):
    start = LONG_AGO if random.random() < 0.5 else change(random)
    return Row(layer=random.choice((1, 2)), start=start, rates={"request": random_books.rate(random)})


def _accelerators(random, home):
    for gpu in GPUS[: random.randint(0, 2)]:
        plain = Row(layer=1, rates={"gpu_time": random_books.rate(random)})
        hours = random.choice((None, *random_books.HOURS))
        dated = Row(layer=2, start=change(random), hours=hours, rates={"gpu_time": random_books.rate(random)})
        yield Sku(provider=home, model=gpu, rows=(plain, dated))


def events(random: Random, most: int = 60, largest: int = 1_000_000) -> list[dict]:
    """Events; some worlds have no accelerators, no reports of many requests, nothing billed."""
    kinds = {kind: random.random() < 0.6 for kind in ("gpu", "many", "context", "billed", "reasoning")}
    columns = random.sample(COUNTED, random.randint(1, len(COUNTED)))
    return [_event(random, number, kinds, columns, largest) for number in range(random.randint(1, most))]


def _event(random, number, kinds, columns, largest):
    sizes = (0, 0, 0, 0, 1, 9, 10, 11, 20, 21, 22, 45, largest)
    event = {column.name: 0 for column in COUNTS}
    event |= {column: random.choice(sizes) for column in columns}
    event["event_id"] = f"event-{number}"
    event["at"] = change(random) + random.choice((-1, 0, 1, 7 * DAY_US + 59, random.randrange(DAY_US)))
    event["requests"] = random.choice((0, 1, 2, 3, largest)) if kinds["many"] else 1
    event["context_tokens"] = random.choice((None, 0, 10, 11, 21)) if kinds["context"] else None
    if kinds["reasoning"]:
        event["reasoning_tokens"] = min(event["output_tokens"], random.choice((0, 5, 10, 21)))
    event |= {
        "provider": random.choice((*PROVIDERS * 5, "nobody", "")),
        "model": random.choice((*MODELS, *MODELS[:-1] * 3)),
        "service_tier": random.choice(TIERS),
        "region": random.choice(REGIONS),
        "status": random.choice(("ok", "error", "")),
        "team": random.choice(("search", "ads", "it's", "")),
        "tags": random.choice(({}, {"feature_flag": "on"}, {"feature_flag": "off", "other": "x"})),
        "accelerator": "",
        "gpu_seconds": None,
        "billed_amount": None,
        "billed_currency": "",
    }
    if kinds["gpu"] and random.random() < 0.3:
        seconds = random.choice((None, "0", "0.001", "3600", "1234567.891"))
        event |= {"accelerator": random.choice((*GPUS, "gpu-z", "")), "gpu_seconds": seconds}
    if kinds["billed"] and random.random() < 0.5:
        amount = random.choice(("0", "0.000000000000000001", "1.25", "123456789.123456789"))
        currency = random.choice(("", "USD", "EUR", "GBP", "XXX"))
        event |= {"billed_amount": amount, "billed_currency": currency}
    return event


def rate_of(currency, day):
    """Dollars of one unit: synthetic, and another on every day."""
    known = RATES.get(currency)
    return None if known is None else known + Fraction(int(str(day)[-2:]), 1000)


def append(table, batch):
    """Events into a table of the ledger."""
    with connect(threads=1) as connection:
        table.append(connection, _query(batch))


def _query(batch):
    titles = [*_NAMED, "tag_keys", "tag_values"]
    rows = ", ".join(f"({', '.join(_cells(event))})" for event in batch)
    given = {title: f'CAST("{title}" AS {_TYPES[title]})' for title in _NAMED if title != "at"}
    given["at"] = "make_timestamptz(CAST(moment AS BIGINT))"
    given["day"] = "CAST(make_timestamp(CAST(moment AS BIGINT)) AS DATE)"
    given["tags"] = "MAP(tag_keys, tag_values)"
    listed = ", ".join("moment" if title == "at" else f'"{title}"' for title in titles)
    return select(EVENTS, f"(VALUES {rows}) drawn({listed})", **given)


def _cells(event):
    yield from ("NULL" if event[title] is None else text(str(event[title])) for title in _NAMED)
    for words in (event["tags"].keys(), event["tags"].values()):
        yield f"[{', '.join(map(text, words))}]::VARCHAR[]"


def asked(random: Random) -> Asked:
    """A question by up to three dimensions, of some rows and some days."""
    by = tuple(random.sample(DIMENSIONS, random.choice((0, 1, 1, 2, 3))))
    where = tuple(_condition(random) for _ in range(random.choice((0, 0, 0, 1, 2))))
    return Asked(by, where, window(random))


def _condition(random):
    dimension, values = random.choice((
        ("model", MODELS), ("provider", (*PROVIDERS, "")), ("team", ("search", "it's", "")),
        ("tag:feature_flag", ("on", "")), ("status", ("ok", "error")), ("day", ("2026-11-20", "2026-11-22")),
        ("region", REGIONS),
    ))  # fmt: skip
    return Condition(dimension, tuple(random.sample(values, 2)), random.random() < 0.4)


def window(random: Random) -> Window:
    """Some days, often all of them."""
    if random.random() < 0.6:
        return Window()
    first = (EPOCH + timedelta(microseconds=random_books.FRIDAY)).date()
    since, until = sorted(random.sample(range(-2, 14), 2))
    bounds = (first + timedelta(days=since), first + timedelta(days=until))
    return random.choice((Window(*bounds), Window(bounds[0]), Window(None, bounds[1])))
