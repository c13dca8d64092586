"""`farthing tokens` on the command line: forms, scenarios, exit codes, hostile input, the pinned text."""

import csv
import io
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farthing as library
from farthing.app.fields import COMMON, TOKENS
from farthing.app.tokens import TokensOptions

SONNET = ("--model", "claude-sonnet-4-5")
WORK = ("--input", "2000", "--output", "500", "--requests", "10k/day")
DAY = ("--as-of", "2026-11-20", "--draws", "128")
ONE = (*SONNET, *WORK, *DAY)
RESULTS = {
    "cost_per_request_usd",
    "cost_usd",
    "cost_per_day_usd",
    "cost_per_30_days_usd",
    "cost_per_year_usd",
}
ROW = {"model", "cost_per_request_usd", "cost_usd", "usd_per_m_tokens", "quality"}


def answer(outcome):
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_json_has_the_results_and_rows_of_the_contract(farthing):
    found = answer(farthing("tokens", *ONE, "--json"))
    assert set(found["results"]) >= RESULTS
    assert found["results"]["cost_per_request_usd"]["exact"] == "0.0135"
    assert found["results"]["cost_usd"]["exact"] == "4106.25"
    assert set(found["rows"][0]) >= ROW
    assert found["rows"][0]["cost_usd"] == "4106.25"
    assert found["book"].startswith("sha256:")
    assert [line["category"] for line in found["lines"]] == ["operation.inference.tokens"] * 2


def test_csv_has_a_line_for_each_part_of_the_answer(farthing):
    lines = list(csv.reader(io.StringIO(farthing("tokens", *ONE, "--csv").out)))
    assert len(lines) > len(RESULTS)
    assert any("cost_usd" in line for line in lines)


@pytest.mark.parametrize("form", ["--md", "--explain"])
def test_each_form_is_written(farthing, form):
    outcome = farthing("tokens", *ONE, form)
    assert outcome.code == 0
    assert "claude-sonnet-4-5" in outcome.out
    assert "$4,106" in outcome.out


def test_quiet_is_one_line(farthing):
    out = farthing("tokens", *ONE, "--quiet").out
    assert out.count("\n") == 1
    assert "$0.0135 a request, $4,106 a month of 730 hours" in out


