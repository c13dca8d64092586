"""Bad input ends with exit code 2 and a clear problem; never a traceback, never a silent default."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farthing.app.fields import COMMON, TRAIN

HARMLESS = {"scenario", "config"}  # files have tests of their own


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--count", "-5"), "greater than zero"),
        (("--count", "0"), "greater than zero"),
        (("--count", "2.5"), "whole"),
        (("--flop-per-sample", "-1", "--samples", "0"), "greater than zero"),
        (("--pue", "0.5"), "1 or more"),
        (("--set", "pue=-1"), "zero"),
        (("--accelerator", "h100-smx"), "Did you mean"),
        (("--rate", "5 tokens/h"), "measures tokens"),
        (("--rate", "$3.5..2/h"), "low"),
        (("--duration", "2"), "unit is missing"),
        (("--duration", "two weeks"), "duration"),
        (("--precision", "fp12"), "fp16"),
        (("--set", "pou=1.2"), "Did you mean"),
        (("--set", "pue"), "NAME=VALUE"),
        (("--solve", "count"), "--target"),
        (("--target", "cost=1"), "--solve"),
        (("--solve", "count", "--target", "cost=1..2"), "range"),
        (("--currency", "XXQ"), "currency"),
        (("--fx", "GBP"), "rate"),
        (("--as-of", "2026-13-01"), "day"),
        (("--draws", "0"), "whole number"),
        (("--draws", "1e12"), "whole number"),
        (("--seed", "-1"), "whole number"),
        (("--country", "atlantis"), "atlantis"),
        (("--json", "--csv"), "cannot both"),
        (("--tokns", "1T"), "--tokens"),
        (("--book", "prices.yaml"), "not read"),
        (("--ledger", "here"), "not read"),
    ],
)
def test_each_mistake_is_named(farthing, time_question, words, said):
    outcome = farthing("train", *time_question, *words)
    assert outcome.code == 2
    told = outcome.err + outcome.out
    assert said in told
    assert "Traceback" not in told


def test_all_mistakes_are_told_at_once(farthing):
    outcome = farthing("train", "--count", "0", "--duration", "2", "--rate", "x", "--fx", "y", "--json")
    assert {p["where"] for p in json.loads(outcome.out)["problems"]} == {
        "--count",
        "--duration",
        "--rate",
        "--fx",
    }


def test_with_json_a_problem_is_json_on_stdout(farthing):
    for words in (
        ("train", "--tokns", "1"),
        ("train",),
        ("trian",),
        ("why", "x"),
        ("catalog", "show", "nothing-here"),
    ):
        outcome = farthing(*words, "--json")
        problems = json.loads(outcome.out)["problems"]
        assert outcome.code == 2
        assert set(problems[0]) == {"code", "severity", "where", "what", "why", "fix"}
        assert outcome.err == ""


def test_a_verb_that_does_not_exist_names_the_nearest(farthing):
    outcome = farthing("trian")
    assert outcome.code == 2
    assert "Did you mean train?" in outcome.err


def test_fp8_on_an_accelerator_that_lacks_it(farthing):
    words = (
        "--accelerator",
        "a100-sxm-80gb",
        "--count",
        "8",
        "--flop-per-sample",
        "1e12",
        "--samples",
        "1e6",
    )
    outcome = farthing("train", *words, "--precision", "fp8")
    assert outcome.code == 2
    assert "no fp8 rate" in outcome.err


def test_two_kinds_of_model_at_once(farthing, time_question):
    outcome = farthing("train", *time_question, "--params", "8B", "--samples", "1e6")
    assert outcome.code == 2
    assert "two different models" in outcome.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accelerater: h100\n", "accelerator"),
        ("- h100\n", "a list"),
        ("h100\n", "single value"),
        ("", "nothing"),
        ("count: [1, 2]\n", "one value"),
        ("count: {a: 1}\n", "one value"),
        ("set: {mfu: {a: 1}}\n", "nested"),
        ("count: 1\ncount: 2\n", "twice"),
        ("count: &a 1\ntp: *a\n", "Anchors"),
        ("count: !!python/object:os.system 1\n", "Tags"),
        ("count: [1\n", "YAML"),
        ("scenario: other.yaml\n", "scenario"),
        ("count: three\n", "count"),
    ],
)
def test_a_bad_scenario_is_refused_with_its_place(farthing, tmp_path, text, said):
    file = tmp_path / "run.yaml"
    file.write_text(text, "utf-8")
    outcome = farthing("train", "--accelerator", "h100", "--duration", "1 day", "--scenario", str(file))
    assert outcome.code == 2
    assert said in outcome.err


def test_a_scenario_of_a_gigabyte_is_refused_without_reading_it(farthing, tmp_path):
    file = tmp_path / "huge.yaml"
    with file.open("wb") as handle:
        handle.truncate(2**30)
    outcome = farthing("train", "--scenario", str(file))
    assert outcome.code == 2
    assert "1 MB" in outcome.err


@pytest.mark.parametrize("place", ["missing.yaml", ".", "\0"])
def test_a_scenario_that_is_no_file(farthing, tmp_path, place):
    assert farthing("train", "--scenario", str(tmp_path / place)).code == 2


def test_a_scenario_that_is_not_text(farthing, tmp_path):
    file = tmp_path / "run.yaml"
    file.write_bytes(b"\xff\xfe\x00count")
    assert farthing("train", "--scenario", str(file)).code == 2


def test_our_own_mistake_is_owned_up_to_briefly(farthing, time_question, monkeypatch):
    def broken(_asked):
        raise RuntimeError("boom")

    monkeypatch.setattr("farthing.app.train.answer", broken)
    outcome = farthing("train", *time_question)
    assert outcome.code == 1
    assert "mistake in farthing" in outcome.err
    assert "Traceback" not in outcome.err
    monkeypatch.setenv("FARTHING_DEBUG", "1")
    with pytest.raises(RuntimeError, match="boom"):
        farthing("train", *time_question)


NUMBERS = st.sampled_from(
    [
        "0",
        "-1",
        "1e400",
        "1e-300",
        "nan",
        "inf",
        "1..2",
        "2..1",
        "~5",
        "..",
        "$",
        "1e30",
        "0x10",
        "1,000",
        "½",
        "１２",
    ]
)
TEXTS = st.one_of(
    NUMBERS, st.text(max_size=12), st.sampled_from(["h100", "8B", "15T", "2 weeks", "$2/h", "mfu=0.4"])
)
OPTIONS = st.lists(
    st.tuples(
        st.sampled_from([f for f in (*TRAIN, *COMMON) if f.name not in HARMLESS and f.kind != "flag"]), TEXTS
    ),
    max_size=5,
)


WAYS = st.sampled_from(
    [("--duration", "1 day"), ("--flop-per-sample", "1e12", "--samples", "1e9", "--count", "8")]
)


@given(WAYS, OPTIONS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_brings_the_command_line_down(farthing, way, options):
    words = [word for field, text in options for word in (field.option, text)]
    outcome = farthing("train", "--accelerator", "h100", *way, "--draws", "16", *words)
    assert outcome.code in {0, 2, 6}, outcome
    assert "Traceback" not in outcome.err
