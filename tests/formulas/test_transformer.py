"""Parameter counts: published models, arrays that mix all kinds, scale."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.formulas import transformer
from farthing.formulas.transformer import PARAMETER_FORMULAS

NONE = {
    "position_embedding_count": 0,
    "expert_count": 0,
    "experts_per_token": 0,
    "expert_ffn_size": 0,
    "shared_expert_ffn_size": 0,
    "dense_layer_count": 0,
    "q_lora_rank": 0,
    "kv_lora_rank": 0,
    "rope_dimension": 0,
    "mamba_layer_count": 0,
    "mamba_inner_size": 0,
    "mamba_state_size": 0,
    "mamba_group_count": 0,
    "mamba_head_count": 0,
    "mtp_layer_count": 0,
    "other_params": 0,
}


def shape(layers, hidden, heads, kv_heads, head_dim, ffn, matrices, vocab, tied, **more):
    usual = {
        "attention_layer_count": layers,
        "ffn_layer_count": layers,
        "hidden_size": hidden,
        "head_count": heads,
        "kv_head_count": kv_heads,
        "head_dimension": head_dim,
        "v_head_dimension": head_dim,
        "expert_hidden_size": hidden,
        "ffn_size": ffn,
        "ffn_matrix_count": matrices,
        "vocab_size": vocab,
        "tied_embeddings": tied,
    }
    return {**NONE, **usual, **more}


LATENT = {"q_lora_rank": 1536, "kv_lora_rank": 512, "rope_dimension": 64}
DEEPSEEK = {
    **LATENT,
    "expert_count": 256,
    "experts_per_token": 8,
    "expert_ffn_size": 2048,
    "shared_expert_ffn_size": 2048,
    "dense_layer_count": 3,
    "mtp_layer_count": 1,
}
NANO = {
    "attention_layer_count": 6,
    "ffn_layer_count": 23,
    "mamba_layer_count": 23,
    "mamba_inner_size": 4096,
    "mamba_state_size": 128,
    "mamba_group_count": 8,
    "mamba_head_count": 64,
    "expert_count": 128,
    "experts_per_token": 6,
    "expert_ffn_size": 1856,
    "shared_expert_ffn_size": 3712,
}
PUBLISHED = {
    "gpt2": (
        shape(12, 768, 12, 12, 64, 3072, 2, 50257, 1, position_embedding_count=1024),
        124439808,
        124439808,
    ),
    "llama-3.1-8b": (shape(32, 4096, 32, 8, 128, 14336, 3, 128256, 0), 8030261248, 8030261248),
    "falcon-7b": (shape(32, 4544, 71, 1, 64, 18176, 2, 65024, 1), 6921720704, 6921720704),
    "mixtral-8x7b": (
        shape(
            32,
            4096,
            32,
            8,
            128,
            14336,
            3,
            32000,
            0,
            expert_count=8,
            experts_per_token=2,
            expert_ffn_size=14336,
        ),
        46702792704,
        12.9e9,
    ),
    "deepseek-v3": (shape(61, 7168, 128, 128, 128, 18432, 3, 129280, 0, **DEEPSEEK), 671026419200, 37.5e9),
    "nemotron-3-nano": (shape(52, 2688, 32, 2, 128, 1856, 2, 131072, 0, **NANO), 31.6e9, 3.6e9),
}


def counts(fields):
    known = dict(fields)
    for formula in PARAMETER_FORMULAS:
        known[formula.__name__] = formula(*[known[name] for name in inspect.signature(formula).parameters])
    return known


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sizes_come_out(name):
    fields, params, active = PUBLISHED[name]
    found = counts(fields)
    assert found["params"] == pytest.approx(params, rel=0.003)
    assert found["active_params"] == pytest.approx(active, rel=0.01)


def test_the_chain_is_in_order_and_complete():
    public = {
        name
        for name, item in vars(transformer).items()
        if inspect.isfunction(item) and not name.startswith("_") and name != "cast"
    }
    assert public == {formula.__name__ for formula in PARAMETER_FORMULAS}


def test_one_array_of_all_kinds_equals_the_loop():
    fields = [fields for fields, _, _ in PUBLISHED.values()]
    together = counts({name: np.array([one[name] for one in fields], float) for name in fields[0]})
    alone = [counts({name: float(value) for name, value in one.items()}) for one in fields]
    for name, values in together.items():
        np.testing.assert_allclose(values, [one[name] for one in alone], rtol=1e-15, err_msg=name)


def test_what_multiplies_each_token_leaves_out_the_input_table_only():
    tied, untied = counts(PUBLISHED["gpt2"][0]), counts(PUBLISHED["llama-3.1-8b"][0])
    assert tied["matmul_params"] == tied["params"] - 1024 * 768
    assert untied["matmul_params"] == untied["params"] - 128256 * 4096


def test_interleaved_dense_layers_of_llama_4_maverick():
    experts = {
        "expert_count": 128,
        "experts_per_token": 1,
        "expert_ffn_size": 8192,
        "shared_expert_ffn_size": 8192,
    }
    fields = shape(48, 5120, 40, 8, 128, 16384, 3, 202048, 0, **experts, dense_layer_count=24)
    found = counts(fields)
    assert found["moe_layer_count"] == 24
    assert found["params"] == pytest.approx(400.7e9, rel=0.001)  # 401.6B with the vision encoder


def test_experts_in_a_latent_space_cost_two_projections():
    wide = shape(10, 4096, 32, 2, 128, 1, 2, 1000, 0, **{**NANO, "ffn_layer_count": 10})
    narrow = {**wide, "expert_hidden_size": 1024}
    assert counts(wide)["expert_projection_params_per_layer"] == 0
    assert counts(narrow)["expert_projection_params_per_layer"] == 2 * 4096 * 1024
    assert counts(narrow)["expert_params"] == counts(wide)["expert_params"] / 4


def test_prediction_heads_stand_apart_from_the_published_size():
    with_head = counts(PUBLISHED["deepseek-v3"][0])
    without = counts({**PUBLISHED["deepseek-v3"][0], "mtp_layer_count": 0})
    assert with_head["params"] == without["params"]
    assert without["mtp_params"] == without["active_mtp_params"] == 0
    assert with_head["mtp_params"] == pytest.approx(11.6e9, rel=0.01)  # 14B with its copies of both tables
    dense = counts({**PUBLISHED["llama-3.1-8b"][0], "mtp_layer_count": 1})
    assert dense["mtp_params"] == 41943040 + 176160768 + 2 * 4096**2
    assert dense["active_mtp_params"] == dense["mtp_params"] + 4096 * 128256


@given(
    st.sampled_from(sorted(PUBLISHED)),
    st.sampled_from(
        ["attention_layer_count", "ffn_layer_count", "ffn_size", "vocab_size", "head_count", "expert_count"]
    ),
    st.integers(1, 64),
)
def test_more_of_anything_never_makes_a_model_smaller(name, field, more):
    fields = PUBLISHED[name][0]
    if field == "expert_count" and not fields[field]:
        return
    assert counts({**fields, field: fields[field] + more})["params"] >= counts(fields)["params"]


@given(st.integers(1, 64), st.integers(64, 1024))
def test_active_parameters_are_all_when_every_expert_is_chosen(experts, width):
    fields = shape(
        4, 512, 4, 4, 128, 512, 3, 1000, 0,
        expert_count=experts, experts_per_token=experts, expert_ffn_size=width,
    )  # fmt: skip
    found = counts(fields)
    assert found["active_params"] == found["params"]
