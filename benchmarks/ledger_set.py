"""A synthetic ledger: requests of 40 models to five providers, made by DuckDB, the same each time.

20 teams and 10,000 customers, the few of them large and most small; tiers, caches, inputs of all lengths,
and one call in a hundred fails. In these 60 days the price book has two changes and windows by the hour.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from farthing.ledger.connection import connect, name, text
from farthing.ledger.events import EVENTS
from farthing.ledger.store import Ledger, open_ledger

FIRST: Final = date(2026, 9, 11)
DAYS: Final = 60
DAYS_AT_ONCE: Final = 10
TEAMS: Final = 20
CUSTOMERS: Final = 10_000
MEMORY: Final = "4GB"
_PLAIN: Final = ("",)
_BATCH: Final = ("", "", "", "batch")
_ALL: Final = ("", "", "", "", "", "batch", "flex", "priority")
SOLD: Final = (
    ("openai", _ALL, "gpt-5 gpt-5-mini gpt-5.1 gpt-5.2 gpt-5.4 gpt-5.4-mini gpt-5.5"),
    ("openai", _ALL, "gpt-5.6-luna gpt-5.6-terra gpt-5.6-sol o3"),
    ("openai", _BATCH, "gpt-5-nano gpt-4.1 gpt-4.1-mini gpt-4o gpt-4o-mini"),
    ("anthropic", _BATCH, "claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-haiku-4-5"),
    ("anthropic", _BATCH, "claude-opus-4-5 claude-opus-4-6 claude-opus-4-7 claude-opus-4-8 claude-opus-5"),
    ("google", _BATCH, "gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite gemini-3-flash-preview"),
    ("google", _BATCH, "gemini-3.1-pro-preview gemini-3.1-flash-lite gemini-3.5-flash gemini-3.6-flash"),
    ("deepseek", _PLAIN, "deepseek-v4-pro deepseek-v4-flash"),
    ("mistral", _PLAIN, "mistral-large-latest mistral-medium-latest mistral-small-latest"),
    ("mistral", _PLAIN, "codestral-latest magistral-medium-latest"),
)
MODELS: Final = tuple((provider, model, tiers) for provider, tiers, named in SOLD for model in named.split())


def made(folder: Path, events: int) -> Ledger:
    """The ledger of so many events in a folder: the one that is there, or one that is made now."""
    ledger = open_ledger(str(folder))
    if ledger.events.files().rows == events:
        return ledger
    with connect(MEMORY) as connection:
        for first in range(0, DAYS, DAYS_AT_ONCE):
            start, end = (day * events // DAYS for day in (first, first + DAYS_AT_ONCE))
            ledger.events.append(connection, query(start, end, events), supersedes=False)
    ledger.events.compact()
    ledger.events.vacuum(0)
    if (rows := ledger.events.files().rows) != events:
        raise SystemExit(f"{folder} has {rows:,} other events: name another folder")
    return ledger


def query(start: int, end: int, events: int) -> str:
    """SQL: events number `start` to before `end` of so many, each in its day."""
    given = _columns(events)
    cells = ", ".join(f"{given.get(one.name, one.default)} AS {name(one.name)}" for one in EVENTS)
    inner = f"SELECT n, {', '.join(_drawn(events))} FROM range({start}, {end}) numbers(n)"
    said = f"CAST({_normal('u7', 'u8', 6.0, 1.0)} AS BIGINT) AS said"
    sized = f"SELECT *, {_total()} AS total, {said} FROM ({inner})"
    cached = "CAST(total * cached_share AS BIGINT) AS cached"
    return f"SELECT {cells} FROM (SELECT *, {cached} FROM ({sized}))"


def _drawn(events: int) -> Iterator[str]:
    """What of an event is drawn: uniform numbers, and who and what out of them."""
    yield f"CAST(DATE '{FIRST}' + CAST(n * {DAYS} // {events} AS INTEGER) AS DATE) AS on_day"
    yield f"1 + CAST(floor({len(MODELS)} * pow({_uniform(1)}, 1.5)) AS INTEGER) AS sold"
    yield f"CAST(floor({TEAMS} * pow({_uniform(2)}, 1.5)) AS INTEGER) AS team_number"
    yield f"CAST(floor({CUSTOMERS} * pow({_uniform(3)}, 2)) AS INTEGER) AS customer_number"
    yield f"CAST({_uniform(4)} * 86400000000 AS BIGINT) AS moment_us"
    yield f"([0.0, 0.0, 0.5, 0.9])[1 + CAST(floor(4 * {_uniform(9)}) AS INTEGER)] AS cached_share"
    for place in (5, 6, 7, 8, 10, 11, 12):
        yield f"{_uniform(place)} AS u{place}"


def _columns(events: int) -> dict[str, str]:
    """Columns of an event out of what was drawn; all others hold nothing."""
    wrote = "CASE WHEN u10 < 0.25 THEN cached // 10 ELSE 0 END"
    tiers = _listed(f"({_listed(text(tier) for tier in tiers)})" for _, _, tiers in MODELS)
    return {
        "event_id": f"'synthetic-{events}-' || n",
        "at": "make_timestamptz(epoch_us(on_day) + moment_us)",
        "day": "on_day",
        "batch": "'synthetic'",
        "source": "'synthetic'",
        "provider": f"({_listed(text(provider) for provider, _, _ in MODELS)})[sold]",
        "model": f"({_listed(text(model) for _, model, _ in MODELS)})[sold]",
        "operation": "'chat'",
        "service_tier": f"({tiers})[sold][1 + CAST(floor(u11 * len(({tiers})[sold])) AS INTEGER)]",
        "status": "CASE WHEN u12 < 0.01 THEN 'timeout' ELSE 'ok' END",
        "requests": "1",
        "input_tokens": "total - cached",
        "cache_read_tokens": f"cached - {wrote}",
        "cache_write_5m_tokens": wrote,
        "output_tokens": "least(said, 8000)",
        "reasoning_tokens": "CASE WHEN u10 < 0.3 THEN least(said, 8000) // 2 ELSE 0 END",
        "duration_ms": "300 + 12 * least(said, 8000)",
        "ttft_ms": "200 + CAST(u6 * 800 AS BIGINT)",
        "team": "'team-' || team_number",
        "project": "'project-' || customer_number % 50",
        "customer": "'customer-' || customer_number",
    }


def _total() -> str:
    """Input of a request, up to 400,000 tokens: half of them below 5,000."""
    return f"CAST(least({_normal('u5', 'u6', 8.5, 1.3)}, 400000) AS BIGINT)"


def _normal(one: str, two: str, mean: float, spread: float) -> str:
    """A lognormal draw out of two uniform ones (Box and Muller)."""
    return f"exp({mean} + {spread} * sqrt(-2 * ln(1 - {one})) * cos(2 * pi() * {two}))"


def _uniform(place: int) -> str:
    """A number from 0 to below 1 that an event always has at a place."""
    return f"((hash(n * 16 + {place}) >> 11) / 9007199254740992.0)"


def _listed(parts: Iterator[str]) -> str:
    return f"[{', '.join(parts)}]"
