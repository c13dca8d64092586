"""`farthing calibrate serving`: one benchmark of a user's own, from the file to a narrower answer."""

import csv
import json

import pytest

RUN = {
    "backend": "vllm", "model_id": "meta-llama/Llama-3.1-8B-Instruct", "num_prompts": 300,
    "request_rate": "inf", "max_concurrency": 32, "completed": 300, "total_input_tokens": 300_000,
    "total_output_tokens": 60_000, "output_throughput": 1900.0, "mean_ttft_ms": 310.5, "mean_tpot_ms": 15.6,
}  # fmt: skip
WHERE = ("--accelerator", "h100-sxm", "--precision", "bf16")


@pytest.fixture
def benchmark(tmp_path):
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(RUN), "utf-8")
    return str(path)


def asked(tmp_path, concurrency):
    path = tmp_path / "ask.csv"
    columns = {
        "id": "a", "model": "llama-3.1-8b", "accelerator": "h100-sxm", "n_accelerators": "1", "tp": "1",
        "weight_precision": "bf16", "engine": "vllm", "input_len": "1000", "output_len": "200",
        "concurrency_or_batch": str(concurrency),
    }  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerow(columns)
    return str(path)


def predicted(farthing, tmp_path, *words):
    out = tmp_path / "out.csv"
    done = farthing("validate", "serving", "--table", asked(tmp_path, 48), "--predictions", str(out), *words)
    assert done.code == 0, done.err
    with out.open(newline="", encoding="utf-8") as file:
        return {row["quantity"]: row for row in csv.DictReader(file)}


def test_one_benchmark_moves_and_narrows_what_is_said_of_a_like_load(farthing, tmp_path, benchmark):
    before = predicted(farthing, tmp_path)
    done = farthing("calibrate", "serving", "--table", benchmark, *WHERE, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["saved"]
    after = predicted(farthing, tmp_path)
    for quantity in ("tpot_ms", "ttft_ms", "output_tok_s"):
        was, now = before[quantity], after[quantity]
        assert float(now["high"]) / float(now["low"]) < float(was["high"]) / float(was["low"])
    assert float(after["tpot_ms"]["mid"]) > float(before["tpot_ms"]["mid"])
    assert predicted(farthing, tmp_path, "--calibration", "none") == before


def test_a_dry_run_keeps_nothing(farthing, tmp_path, benchmark):
    before = predicted(farthing, tmp_path)
    assert farthing("calibrate", "serving", "--table", benchmark, *WHERE, "--dry-run").code == 0
    assert predicted(farthing, tmp_path) == before


def test_what_a_benchmark_does_not_say_has_to_be_said(farthing, benchmark):
    done = farthing("calibrate", "serving", "--table", benchmark)
    assert done.code == 2
    assert "accelerator" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "content", ["{", "[1, 2", '{"a": 1}', "[" * 100_000, '{"benchmarks": [{}]}', '{"benchmarks": 7}']
)
def test_what_is_no_benchmark_is_bad_input(farthing, tmp_path, content):
    path = tmp_path / "bench.json"
    path.write_text(content, "utf-8")
    done = farthing("calibrate", "serving", "--table", str(path), *WHERE)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_a_speed_a_thousand_times_off_is_set_aside(farthing, tmp_path):
    path = tmp_path / "bench.json"
    path.write_text(json.dumps([RUN, RUN | {"mean_tpot_ms": 15600.0}]), "utf-8")
    done = farthing("calibrate", "serving", "--table", str(path), *WHERE, "--dry-run", "--json")
    aside = [each for each in json.loads(done.out)["problems"] if each["code"] == "set-aside"]
    assert len(aside) == 1
    assert "run-2" in aside[0]["where"]


def test_options_of_servings_are_refused_for_steps(farthing, tmp_path):
    path = tmp_path / "steps.csv"
    path.write_text("id,model\na,gpt-3\n", "utf-8")
    assert farthing("calibrate", "training", "--table", str(path), "--accelerator", "h100-sxm").code == 2
