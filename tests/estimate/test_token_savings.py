"""What measures save: the same month, run with and without each of them, and a loss where it is one."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.app.tokens import tokens

DAY = {"as_of": "2026-11-20", "requests": "1k/day"}
SONNET = "claude-sonnet-4-5"


def ask(model=SONNET, **options):
    return tokens(model=model, **{"draws": 128, **DAY, **options}).results


def month(model=SONNET, **options):
    return Fraction(ask(model, **options)["cost_usd"].exact)


def saving(name, model=SONNET, **options):
    return Fraction(ask(model, **options)[f"{name}_saving_usd"].exact)


@settings(max_examples=25)
@given(
    st.integers(1, 100_000),
    st.integers(0, 20_000),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 90),
    st.sampled_from((SONNET, "gpt-5", "gemini-2.5-pro")),
)
def test_each_saving_is_the_month_without_the_measure_less_the_month_with_it(
    size, written, cached, batched, cut, model
):
    """Together: the others stay as they are, so savings are never a sum of separate ones."""
    options = {
        "input": size,
        "output": written,
        "cached_share": f"{cached}%",
        "batch_share": f"{batched}%",
        "shorten": f"{cut}%",
    }
    taken = {"caching": cached, "batch": batched, "shortening": cut}
    inputs = {"caching": "cached_share", "batch": "batch_share", "shortening": "shorten"}
    found = ask(model, **options)
    for name, share in taken.items():
        if not share:
            assert f"{name}_saving_usd" not in found
            continue
        without = month(model, **{**options, inputs[name]: 0})
        stated = Fraction(found[f"{name}_saving_usd"].exact)
        assert abs(stated - (without - Fraction(found["cost_usd"].exact))) < Fraction(1, 10**10)


def test_writing_what_nobody_reads_again_loses_money():
    """12,304 tokens at $3.75 instead of $3, a thousand times a day: 730 / 24 · 1000 · 12,304 · 0.75e-6."""
    lost = saving("caching", uncached=3, cache_write_5m=12_304, output=550)
    assert abs(lost + Fraction(12_304 * 75, 10**8) * 1000 * Fraction(730, 24)) < Fraction(1, 10**10)
    assert lost < 0


@pytest.mark.parametrize(("reads", "sign"), [(21, -1), (22, 1)])
def test_a_cache_turns_from_loss_to_gain_at_the_break_even_share(reads, sign):
    """Of 100 tokens, 21 or 22 are read and the rest written: the break-even is 21.7%."""
    found = saving("caching", input=100_000, cache_read=reads * 1000, cache_write_5m=(100 - reads) * 1000)
    assert found * sign > 0


def test_a_cache_of_an_hour_needs_more_than_half():
    for reads, sign in ((52, -1), (53, 1)):
        written = (100 - reads) * 1000
        found = saving("caching", input=100_000, cache_read=reads * 1000, cache_write_1h=written)
        assert found * sign > 0


def test_shortening_saves_its_share_of_the_input():
    options = {"input": 10_000, "output": 0}
    assert saving("shortening", **options, shorten="20%") == month(**options) / 5


def test_shortening_below_a_step_saves_the_dearer_price_too():
    """Gemini 2.5 Pro: 250,000 tokens cost $2.50 a million, 125,000 cost $1.25."""
    per_day = Fraction("0.250") * Fraction("2.50") - Fraction("0.125") * Fraction("1.25")
    found = saving("shortening", "gemini-2.5-pro", input=250_000, output=0, shorten="50%")
    assert abs(found - per_day * 1000 * Fraction(730, 24)) < Fraction(1, 10**10)


def test_savings_of_a_range_are_a_range():
    found = ask(input="1k..8k", output=400, cached_share="60%", draws=1024)["caching_saving_usd"]
    assert 0 < found.p05 < found.p50 < found.p95
    assert found.exact is None
    assert found.basis == "estimated"


def test_what_is_not_done_saves_nothing_and_is_not_spoken_of():
    assert not [name for name in ask(input=1_000, output=100) if "saving" in name]
