"""What the answer about tokens says of models and workloads: unpriced, refused, noted, compared."""

import pytest
from token_questions import SONNET, ask, codes, exact

from farthing.app.tokens import tokens
from farthing.units.problem import FarthingError, InputError


def test_an_unknown_model_is_unpriced_and_nothing_is_zero():
    answer = ask("claude-nonexistent-9", input=1_000, output=100)
    assert set(answer.results) == {"tokens_per_day"}
    assert answer.rows[0]["cost_usd"] is None
    assert answer.rows[0]["unpriced"]
    assert answer.lines[0].amount_usd is None
    assert "not zero" in answer.verdict
    assert "unpriced" in codes(answer)


def test_a_name_that_is_nearly_known_is_suggested():
    answer = ask("claude-sonet-4-5", input=1_000, output=100)
    assert any("claude-sonnet-4-5" in problem.fix for problem in answer.problems)


@pytest.mark.parametrize(
    ("model", "day"), [("gpt-4o", "2024-05-12"), ("gpt-5", "2024-01-01"), (SONNET, "2025-01-01")]
)
def test_before_its_launch_a_model_has_no_price(model, day):
    answer = ask(model, input=1_000, output=100, as_of=day)
    assert "cost_usd" not in answer.results
    assert "not on sale yet" in answer.verdict


def test_what_is_partly_unpriced_costs_at_least():
    answer = ask("claude-2.1", input=1_000, output=100, web_searches=1)
    assert answer.verdict.startswith("anthropic/claude-2.1: at least $")
    assert answer.results["cost_per_request_usd"].exact is None
    assert answer.results["cost_per_request_usd"].p50 == pytest.approx(0.0104)
    assert answer.rows[0]["cost_usd"] is None
    assert answer.rows[0]["unpriced"] == "web searches have no price"


def test_a_second_model_that_is_partly_unpriced_is_said_too():
    answer = tokens(model=[SONNET, "claude-2.1"], input=1_000, output=100, web_searches=1, requests=1)
    assert [problem.where for problem in answer.problems if problem.code == "unpriced"] == [
        "anthropic/claude-2.1"
    ]


def test_without_batches_a_model_is_counted_at_its_usual_price_and_not_at_least():
    answer = ask("claude-2.1", input=1_000, output=100, batch_share=0.5)
    assert answer.results["cost_per_request_usd"].exact == "0.0104"
    assert answer.rows[0]["cost_per_request_usd"] == "0.0104"
    assert "at least" not in answer.verdict
    assert any("no price for batches" in problem.what for problem in answer.problems)


@pytest.mark.parametrize(
    "options",
    [
        {"input": 100, "cache_read": 200},
        {"input": 100, "cache_read": 60, "cache_write_5m": 60},
        {"input": "100..400", "cache_read": 200},
        {"input": 1_000, "cache_read": "100..2000"},
        {"input": 1_000, "cached_share": "90%", "cache_write_1h": 500},
    ],
)
def test_more_cached_than_read_is_refused_also_in_ranges(options):
    with pytest.raises(InputError) as caught:
        ask("gpt-5", output=100, **options)
    assert caught.value.problems[0].code == "cached-above-input"


@pytest.mark.parametrize("options", [{"output": 100}, {"output": "100..500"}])
def test_more_reasoned_than_written_is_refused_also_in_ranges(options):
    with pytest.raises(InputError) as caught:
        ask("gpt-5", input=100, reasoning=200, **options)
    assert caught.value.problems[0].code == "reasoning-above-output"


@pytest.mark.parametrize(
    "options",
    [
        {"input": 10, "uncached": 10},
        {"cache_read": 10, "cached_share": 0.5},
        {"requests": 5, "demand": "5M/day"},
        {"input": 10, "demand": "5M/day"},
        {"output": 10, "demand": "5M/day"},
        {"uncached": 10, "demand": "5M/day"},
        {"uncached": 10, "cached_share": 0.5},
        {"text": "README.md", "input": 10},
        {"text": "README.md", "uncached": 10},
        {"text": "README.md", "demand": "5M/day"},
    ],
)
def test_what_says_the_same_twice_is_refused(options):
    with pytest.raises(InputError, match="twice"):
        tokens(model="gpt-5", **options)


@pytest.mark.parametrize("options", [{"chunks": 5, "chunk_tokens": 100}, {"tool_calls": 2}])
def test_nothing_comes_on_top_of_a_demand(options):
    with pytest.raises(InputError, match="every token of a day"):
        tokens(model="gpt-5", demand="5M/day", **options)


def test_tools_and_chunks_come_on_top_of_what_is_beside_the_cache():
    """100 beside the cache and 200 in it, 300 retrieved: 400 tokens at $3 and 200 at $0.30 a million."""
    options = {"uncached": 100, "cache_read": 200, "output": 0, "chunks": 3, "chunk_tokens": 100}
    assert exact(SONNET, **options) == "0.00126"


