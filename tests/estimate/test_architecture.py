"""Shapes by name, by size alone and by table row."""

import csv
import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.catalog.load import catalog
from farthing.estimate import model_row, standard_shape
from farthing.estimate.architecture import SHAPE_NAMES, completed, known_model, of_model
from farthing.estimate.gather import Basis
from farthing.units.problem import InputError

SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared")) / "data"
needs_tables = pytest.mark.skipif(not SHARED.is_dir(), reason="the public tables are not on this machine")
DEEPSEEK_TEXT = "256 routed top8 + 1 shared, moe_ffn 2048, first 3 dense, MLA q_lora1536 kv_lora512, 1 MTP"


def row(**columns):
    return {**dict.fromkeys([*model_row.COLUMNS, "model", "moe"], ""), **columns}


def deepseek(**columns):
    shape = {"layers": "61", "hidden": "7168", "heads": "128", "kv_heads": "128", "ffn": "18432"}
    sizes = {"vocab": "129280", "params": "671e9", "active_params": "37e9", "moe": DEEPSEEK_TEXT}
    return row(**{"model": "DeepSeekV3", **shape, **sizes, **columns})


# By name


def test_a_catalog_model_is_looked_up_with_its_source():
    found = of_model("meta-llama/Llama-3.1-8B")
    assert found.count() == pytest.approx(8030261248, rel=0.001)
    assert (found.basis, found.confidence) == (Basis.LOOKED_UP, "B")
    assert found.sources == catalog().models["llama-3.1-8b"].sources
    assert found.numbers().keys() == SHAPE_NAMES
    assert all(item.basis is Basis.LOOKED_UP for item in found.inputs())


def test_an_unknown_name_suggests_near_ones():
    with pytest.raises(InputError, match="Did you mean"):
        of_model("llama-3.1-9b")
    assert known_model("no such thing at all") is None


def test_a_remark_in_brackets_is_left_aside():
    assert of_model("Llama 3.1 8B (our fork)").shape == of_model("llama-3.1-8b").shape
    with pytest.raises(InputError):
        of_model("unheard of (our fork)")


def test_truncated_models_keep_their_kinds_of_layers():
    llama = of_model("llama3-405b truncated to 4 layers")
    assert llama.count() == pytest.approx(16953376768, rel=0.001)  # as the table states
    assert llama.basis is Basis.DERIVED
    deepseek = of_model("deepseekv3 truncated to 4 layers")
    assert (deepseek.shape["layer_count"], deepseek.shape["dense_layer_count"]) == (4, 1)
    assert deepseek.count("moe_layer_count") == 3
    nano = of_model("nemotron-3-nano-30b-a3b truncated to 26 layers").shape
    kinds = [nano[f"{kind}_layer_count"] for kind in ("attention", "ffn", "mamba")]
    assert kinds == [3, 12, 12]


def test_numbers_that_are_not_given_follow_others():
    shape = completed({"layer_count": 2, "hidden_size": 8, "head_count": 4, "head_dimension": 2})
    assert shape["kv_head_count"] == 4
    assert shape["expert_hidden_size"] == 8
    assert shape["attention_layer_count"] == shape["ffn_layer_count"] == 2
    assert shape["expert_count"] == 0


# By size alone


@given(st.floats(6, 15))
def test_a_size_alone_gives_a_shape_of_that_size(exponent):
    params = 10**exponent
    found = standard_shape.infer(params)
    assert found.count() == pytest.approx(params, rel=0.01)
    assert found.shape["head_count"] % found.shape["kv_head_count"] == 0
    assert (found.basis, found.confidence) == (Basis.ASSUMED, "D")


@given(st.floats(9, 13), st.floats(1.06, 30))
def test_two_sizes_give_a_mixture_of_both(exponent, sparsity):
    params, active = 10**exponent, 10**exponent / sparsity
    found = standard_shape.infer(params, active)
    assert found.count() == pytest.approx(params, rel=0.01)
    assert found.count("active_params") == pytest.approx(active, rel=0.04)
    assert found.shape["experts_per_token"] < found.shape["expert_count"]


