"""Declines of prices: found where they are known, tested against the past, silent about the future."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from farthing.estimate.price_floors import Scored, floor_price, floors_of
from farthing.estimate.price_history import History, Step, history
from farthing.estimate.price_lines import CLASSES
from farthing.estimate.price_series import PriceSeries, class_series, dated_classes, quarters, series
from farthing.estimate.price_survival import survival, survival_of
from farthing.estimate.trajectory import decline_of, declines, outlook, outlook_of, stated_decline
from farthing.estimate.trajectory_backtest import (
    CARRIED,
    HALF_SHARED,
    NO_CHANGE,
    SHARED_RATE,
    STATED_RATE,
    back_test,
)
from farthing.pricing.book import book

DAY = date(2026, 11, 22)


def world(name, decline, *, noise=0.0, seed=0, first=20.0, as_of=DAY):
    """A kind whose price declines steadily, with noise of a size in the logarithm."""
    days = tuple(quarters(as_of))
    errors = noise * np.random.default_rng(seed).standard_normal(len(days))
    years = np.arange(len(days)) / 4
    return PriceSeries(name, days, first * (1 - decline) ** years * np.exp(errors))


def worlds(decline, noise, count=4):
    made = [world(f"kind {n}", decline, noise=noise, seed=n) for n in range(count)]
    return {one.name: one for one in made}


def step(day, usd):
    return Step(date.fromisoformat(day), usd, usd)


def test_quarters_end_on_the_day_and_lie_three_months_apart():
    days = quarters(date(2026, 3, 31))
    assert days[-1] == date(2026, 3, 31)
    assert days[0] == date(2022, 3, 28)
    assert all(85 <= (after - before).days <= 95 for before, after in pairwise(days))


@pytest.mark.parametrize("decline", [0.0, 0.3, 0.6, -0.2])
def test_a_steady_decline_is_found_exactly(decline):
    found = decline_of(world("made", decline), "input")
    assert (found.low, found.mid, found.high) == pytest.approx((decline,) * 3)


def test_a_decline_under_noise_is_found_and_its_range_holds_it():
    for seed in range(20):
        found = decline_of(world("made", 0.45, noise=0.15, seed=seed), "input")
        assert found.mid == pytest.approx(0.45, abs=0.06)
        assert found.low < 0.45 < found.high


def test_one_outlier_moves_the_decline_little():
    clean = world("made", 0.4)
    usd = clean.usd.copy()
    usd[7] *= 20
    assert decline_of(PriceSeries("made", clean.days, usd), "input").mid == pytest.approx(0.4, abs=0.02)


def test_less_than_a_year_shows_no_decline():
    assert decline_of(world("made", 0.4).last(4), "input") is None


def test_where_prices_fall_steadily_half_of_it_is_carried_forward_and_the_interval_holds_all_of_it():
    found = outlook_of(worlds(0.5, noise=0.05), DAY, stated=0.2)
    assert found.method == CARRIED
    for kind in found.usd:
        assert found.multiple(kind, 2).p50 == pytest.approx(0.5, rel=0.05)  # (1 / 2) ^ (2 / 2)
        spread = found.decline(kind, 2)
        assert spread.p50 == pytest.approx(1 - 0.5**0.5, abs=0.02)
        assert spread.p05 < 0.29 < 0.5 < spread.p95
        assert found.price(kind, 2).p50 == pytest.approx(found.usd[kind] * 0.5, rel=0.05)


def test_a_trend_is_seen_by_the_methods_that_follow_it():
    errors = {row.method: row for row in back_test(list(worlds(0.5, 0.05).values()), 0.2).errors}
    assert errors[SHARED_RATE].median_relative < errors[HALF_SHARED].median_relative
    assert errors[HALF_SHARED].median_relative < errors[NO_CHANGE].median_relative


def test_where_prices_stand_still_nothing_declines_and_nothing_is_uncertain():
    found = outlook_of(worlds(0.0, noise=0.0), DAY, stated=0.45)
    assert found.multiple("kind 0", 3).p50 == pytest.approx(1)
    assert found.test.log_sd == 0


def test_where_prices_stop_falling_half_the_rate_is_less_wrong_than_all_of_it():
    def falls_and_stops(n):
        days = tuple(quarters(DAY))
        years = np.minimum(np.arange(len(days)) / 4, 2.5)
        return PriceSeries(f"kind {n}", days, 20 * 0.4**years)

    rows = back_test([falls_and_stops(n) for n in range(3)], 0.45).errors
    errors = {(row.method, row.horizon_months): row.mean_log for row in rows}
    for months in (6, 12, 24):
        assert errors[HALF_SHARED, months] < errors[SHARED_RATE, months]


def test_intervals_that_could_have_been_given_cover_about_what_they_say():
    inside = total = 0
    for seed in range(12):
        made = [world(f"kind {n}", 0.4, noise=0.2, seed=100 * seed + n) for n in range(4)]
        test = back_test(made, 0.45)
        inside += test.coverage_80 * test.coverage_count
        total += test.coverage_count
    assert 0.75 <= inside / total <= 0.97


def test_errors_of_the_back_test_are_those_of_a_hand_calculation():
    # One kind, halving each year: "no change" is off by 1/0.5 - 1 = 100 % after a year, 300 % after two.
    test = back_test([world("made", 0.5)], 0.5)
    errors = {(row.method, row.horizon_months): row for row in test.errors}
    assert errors[NO_CHANGE, 12].median_relative == pytest.approx(1.0)
    assert errors[NO_CHANGE, 24].median_relative == pytest.approx(3.0)
    assert errors[NO_CHANGE, 24].median_factor == pytest.approx(4.0)
    assert errors[STATED_RATE, 12].median_relative == pytest.approx(0.0, abs=1e-9)
    # The first forecast is made on the fifth quarter; one comes due for each quarter that lies far enough on.
    count = len(quarters(DAY))
    assert [errors[NO_CHANGE, months].count for months in (6, 12, 24)] == [count - 4 - n for n in (2, 4, 8)]


def test_a_claim_is_measured_but_never_carried_forward():
    found = back_test([world("made", 0.5)], 0.5)
    assert STATED_RATE in {row.method for row in found.errors}
    assert found.chosen != STATED_RATE


def test_what_was_predicted_from_a_day_does_not_change_with_what_came_after():
    whole = worlds(0.5, noise=0.1)
    cut = {name: one.known(6) for name, one in whole.items()}
    bent = {
        name: PriceSeries(name, one.days, np.concatenate([one.usd[:-6], one.usd[-6:] * 50]))
        for name, one in whole.items()
    }
    day = next(iter(cut.values())).days[-1]
    again = {name: one.known(6) for name, one in bent.items()}
    assert outlook_of(cut, day, 0.45).test == outlook_of(again, day, 0.45).test


def test_little_history_is_carried_forward_unchanged():
    found = outlook_of({"made": world("made", 0.5).last(3)}, DAY, 0.45)
    assert found.test.errors == ()
    assert found.test.coverage_80 is None
    assert found.multiple("made", 0).p50 == 1


def test_nothing_later_than_the_day_is_read():
    early = date(2025, 2, 1)
    for name, one in class_series(early).items():
        assert one.days[-1] == early
        assert {day for day in one.days if day > early} == set()
        later = class_series(date(2026, 2, 1))[name]
        shared = set(one.days) & set(later.days)
        assert [usd for day, usd in zip(one.days, one.usd, strict=True) if day in shared] == [
            usd for day, usd in zip(later.days, later.usd, strict=True) if day in shared
        ]


def test_every_line_is_dated_and_each_kind_has_several():
    for name, lines in dated_classes(book().hash).items():
        assert len(lines) == len(CLASSES[name]) >= 5
        assert [line.name for line in lines if not any(line.models)] == []


def test_the_history_of_a_model_has_its_known_steps():
    # GPT-4o: 5 dollars when it came out in May 2024, 2.50 since October 2024.
    found = history(book().find("gpt-4o", "openai"))
    assert found.at(date(2024, 5, 12)) is None
    assert found.at(date(2024, 6, 1)).input == 5
    assert found.at(date(2024, 12, 1)).input == 2.5
    assert found.at(date(2024, 12, 1)).blended(0.5) == pytest.approx(6.25)


def test_large_models_cost_sixty_dollars_in_2022_and_two_to_three_in_2025():
    one = class_series(date(2025, 6, 1))["large"]
    assert one.usd[0] == 60
    assert 2 <= one.usd[-1] <= 3


def test_the_book_s_outlook_has_every_kind_and_an_honest_range():
    found = outlook(DAY)
    assert set(found.usd) == set(CLASSES)
    assert {row.horizon_months for row in found.test.errors} == {6, 12, 24}
    assert 0.5 < found.test.coverage_80 <= 1
    for kind in CLASSES:
        price = found.price(kind, 3)
        assert price.p95 > 4 * price.p05
        assert found.decline(kind, 3).p50 < 0.7
    assert stated_decline() == pytest.approx(0.45, abs=0.01)


def test_declines_are_measured_for_each_kind_and_of_late():
    rows = declines(DAY)
    assert {row.name for row in rows} == set(CLASSES)
    assert len({row.measure for row in rows}) == 4
    assert all(row.low <= row.mid <= row.high for row in rows)


def test_a_kind_without_any_price_has_no_series():
    assert series("none", DAY, lambda _: None) is None


def test_survival_counts_changes_while_on_sale():
    steady = History("a:steady", (step("2024-01-01", 1.0),))
    cut = History("a:cut", (step("2024-01-01", 4.0), step("2024-07-01", 1.0)))
    gone = History("a:gone", (step("2024-01-01", 1.0), step("2025-06-01", 3.0)), until=date(2025, 1, 1))
    later = History("a:later", (step("2027-01-01", 1.0),))
    found = survival_of((steady, cut, gone, later), date(2025, 12, 31))
    assert (found.model_count, found.change_count, found.fall_count, found.rise_count) == (3, 1, 1, 0)
    assert found.model_years == pytest.approx(5, abs=0.02)
    assert found.never_changed_share == pytest.approx(2 / 3)
    assert found.kept_a_year_share == pytest.approx(2 / 3)
    assert found.median_fall_multiple == 0.25
    assert found.median_rise_multiple is None


def test_survival_needs_a_price():
    with pytest.raises(ValueError, match="no price"):
        survival_of((), DAY)


def test_most_models_of_the_book_never_change_their_price():
    found = survival(DAY)
    assert found.model_count > 100
    assert found.never_changed_share > 0.6


def test_a_floor_is_the_best_of_its_day_and_its_price_that_of_the_cheapest_as_good():
    old = Scored("old", "made", 80, (History("a:old", (step("2023-01-01", 16.0),)),))
    fair = Scored("fair", "made", 70, (History("a:fair", (step("2023-01-01", 0.1),)),))
    new = Scored("new", "made", 85, (History("a:new", (step("2025-01-01", 1.0),)),))
    more = [Scored(f"m{n}", "made", 10, (History(f"a:{n}", (step("2023-01-01", 0.1),)),)) for n in range(4)]
    scored = (old, fair, new, *more)
    assert floor_price(scored, 80, date(2024, 1, 1)) == (16.0, "old")
    assert floor_price(scored, 99, date(2024, 1, 1)) is None
    found = {row.since: row for row in floors_of(scored, date(2026, 1, 1))}
    two = found["2024-01-01"]
    assert (two.floor, two.best_then, two.cheapest_now) == (80, "old", "new")
    assert two.decline == pytest.approx(1 - (1 / 16) ** (1 / 2))
    assert found["2025-01-01"].decline == 0


def test_too_few_scores_make_no_floor():
    one = Scored("one", "made", 80, (History("a:one", (step("2023-01-01", 16.0),)),))
    assert floors_of((one,), date(2026, 1, 1)) == ()
