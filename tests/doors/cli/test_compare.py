"""`farthing compare` on the command line: the contract, files, exit codes, hostile input."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farthing as library
from farthing.app.compare import CompareOptions
from farthing.app.fields import COMMON, COMPARE

DAY = ("--as-of", "2026-11-20", "--draws", "128")
WORK = ("--input", "1000", "--output", "300", "--requests", "5k/day")
API = ("--option", "api:gpt-4o")
OWN = ("--option", "self:llama-3.1-8b@l40s*1[rate=$1/h, tok_s=1000, spares=0, care=0]")
ROW = {
    *("option", "cost_usd", "usd_per_m_tokens", "quality"),
    *("probability_cheapest", "breakeven_tokens_per_day"),
}
TRACES = Path(__file__).parents[4] / "shared" / "data" / "traces"


def answer(outcome, code=0):
    assert outcome.code == code, outcome.err
    return json.loads(outcome.out)


def test_json_has_the_results_and_rows_of_the_contract(farthing):
    found = answer(farthing("compare", *API, *OWN, *WORK, *DAY, "--json"))
    assert found["verb"] == "compare"
    assert {"breakeven_tokens_per_day", "cheapest"} <= set(found["results"])
    assert found["results"]["cheapest"]["name"] in {row["option"] for row in found["rows"]}
    assert all(set(row) >= ROW for row in found["rows"])
    assert found["book"].startswith("sha256:")
    assert {"flips", "volumes", "months"} <= set(found)
    assert any(point["here"] for point in found["volumes"])


@pytest.mark.parametrize("form", ["--csv", "--md", "--explain", "--quiet"])
def test_each_form_is_written(farthing, form):
    outcome = farthing("compare", *API, *OWN, *WORK, *DAY, form)
    assert outcome.code == 0
    assert "api:gpt-4o" in outcome.out


def test_the_text_says_where_you_are_and_where_it_flips(farthing):
    out = farthing("compare", *API, *OWN, *WORK, *DAY).out
    assert "you are here" in out
    assert "is cheapest above" in out
    assert "Paid in all by the end of a month" in out


def test_the_next_command_can_be_run(farthing):
    words = answer(farthing("compare", *API, *OWN, *WORK, *DAY, "--json"))["next"].split()
    assert farthing(*words[1:]).code == 0


def test_why_explains_what_a_request_costs(farthing):
    farthing("compare", *API, *OWN, *WORK, *DAY)
    assert "gpt" in farthing("why", "input_usd_per_m_tokens").out
    assert "730" in farthing("why", "replica_usd_per_month").out


def test_a_scenario_lists_options(farthing, tmp_path):
    file = tmp_path / "ways.yaml"
    file.write_text(
        "option: ['api:gpt-4o', 'cascade:gpt-4o-mini>gpt-4o[pass=70%]']\n"
        "input: 1000\noutput: 300\nrequests: 5k/day\n",
        "utf-8",
    )
    found = answer(farthing("compare", "--scenario", str(file), *DAY, "--json"))
    words = (*API, "--option", "cascade:gpt-4o-mini>gpt-4o[pass=70%]", *WORK)
    assert found["rows"] == answer(farthing("compare", *words, *DAY, "--json"))["rows"]


def test_the_library_answers_the_same(farthing):
    found = library.compare(
        option=["api:gpt-4o"], input=1000, output=300, requests="5k/day", as_of="2026-11-20", draws=128
    )
    rows = answer(farthing("compare", *API, *WORK, *DAY, "--json"))["rows"]
    assert [dict(row) for row in found.rows] == rows


def test_every_option_of_the_library_is_one_of_the_command_line():
    names = {field.name for field in (*COMPARE, *COMMON)}
    assert set(CompareOptions.__annotations__) == names


def test_own_prices_count(farthing, tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(
        "prices:\n- {provider: openai, model: gpt-4o, meter: input, amount: '1.00', per: 1M tokens, "
        "currency: USD, valid_from: 2026-01-01, source: own}\n",
        "utf-8",
    )
    plain, own = (
        answer(farthing("compare", *API, *WORK, *DAY, *more, "--json"))["rows"][0]["cost_usd"]
        for more in ((), ("--book", str(file)))
    )
    assert plain - own == pytest.approx(1.5e-6 * 1000 * 5000 * 730 / 24)


def test_another_currency_has_twins(farthing):
    found = answer(
        farthing("compare", *API, *WORK, *DAY, "--currency", "EUR", "--fx", "EUR=1.25@2026-11-20", "--json")
    )
    row = found["rows"][0]
    assert row["cost_usd"] / row["cost"] == pytest.approx(1.25)


def test_what_is_set_counts_in_every_option_that_knows_it(farthing):
    words = (*API, *OWN, *WORK, *DAY, "--set", "labor_usd_per_hour=100", "--set", "care_h_per_month=3")
    rows = answer(farthing("compare", *words, "--json"))["rows"]
    plain = answer(farthing("compare", *API, *OWN, *WORK, *DAY, "--json"))["rows"]
    assert rows[0]["cost_usd"] - plain[0]["cost_usd"] == pytest.approx(300)


def test_a_name_nobody_knows_is_refused(farthing):
    assert farthing("compare", *API, *WORK, *DAY, "--set", "labour=3").code == 2


# Savings


def savings(tmp_path, text):
    file = tmp_path / "savings.yaml"
    file.write_text(text, "utf-8")
    return ("--savings", str(file))


def test_savings_are_taken_off_those_that_bring_them(farthing, tmp_path):
    words = savings(
        tmp_path,
        "savings:\n- {name: on-call, hours_per_month: 10, rate: $50/h, options: ['api:gpt-4o']}\n"
        "- {name: errors, usd_per_month: 100}\n",
    )
    options = (*API, "--option", "api:gpt-4o-mini")
    plain = answer(farthing("compare", *options, *WORK, *DAY, "--json"))["rows"]
    saved = answer(farthing("compare", *options, *WORK, *DAY, *words, "--json"))["rows"]
    off = [one["cost_usd"] - other["cost_usd"] for one, other in zip(plain, saved, strict=True)]
    assert off == pytest.approx([500, 100])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("saving: 3\n", "no list under savings"),
        ("savings: []\n", "no list under savings"),
        ("savings:\n- 3\n", "a saving is a mapping"),
        ("savings:\n- {name: a, usd: 3}\n", "usd"),
        ("savings:\n- {name: a}\n", "neither hours and a rate nor dollars"),
        ("savings:\n- {name: a, hours_per_month: 3}\n", "neither hours and a rate nor dollars"),
        ("savings:\n- {name: a, usd_per_month: 3, options: [api:gpt-4]}\n", "Did you mean api:gpt-4o"),
        ("savings:\n- {name: a, usd_per_month: much}\n", "much"),
    ],
)
def test_a_file_of_savings_that_cannot_be_read_is_refused(farthing, tmp_path, text, said):
    outcome = farthing("compare", *API, *WORK, *DAY, *savings(tmp_path, text))
    assert outcome.code == 2
    assert said in " ".join(outcome.err.split())


# Traces


def test_a_trace_is_the_workload(farthing, tmp_path):
    file = tmp_path / "hour.csv"
    rows = "".join(f"{60 * minute},{1000 + minute % 2},300\n" for minute in range(600))
    file.write_text(f"timestamp,input_tokens,output_tokens\n{rows}", "utf-8")
    found = answer(farthing("compare", *API, *OWN, "--trace", str(file), *DAY, "--json"))
    assert found["results"]["tokens_per_day"]["p50"] == pytest.approx(1440 * 1300.5, rel=0.01)
    assert "peak_to_mean_ratio" in {item["name"] for item in found["assumptions"]}


def test_a_trace_and_lengths_are_too_much(farthing, tmp_path):
    file = tmp_path / "hour.csv"
    file.write_text("timestamp,input_tokens,output_tokens\n0,10,10\n60,10,10\n", "utf-8")
    outcome = farthing("compare", *API, "--trace", str(file), "--input", "1000", *DAY)
    assert outcome.code == 2


@pytest.mark.skipif(not TRACES.is_dir(), reason="the folder of recorded traces is not on this machine")
@pytest.mark.parametrize(
    ("name", "tokens"), [("azure_llm_2023_conv.csv", (1155, 211)), ("servegen_deepseek_r1", (None, None))]
)
def test_recorded_traces_drive_a_comparison(farthing, name, tokens):
    words = (*API, "--option", "self:llama-3.1-8b@h100-sxm*1", "--trace", str(TRACES / name))
    found = answer(farthing("compare", *words, *DAY, "--json"))
    known = {item["name"]: item["value"]["p50"] for item in found["assumptions"]}
    if tokens[0]:
        assert known["own_input_tokens"] == pytest.approx(tokens[0], rel=0.01)
        assert known["answer_tokens"] == pytest.approx(tokens[1], rel=0.01)
    assert known["peak_to_mean_ratio"] > 1
    assert found["rows"][1]["replicas"] >= 2


# What goes wrong


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--option", "self:llama-3.1-405b@l40s*1"), 6),
        (("--option", "self:llama-3.1-8b@l40s*1", "--tpot", "0.01"), 6),
        (("--option", "api"), 2),
        ((), 2),
        (("--option", "api:gpt-4o", "--horizon", "90 years"), 2),
        (("--option", "api:gpt-4o", "--savings", "nowhere.yaml"), 2),
        (("--option", "api:gpt-4o", "--trace", "nowhere.csv"), 2),
    ],
)
def test_exit_codes(farthing, words, code):
    assert farthing("compare", *words, *(() if "--trace" in words else WORK), *DAY).code == code


def test_an_unpriced_option_ends_with_5_under_strict(farthing):
    words = (*API, "--option", "api:no-such-model", *WORK, *DAY)
    assert farthing("compare", *words).code == 0
    assert farthing("compare", *words, "--strict").code == 5


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_as_an_option_is_answered_without_a_traceback(farthing, text):
    assert farthing("compare", "--option", text, *WORK, *DAY).code in (0, 2, 5, 6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["api:gpt-4o", "people:hour", "code:x", "program:x"]), st.text(max_size=30))
def test_any_text_in_brackets_is_answered_without_a_traceback(farthing, option, text):
    assert farthing("compare", "--option", f"{option}[{text}]", *WORK, *DAY).code in (0, 2, 5, 6)
