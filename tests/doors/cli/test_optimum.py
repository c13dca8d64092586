"""`farthing optimum` and `demo --sizes` on the command line: forms, hostile input, the pinned text."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import farthing as library
from farthing.app.fields import COMMON, OPTIMUM
from farthing.app.optimum import OptimumOptions

GOLDEN = Path(__file__).parents[2] / "golden" / "terminal"
DAY = ("--as-of", "2026-02-01")
ONE = ("--flop", "5.76e23", "--accelerator", "h100-sxm", "--rate", "$2/h", "--draws", "512", *DAY)
RESULTS = (
    "params", "tokens", "tokens_per_param", "chinchilla_multiple", "loss", "train_cost_usd", "serve_cost_usd",
)  # fmt: skip


def test_the_answer_has_the_results_of_the_contract_and_published_models_as_rows(farthing):
    outcome = farthing("optimum", *ONE, "--json")
    assert outcome.code == 0
    found = json.loads(outcome.out)
    assert set(RESULTS) <= set(found["results"])
    assert {"params", "tokens", "tokens_per_param", "chinchilla_multiple", "loss"} <= set(found["rows"][0])
    assert len(found["rows"]) >= 40
    assert found["next"].startswith("farthing train --params")


def test_the_next_command_can_be_run(farthing):
    words = json.loads(farthing("optimum", *ONE, "--json").out)["next"].split()
    assert farthing(*words[1:], "--quiet").code == 0


@pytest.mark.parametrize("form", ["--csv", "--md", "--quiet", "--explain"])
def test_each_form_is_written(farthing, form):
    outcome = farthing("optimum", *ONE, form)
    assert outcome.code == 0
    assert "tokens" in outcome.out


def test_why_explains_the_size(farthing):
    farthing("optimum", *ONE)
    out = farthing("why", "params").out
    assert "worth_more" in out
    assert "served_token_ratio" in out


def test_graph_shows_every_way(farthing):
    out = farthing("graph", "optimum").out
    assert all(way in out for way in ("for a budget", "for a loss", "for a size"))


def test_a_loss_below_the_floor_ends_with_six(farthing):
    outcome = farthing("optimum", "--loss", "1.7", *DAY)
    assert outcome.code == 6
    assert "in the text itself" in outcome.err
    assert (
        json.loads(farthing("optimum", "--loss", "1.7", "--json").out)["problems"][0]["code"] == "infeasible"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--budget '$1M'"),
        (("--budget", "$1M", "--loss", "2"), "one decides the other"),
        (("--params", "7B", "--flop", "1e22"), "one decides the other"),
        (("--budget", "-5"), "greater than zero"),
        (("--budget", "0"), "greater than zero"),
        (("--budget", "5 tokens"), "measures tokens"),
        (("--loss", "nan"), "--loss"),
        (("--loss", "0"), "greater than zero"),
        (("--loss", "99"), "come out"),
        (("--params", "12"), "come out"),
        (("--params", "7e20"), "come out"),
        (("--params", "7B", "--lifetime-tokens", "-1"), "--lifetime-tokens"),
        (("--budget", "$1M", "--lifetime-tokens", "1e25"), "come out"),
        (("--params", "7B", "--tokens", "0"), "greater than zero"),
        (("--params", "7B", "--law", "chinchila"), "besiroglu_2024"),
        (("--params", "7B", "--model", "codellama-7b"), "first token"),
        (("--params", "7B", "--model", "llama-9"), "llama-9"),
        (("--params", "7B", "--accelerator", "h100-smx"), "Did you mean"),
        (("--params", "7B", "--serve-accelerator", "h100-smx"), "Did you mean"),
        (("--params", "7B", "--mfu", "1.5"), "--mfu"),
        (("--params", "7B", "--set", "size_exponnent=0.3"), "Did you mean"),
        (("--params", "7B", "--count", "8"), "--count"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(farthing, words, said):
    outcome = farthing("optimum", *words, "--draws", "64", *DAY)
    assert outcome.code == 2
    assert said.lower() in (outcome.err + outcome.out).lower()
    assert "Traceback" not in outcome.err


hostile = st.one_of(
    st.text(max_size=12),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(
        ["1e308", "-0", "1e-300", "$1..$2", "10T tokens", "∞", "0x10", "1e24..1e25", "~7B", "--json"]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([field for field in OPTIMUM if field.kind != "flag"]), hostile)
def test_no_value_of_any_option_is_our_bug(farthing, field, value):
    more = () if field.name in ("budget", "flop", "loss", "params") else ("--params", "7B")
    outcome = farthing("optimum", *more, f"{field.option}={value}", "--draws", "16", "--quiet", *DAY)
    assert outcome.code in (0, 2, 6)
    assert "Traceback" not in outcome.err


def test_nothing_served_may_be_said(farthing):
    told = farthing("optimum", *ONE, "--lifetime-tokens", "0", "--quiet")
    assert told.code == 0
    assert told.out == farthing("optimum", *ONE, "--quiet").out


def test_the_library_takes_the_options_of_the_command_line():
    assert set(OptimumOptions.__annotations__) == {field.name for field in (*OPTIMUM, *COMMON)}
    answer = library.optimum(params="7B", lifetime_tokens="10T", as_of="2026-02-01", draws=1)
    assert answer.results["tokens"].p50 > 1e12


def test_another_currency_has_twins(farthing):
    words = ("--params", "7B", "--currency", "EUR", "--fx", "EUR=1.25@2026-01-01", "--draws", "64", "--json")
    results = json.loads(farthing("optimum", *words, *DAY).out)["results"]
    assert results["train_cost"]["p50"] == pytest.approx(results["train_cost_usd"]["p50"] / 1.25)


def test_the_scale_is_shown_around_the_answer_with_the_asked_model(farthing):
    out = farthing("optimum", *ONE, "--model", "llama-3.1-8b").out
    table = out.partition("Published models on the same scale")[2].partition("Assumptions")[0]
    assert "this answer" in table
    assert "*  llama-3.1-8b" in table
    assert "qwen3-0.6b" in table
    assert "more: --explain" in table
    every = farthing("optimum", *ONE, "--explain").out
    assert "more: --explain, --json" not in every


def pinned(name, made):
    file = GOLDEN / name
    if os.environ.get("FARTHING_GOLDEN") == "write":
        file.write_text(made, "utf-8")
    assert made == file.read_text("utf-8")


def test_the_tables_of_the_report_are_as_they_were():
    from datetime import date

    from farthing.app.stated_sizes import stated_sizes
    from farthing.present.stated_sizes import render

    pinned("demo-sizes.txt", render(stated_sizes(date(2026, 2, 1)), width=100))


def test_the_published_scale_is_as_it_was(farthing):
    out = farthing("optimum", *ONE, "--model", "deepseek-v3").out
    pinned(
        "optimum-scale.txt",
        out.partition("Published models on the same scale")[2].partition("Assumptions")[0],
    )


def test_demo_sizes_is_one_of_two_tables(farthing):
    assert "3x a year" in farthing("demo", "--sizes").out
    found = json.loads(farthing("demo", "--sizes", "--json").out)
    assert found["overtrained"][0]["stated_multiple"] == 3000
    assert farthing("demo", "--sizes", "--times").code == 2
