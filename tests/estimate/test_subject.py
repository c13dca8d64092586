"""What is trained: by name, by config, by size; and a clear word where it is not said."""

import json
from datetime import date

import pytest

from farthing.estimate.gather import Basis
from farthing.estimate.question import Question, Solve
from farthing.estimate.subject import USUAL_SEQ_LEN_TOKENS, subject
from farthing.units.problem import InputError
from farthing.units.spread import Spread

DAY = date(2026, 1, 1)


def ask(words=None, solve=None, sets=None, **numbers):
    return subject(Question("train", DAY, numbers, words or {}, sets=sets or {}, solve=solve))


def refusal(*args, **numbers):
    with pytest.raises(InputError) as caught:
        ask(*args, **numbers)
    return caught.value.problems


def test_a_model_of_the_catalog_brings_its_tokens():
    found = ask({"model": "Llama 3.1 8B"})
    tokens = next(item for item in found.inputs if item.name == "tokens")
    assert (tokens.value, tokens.basis) == (15e12, Basis.LOOKED_UP)
    assert tokens.sources
    assert found.problems == ()


def test_what_is_said_wins():
    found = ask({"model": "llama-3.1-8b"}, tokens=1e12, seq_len_tokens=4096.0)
    assert found.inputs == ()
    assert found.seq_len_tokens == 4096
    assert ask({"model": "llama-3.1-8b"}, sets={"seq_len_tokens": 2048.0}).seq_len_tokens == 2048
    assert ask(
        {"model": "llama-3.1-8b"}, seq_len_tokens=Spread.between(2048, 8192)
    ).seq_len_tokens == pytest.approx(4096)


def test_the_usual_length_is_assumed_and_no_longer_than_the_model_reads():
    assumed = next(
        item for item in ask({"model": "gpt2"}, tokens=1e9).inputs if item.name == "seq_len_tokens"
    )
    assert (assumed.value, assumed.basis) == (1024, Basis.ASSUMED)
    assert ask({"model": "llama-3.1-8b"}).seq_len_tokens == USUAL_SEQ_LEN_TOKENS


def test_a_size_alone_gets_a_usual_shape_and_says_so():
    found = ask(params=8e9, tokens=1e12)
    assert found.architecture.count() == pytest.approx(8e9, rel=0.03)
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("assumed-shape", "note")


def test_fewer_active_parameters_make_a_mixture():
    found = ask(params=100e9, active_params=10e9, tokens=1e12)
    assert found.architecture.shape["expert_count"] > 1
    assert found.architecture.count("active_params") == pytest.approx(10e9, rel=0.05)


LLAMA = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14_336,
    "vocab_size": 128_256,
    "tie_word_embeddings": False,
}


def test_a_config_file(tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps(LLAMA))
    found = ask({"config": str(file)}, tokens=1e12)
    assert found.architecture.count() == pytest.approx(8.03e9, rel=0.01)


def test_a_model_cut_short_is_the_same_model():
    found = ask({"model": "llama-3.1-8b truncated to 4 layers"}, tokens=1e9)
    assert found.architecture.shape["layer_count"] == 4


@pytest.mark.parametrize(
    ("words", "numbers", "where"),
    [
        ({}, {}, "--model"),
        ({"model": "llama-3.1-8b", "config": "config.json"}, {"tokens": 1e12}, "--model"),
        ({"model": "llama-3.1-8b"}, {"params": 70e9, "tokens": 1e12}, "--model"),
        ({"model": "llama-3.1-8b"}, {"active_params": 70e9, "tokens": 1e12}, "--model"),
        ({"config": "config.json"}, {"params": 70e9, "tokens": 1e12}, "--config"),
        ({}, {"active_params": 8e9, "tokens": 1e12}, "--model"),
        ({}, {"params": 8e9}, "--tokens"),
    ],
)
def test_too_little_or_too_much_is_said(words, numbers, where):
    (problem,) = refusal(words, **numbers)
    assert problem.where == where
    assert problem.fix


def test_a_model_nobody_knows_names_the_nearest():
    (problem,) = refusal({"model": "llama-3.1-8c"}, tokens=1e12)
    assert "llama-3.1-8b" in problem.fix


def test_tokens_that_are_solved_for_need_not_be_said():
    found = ask(params=8e9, solve=Solve("tokens", "compute_cost_usd", 1e6))
    assert [item.name for item in found.inputs] == ["seq_len_tokens"]
