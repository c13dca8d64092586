"""Anomalies planted in noisy traffic are found with their cause, and clean traffic is left in peace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from planted import PLANTED, clean, planted

from farthing.track.anomaly import anomalies
from farthing.track.series import Series, series_of

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS, MONTH = 90, 30.4
OFFICE = np.array([1.1, 1.2, 1.2, 1.1, 1.0, 0.3, 0.2])


def series(traffic):
    models = len(traffic.usd)
    return Series(
        MONDAY, DAY, tuple(("maker", f"model-{place}") for place in range(models)),
        traffic.requests, traffic.inputs + traffic.outputs, traffic.usd,
        inputs=traffic.inputs, cached=traffic.cached,
    )  # fmt: skip


def found_in(kind, seeds):
    """For each seed what was planted, and what was found within three days of it."""
    for seed in seeds:
        traffic = planted(kind, DAYS, np.random.default_rng(seed))
        ((_, first, last, model),) = traffic.planted
        near = [one for one in anomalies(series(traffic)) if one.first <= last + 3 and one.last >= first - 3]
        yield near, first, model


@pytest.mark.parametrize("kind", PLANTED)
def test_what_was_planted_is_found(kind):
    """The bar is 90% over many; of ten, nine."""
    found = [bool(near) for near, _, _ in found_in(kind, range(900, 910))]
    assert sum(found) >= 9


@pytest.mark.parametrize("kind", ["new_model", "cache_loss"])
def test_the_cause_and_its_day_are_named(kind):
    named = [
        any(one.kind == kind and one.group == model and abs(one.first - first) <= 3 for one in near)
        for near, first, model in found_in(kind, range(920, 928))
    ]
    assert sum(named) >= 7


def test_clean_traffic_gives_few_false_alarms():
    """The bar is one in a month of data."""
    alarms = sum(len(anomalies(series(clean(DAYS, np.random.default_rng(seed))))) for seed in range(940, 955))
    assert alarms <= 0.5 * 15 * DAYS / MONTH


def even(days=60, noise=0.03, seed=1):
    """One model with a week in it and little noise: a hundred dollars on a usual day."""
    rng = np.random.default_rng(seed)
    requests = np.round(1_000 * OFFICE[np.arange(days) % 7] * np.exp(rng.normal(0, noise, days)))
    inputs, outputs = requests * 4_000.0, requests * 400.0
    cached = inputs * 0.6
    usd = (inputs - 0.9 * cached) * 2e-5 + outputs * 1e-4
    row = (values[None, :] for values in (requests, inputs + outputs, usd))
    return Series(MONDAY, DAY, (("maker", "model"),), *row, inputs=inputs[None], cached=cached[None])


def multiplied(history, factor, *names):
    return replace(history, **{name: getattr(history, name) * factor for name in names})


ALL = ("requests", "tokens", "usd", "inputs", "cached")


def test_weekends_and_holidays_are_none():
    holiday = np.where(np.isin(np.arange(60), [40, 41, 42]), 0.2, 1.0)
    assert anomalies(even()) == []
    assert anomalies(multiplied(even(), holiday, *ALL)) == []


def test_a_spike_of_two_days_is_one_anomaly_with_its_money():
    history = even()
    spiked = multiplied(history, np.where(np.isin(np.arange(60), [45, 46]), 3.0, 1.0), *ALL)
    (one,) = anomalies(spiked)
    assert (one.first, one.last, one.kind, one.driver) == (45, 46, "spike", "requests")
    assert one.excess_usd == pytest.approx(2 * history.usd[0, 45:47].sum(), rel=0.08)


def test_longer_prompts_are_told_from_more_requests():
    longer = multiplied(even(), np.where(np.arange(60) >= 40, 1.8, 1.0), "tokens", "usd", "inputs", "cached")
    (one,) = anomalies(longer)
    assert (one.driver, one.kind, one.first) == ("tokens_per_request", "jump", 40)
    assert one.after / one.before == pytest.approx(1.8, rel=0.05)


def test_a_price_that_rose_is_the_price():
    (one,) = anomalies(multiplied(even(), np.where(np.arange(60) >= 40, 1.5, 1.0), "usd"))
    assert (one.driver, one.first) == ("usd_per_token", 40)


def test_a_lost_cache_says_from_what_to_what():
    history = even()
    cached = history.cached * np.where(np.arange(60) >= 44, 0.1, 1.0)
    lost = (history.cached - cached) * 0.9 * 2e-5
    (one,) = anomalies(replace(history, cached=cached, usd=history.usd + lost))
    assert (one.kind, one.driver, one.first) == ("cache_loss", "cache_hit_share", 44)
    assert (one.before, one.after) == pytest.approx((0.6, 0.06), abs=0.01)
    inside = slice(one.first, one.last + 1)
    assert one.excess_usd == pytest.approx(lost[0, inside].sum(), rel=0.1)


def test_less_than_expected_is_no_anomaly():
    assert anomalies(multiplied(even(), np.where(np.arange(60) >= 40, 0.3, 1.0), *ALL)) == []


def test_a_new_model_that_takes_over_at_the_same_price_is_none():
    history = even()
    part = np.where(np.arange(60) >= 40, 0.5, 0.0)
    rows = {
        name: np.vstack([getattr(history, name)[0] * (1 - part), getattr(history, name)[0] * part])
        for name in ALL
    }
    both = replace(history, groups=(("maker", "old"), ("maker", "new")), **rows)
    assert anomalies(both) == []
    dearer = replace(both, usd=both.usd * np.array([[1.0], [4.0]]))
    (one,) = anomalies(dearer)
    assert (one.kind, one.group, one.first) == ("new_model", 1, 40)


def test_hours_know_their_day():
    rng = np.random.default_rng(4)
    hour = np.arange(24 * 21)
    usd = (
        (2 + np.sin(hour % 24 / 24 * 2 * np.pi))
        * OFFICE[hour // 24 % 7]
        * np.exp(rng.normal(0, 0.08, len(hour)))
    )
    assert anomalies(series_of(MONDAY, HOUR, usd, usd * 100)) == []
    usd[24 * 18 + 10 : 24 * 18 + 13] *= 6
    (one,) = anomalies(series_of(MONDAY, HOUR, usd, usd * 100))
    assert (one.first, one.last) == (24 * 18 + 10, 24 * 18 + 12)


@pytest.mark.parametrize("usd", [[], [5.0], [0.0] * 40, [1.0] * 12, [0.0] * 30 + [9.0] * 3, [-5.0] * 30])
def test_little_and_nothing_are_no_crash(usd):
    found = anomalies(series_of(MONDAY, DAY, np.array(usd)))
    assert all(np.isfinite(one.excess_usd) for one in found)