def test_eight_billion_look_like_the_eight_billion_that_people_train():
    shape, llama = standard_shape.infer(8.03e9).shape, of_model("llama-3.1-8b").shape
    for name in ("hidden_size", "layer_count", "head_count", "kv_head_count", "vocab_size"):
        assert shape[name] == llama[name]
    assert shape["ffn_size"] == pytest.approx(llama["ffn_size"], rel=0.02)


def test_the_fit_of_the_hidden_size_is_near_the_catalog():
    errors = []
    for name, model in catalog().models.items():
        if model.published_params and model.released >= "2022" and model.published_params > 1e8:
            found = of_model(name)
            fitted = standard_shape.usual_hidden_size(found.count("active_params"))
            errors.append(np.log(fitted / found.shape["hidden_size"]))
    assert abs(np.median(errors)) < 0.1
    assert np.std(errors) < 0.25


def test_the_sparsest_mixtures_keep_their_whole_size():
    found = standard_shape.infer(1e9, 1.2e7)  # routers of so many experts outweigh what may be active
    assert found.count() == pytest.approx(1e9, rel=0.01)


@pytest.mark.parametrize(
    ("params", "active"),
    [(0, None), (-1, None), (float("nan"), None), (1e18, None), (8e9, 9e9), (8e9, -1), (8e9, 1e6)],
)
def test_sizes_that_no_model_has_are_refused(params, active):
    with pytest.raises(InputError, match="params"):
        standard_shape.infer(params, active)


# By row


