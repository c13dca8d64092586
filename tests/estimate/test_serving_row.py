"""Rows of servings as set-ups: what each cell means, what an empty one is taken for, quirks of sources."""

import math

import pytest

from farthing.estimate.serving_row import setup_of
from farthing.units.problem import InputError

ROW = {
    "model": "llama-3.1-70b", "accelerator": "H100-SXM-80GB", "n_accelerators": "8", "tp": "4",
    "weight_precision": "fp8", "kv_precision": "fp8", "engine": "vLLM 0.11 (V1)", "input_len": "1024",
    "output_len": "512", "concurrency_or_batch": "32",
}  # fmt: skip


def test_a_row_that_says_everything():
    setup = setup_of(ROW)
    assert (setup.accelerator.id, setup.weight_format, setup.kv_byte) == ("h100-sxm", "fp8", 1.0)
    assert (setup.replica_count, setup.copy_count, setup.reader_count) == (4, 2, 4)
    assert (setup.engine.family, setup.engine.release) == ("vllm", "vllm 0.11")
    assert setup.notes == ()


@pytest.mark.parametrize(
    ("change", "kind", "size"),
    [
        ({}, "closed", 32),
        ({"workload": "static batch"}, "static", 32),
        ({"concurrency_or_batch": "max"}, "full", 0),
        ({"concurrency_or_batch": ""}, "full", 0),
        ({"concurrency_or_batch": "qps=8"}, "rate", 8),
        ({"concurrency_or_batch": "rate=2.5/s"}, "rate", 2.5),
        ({"concurrency_or_batch": "qps=INF"}, "rate", math.inf),
        ({"concurrency_or_batch": "mlperf-Server"}, "full", 0),
        ({"workload": "mlperf:llama2-70b-99:Offline"}, "full", 0),
    ],
)
def test_how_much_is_asked(change, kind, size):
    load = setup_of(ROW | change).load
    assert (load.kind, load.size) == (kind, size)


@pytest.mark.parametrize(
    ("said", "stored"),
    [("NVFP4", "fp4"), ("bfloat16", "bf16"), ("AWQ", "int4"), ("e4m3", "fp8"), ("w4a16", "int4")],
)
def test_formats_by_their_other_names(said, stored):
    assert setup_of(ROW | {"weight_precision": said}).weight_format == stored


def test_a_format_that_is_not_known_is_taken_and_said():
    setup = setup_of(ROW | {"weight_precision": "fp13"})
    assert setup.weight_format == "fp8"
    assert "fp13" in setup.notes[0]


@pytest.mark.parametrize(
    ("change", "size"),
    [
        ({"kv_precision": "bf16"}, 2.0),
        ({"kv_precision": "int4"}, 0.5),
        ({"kv_precision": ""}, 2.0),
        ({"kv_precision": "", "engine": "TensorRT-LLM 0.20"}, 1.0),
    ],
)
def test_bytes_of_a_cached_number(change, size):
    assert setup_of(ROW | change).kv_byte == size


def test_an_open_layout_takes_the_smallest_group_that_holds_the_weights():
    setup = setup_of(ROW | {"tp": ""})
    assert setup.layout["tp"] == 2
    assert "tp not stated" in setup.notes[0]


def test_more_ranks_than_accelerators_are_as_many_accelerators():
    setup = setup_of(ROW | {"n_accelerators": "1"})
    assert (setup.layout["accelerator_count"], setup.replica_count) == (4, 4)
    assert "tp 4 on 1" in setup.notes[0]


@pytest.mark.parametrize("tp", ["64", "1"])
def test_widths_that_a_source_multiplies_are_read_as_they_were_run(tp):
    row = ROW | {"n_accelerators": "64", "tp": tp, "ep": "8", "model": "deepseek-r1"}
    assert setup_of(row | {"source_family": "aic_silicon_inferencex"}).layout["accelerator_count"] == 8
    assert setup_of(row | {"source_family": "mine"}).layout["accelerator_count"] == 64


def test_weights_beyond_the_stated_group_widen_the_copy():
    row = ROW | {"model": "deepseek-r1", "tp": "1", "n_accelerators": "16", "accelerator": "b200"}
    assert setup_of(row).replica_count == 8


def test_accelerators_that_only_read_are_no_copies():
    row = ROW | {"engine": "sglang disagg", "n_accelerators": "12", "tp": "4"}
    setup = setup_of(row)
    assert (setup.copy_count, setup.reader_count) == (2, 2)
    lone = setup_of(row | {"n_accelerators": "4"})
    assert (lone.copy_count, lone.reader_count) == (1, 1)


def test_lengths_that_nobody_stated():
    assert setup_of(ROW | {"input_len": "", "output_len": "0"}).input_tokens == 1024
    known = setup_of(ROW | {"input_len": "", "workload": "mlperf:llama3.1-405b", "model": "llama-3.1-405b"})
    assert known.input_tokens > 5000


@pytest.mark.parametrize("cell", ["many", "-3", "0", "1e400", "nan", "qps=fast"])
def test_a_load_that_is_none_is_refused(cell):
    with pytest.raises(InputError) as caught:
        setup_of(ROW | {"concurrency_or_batch": cell})
    assert "concurrency_or_batch" in caught.value.problems[0].what
