"""The seed on token prices: its formula, its claim on retrieval and its advice, each asked of the command."""

import json
from fractions import Fraction

import pytest

from farthing.doors.cli.main import main

DAY = ("--as-of", "2026-11-20", "--draws", "8")
QUESTION = ("--input", "500", "--output", "500", "--requests", "10k/day")
DOCUMENTS = ("--chunks", "20", "--chunk-tokens", "5000")  # 100,000 tokens of them with every query


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path))


@pytest.fixture
def costs(capsys):
    """What a request and a month cost, as fractions."""

    def run(model, *words, day=DAY):
        assert main(["tokens", "--model", model, *words, *day, "--json"]) == 0
        results = json.loads(capsys.readouterr().out)["results"]
        return tuple(Fraction(results[name]["exact"]) for name in ("cost_per_request_usd", "cost_usd"))

    return run


@pytest.mark.parametrize(
    ("model", "price_in", "price_out"),
    [("claude-sonnet-4-5", "3", "15"), ("gpt-4o", "2.5", "10"), ("gpt-5", "1.25", "10")],
)
@pytest.mark.parametrize(("read", "written"), [(1000, 500), (1, 0), (0, 1), (123_456, 7_890)])
def test_cost_per_request_is_input_times_its_price_and_output_times_its_price(
    costs, model, price_in, price_out, read, written
):
    request, _ = costs(model, "--input", str(read), "--output", str(written))
    assert request == (read * Fraction(price_in) + written * Fraction(price_out)) / 1_000_000


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "gpt-4o", "gpt-5", "gemini-2.5-pro"])
def test_output_tokens_cost_more_than_input_tokens(costs, model):
    read, _ = costs(model, "--input", "1000", "--output", "0")
    written, _ = costs(model, "--input", "0", "--output", "1000")
    assert written >= 4 * read


def test_a_hundred_thousand_tokens_of_documents_in_every_query_cost_thirty_times_as_much(costs):
    """The claim holds for a model of its day and one of today: $300,000 and $94,000 a month."""
    without, with_them = (costs("claude-sonnet-4-5", *QUESTION, *words) for words in ((), DOCUMENTS))
    assert with_them[0] == Fraction("0.309")
    assert 34 < with_them[0] / without[0] < 35
    assert 90_000 < with_them[1] < 100_000
    then = costs("gpt-4-turbo", *QUESTION, *DOCUMENTS, day=("--as-of", "2024-06-01", "--draws", "8"))
    assert then[0] == Fraction("1.02")
    assert 300_000 < then[1] < 320_000


def test_it_does_not_hold_for_small_models_of_today_nor_for_a_cache(costs):
    """A thirtieth with a model that beats GPT-4 Turbo on GPQA (64.6 to 49.3), a fifth from a cache."""
    dear, small = (
        costs(model, *QUESTION, *DOCUMENTS)[1] for model in ("claude-sonnet-4-5", "gemini-2.5-flash-lite")
    )
    assert small < 3_200
    assert dear / small > 30
    cached = costs("claude-sonnet-4-5", *QUESTION, *DOCUMENTS, "--cached-share", "90%")[1]
    assert dear / cached > 4.5


def test_a_smaller_model_was_fifty_times_cheaper_where_it_is_enough(costs):
    """The advice not to use GPT-4 where GPT-3.5 can do, in the spring of 2024."""
    spring = ("--as-of", "2024-03-01", "--draws", "8")
    words = ("--input", "2000", "--output", "500")
    large, small = (costs(model, *words, day=spring)[0] for model in ("gpt-4", "gpt-3.5-turbo"))
    assert large == Fraction("0.09")
    assert 50 < large / small < 55


@pytest.mark.parametrize("share", ["10%", "50%"])
def test_a_shorter_prompt_saves_input_on_every_call(costs, share):
    whole, shortened = (
        costs("gpt-4o", "--input", "4000", "--output", "0", *words)[0] for words in ((), ("--shorten", share))
    )
    assert shortened == whole * (1 - Fraction(share.removesuffix("%")) / 100)


def test_the_cache_of_a_long_manual(costs):
    """A manual of 50,000 tokens that is read from a cache costs a tenth of it with every call."""
    words = ("--output", "300")
    plain, _ = costs("claude-sonnet-4-5", "--input", "50200", *words)
    cached, _ = costs("claude-sonnet-4-5", "--uncached", "200", "--cache-read", "50000", *words)
    assert plain - cached == Fraction(9, 10) * 50_000 * 3 / 1_000_000