def test_a_request_without_a_token_is_refused():
    with pytest.raises(InputError, match="neither reads nor writes"):
        ask("gpt-5", input=0, output=0)


def test_notes_on_models_that_were_named():
    answer = ask("claude-2.1", input=1_000, output=100, region="mars", min_quality=50, benchmark="mmlu")
    assert {"no-region", "retired", "below-quality"} <= set(codes(answer))
    assert "below-quality" not in codes(ask("gpt-5", min_quality=50))


def test_reading_from_a_cache_that_nobody_writes_is_noted_where_writing_costs_more():
    options = {"input": 1_000, "cache_read": 500, "output": 100}
    assert "unwritten-cache" in codes(ask(SONNET, **options))
    assert "unwritten-cache" not in codes(ask(SONNET, **options, cache_write_5m=100))
    assert "unwritten-cache" not in codes(ask("gpt-5", **options))


def test_a_region_that_has_a_price_is_taken_without_a_word():
    regional = ask("claude-opus-4-6", input=1_000, output=100, region="us")
    usual = ask("claude-opus-4-6", input=1_000, output=100)
    ratio = regional.results["cost_usd"].p50 / usual.results["cost_usd"].p50
    assert ratio == pytest.approx(1.1)
    assert "no-region" not in codes(regional)


def test_the_cheapest_that_is_good_enough():
    answer = tokens(min_quality=80, benchmark="mmlu-pro", requests=1, as_of="2026-11-20", draws=1)
    costs = [float(row["cost_usd"]) for row in answer.rows]
    assert costs == sorted(costs)
    assert all(row["quality"] >= 80 for row in answer.rows)
    assert answer.verdict.startswith(str(answer.rows[0]["model"]))
    with pytest.raises(FarthingError, match="no priced model scores 101"):
        tokens(min_quality=101)


def test_what_is_recommended_for_a_day_was_known_on_that_day():
    answer = tokens(requests=1, as_of="2024-08-20", draws=1)
    assert answer.rows
    assert not [row["model"] for row in answer.rows if "v4" in row["model"] or "gpt-5" in row["model"]]
    with pytest.raises(FarthingError, match="no priced model"):
        tokens(requests=1, as_of="2019-01-01")


def test_cheaper_equals_score_no_less_and_cost_less():
    notes = [
        problem for problem in ask("gpt-4o", input=1_000, output=100).problems if problem.code == "cheaper"
    ]
    assert 1 <= len(notes) <= 2
    assert "cheaper" not in codes(ask("gpt-5-nano", input=1_000, output=100, as_of="2025-08-10"))


def test_the_model_that_was_named_first_is_the_answer():
    both = tokens(model=["gpt-5", SONNET], input=2_000, output=500, requests=1, draws=64)
    assert both.verdict.startswith("openai/gpt-5")
    assert [row["model"] for row in both.rows] == ["openai/gpt-5", f"anthropic/{SONNET}"]
    assert both.rows[1]["cost_per_request_usd"] == "0.0135"
    assert "cheaper" not in codes(both)


def test_a_price_of_ones_own():
    assert exact("gpt-5", input=1_000, output=0, set={"input_usd_per_m_tokens": 2}) == "0.002"


def test_a_horizon_adds_the_bill_of_that_long():
    answer = ask(SONNET, input=2_000, output=500, horizon="24 months", price_decline="0%")
    month = answer.results["cost_usd"].p50
    assert answer.results["cumulative_cost_usd"].p50 == pytest.approx(24 * month, rel=1e-6)
    falling = ask(SONNET, input=2_000, output=500, horizon="24 months")
    assert falling.results["cumulative_cost_usd"].p50 < 24 * month


@pytest.mark.parametrize("options", [{"uncached": "100..200"}, {"uncached": 100, "cache_read": "5..50"}])
def test_what_is_counted_beside_the_cache_takes_no_range(options):
    with pytest.raises(InputError, match="takes no ranges"):
        ask(SONNET, output=10, **options)


def test_a_demand_may_be_cached_and_sent_in_batches():
    """5M a day, a quarter written: 3.75M read at $3, half of them at a tenth, all of it at half price."""
    options = {"demand": "5M/day", "requests": None, "output_share": 0.25}
    answer = ask(SONNET, **options, cached_share=0.5, batch_share=1)
    read, written = 3.75 * 3 * 0.55, 1.25 * 15
    assert answer.results["cost_per_day_usd"].p50 == pytest.approx((read + written) / 2)
    assert {"caching_saving_usd", "batch_saving_usd"} <= set(answer.results)