def test_output_that_is_piped_has_no_color(farthing, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in farthing("tokens", *ONE).out


def test_the_next_command_can_be_run(farthing):
    words = answer(farthing("tokens", *ONE, "--json"))["next"].split()
    assert farthing(*words[1:]).code == 0


def test_a_scenario_may_list_models(farthing, tmp_path):
    file = tmp_path / "chat.yaml"
    file.write_text(
        "model: [gpt-5, claude-sonnet-4-5]\ninput: 2000\noutput: 500\nrequests: 10k/day\ncached_share: 50%\n",
        "utf-8",
    )
    found = answer(farthing("tokens", "--scenario", str(file), *DAY, "--json"))
    assert [row["model"] for row in found["rows"]] == ["openai/gpt-5", "anthropic/claude-sonnet-4-5"]
    assert "caching_saving_usd" in found["results"]
    words = ("--model", "gpt-5", *SONNET, *WORK, "--cached-share", "50%")
    assert answer(farthing("tokens", *words, *DAY, "--json"))["results"] == found["results"]


def test_what_is_said_on_the_command_line_counts_more_than_the_scenario(farthing, tmp_path):
    file = tmp_path / "one.yaml"
    file.write_text("model: claude-sonnet-4-5\ninput: 9\noutput: 500\nrequests: 10k/day\n", "utf-8")
    found = answer(farthing("tokens", "--scenario", str(file), "--input", "2000", *DAY, "--json"))
    assert found["results"]["cost_per_request_usd"]["exact"] == "0.0135"


def test_a_rate_may_be_set(farthing):
    words = (*SONNET, "--input", "1000", "--output", "0", *DAY, "--set", "input_usd_per_m_tokens=2")
    assert answer(farthing("tokens", *words, "--json"))["results"]["cost_per_request_usd"]["exact"] == "0.002"


def test_requests_for_a_budget(farthing):
    words = (*SONNET, "--input", "2000", "--output", "500", *DAY)
    out = farthing("tokens", *words, "--solve", "requests", "--target", "cost_usd=1000", "--quiet").out
    assert out.startswith("request_count_per_day = 2,435")  # 1000 / 0.0135 / 730 · 24


def test_an_output_for_a_budget(farthing):
    words = (*SONNET, "--input", "2000", "--requests", "10k/day", *DAY)
    found = farthing("tokens", *words, "--solve", "output", "--target", "cost_per_day_usd=135", "--quiet").out
    assert found.startswith("answer_tokens = 500 ")


def test_why_explains_the_bill_and_a_price(farthing):
    farthing("tokens", *ONE)
    assert "cost_per_day_usd * 730 / 24" in farthing("why", "cost_usd").out
    rate = farthing("why", "input_usd_per_m_tokens").out
    assert "looked up in the catalog" in rate
    assert "$3.00" in rate
    assert "Sources" in rate


def test_graph_shows_both_ways(farthing):
    out = farthing("graph", "tokens").out
    assert "tokens: requests" in out
    assert "tokens: demand in tokens" in out
    assert "cost_per_request_usd" in out


def test_another_currency_beside_the_dollar_to_the_last_decimal(farthing):
    words = ("--currency", "EUR", "--fx", "EUR=1.25@2026-11-01")
    found = answer(farthing("tokens", *ONE, "--cached-share", "50%", *words, "--json"))
    for name, twin in (("cost_per_request_usd", "cost_per_request"), ("cost_usd", "cost")):
        in_dollars, in_euros = found["results"][name], found["results"][twin]
        assert in_euros["currency"] == "EUR"
        assert Decimal(in_euros["exact"]) == Decimal(in_dollars["exact"]) / Decimal("1.25")
    (row,) = found["rows"]
    assert Decimal(row["cost"]) == Decimal(row["cost_usd"]) / Decimal("1.25")
    assert Decimal(row["cost_per_request"]) * Decimal("1.25") == Decimal(row["cost_per_request_usd"])
    assert row["currency"] == "EUR"


def test_without_a_price_there_is_no_amount_in_another_currency(farthing):
    words = ("--model", "no-such-model-9", *WORK, *DAY, "--currency", "EUR", "--fx", "EUR=1.25@2026-11-01")
    (row,) = answer(farthing("tokens", *words, "--json"))["rows"]
    assert row["cost_usd"] is None
    assert "cost" not in row


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (SONNET, 0),
        (("--model", "no-such-model-9"), 0),
        (("--model", "no-such-model-9", "--strict"), 5),
        (("--model", "claude-2.1", "--web-searches", "1"), 0),
        (("--model", "claude-2.1", "--web-searches", "1", "--strict"), 5),
        (("--model", "claude-2.1", "--batch-share", "50%", "--strict"), 5),
        (("--model", "gpt-5", "--as-of", "2024-01-01", "--strict"), 5),
        ((*SONNET, "--model", "no-such-model-9", "--strict"), 5),
        (("--min-quality", "101"), 6),
        (("--min-quality", "80", "--benchmark", "gpqa-diamond", "--strict"), 0),
    ],
)
def test_exit_codes(farthing, words, code):
    assert farthing("tokens", *WORK, *words, "--draws", "8", "--quiet").code == code


def test_what_is_partly_unpriced_costs_at_least(farthing):
    out = farthing("tokens", "--model", "claude-2.1", *WORK, "--web-searches", "1", *DAY).out
    assert "at least $" in out
    assert "web searches have no price" in " ".join(out.split())


