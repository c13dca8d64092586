"""What requests cost, to the last decimal: cases from vendors' price lists, and the book's own pricing."""

from fractions import Fraction
from random import Random

import pytest
from token_questions import SONNET, ask, codes, exact

from farthing.pricing.book import book
from farthing.pricing.own import moment_us
from farthing.pricing.price import price_one
from farthing.pricing.table import Line

MILLION = 1_000_000
PEAK, SUNDAY, BEFORE = "2026-11-18T02:00Z", "2026-11-22T02:00Z", "2026-06-01T02:00Z"


GOLDEN = {
    # Anthropic counts what is beside the cache: 3 · $3 + 12,304 · $3.75 + 550 · $15 a million.
    "cache write": ("0.054399", SONNET, {"uncached": 3, "cache_write_5m": 12_304, "output": 550}),
    "cache writes of both lifetimes and a read": (
        "0.077199",
        SONNET,
        {
            "uncached": 3,
            "cache_write_5m": 2_304,
            "cache_write_1h": 10_000,
            "cache_read": 1_000,
            "output": 550,
        },
    ),
    "two searches more": (
        "0.074399",
        SONNET,
        {"uncached": 3, "cache_write_5m": 12_304, "output": 550, "web_searches": 2},
    ),
    "OpenAI counts the cached part inside": (
        "0.005615",
        "gpt-4o",
        {"input": 2_006, "cache_read": 1_920, "output": 300},
    ),
    "reasoning is part of the output": ("0.005125", "gpt-5", {"input": 100, "output": 500, "reasoning": 400}),
    "a long request at its price, the cached part too": (
        "0.415",
        "gemini-2.5-pro",
        {"input": 250_000, "cache_read": 100_000, "output": 1_000},
    ),
    "up to the step the usual price": ("0.26", "gemini-2.5-pro", {"input": 200_000, "output": 1_000}),
    "one token more, and all of it is dearer": (
        "0.5150025",
        "gemini-2.5-pro",
        {"input": 200_001, "output": 1_000},
    ),
    "weekday peak": ("1.32", "deepseek-v4-pro", {"input": MILLION, "output": 0, "at": PEAK}),
    "the same hour of a Sunday": ("0.66", "deepseek-v4-pro", {"input": MILLION, "output": 0, "at": SUNDAY}),
    "before there were hours": ("0.435", "deepseek-v4-pro", {"input": MILLION, "output": 0, "at": BEFORE}),
    "off-peak of 2025": (
        "0.135",
        "deepseek-chat",
        {"input": MILLION, "output": 0, "at": "2025-06-10T18:00Z"},
    ),
    "the day before a cut": ("10", "o3", {"input": MILLION, "output": 0, "as_of": "2025-06-09"}),
    "the day of a cut": ("2", "o3", {"input": MILLION, "output": 0, "as_of": "2025-06-10"}),
    "batch": ("1.125", "gpt-5", {"input": MILLION, "output": 100_000, "tier": "batch"}),
    "everything in batches": ("1.125", "gpt-5", {"input": MILLION, "output": 100_000, "batch_share": 1}),
    "flex": ("0.625", "gpt-5", {"input": MILLION, "output": 0, "tier": "flex"}),
    "priority": ("2.5", "gpt-5", {"input": MILLION, "output": 0, "tier": "priority"}),
    "batch with a cache": (
        "2.775",
        SONNET,
        {"input": MILLION, "cache_read": 500_000, "output": 100_000, "tier": "batch"},
    ),
    "a surcharge that is gone": (
        "1.8",
        "claude-sonnet-4-0",
        {"input": 300_000, "output": 0, "as_of": "2025-09-15"},
    ),
    "the first price of GPT-4o": ("5", "gpt-4o", {"input": MILLION, "output": 0, "as_of": "2024-05-20"}),
    "its price after the cut": ("2.5", "gpt-4o", {"input": MILLION, "output": 0, "as_of": "2024-12-01"}),
    "Bedrock in a region, long": (
        "31.35",
        "aws/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        {"input": MILLION, "output": MILLION},
    ),
    "retired: Claude 2.1": ("32", "claude-2.1", {"input": MILLION, "output": MILLION, "as_of": "2024-01-10"}),
    "retired: Davinci": ("20", "text-davinci-003", {"input": MILLION, "output": 0, "as_of": "2023-03-10"}),
    "retired: the first GPT-4": (
        "90",
        "gpt-4-0314",
        {"input": MILLION, "output": MILLION, "as_of": "2023-06-01"},
    ),
    "its alias today": ("2", "mistral-large-latest", {"input": MILLION, "output": MILLION}),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_cases_of_price_lists_to_the_last_decimal(case):
    amount, model, options = GOLDEN[case]
    answer = ask(model, **options)
    assert answer.results["cost_per_request_usd"].exact == amount
    assert answer.rows[0]["cost_per_request_usd"] == amount
    assert answer.results["cost_per_request_usd"].is_exact


def test_months_days_and_years_are_exact_too():
    found = ask(SONNET, input=2_000, output=500, requests="10k/day").results
    amounts = {name: result.exact for name, result in found.items() if result.exact}
    assert amounts == {
        "cost_per_request_usd": "0.0135",
        "cost_usd": "4106.25",
        "cost_per_day_usd": "135",
        "cost_per_30_days_usd": "4050",
        "cost_per_year_usd": "49275",
        "usd_per_m_tokens": "5.4",
    }


MODELS = (
    "openai/gpt-5", "openai/gpt-4o", "openai/gpt-4o-mini", "openai/o3", "openai/gpt-4.1", "openai/gpt-5-mini",
    "openai/gpt-3.5-turbo", "openai/gpt-4", "openai/gpt-5.6-sol", "anthropic/claude-sonnet-4-5",
    "anthropic/claude-sonnet-4-0", "anthropic/claude-opus-4-6", "anthropic/claude-3-haiku",
    "anthropic/claude-2.1", "google/gemini-2.5-pro", "google/gemini-2.5-flash", "google/gemini-1.5-pro",
    "google/gemini-3-pro-preview", "deepseek/deepseek-v4-pro", "deepseek/deepseek-chat", "x-ai/grok-4-0709",
    "mistral/mistral-large-latest", "groq/llama-3.1-8b-instant", "cerebras/gpt-oss-120b",
    "aws/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
)  # fmt: skip


def workload(random):
    """A request with what is beside the cache, what is in it, what is written and how much is reasoned."""
    size = {"uncached": random.randint(0, 400_000), "output": random.randint(1, 30_000)}
    for name, most in (("cache_read", 300_000), ("cache_write_5m", 50_000), ("cache_write_1h", 50_000)):
        size[name] = random.choice((0, 0, random.randint(0, most)))
    return size | {"reasoning": random.choice((0, random.randint(0, size["output"])))}


def as_quantities(size):
    names = ("cache_read", "cache_write_5m", "cache_write_1h", "reasoning")
    return {
        "input": size["uncached"],
        "output": size["output"] - size["reasoning"],
        **{name: size[name] for name in names},
    }


def test_the_formulas_agree_with_the_one_function_of_pricing():
    random, priced = Random(7), 0
    for _ in range(500):
        model, size = random.choice(MODELS), workload(random)
        at = f"202{random.randint(4, 6)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"
        at += f"T{random.randint(0, 23):02d}:{random.randint(0, 59):02d}Z"
        tier = random.choice(("standard", "standard", "batch", "flex", "priority"))
        found = ask(model, at=at, tier=tier, draws=1, **size).results.get("cost_per_request_usd")
        other = price_one(Line(book().find(model), tier), moment_us(at), as_quantities(size))
        said = (model, at, tier, size)
        if found is None:
            assert not other.complete, said
            assert other.usd() == 0, said
        elif found.exact is None:
            assert not other.complete, said
            assert found.p50 == pytest.approx(float(other.usd()), rel=1e-12), said
        else:
            assert other.complete, said
            assert abs(Fraction(found.exact) - other.usd()) < Fraction(1, 10**12), said
            priced += 1
    assert priced >= 200


def test_five_million_tokens_a_day_of_sonnet_are_450_to_2250_dollars_in_thirty_days():
    """A report says $45,000 a month. All input is $450, all output $2,250: it is off by 20 to 100 times."""
    answer = ask(SONNET, demand="5M/day", requests=None)
    low, high = (answer.results[f"all_{end}_cost_per_30_days_usd"].p50 for end in ("input", "output"))
    assert (low, high) == (450, 2250)
    month = answer.results["cost_per_30_days_usd"]
    assert 450 < month.p05 < month.p50 < month.p95 < 2250
    assert month.p50 == pytest.approx((450 + 2250) / 2, rel=0.02)
    assert 20 <= 45_000 / high <= 45_000 / low <= 100
    assert "$450.00 if all of it is input and $2,250 if all of it is output" in answer.verdict
    assert "open-mix" in codes(answer)


@pytest.mark.parametrize(("share", "amount"), [(0, "450"), (0.25, "900"), (0.5, "1350"), (1, "2250")])
def test_a_demand_of_a_known_mix_is_exact(share, amount):
    answer = ask(SONNET, demand="5M/day", requests=None, output_share=share)
    assert answer.results["cost_per_30_days_usd"].exact == amount
    assert "all_input_cost_per_30_days_usd" not in answer.results


def test_inputs_on_both_sides_of_a_step_cost_what_each_length_costs():
    answer = ask("gemini-2.5-pro", input="100k..400k", output=1_000, draws=4096)
    low, high = answer.results["cost_per_request_usd"].p05, answer.results["cost_per_request_usd"].p95
    assert low == pytest.approx(0.100 * 1.25 + 0.01, rel=0.01)
    assert high == pytest.approx(0.400 * 2.50 + 0.015, rel=0.01)
    assert "price-by-length" in codes(answer)
    assert answer.results["cost_per_request_usd"].exact is None
    assert "genai-prices" in [source.id for source in answer.sources]


def test_a_range_on_one_side_of_a_step_has_one_price():
    answer = ask("gemini-2.5-pro", input="100k..150k", output=1_000)
    assert "price-by-length" not in codes(answer)


@pytest.fixture
def brackets(tmp_path):
    """GPT-4o at half the price for what a request reads or writes beyond a count."""
    file = tmp_path / "brackets.yaml"
    file.write_text(
        "prices:\n"
        '  - {provider: openai, model: gpt-4o, meter: input, amount: "1.25", above_tokens: 10000,\n'
        "     shape: bracket, valid_from: 2026-01-01, source: order form}\n"
        '  - {provider: openai, model: gpt-4o, meter: output, amount: "5", above_tokens: 1000,\n'
        "     shape: bracket, valid_from: 2026-01-01, source: order form}\n",
        "utf-8",
    )
    return str(file)


@pytest.mark.parametrize(
    ("read", "written", "amount"),
    [
        (10_000, 1_000, "0.035"),  # 10k · $2.50 + 1k · $10
        (30_000, 1_000, "0.06"),  # 20k more at $1.25
        (30_000, 3_000, "0.07"),  # 2k more at $5
    ],
)
def test_what_lies_beyond_a_count_costs_its_own_price(brackets, read, written, amount):
    answer = ask("gpt-4o", input=read, output=written, book=brackets)
    assert answer.results["cost_per_request_usd"].exact == amount
    assert answer.rows[0]["cost_per_request_usd"] == amount
    assert float(amount) * 730 / 24 == pytest.approx(answer.results["cost_usd"].p50)
    batched = ask("gpt-4o", input=read, output=written, book=brackets, tier="batch")
    shared = ask("gpt-4o", input=read, output=written, book=brackets, batch_share=1)
    assert batched.results["cost_usd"].p50 == pytest.approx(shared.results["cost_usd"].p50, rel=1e-12)


def test_a_range_over_a_count_costs_what_each_request_costs(brackets):
    found = ask("gpt-4o", input="5k..80k", output=1_000, book=brackets, draws=4096).results
    assert found["cost_per_request_usd"].p05 == pytest.approx(0.0225, rel=0.01)
    assert found["cost_per_request_usd"].p95 == pytest.approx(0.025 + 70 * 0.00125 + 0.01, rel=0.01)


def test_hours_are_averaged_over_the_week_unless_one_is_named():
    """Of a week's 168 hours, 5 days of 7 hours are peak: (35 · 1.32 + 133 · 0.66) / 168."""
    options = {"input": MILLION, "output": 0}
    assert (
        Fraction(exact("deepseek-v4-pro", **options))
        == (35 * Fraction("1.32") + 133 * Fraction("0.66")) / 168
    )
    answer = ask("deepseek-v4-pro", **options)
    (rate,) = [item for item in answer.assumptions if item.name == "input_usd_per_m_tokens"]
    assert "mean over the hours of a week" in rate.note
    assert exact("deepseek-v4-pro", **options, at="2026-11-18T23:30+00:00") == "0.66"
    assert exact("deepseek-v4-pro", **options, at="2026-11-18T10:00+08:00") == "1.32"  # 02:00 UTC


@pytest.mark.parametrize(("share", "amount"), [(0, "0.0135"), (0.5, "0.010125"), (1, "0.00675")])
def test_a_share_in_batches_is_between_both_prices(share, amount):
    assert exact(SONNET, input=2_000, output=500, batch_share=share) == amount


def test_where_a_batch_spares_the_cached_part_only_the_rest_is_halved():
    """Gemini 2.5 Pro: 50k · $1.25 / 2 + 50k · $0.125 + 1k · $10 / 2 a million."""
    options = {"input": 100_000, "cache_read": 50_000, "output": 1_000}
    assert exact("gemini-2.5-pro", **options, tier="batch") == "0.0425"
    assert exact("gemini-2.5-pro", **options, batch_share=1) == "0.0425"
    assert exact("gemini-2.5-pro", **options, batch_share=0.5) == "0.060625"


def test_the_lines_of_the_bill_add_up_to_the_month():
    answer = ask(
        "gemini-2.5-pro", input=100_000, cache_read=50_000, output=1_000, batch_share=0.3, retries=0.1
    )
    total = sum(line.amount_usd.p50 for line in answer.lines)
    assert total == pytest.approx(answer.results["cost_usd"].p50, rel=1e-12)
    assert [line.label for line in answer.lines] == ["Input", "Cache reads", "Output"]


def test_retries_searches_success_and_growth():
    options = {"input": 2_000, "output": 500}
    assert exact(SONNET, **options, retries=0.1) == "0.01485"
    assert exact(SONNET, **options, retries=0.1, web_searches=1) == "0.02485"  # what is asked again is not
    assert exact(SONNET, "cost_per_outcome_usd", **options, success="75%") == "0.018"
    assert "cost_per_outcome_usd" not in ask(SONNET, **options).results
    grown = Fraction(exact(SONNET, "cost_per_year_usd", **options, growth="10%"))
    month = Fraction(exact(SONNET, "cost_usd", **options))
    assert grown == month * sum(Fraction(11, 10) ** each for each in range(12))


def test_tools_ask_the_model_again_with_all_that_went_before():
    """Two uses, 100 tokens to ask and 400 back: 1,000 + 1,500 + 2,000 read, 100 + 100 + 300 written."""
    answer = ask(SONNET, input=1_000, output=300, tool_calls=2, tool_tokens=400, set={"tool_ask_tokens": 100})
    by_hand = Fraction(4_500 * 3 + 500 * 15, MILLION)
    assert Fraction(answer.results["cost_per_request_usd"].exact) == by_hand


def test_what_tools_say_is_assumed_where_nobody_says():
    answer = ask(SONNET, input=1_000, output=300, tool_calls=2)
    assert not answer.results["cost_per_request_usd"].is_exact
    assert {"tool_ask_tokens", "tool_result_tokens"} <= {
        item.name for item in answer.assumptions if item.basis == "assumed"
    }
