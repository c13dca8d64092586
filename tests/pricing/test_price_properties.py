"""Whatever the book and the requests: the fast way and a slow, separate one agree exactly."""

from fractions import Fraction
from random import Random
from unittest.mock import patch

import numpy as np
import pytest
import random_books
from hypothesis import given, settings
from hypothesis import strategies as st
from random_books import AMOUNTS, FRIDAY, HUGE, METERS, SMALL
from slow_pricing import bill

from farthing.pricing import clock as clocks
from farthing.pricing import price as pricing
from farthing.pricing.price import Usage, price, price_one
from farthing.pricing.rows import Rate, Row, Sku
from farthing.pricing.table import Line
from farthing.units.problem import InputError

RANDOM = st.randoms(use_true_random=True)  # each example is a seed: what is drawn is as dense as we like
USAGES = st.builds(random_books.usage, RANDOM)


def expected(usage):
    return [
        bill(
            usage.lines[line],
            int(usage.at[place]),
            {meter: int(column[place]) for meter, column in usage.quantities.items()},
        )
        for place, line in enumerate(usage.line)
    ]


def found(priced):
    return [(priced.usd(place), bool(priced.unpriced[place])) for place in range(len(priced.usage))]


@settings(max_examples=500)
@given(USAGES)
def test_the_slow_reference_agrees(usage):
    priced = price(usage)
    assert found(priced) == expected(usage)
    assert priced.total == sum((amount for amount, _ in expected(usage)), Fraction(0))
    assert priced.complete == (not any(lacking for _, lacking in expected(usage)))


@given(st.builds(random_books.usage, RANDOM, st.just(HUGE), st.just(8)))
def test_the_slow_reference_agrees_where_64_bits_do_not_do(usage):
    priced = price(usage)
    assert found(priced) == expected(usage)
    assert priced.total == sum((amount for amount, _ in expected(usage)), Fraction(0))


@given(USAGES, RANDOM, st.integers(1, 9), st.integers(1, 3))
def test_neither_order_nor_blocks_nor_threads_matter(usage, random, block, threads):
    places = list(range(len(usage)))
    random.shuffle(places)
    mixed = Usage(
        usage.lines,
        usage.line[places],
        usage.at[places],
        {meter: column[places] for meter, column in usage.quantities.items()},
    )
    with (
        patch.object(pricing, "BLOCK", block),
        patch.object(pricing, "_WORTH_THREADS", 1),
        patch.object(pricing.os, "cpu_count", lambda: threads),
    ):
        blocks = found(price(mixed))
    whole = found(price(usage))
    assert blocks == [whole[place] for place in places]


@given(USAGES)
def test_a_clock_without_room_for_its_steps_tells_the_same(usage):
    whole = found(price(usage))
    with patch.object(clocks, "_MOST_STEPS", 0):
        assert found(price(usage)) == whole


@given(USAGES)
def test_meters_sum_to_the_amount(usage):
    priced = price(usage)
    for place in range(len(usage)):
        parts = priced.by_meter(place)
        assert sum((part for part in parts.values() if part is not None), Fraction(0)) == priced.usd(place)
        if None in parts.values():
            assert priced.unpriced[place]
        assert set(parts) == {meter for meter, column in usage.quantities.items() if column[place]}


@given(USAGES, st.integers(0, 1000))
def test_without_steps_money_is_linear(usage, factor):
    def flat(line):
        if line.sku is None:
            return line
        rows = tuple(row for row in line.sku.rows if not row.above_tokens)
        return Line(Sku(provider="maker", model="model", rows=rows), line.tier, line.region)

    lines = tuple(map(flat, usage.lines))
    many = {meter: column * factor for meter, column in usage.quantities.items()}
    once = price(Usage(lines, usage.line, usage.at, usage.quantities))
    assert price(Usage(lines, usage.line, usage.at, many)).total == factor * once.total


@given(USAGES, st.sampled_from(METERS), st.integers(1, 2**63))
def test_a_negative_count_is_refused(usage, meter, below):
    if not len(usage):
        return
    wrong = np.zeros(len(usage), dtype=np.int64)
    wrong[-1] = -below
    with pytest.raises(InputError) as error:
        price(Usage(usage.lines, usage.line, usage.at, {**usage.quantities, meter: wrong}))
    assert [problem.where for problem in error.value.problems] == [meter]


@given(
    st.integers(0, 10**7),
    st.lists(st.integers(0, 100), min_size=2, max_size=2),
    st.tuples(st.sampled_from(AMOUNTS), st.sampled_from(AMOUNTS)).filter(
        lambda two: Fraction(two[0]) <= Fraction(two[1])
    ),
)
def test_a_larger_cached_share_never_costs_more(tokens, shares, amounts):
    read, plain = amounts
    rates = {"input": Rate(amount=plain, per=10**6), "cache_read": Rate(amount=read, per=10**6)}
    line = Line(Sku(provider="maker", model="model", rows=(Row(layer=1, rates=rates),)))
    low, high = (tokens * share // 100 for share in sorted(shares))
    costs = [
        price_one(line, FRIDAY, {"input": tokens - cached, "cache_read": cached}).usd()
        for cached in (low, high)
    ]
    assert costs[1] <= costs[0]


@given(USAGES)
def test_what_nobody_knows_is_marked_and_adds_nothing(usage):
    lines = tuple(Line(None, line.tier, line.region, "who?") for line in usage.lines)
    priced = price(Usage(lines, usage.line, usage.at, usage.quantities))
    assert priced.unpriced.all()
    assert priced.total == 0
    assert priced.complete == (not len(usage))


@given(st.builds(random_books.line, RANDOM), st.builds(random_books.change, RANDOM), st.sampled_from(SMALL))
def test_one_request_and_a_column_of_it_are_the_same(line, at, count):
    for meter in METERS:
        alone = price_one(line, at, {meter: count})
        columns = {name: np.full(3, count if name == meter else 0) for name in METERS}
        many = price(Usage((line,), np.zeros(3, dtype=np.intp), np.full(3, at), columns))
        assert {alone.usd()} == {many.usd(place) for place in range(3)}
        assert set(many.unpriced) == set(alone.unpriced)


def test_what_is_drawn_meets_what_it_should():
    """Half of the requests cost something, and every kind of row speaks in some of them."""
    drawn = [random_books.usage(Random(seed)) for seed in range(200)]
    bills = [entry for usage in drawn for entry in expected(usage)]
    assert sum(amount > 0 for amount, _ in bills) > len(bills) / 3
    assert sum(lacking for _, lacking in bills) > len(bills) / 20
