"""Open models: shapes that give their published sizes, names that people and tables use."""

import csv
import os
import re
from pathlib import Path

import pytest

from farthing.catalog import find
from farthing.catalog.load import catalog
from farthing.estimate.architecture import SHAPE_NAMES, known_model, of_model

SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared")) / "data"
needs_tables = pytest.mark.skipif(not SHARED.is_dir(), reason="the public tables are not on this machine")
MODELS = sorted(catalog().models)
NO_LANGUAGE_MODEL = {"Kokoro-82M TTS v0.19", "OpenLRM large"}
SEVERAL_MODELS = {"Code Llama (all 12 models)"}


def rows(name):
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_many_models():
    assert len(MODELS) >= 200
    families = [
        "gpt-2",
        "gpt-3",
        "gpt-oss",
        "llama-3.1",
        "llama-4",
        "qwen2.5",
        "qwen3",
        "mixtral",
        "deepseek-v3",
    ]
    families += ["gemma", "phi", "olmo", "falcon", "mpt", "kimi", "glm", "minimax", "nemotron-3", "maxtext"]
    assert [family for family in families if not any(name.startswith(family) for name in MODELS)] == []


@pytest.mark.parametrize("name", MODELS)
def test_the_shape_gives_the_published_size(name):
    model, found = catalog().models[name], of_model(name)
    if model.published_params is not None:
        assert found.count() == pytest.approx(model.published_params, rel=0.01)
    if model.published_active_params is not None:
        # publishers count both tables, the output matrix alone, or neither
        output = found.shape["hidden_size"] * found.shape["vocab_size"]
        matmul = found.count("matmul_params")
        ways = (found.count("active_params"), matmul, matmul - output)
        assert min(abs(way / model.published_active_params - 1) for way in ways) <= 0.03


@pytest.mark.parametrize("name", MODELS)
def test_a_shape_is_consistent(name):
    shape = of_model(name).shape
    assert shape.keys() == SHAPE_NAMES
    assert shape["kv_head_count"] <= shape["head_count"]
    assert shape["experts_per_token"] <= shape["expert_count"]
    assert (shape["expert_count"] > 0) == (shape["expert_ffn_size"] > 0) == (shape["experts_per_token"] > 0)
    assert shape["dense_layer_count"] <= shape["ffn_layer_count"]
    assert (shape["window_tokens"] > 0) == (shape["windowed_layer_count"] > 0)
    assert (shape["mamba_layer_count"] > 0) == (shape["mamba_inner_size"] > 0)


@pytest.mark.parametrize("name", MODELS)
def test_a_remembered_shape_says_so(name):
    model = catalog().models[name]
    assert model.confidence != "D" or model.note
    assert all(source in catalog().sources for source in model.sources)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("LLAMA3.1_405B", "llama-3.1-405b"),
        ("llama-3-1-8b", "llama-3.1-8b"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b"),
        ("Qwen3_235B_a22B", "qwen3-235b-a22b"),
        ("GPT-3 1.3B", "gpt-3-1.3b"),
        ("GPT-3 13B", "gpt-3-13b"),
        ("turing-530B", "mt-nlg-530b"),
        ("Nemotron_3_Ultra", "nemotron-3-ultra-550b-a55b"),
        ("gpt2-xl", "gpt-2-1.5b"),
        ("DeepSeek V3 671B", "deepseek-v3"),
    ],
)
def test_names_that_people_use(spelling, name):
    assert find.found_model(spelling).id == name


def test_costs_of_closed_models_are_claims_with_a_source():
    gpt5 = find.closed_model("GPT-5").fact
    assert gpt5.training_cost_usd == "500M..2.5B"
    assert gpt5.basis("training_cost_usd").confidence == "D"
    for model in catalog().closed_models.values():
        amounts = [model.compute_cost_usd, model.training_cost_usd]
        assert all(re.fullmatch(r"[\d.]+[MB](\.\.[\d.]+[MB])?", amount) for amount in amounts if amount)


@needs_tables
@pytest.mark.parametrize("column", ["layers", "hidden", "heads", "kv_heads", "ffn"])
def test_the_training_table_agrees_with_the_catalog(column):
    field = {
        "layers": "layer_count",
        "hidden": "hidden_size",
        "heads": "head_count",
        "kv_heads": "kv_head_count",
        "ffn": "ffn_size",
    }[column]
    differing = set()
    for row in rows("training_throughput.csv"):
        if row[column] and float(row[column]) != of_model(row["model"]).shape[field]:
            differing.add(row["model"])
    # two tables call different shapes GPT-1.7B; a row's own columns win
    assert differing <= {"GPT-1.7B"}


@needs_tables
def test_every_model_of_the_training_table_has_a_shape():
    assert [
        row["model"] for row in rows("training_throughput.csv") if known_model(row["model"]) is None
    ] == []


@needs_tables
@pytest.mark.parametrize(
    "table", ["training_runs.csv", "finetune_throughput.csv", "inference_throughput.csv"]
)
def test_every_model_of_the_other_tables_is_known(table):
    skipped = NO_LANGUAGE_MODEL | SEVERAL_MODELS
    for name in {row["model"] for row in rows(table)} - skipped:
        assert known_model(name) is not None or find.closed_model(name), name
