"""`config.json` of every family we read, and everything hostile that a file can hold."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from farthing.estimate import config_file
from farthing.estimate.architecture import of_model
from farthing.estimate.config_shape import of_config, of_values
from farthing.estimate.gather import Basis
from farthing.units.problem import InputError

CONFIGS = yaml.safe_load((Path(__file__).parent / "worlds" / "configs.yaml").read_text(encoding="utf-8"))
LLAMA = CONFIGS["llama-3.1-8b"]
# what a config.json does not tell, or tells for the whole model only
UNSAID = {
    "llama-4-maverick": {"other_params", "window_tokens", "windowed_layer_count"},
    "qwen3-next-80b-a3b": {"other_params", "mtp_layer_count"},
    "phi-3-mini": {"window_tokens", "windowed_layer_count"},
    "phi-3.5-moe": {"window_tokens", "windowed_layer_count"},
}


def problems(values):
    with pytest.raises(InputError) as caught:
        of_values(values)
    return caught.value.problems


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_gives_the_shape_of_the_catalog(name):
    found, known = of_values(CONFIGS[name]).shape, of_model(name).shape
    assert {key for key in known if found[key] != known[key]} <= UNSAID.get(name, set())


def test_a_file_is_read_as_given(tmp_path):
    path = tmp_path / "config.json"
    path.write_text("\ufeff" + json.dumps({**LLAMA, "_name_or_path": "ours"}), encoding="utf-8")
    found = of_config(path)
    assert (found.name, found.basis) == ("ours", Basis.GIVEN)
    assert found.count() == pytest.approx(8030261248, rel=0.001)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"num_key_value_heads": None}, "kv_head_count", 32),
        ({"head_dim": 96}, "head_dimension", 96),
        ({"tie_word_embeddings": True}, "tied_embeddings", 1),
        ({"layer_types": ["full_attention"] * 32, "sliding_window": 64}, "windowed_layer_count", 0),
        ({"sliding_window": 64, "use_sliding_window": False}, "window_tokens", 0),
        ({"sliding_window": 64, "sliding_window_pattern": 4}, "windowed_layer_count", 24),
        ({"num_nextn_predict_layers": 2}, "mtp_layer_count", 2),
        ({"num_experts": 8, "num_experts_per_tok": 2, "decoder_sparse_step": 2}, "dense_layer_count", 16),
        ({"num_experts": 8, "num_experts_per_tok": 2, "mlp_only_layers": [0, 1]}, "dense_layer_count", 2),
        (
            {"num_experts": 8, "num_experts_per_tok": 2, "moe_layer_freq": [0] + [1] * 31},
            "dense_layer_count",
            1,
        ),
        ({"num_experts": 8, "num_experts_per_tok": 2, "moe_layer_freq": [1] * 32}, "dense_layer_count", 0),
        (
            {"num_experts": 8, "num_experts_per_tok": 2, "mlp_layer_types": ["dense", "sparse"]},
            "dense_layer_count",
            1,
        ),
        ({"layer_types": ["linear_attention"] * 24 + ["full_attention"] * 8}, "attention_layer_count", 8),
    ],
)
def test_fields_that_change_the_shape(change, field, value):
    assert of_values({**LLAMA, **change}).shape[field] == value


def test_a_model_with_positions_from_linear_biases_has_no_table_of_them():
    mpt = {**CONFIGS["mpt-7b"], "attn_config": {"alibi": True}}
    assert of_values(mpt).shape["position_embedding_count"] == 0


def test_an_early_falcon_has_one_key_value_head_or_as_many_as_heads():
    falcon = {**CONFIGS["falcon-7b"], "multi_query": False}
    assert of_values(falcon).shape["kv_head_count"] == 71


# Hostile


@pytest.mark.parametrize(
    "field", ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "intermediate_size"]
)
@pytest.mark.parametrize("value", [-1, 0.5, "many", True, [1], {"a": 1}, float("nan"), float("inf"), 10**30])
def test_a_field_of_the_wrong_kind_is_named(field, value):
    assert any(field in problem.where for problem in problems({**LLAMA, field: value}))


@pytest.mark.parametrize(
    "field", ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "intermediate_size"]
)
def test_a_missing_field_is_named(field):
    found = problems({key: value for key, value in LLAMA.items() if key != field})
    assert [problem.code for problem in found] == ["missing-field"]
    assert field in found[0].where


def test_all_problems_are_told_at_once():
    found = problems({"hidden_size": -1, "vocab_size": "x", "model_type": 3, "tie_word_embeddings": "no"})
    assert len(found) >= 5


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"num_key_value_heads": 64}, "num_key_value_heads"),
        ({"num_attention_heads": 31}, "head_dim"),
        ({"num_local_experts": 8, "num_experts_per_tok": 9}, "num_experts_per_tok"),
        ({"num_local_experts": 8}, "num_experts_per_tok"),
        ({"is_encoder_decoder": True}, "is_encoder_decoder"),
        ({"expansion_ratio": -4, "intermediate_size": None}, "expansion_ratio"),
        ({"layer_types": ["full_attention"] * 200_000, "sliding_window": 8}, "layer_types"),
    ],
)
def test_numbers_that_contradict_each_other_are_named(change, where):
    assert any(where in problem.where for problem in problems({**LLAMA, **change}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[1, 2]",
        "null",
        "{" * 5000,
        "[" * 200_000,
        '{"hidden_size": ' + "[" * 900 + "]" * 900 + "}",
        '{"hidden_size": ' + "9" * 6000 + "}",
        '{"hidden_size": 1e999}',
        '{"text_config": ' * 400 + "{}" + "}" * 400,
    ],
)
def test_a_file_that_is_no_config_is_refused(tmp_path, text):
    path = tmp_path / "config.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        of_config(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "config.json"
    path.write_bytes(b"\xff\xfe\x00\x80" * 100)
    with pytest.raises(InputError, match="not JSON"):
        of_config(path)


def test_a_file_of_a_gigabyte_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "config.json"
    with path.open("wb") as file:
        file.truncate(2**30)
    monkeypatch.setattr(config_file.json, "loads", lambda _: pytest.fail("it was read"))
    with pytest.raises(InputError, match="1,073,741,824 bytes"):
        of_config(path)


@pytest.mark.parametrize("name", ["absent.json", ".", "a\0b"])
def test_a_path_that_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(InputError):
        of_config(tmp_path / name)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = sorted(
    {field for config in CONFIGS.values() for field in config} | {"layer_types", "layers_block_type"}
)


@given(st.sampled_from(sorted(CONFIGS)), st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=4))
def test_any_value_in_any_field_gives_a_shape_or_problems(name, changes):
    try:
        found = of_values({**CONFIGS[name], **changes})
    except InputError:
        return  # with problems, as the tests above hold
    assert np.isfinite(found.count())
    assert all(value >= 0 for value in found.shape.values())