@needs_tables
def test_every_row_of_the_training_table_has_a_shape_of_its_size():
    with (SHARED / "training_throughput.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    catalog()
    start = time.process_time()
    found = [model_row.of_row(one) for one in rows]
    assert time.process_time() - start < 2  # a guard against a search per row, not a benchmark
    for one, shape in zip(rows, found, strict=True):
        if one["params"] and one["model"] != "Nemotron_3_Nano":  # 31.6B, rounded to 30B in its name
            assert shape.count() == pytest.approx(float(one["params"]), rel=0.03), one["id"]


@needs_tables
def test_rows_keep_their_size_when_the_name_means_nothing():
    with (SHARED / "training_throughput.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [one for one in csv.DictReader(file) if one["params"]]
    for one in rows:
        found = model_row.of_row({**one, "model": "mystery"})
        assert found.count() == pytest.approx(float(one["params"]), rel=0.05), one["id"]
        if one["active_params"]:
            active = float(one["active_params"])
            assert found.count("active_params") == pytest.approx(active, rel=0.13), one["id"]


def test_a_row_that_agrees_with_the_catalog_changes_nothing():
    assert model_row.of_row(deepseek()) is known_model("DeepSeekV3")


def test_heads_for_several_tokens_can_be_left_out():
    found = model_row.of_row(deepseek(model="DeepSeekV3 (w/o MTP)"))
    assert found.shape["mtp_layer_count"] == 0


def test_a_row_of_an_unknown_mixture_is_read_from_its_columns():
    found = model_row.of_row(deepseek(model="mystery"))
    known = of_model("deepseek-v3").shape
    assert {name for name in SHAPE_NAMES if found.shape[name] != known[name]} == set()
    assert "rope_dimension" in found.assumed
    assert "expert_count" not in found.assumed


def test_columns_win_over_the_catalog():
    found = model_row.of_row(row(model="llama-3-8b", layers="16", vocab="32000", kv_heads="4"))
    assert [found.shape[name] for name in ("layer_count", "vocab_size", "kv_head_count")] == [16, 32000, 4]
    assert found.basis is Basis.DERIVED
    windowed = model_row.of_row(row(model="llama-3-8b", moe="sliding window 1024"))
    assert (windowed.shape["window_tokens"], windowed.shape["windowed_layer_count"]) == (1024, 32)


def test_learned_positions_are_as_many_as_the_sequence_is_long():
    found = model_row.of_row(row(model="MPT-125m", seq_len="65536"))
    assert found.count() == pytest.approx(174070272, rel=0.001)


def test_another_width_under_a_known_name_is_another_model():
    columns = {"layers": "24", "hidden": "2048", "heads": "16", "kv_heads": "16", "ffn": "8192"}
    found = model_row.of_row(row(model="GPT-1.7B", vocab="131072", params="1.7e9", **columns))
    assert found.shape["head_dimension"] == 128
    assert found.count() == pytest.approx(1.7e9, rel=0.03)


def test_size_alone_and_shape_alone_are_enough():
    assert model_row.of_row(row(model="mystery", params="7e9")).basis is Basis.ASSUMED
    bare = model_row.of_row(row(model="mystery", layers="32", hidden="4096"))
    assert bare.shape["head_count"] == 32
    assert bare.count() == pytest.approx(6.65e9, rel=0.05)
    assert "head_count" in bare.assumed


def test_a_missing_width_follows_from_the_size():
    found = model_row.of_row(row(model="mystery", layers="32", hidden="4096", params="8e9"))
    assert found.count() == pytest.approx(8e9, rel=0.001)
    assert found.shape["other_params"] == 0


def test_a_remainder_of_the_stated_size_is_kept():
    columns = {"layers": "32", "hidden": "4096", "heads": "32", "ffn": "11008", "vocab": "32000"}
    found = model_row.of_row(row(model="mystery", params="8e9", **columns))
    assert found.shape["other_params"] > 1e9
    assert found.count() == pytest.approx(8e9, rel=1e-6)
    smaller = model_row.of_row(row(model="mystery", params="3e9", **columns))
    assert smaller.shape["other_params"] == 0


def test_a_hybrid_without_a_name_gets_the_usual_shares():
    text = "hybrid Mamba-MoE, 128 experts, moe_ffn 1856"
    columns = {"layers": "52", "hidden": "2688", "ffn": "1856", "params": "31.6e9", "active_params": "3.4e9"}
    shape = model_row.of_row(row(model="mystery", moe=text, **columns)).shape
    assert shape["attention_layer_count"] + shape["ffn_layer_count"] + shape["mamba_layer_count"] == 52
    assert 4 <= shape["experts_per_token"] <= 8


def test_experts_without_a_choice_or_a_width_get_usual_ones():
    shape = model_row.of_row(
        row(model="mystery", layers="8", hidden="1024", ffn="3072", moe="16 experts")
    ).shape
    assert (shape["experts_per_token"], shape["expert_ffn_size"]) == (8, 3072)


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ({"layers": "-3"}, "layers"),
        ({"layers": "0"}, "layers"),
        ({"hidden": "wide"}, "hidden"),
        ({"params": "nan"}, "params"),
        ({"params": "1e30"}, "params"),
    ],
)
def test_a_bad_column_is_named(columns, where):
    with pytest.raises(InputError, match=where):
        model_row.of_row(row(model="llama-3-8b", **columns))


def test_all_bad_columns_are_named_at_once():
    with pytest.raises(InputError) as caught:
        model_row.of_row(row(model="mystery", layers="-1", hidden="x", params="7e9"))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("columns", [{}, {"layers": "32"}, {"model": None}, {"params": "3"}])
def test_a_row_that_tells_nothing_is_refused(columns):
    with pytest.raises(InputError):
        model_row.of_row(row(**{"model": "mystery", **columns}))


@given(st.dictionaries(st.sampled_from([*sorted(model_row.COLUMNS), "model", "moe"]), st.text(max_size=12)))
def test_any_row_gives_a_shape_or_problems(columns):
    try:
        found = model_row.of_row(columns)
    except InputError:
        return  # with problems, as the tests above hold
    assert np.isfinite(found.count())
