"""Models side by side: frontiers, the cheapest, and the share at which a cache pays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.app.tokens import tokens
from farthing.estimate.model_quality import Scores
from farthing.estimate.token_rates import Offer, market
from farthing.estimate.token_rows import Bench, chosen_places
from farthing.pricing.book import book
from farthing.pricing.own import moment_us
from farthing.pricing.table import Line

LIKELY = st.one_of(st.none(), st.integers(0, 8).map(float))
OFFERS = st.lists(st.tuples(LIKELY, LIKELY, LIKELY), min_size=1, max_size=12)
NOWHERE = market([Offer(Line(book().find("gpt-5"), "standard", "", "gpt-5"), moment_us("2026-02-01"))])


def column(values):
    return np.array([np.nan if value is None else value for value in values])


def bench_of(offers):
    cost, quality, speed = (column(values) for values in zip(*offers, strict=True))
    return Bench(NOWHERE, {"cost_usd": cost}, Scores("mmlu", quality, speed, {}))


def beats(one, other):
    """Costs no more, is no worse, and is better in one of the two."""
    return one[0] <= other[0] and one[1] >= other[1] and one != other


@given(OFFERS)
def test_nobody_beats_who_is_on_a_frontier_and_somebody_beats_who_is_not(offers):
    bench = bench_of(offers)
    on = bench.frontier(bench.scores.quality)
    known = {
        place: (cost, quality)
        for place, (cost, quality, _) in enumerate(offers)
        if cost is not None and quality is not None
    }
    assert on <= set(known)
    assert bool(on) == bool(known)
    for place in on:
        assert not any(beats(other, known[place]) for other in known.values())
    for place in set(known) - on:
        assert any(beats(known[other], known[place]) or known[other] == known[place] for other in on)


@given(OFFERS, st.integers(0, 9).map(float))
def test_the_cheapest_of_a_quality_is_cheapest_and_good_enough(offers, floor):
    place = bench_of(offers).place_of_cheapest(floor)
    able = [
        cost
        for cost, quality, _ in offers
        if cost is not None and (not floor or (quality is not None and quality >= floor))
    ]
    assert (place is None) == (not able)
    if place is not None:
        assert offers[place][0] == min(able)


@given(OFFERS, st.integers(0, 9).map(float))
def test_what_is_shown_is_priced_in_order_of_cost_and_has_both_frontiers(offers, floor):
    bench = bench_of(offers)
    shown = chosen_places(bench, 0, floor)
    costs = [offers[place][0] for place in shown]
    assert None not in costs
    assert costs == sorted(costs)
    assert len(set(shown)) == len(shown)
    if not floor:
        assert bench.frontier(bench.scores.quality) | bench.frontier(bench.scores.speed) <= set(shown)


@given(OFFERS)
def test_who_is_named_is_shown_in_the_order_of_naming(offers):
    assert chosen_places(bench_of(offers), len(offers), 0.0) == list(range(len(offers)))


@pytest.mark.parametrize(
    ("model", "five_minutes", "an_hour"),
    [
        ("claude-sonnet-4-5", 0.2174, 0.5263),  # writes at 1.25 or 2 times the input, reads at a tenth
        ("gpt-5", 0.0, 0.0),  # a write costs what input costs
        ("gpt-4o", 0.0, 0.0),
        ("gemini-2.5-pro", 0.0, 0.0),
        ("gpt-3.5-turbo", None, None),  # no cache
        ("no-such-model-9", None, None),
    ],
)
def test_the_share_at_which_a_cache_pays(model, five_minutes, an_hour):
    (row,) = tokens(model=model, input=1_000, output=100, requests=1, as_of="2026-11-20", draws=1).rows
    assert row["cache_breakeven_share"] == five_minutes
    assert row["cache_breakeven_1h_share"] == an_hour


def test_a_row_of_the_contract():
    names = ("gpt-5", "claude-sonnet-4-5", "no-such-model-9")
    rows = tokens(model=list(names), input=1_000, output=100, requests=1, as_of="2026-11-20").rows
    for row in rows:
        assert {"model", "cost_per_request_usd", "cost_usd", "usd_per_m_tokens", "quality"} <= set(row)
    assert [row["cost_usd"] is None for row in rows] == [False, False, True]
    assert rows[0]["frontier"] == "quality speed"


def test_a_row_is_what_the_model_costs_alone():
    options = {"input": "1k..300k", "output": 500, "requests": 10, "as_of": "2026-11-20", "draws": 512}
    both = tokens(model=["gpt-5", "gemini-2.5-pro"], **options).rows[1]
    alone = tokens(model="gemini-2.5-pro", **options)
    assert both["cost_usd"] == alone.results["cost_usd"].p50
