"""The report's 100 dollars for 14B on 5,000 examples, and its prices of data: checked, not assumed."""

import json

import pytest

from farthing.catalog.load import catalog
from farthing.doors.cli.main import main
from farthing.units.quantity import parse_as

ROW = ("--model", "qwen2.5-14b", "--method", "qlora", "--examples", "5000", "--as-of", "2026-02-01")


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path))


@pytest.fixture
def answer(capsys):
    def run(*words):
        assert main(["finetune", *ROW, *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def seed(name):
    return parse_as(catalog().seeds[name].value, name, name).value


def project(found):
    """Ends of the compute of all runs, the kept one and the others."""
    lines = {line["label"]: line["amount_usd"] for line in found["lines"]}
    return tuple(lines["Accelerators"][end] + lines["Runs not kept"][end] for end in ("p05", "p95"))


@pytest.mark.parametrize("words", [(), ("--accelerator", "l40s")])
def test_one_run_on_usual_examples_is_far_below_the_report_s_figure(answer, words):
    found = answer("--tokens-per-example", "500", *words)
    stated = seed("report_finetune_14b_qlora_usd")
    assert found["results"]["compute_cost_usd"]["p95"] < stated / 5
    assert project(found)[1] < stated


def test_the_figure_holds_for_a_project_of_long_examples_on_the_report_s_card(answer):
    found = answer("--tokens-per-example", "2000", "--accelerator", "l40s")
    low, high = project(found)
    assert low < seed("report_finetune_14b_qlora_usd") < high


def test_the_report_s_data_preparation_is_inside_our_range(answer):
    lines = {line["label"]: line["amount_usd"] for line in answer()["lines"]}
    assert lines["Curation"]["p05"] < 4000 < lines["Curation"]["p95"]


def test_labels_cost_what_the_report_says(answer):
    found = answer("--labels", "annotation")
    lines = {line["label"]: line["amount_usd"] for line in found["lines"]}
    low, high = (5000 * end for end in (1, 100))
    assert (lines["Labels"]["p05"], lines["Labels"]["p95"]) == pytest.approx((low, high), rel=0.02)


def test_synthetic_examples_cost_what_the_report_says(answer):
    """0.10 to 1.00 dollars for a thousand examples."""
    found = answer("--teacher", "gpt-4o-mini", "--tokens-per-example", "500")
    written = next(line for line in found["lines"] if line["label"] == "Written by a model")["amount_usd"]
    stated = seed("report_synthetic_usd_per_example")
    assert stated.p05 <= written["p50"] / 5000 <= stated.p95


def test_5000_examples_are_enough_and_fewer_are_not(answer):
    least = int(seed("report_smallest_finetune_example_count"))
    codes = [
        [problem["code"] for problem in answer("--examples", str(count))["problems"]]
        for count in (least, least - 1, 1999)
    ]
    assert "few-examples" not in codes[0]
    assert "few-examples" in codes[1]
    assert "far-too-few-examples" in codes[2]
