"""Synthetic traffic of several models, noisy and clean, and anomalies planted in it. No code of the product.

Clean traffic has a week in it, growth or decline, noise with heavy tails, levels that wander, now and then
a holiday, a switch of some traffic to a new model that costs no more.
"""

from dataclasses import dataclass

import numpy as np

WEEKS = ((1.15, 1.2, 1.2, 1.15, 1.0, 0.45, 0.35), (0.9, 0.85, 0.9, 0.95, 1.1, 1.2, 1.1), (1.0,) * 7)
PLANTED = ("spike", "drift", "new_model", "cache_loss")
IN_USD, OUT_USD, CACHED_SHARE_OF_PRICE = 3e-6, 15e-6, 0.1


@dataclass
class Traffic:
    """Arrays of models by days; `planted` says what was put in: kind, first and last day, model."""

    requests: np.ndarray
    inputs: np.ndarray
    cached: np.ndarray
    outputs: np.ndarray
    usd: np.ndarray
    planted: tuple = ()


def clean(days, rng, models=3):
    """Traffic in which nothing went wrong."""
    day = np.arange(days)
    week = np.array(WEEKS[rng.integers(3)])[day % 7]
    growth = rng.uniform(-0.003, 0.006)
    shared = rng.normal(0, 0.06, days) + np.cumsum(rng.normal(0, 0.008, days))
    rows = []
    for _ in range(models):
        noise = rng.uniform(0.04, 0.12) * rng.standard_t(4, days) + np.cumsum(rng.normal(0, 0.006, days))
        rows.append(rng.lognormal(8, 0.7) * week * np.exp(growth * day + shared + noise))
    rate = np.array(rows)
    if rng.random() < 0.3:
        holiday = rng.integers(0, days)
        rate[:, holiday : holiday + 3] *= 0.4
    like = list(range(models))
    if rng.random() < 0.3:  # a part of the traffic moves to a new model at the same price
        first, part = rng.integers(days // 3, days - 10), rng.uniform(0.2, 0.8)
        moved = np.where(day >= first, rate[0] * part, 0)
        rate = np.vstack([rate, moved])
        rate[0] -= moved
        like.append(0)
    return _paid(rng.poisson(rate).astype(float), rng, like)


def _paid(requests, rng, like):
    """Tokens and dollars of requests; models that are alike ask and answer alike."""
    shape = requests.shape
    long, short = rng.uniform(1_000, 8_000, shape[0]), rng.uniform(200, 600, shape[0])
    hit = rng.uniform(0.4, 0.8, shape[0])
    inputs = requests * long[like][:, None] * np.exp(rng.normal(0, 0.04, shape))
    outputs = requests * short[like][:, None] * np.exp(rng.normal(0, 0.04, shape))
    cached = inputs * np.clip(hit[like][:, None] + rng.normal(0, 0.02, shape), 0, 1)
    return Traffic(requests, inputs, cached, outputs, _usd(inputs, cached, outputs))


def _usd(inputs, cached, outputs):
    return (inputs - cached * (1 - CACHED_SHARE_OF_PRICE)) * IN_USD + outputs * OUT_USD


def planted(kind, days, rng):
    """The same with one anomaly of a kind, after a month at the earliest."""
    traffic = clean(days, rng)
    first = int(rng.integers(35, days - 25))
    model = int(traffic.usd[:3, :first].sum(1).argmax())
    if kind == "new_model":
        return _with_new_model(traffic, first, rng)
    factor, last = np.ones(days), days - 1
    if kind == "spike":
        last = first + int(rng.integers(0, 3))
        factor[first : last + 1] = rng.uniform(2, 5)
    elif kind == "drift":
        length = min(days - first, 40)
        factor[first:] = np.exp(rng.uniform(0.015, 0.04) * np.minimum(np.arange(days - first), length))
    for name in ("requests", "inputs", "cached", "outputs"):
        getattr(traffic, name)[model] *= factor
    if kind == "cache_loss":
        traffic.cached[model, first:] *= rng.uniform(0, 0.25)
    traffic.usd = _usd(traffic.inputs, traffic.cached, traffic.outputs)
    traffic.planted = ((kind, first, last, model),)
    return traffic


def _with_new_model(traffic, first, rng):
    days = traffic.usd.shape[1]
    grown = np.where(np.arange(days) >= first, rng.uniform(0.15, 0.6), 0)
    new = {
        name: grown * getattr(traffic, name).sum(0)
        for name in ("requests", "inputs", "cached", "outputs", "usd")
    }
    made = Traffic(*(np.vstack([getattr(traffic, name), row]) for name, row in new.items()))
    made.planted = (("new_model", first, days - 1, len(made.usd) - 1),)
    return made
