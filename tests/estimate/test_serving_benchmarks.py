"""What load generators write, as rows: an input and the rows expected of it for each format.

The inputs are ours, written after the documented fields of each tool.
"""

import pytest

from farthing.estimate.serving_benchmarks import COLUMNS, rows_of

VLLM = {
    "date": "20260530-203806", "backend": "vllm", "model_id": "meta-llama/Llama-3.1-8B-Instruct",
    "num_prompts": 320, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": 32, "duration": 40.0,
    "completed": 300, "total_input_tokens": 300_000, "total_output_tokens": 60_000, "request_throughput": 7.5,
    "output_throughput": 1500.0, "mean_ttft_ms": 210.5, "median_ttft_ms": 190.0, "mean_tpot_ms": 11.6,
    "accelerator": "h100-sxm", "tp": "2",
}  # fmt: skip
METRICS = {
    "time_to_first_token": {"unit": "ms", "avg": 118.0, "p50": 117.0},
    "inter_token_latency": {"unit": "us", "avg": 9050.0},
    "output_token_throughput": {"unit": "tokens/sec", "avg": 769.5},
    "output_sequence_length": {"unit": "tokens", "avg": 228.25},
    "input_sequence_length": {"unit": "tokens", "avg": 467.5},
}
PHASES = {
    "models": {"items": [{"name": "nvidia/Qwen3-32B-FP8"}]},
    "phases": [
        {"name": "warmup", "concurrency": 2, "exclude_from_results": True},
        {"name": "profiling", "concurrency": 8},
    ],
}
GUIDE = {
    "metrics": {
        "request_concurrency": {"successful": {"mean": 15.5}},
        "prompt_token_count": {"successful": {"mean": 512.0}},
        "output_token_count": {"successful": {"mean": 256.0}},
        "output_tokens_per_second": {"successful": {"mean": 0.0}, "total": {"mean": 800.0}},
        "time_to_first_token_ms": {"successful": {"mean": 90.0, "percentiles": {"p99": 200.0}}},
        "inter_token_latency_ms": {"successful": {"mean": 18.5}},
    }
}


def test_a_run_of_vllm_bench_serve_with_the_metadata_that_names_columns():
    (row,) = rows_of(VLLM)
    assert row == {
        "id": "run-1", "model": "llama-3.1-8b", "engine": "vllm", "input_len": "1000", "output_len": "200",
        "concurrency_or_batch": "32", "output_tok_s": "1500", "ttft_ms": "210.5", "tpot_ms": "11.6",
        "accelerator": "h100-sxm", "n_accelerators": "", "tp": "2", "pp": "", "ep": "",
        "weight_precision": "", "kv_precision": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "load"),
    [
        ({"max_concurrency": None, "request_rate": 10.0}, "rate=10/s"),
        ({"max_concurrency": None}, "320"),
        ({"max_concurrency": None, "num_prompts": None}, ""),
    ],
)
def test_the_load_of_vllm_bench_serve(change, load):
    assert rows_of(VLLM | change)[0]["concurrency_or_batch"] == load


def test_appended_runs_have_names_of_their_own():
    assert [row["id"] for row in rows_of([VLLM, VLLM, "no run"])] == ["run-1", "run-2"]


@pytest.mark.parametrize(
    ("config", "model", "load"),
    [
        (PHASES, "qwen3-32b", "8"),
        ({"endpoint": {"model_names": ["m"]}, "loadgen": {"concurrency": 4}}, "m", "4"),
        ({"model_names": ["m"], "perf_analyzer": {"stimulus": {"concurrency": 16}}}, "m", "16"),
        ({"model": ["m"], "request_rate": 2.5}, "m", "rate=2.5/s"),
        ({"model": "m", "concurrency": 1}, "m", "1"),
        ({}, "", ""),
    ],
)
def test_aiperf_and_genai_perf_of_several_versions(config, model, load):
    (row,) = rows_of(METRICS | {"input_config": config})
    assert (row["model"], row["concurrency_or_batch"]) == (model, load)
    assert (row["ttft_ms"], row["tpot_ms"], row["output_tok_s"]) == ("118", "9.05", "769.5")
    assert (row["input_len"], row["output_len"]) == ("467.5", "228.25")


def test_a_unit_that_is_not_known_gives_no_number():
    odd = METRICS | {"input_config": {}, "time_to_first_token": {"unit": "fortnights", "avg": 1.0}}
    assert rows_of(odd)[0]["ttft_ms"] == ""


@pytest.mark.parametrize(
    ("run", "load"),
    [
        ({"config": {"strategy": {"type_": "concurrent", "max_concurrency": 16}}}, "16"),
        ({"args": {"strategy": {"type_": "concurrent", "streams": 8}}}, "8"),
        ({"config": {"strategy": {"type_": "constant", "rate": 3.0}}}, "rate=3/s"),
        ({"config": {"strategy": {"type_": "synchronous"}}}, "1"),
        ({"config": {"strategy": {"type_": "throughput"}}}, "15.5"),
    ],
)
def test_each_strategy_of_guidellm_is_a_row(run, load):
    (row,) = rows_of({"args": {"model": "openai/gpt-oss-120b"}, "benchmarks": [GUIDE | run]})
    assert (row["model"], row["concurrency_or_batch"]) == ("gpt-oss-120b", load)
    assert (row["output_tok_s"], row["ttft_ms"], row["tpot_ms"]) == ("800", "90", "18.5")


@pytest.mark.parametrize(
    ("name", "model", "stored"),
    [
        ("RedHatAI/Meta-Llama-3.1-70B-Instruct-FP8-dynamic", "llama-3.1-70b", "fp8"),
        ("RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", "llama-3.1-8b", "int4"),
        ("nvidia/DeepSeek-R1-NVFP4", "deepseek-r1", "fp4"),
        ("my/own-model", "my/own-model", ""),
    ],
)
def test_a_checkpoint_says_the_model_and_how_it_is_stored(name, model, stored):
    (row,) = rows_of(VLLM | {"model_id": name})
    assert (row["model"], row["weight_precision"]) == (model, stored)


@pytest.mark.parametrize("junk", [None, 7, "text", [], {}, [[]], {"a": {"b": 1}}, {"benchmarks": []}])
def test_what_no_load_generator_wrote_gives_no_rows(junk):
    assert rows_of(junk) == ()


@pytest.mark.parametrize("wrong", [None, -1, 0, "fast", float("nan"), float("inf"), [], {}, 10**400])
def test_numbers_that_are_none_leave_their_cell_empty(wrong):
    (row,) = rows_of(VLLM | {"mean_ttft_ms": wrong, "completed": wrong, "num_prompts": None})
    assert row["ttft_ms"] == row["input_len"] == ""
    assert set(row) <= {*COLUMNS}