HOSTILE = [
    (("--input", "100", "--cache-read", "200"), "200 cached tokens are more than the 100"),
    (("--input", "100..400", "--cache-read", "200"), "cached tokens are more than"),
    (("--output", "100", "--reasoning", "200"), "more than the output"),
    (("--input", "0", "--output", "0"), "neither reads nor writes"),
    (("--input", "-1"), "zero or more"),
    (("--input", "nan"), "finite"),
    (("--input", "inf"), "--input"),
    (("--input", "1e400"), "that large"),
    (("--input", "$5"), "money"),
    (("--input", ""), "--input"),
    (("--input", "5 bananas"), "--input"),
    (("--requests", "0"), "greater than zero"),
    (("--requests", "10 tokens"), "--requests"),
    (("--cached-share", "150%"), "between 0 and 1"),
    (("--batch-share", "2"), "between 0 and 1"),
    (("--success", "0"), "greater than zero"),
    (("--growth", "-50%"), "zero or more"),
    (("--at", "yesterday"), "no moment in time"),
    (("--at", "2026-13-45T99:99Z"), "no moment in time"),
    (("--at", "2026-01-01T00:00+99:00"), "no moment in time"),
    (("--tier", "cheap"), "standard, batch, flex, priority, fast"),
    (("--benchmark", "mmlu-por"), "mmlu-pro"),
    (("--text", "no-such-file.txt"), "No such file"),
    (("--text", "src"), "directory"),
    (("--demand", "5M/day"), "twice"),
    (("--book", "no-such-book.yaml"), "no-such-book.yaml"),
    (("--set", "nonsense=1"), "farthing graph"),
    (("--set", "input_usd_per_m_tokens=-1"), "input_usd_per_m_tokens"),
    (("--solve", "requests", "--target", "cost_usd=0"), "cost_usd"),
    (("--solve", "nonsense", "--target", "cost_usd=5"), "nonsense"),
    (("--as-of", "2026-02-30"), "--as-of"),
    (("--currency", "XXX"), "XXX"),
    (("--model", ""), "--model"),
    (("--draws", "0"), "--draws"),
]


@pytest.mark.parametrize(("words", "said"), HOSTILE)
def test_hostile_input_is_refused_with_a_reason(farthing, words, said):
    outcome = farthing("tokens", "--requests", "10/day", *SONNET, "--draws", "8", *words)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.out == ""
    assert "Traceback" not in outcome.err


def test_a_text_that_is_no_text(farthing, tmp_path):
    file = tmp_path / "bytes.bin"
    file.write_bytes(b"\xff\xfe\x00\x81")
    outcome = farthing("tokens", *SONNET, "--text", str(file))
    assert outcome.code == 2
    assert "UTF-8" in outcome.err


def test_the_tokens_of_a_text_are_a_range_where_they_are_estimated(farthing, tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("The quick brown fox jumps over the lazy dog. " * 200, "utf-8")
    found = answer(farthing("tokens", *SONNET, "--text", str(file), *DAY, "--json"))
    note = next(problem for problem in found["problems"] if problem["code"] == "token-count")
    assert "letter.txt has" in note["what"]
    assert not found["results"]["cost_usd"].get("exact")


WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
NUMBERS = st.one_of(st.integers(-5, 10**20).map(str), st.floats().map(str), WORDS)
OPTIONS = st.sampled_from([field.option for field in TOKENS if field.option not in ("--text", "--model")])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(OPTIONS, NUMBERS), max_size=4), st.one_of(st.just("gpt-5"), WORDS))
def test_whatever_is_said_never_is_our_mistake(farthing, pairs, model):
    words = [word for pair in pairs for word in pair]
    outcome = farthing("tokens", f"--model={model}", *words, "--draws", "4", "--json")
    assert outcome.code in (0, 2, 6), (outcome.code, words, outcome.err)
    if outcome.code == 0:
        assert "NaN" not in outcome.out
        assert "Infinity" not in outcome.out


def test_the_library_takes_the_options_of_the_command_line():
    assert TokensOptions.__optional_keys__ == {field.name for field in (*TOKENS, *COMMON)}


def test_the_library_gives_the_answer_of_the_command_line(farthing):
    found = answer(farthing("tokens", *ONE, "--json"))
    same = library.tokens(
        model="claude-sonnet-4-5", input=2000, output=500, requests=10_000, as_of="2026-11-20", draws=128
    )
    assert same.results["cost_usd"].exact == found["results"]["cost_usd"]["exact"]
    assert same.verdict == found["verdict"]
