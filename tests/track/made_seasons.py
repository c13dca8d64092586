"""Synthetic courses of spend: seasons, growth, noise and the like, without any code of the product."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
OFFICE_WEEK = (1.15, 1.2, 1.2, 1.15, 1.0, 0.45, 0.35)
HOME_WEEK = (0.9, 0.85, 0.9, 0.95, 1.1, 1.2, 1.1)
KINDS = (
    "flat",
    "office week",
    "home week",
    "growth",
    "decline",
    "heavy tails",
    "wandering level",
    "launch",
    "price cut",
    "sparse",
)


@dataclass(frozen=True)
class Course:
    """Requests, tokens and dollars of each period."""

    requests: np.ndarray
    tokens: np.ndarray
    usd: np.ndarray


def daily(kind, days, rng):
    """A course of whole days from a Monday on, about 1,000 dollars a day."""
    day = np.arange(days)
    week = {"flat": (1.0,) * 7, "home week": HOME_WEEK}.get(kind, OFFICE_WEEK)
    rate = np.array(week)[day % 7] * 10_000.0
    noise = rng.normal(0, rng.uniform(0.05, 0.25), days)
    if kind == "heavy tails":
        noise = 0.12 * rng.standard_t(3, days)
    rate = rate * np.exp(noise)
    rate *= np.exp({"growth": 1, "decline": -1}.get(kind, 0) * rng.uniform(0.002, 0.008) * day)
    if kind == "wandering level":
        rate *= np.exp(np.cumsum(rng.normal(0, 0.04, days)))
    if kind == "launch":
        rate *= np.where(day >= rng.integers(days // 4, days // 2), rng.uniform(1.5, 3), 1)
    if kind == "sparse":
        rate *= rng.random(days) < 0.35
    requests = rng.poisson(rate).astype(float)
    tokens = requests * 5_000 * np.exp(rng.normal(0, 0.05, days))
    price = np.full(days, 2e-5)
    if kind == "price cut":
        price[rng.integers(days // 4, days // 2) :] *= 0.5
    return Course(requests, tokens, tokens * price)


def hourly(days, rng):
    """A course of hours with a day and a week in it, about 40 dollars an hour."""
    hour = np.arange(24 * days)
    course = np.exp(rng.uniform(0.4, 1.2) * np.sin((hour % 24 - rng.uniform(6, 10)) / 24 * 2 * np.pi))
    rate = 400 * course * np.array(OFFICE_WEEK)[hour // 24 % 7] * np.exp(rng.normal(0, 0.15, len(hour)))
    requests = rng.poisson(rate).astype(float)
    tokens = requests * 5_000 * np.exp(rng.normal(0, 0.05, len(hour)))
    return Course(requests, tokens, tokens * 2e-5)
