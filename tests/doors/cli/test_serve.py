"""`farthing serve` on the command line: forms, scenarios, exit codes, the contract's names."""

import csv
import io
import json

import pytest

from farthing.app.fields import COMMON, SERVE
from farthing.app.serve import ServeOptions

DAY = ("--as-of", "2026-11-20", "--draws", "64")
MODEL = ("--model", "llama-3.1-8b", "--accelerator", "h100-sxm", *DAY)
AT_ONCE = (*MODEL, "--input", "1000", "--output", "250", "--concurrency", "64")
DEMAND = (*MODEL, "--demand", "5M/day")
RESULTS = {
    *("output_tok_s", "ttft_ms", "tpot_ms", "e2e_ms", "batch", "kv_gib", "replicas", "utilization"),
    *("cost_usd", "usd_per_m_input_tokens", "usd_per_m_output_tokens", "gpu_count", "goodput_tok_s"),
    *("energy_kwh_per_m_tokens", "ttft_p95_ms", "peak_mem_gib"),
}


@pytest.mark.parametrize("words", [AT_ONCE, DEMAND, (*MODEL, "--arrival", "12/s")])
def test_json_has_the_results_of_the_contract(farthing, words):
    outcome = farthing("serve", *words, "--json")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert set(found["results"]) >= RESULTS
    assert found["verb"] == "serve"
    assert found["rows"][0]["chosen"] is True
    assert [line["category"] for line in found["lines"]] == ["operation.inference.gpu_hours"]


def test_csv_and_markdown_are_written(farthing):
    lines = list(csv.reader(io.StringIO(farthing("serve", *DEMAND, "--csv").out)))
    assert any(line[:2] == ["result", "cost_usd"] for line in lines)
    assert "| `cost_usd` |" in farthing("serve", *DEMAND, "--md").out


def test_what_does_not_fit_ends_with_six(farthing):
    words = ("--model", "llama-3.1-405b", "--accelerator", "l40s", "--count", "1", *DAY)
    outcome = farthing("serve", *words)
    assert outcome.code == 6
    assert "What would do: --count" in outcome.err


def test_a_fleet_that_was_refused_can_be_asked_for_as_told(farthing):
    words = ("--model", "llama-3.1-8b", "--accelerator", "l40s", *DAY, "--demand", "5B/day")
    refused = farthing("serve", *words, "--count", "1")
    assert refused.code == 6
    count = refused.err.partition("--count ")[2].split()[0]
    assert farthing("serve", *words, "--count", count).code == 0


@pytest.mark.parametrize(
    "words",
    [
        (*MODEL, "--engine", "magic"),
        (*MODEL, "--concurrency", "4", "--demand", "5M/day"),
        (*MODEL, "--tpot", "-1"),
        (*MODEL, "--window", "30 h", "--demand", "1M/day"),
        (*MODEL, "--trace", "nowhere.csv"),
        ("--accelerator", "h100-sxm", "--concurrency", "4"),
        ("--model", "llama-3.1-8b", "--concurrency", "4"),
    ],
)
def test_bad_input_ends_with_two(farthing, words):
    outcome = farthing("serve", *words)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err


def test_a_scenario_is_the_same_question(farthing, tmp_path):
    file = tmp_path / "chat.yaml"
    file.write_text("model: llama-3.1-8b\naccelerator: h100-sxm\ndemand: 5M/day\n", "utf-8")
    by_file = json.loads(farthing("serve", "--scenario", str(file), *DAY, "--json").out)
    by_words = json.loads(farthing("serve", *DEMAND, "--json").out)
    assert by_file["results"] == by_words["results"]


def test_a_value_on_the_way_can_be_set_and_explained(farthing):
    plain, changed = (
        json.loads(farthing("serve", *AT_ONCE, *more, "--json").out)["results"]["tpot_ms"]["p50"]
        for more in ((), ("--set", "decode_step_s=0.1"))
    )
    assert changed > plain
    assert farthing("why", "cost_usd").code == 0


def test_it_can_be_solved_for_a_rent(farthing):
    words = (*DEMAND, "--solve", "rent_usd_per_gpu_hour", "--target", "cost_usd=1000", "--json")
    found = json.loads(farthing("serve", *words).out)
    assert found["results"]["rent_usd_per_gpu_hour"]["p50"] == pytest.approx(1000 / 730, rel=1e-3)


def test_the_library_takes_every_option():
    assert set(ServeOptions.__annotations__) == {field.name for field in (*SERVE, *COMMON)}


def test_nothing_of_the_answer_is_unused(farthing):
    found = json.loads(farthing("serve", *AT_ONCE, "--count", "2", "--tpot", "50ms", "--json").out)
    assert [problem for problem in found["problems"] if problem["code"] == "unused-input"] == []
