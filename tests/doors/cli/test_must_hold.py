"""What must hold for `train` on language models: clear refusals, honest directions, the contract's JSON."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farthing.units.names import is_legal_name

LLAMA = ("--model", "llama-3.1-8b", "--tokens", "1T", "--accelerator", "h100-sxm", "--count", "64")
A100 = ("--model", "llama-3.1-8b", "--tokens", "1T", "--accelerator", "a100-sxm-80gb", "--count", "64")
COUNTED = (
    *("--count", "--seq", "--global-batch", "--micro-batch", "--tp", "--pp", "--vp", "--cp", "--dp", "--ep"),
    *("--tokens", "--rate", "--mfu", "--goodput"),
)
PROBLEM = {"code", "severity", "where", "what", "why", "fix"}
GIB = 2**30
in_process = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(farthing, *words, code=2):
    """The problems of a refusal, told the same in text and in JSON, never as a traceback."""
    plain, told = farthing(*words), farthing(*words, "--json")
    assert (plain.code, told.code) == (code, code), plain
    assert "Traceback" not in plain.err + plain.out + told.err + told.out
    assert told.err == ""
    problems = json.loads(told.out)["problems"]
    assert problems
    for problem in problems:
        assert set(problem) == PROBLEM
        assert problem["what"]
        assert problem["where"]
        assert problem["fix"]
        assert problem["what"] in plain.err
    return problems


def answer(farthing, *words):
    outcome = farthing("train", *words, "--json")
    assert outcome.code == 0, outcome
    return json.loads(outcome.out)


def said(problems):
    return " ".join(f"{p['where']} {p['what']} {p['why']} {p['fix']}" for p in problems)


@pytest.mark.parametrize(
    ("words", "where", "fix"),
    [
        *[((option, value), option, "") for value in ("-8", "0") for option in COUNTED],
        (("--tokens", "-1T"), "--tokens", "15T"),
        (("--tokens", "$5"), "--tokens", "15T"),
        (("--tokens", "15T..2T"), "--tokens", "lower end first"),
        (("--rate", "5M tokens"), "--rate", "$2.50/h"),
        (("--rate", "15T tokens/h"), "--rate", "$2.50/h"),
        (("--rate", "$3..$2/h"), "--rate", "lower end first"),
        (("--mfu", "50%..35%"), "--mfu", "lower end first"),
        (("--mfu", "140%"), "--mfu", ""),
        (("--seq", "2.5"), "--seq", ""),
        (("--tp", "64"), "--tp", "divisor of 32"),
        (("--tp", "5"), "--tp", "divisor of 32"),
        (("--pp", "33"), "--pp", "at most 32"),
        (("--ep", "8"), "--ep", "leave"),
        (("--tp", "8", "--pp", "16"), "--count", "multiple of 128"),
        (("--micro-batch", "100000"), "layout", "--global-batch"),
        (("--zero", "4"), "--zero", ""),
        (("--recompute", "ful"), "--recompute", "full"),
        (("--precision", "fp7"), "--precision", "fp"),
        (("--params", "8B"), "--model", "leave one"),
        (("--flop-per-sample", "1e12"), "--model", "leave one"),
        (("--set", "mfuu=0.4"), "--set", "mfu"),
        (("--set", "tp=1.5"), "--set tp", "whole"),
        (("--draws", "0"), "--draws", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_way_out(farthing, words, where, fix):
    problems = refused(farthing, "train", *LLAMA, *words)
    assert [p for p in problems if p["where"].startswith(where)], problems
    assert fix.lower() in said(problems).lower()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("llama-3.1-8c", "llama-3.1-8b"), ("gpt3-175", "gpt-3"), ("deepseek-v33", "deepseek-v3")],
)
def test_an_unknown_model_names_the_nearest(farthing, wrong, right):
    problems = refused(farthing, "train", "--model", wrong, *LLAMA[2:])
    assert "Did you mean" in problems[0]["fix"]
    assert right in problems[0]["fix"].lower().replace(" ", "-")


def test_an_unknown_accelerator_names_the_nearest(farthing):
    assert "h100-sxm" in said(refused(farthing, "train", *LLAMA[:4], "--accelerator", "h100-smx")).lower()


@pytest.mark.parametrize("precision", ["fp8", "fp4"])
def test_a_format_the_accelerator_lacks(farthing, precision):
    (problem,) = refused(farthing, "train", *A100, "--precision", precision)
    assert precision in problem["what"]
    assert "A100" in problem["what"]
    assert "bf16" in problem["fix"]
    assert precision not in problem["fix"]


@pytest.mark.parametrize("missing", [LLAMA[2:], ("--params", "8B", *LLAMA[4:]), LLAMA[:4]])
def test_what_is_missing_is_asked_for(farthing, missing):
    problems = refused(farthing, "train", *missing)
    assert "missing" in problems[0]["code"]


def test_a_typo_in_a_scenario(farthing, tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("model: llama-3.1-8b\ntokens: 1T\naccelerater: h100-sxm\ncount: 64\n", "utf-8")
    (problem,) = refused(farthing, "train", "--scenario", str(file))
    assert problem["where"] == "run.yaml:3"
    assert "accelerator" in problem["fix"]


@pytest.mark.parametrize("option", ["--config", "--scenario"])
def test_a_gigabyte_is_refused_without_reading_it(farthing, tmp_path, option):
    file = tmp_path / "huge"
    with file.open("wb") as handle:
        handle.truncate(2**30)
    words = LLAMA[2:] if option == "--config" else LLAMA
    (problem,) = refused(farthing, "train", *words, option, str(file))
    assert problem["code"] in {"bad-file", "bad-config"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"hidden_size": -1}', '{"hidden_size": 1e400}', "\x00", '"x"']
)
def test_a_config_that_is_none(farthing, tmp_path, text):
    file = tmp_path / "config.json"
    file.write_text(text, "utf-8")
    refused(farthing, "train", *LLAMA[2:], "--config", str(file))


@pytest.mark.parametrize("place", ["missing.json", "."])
def test_a_config_that_is_no_file(farthing, tmp_path, place):
    refused(farthing, "train", *LLAMA[2:], "--config", str(tmp_path / place))


@pytest.mark.parametrize(
    "words",
    [
        ("--model", "gpt-3-175b", "--tokens", "300B", "--accelerator", "a100-sxm-80gb", "--count", "8"),
        ("--model", "llama-3.1-405b", "--tokens", "15T", "--accelerator", "rtx-4090", "--count", "1"),
        ("--params", "1e15", "--tokens", "1T", "--accelerator", "h100-sxm", "--count", "8"),
    ],
)
def test_what_does_not_fit_says_by_how_much_and_what_would(farthing, words):
    (problem,) = refused(farthing, "train", *words, code=6)
    assert problem["code"] == "infeasible"
    assert "GiB" in problem["what"]
    assert "GiB short" in problem["why"]
    assert "--" in problem["fix"] or "smaller" in problem["fix"]


@pytest.mark.parametrize("value", ["1e300", "1e-300", "1e18", "0.0000001"])
@pytest.mark.parametrize("option", ["--tokens", "--rate", "--seq", "--global-batch", "--params"])
def test_extreme_numbers_are_answered_or_refused(farthing, option, value):
    words = [*LLAMA[2:], option, value] if option == "--params" else [*LLAMA, option, value]
    outcome = farthing("train", *words, "--draws", "1", "--json")
    assert outcome.code in {0, 2, 6}, outcome
    assert "Traceback" not in outcome.out + outcome.err


MODELS = st.sampled_from(["llama-3.1-8b", "llama-3.1-70b", "mixtral-8x7b", "gpt-3-175b"])
COUNTS = st.sampled_from([64, 280, 512, 4096])


@in_process
@given(MODELS, COUNTS, st.floats(min_value=1e9, max_value=2e13))
def test_doubling_the_tokens_never_lowers_cost(farthing, model, count, tokens):
    words = ("--model", model, "--accelerator", "h200-sxm", "--count", str(count), "--draws", "1")
    once, twice = (
        answer(farthing, *words, "--tokens", repr(amount))["results"] for amount in (tokens, 2 * tokens)
    )
    for name in ("train_flop", "gpu_hours", "wall_clock_days", "energy_kwh", "compute_cost_usd", "cost_usd"):
        assert twice[name]["p50"] >= once[name]["p50"], name


@pytest.mark.parametrize("tokens", ["1B", "100B", "15T"])
def test_doubling_the_tokens_never_lowers_cost_when_the_machines_are_chosen_too(farthing, tokens):
    words = ("--model", "llama-3.1-70b", "--accelerator", "h200-sxm", "--draws", "1", "--tokens")
    once, twice = (
        answer(farthing, *words, f"{times * float(tokens[:-1]):g}{tokens[-1]}") for times in (1, 2)
    )
    assert twice["results"]["compute_cost_usd"]["p50"] >= once["results"]["compute_cost_usd"]["p50"]


TOP = {
    *("farthing", "verb", "as_of", "catalog", "book", "seed", "draws", "verdict", "results", "lines", "rows"),
    *("assumptions", "drivers", "problems", "sources", "next"),
}
RESULTS = {
    *("train_flop", "mfu", "goodput", "tokens_per_s_per_gpu", "gpu_hours", "wall_clock_days", "peak_mem_gib"),
    *("energy_kwh", "carbon_kg", "compute_cost_usd", "cost_usd"),
}
LAYOUT = {
    "tp",
    "pp",
    "cp",
    "ep",
    "micro_batch_sequences",
    "zero_stage",
    "tokens_per_s_per_gpu",
    "peak_mem_gib",
}


def check_range(value):
    assert {"p05", "p50", "p95"} <= set(value)
    assert value["p05"] <= value["p50"] <= value["p95"]


@pytest.mark.parametrize(
    "words",
    [
        LLAMA,
        (*LLAMA, "--tokens", "1T..2T", "--rate", "$2..$3/h"),
        ("--params", "7B", "--tokens", "100B", "--accelerator", "mi300x"),
        ("--model", "deepseek-v3", "--accelerator", "b200", "--count", "512", "--precision", "fp8"),
    ],
)
def test_json_is_the_contract_s(farthing, words):
    found = answer(farthing, *words, "--as-of", "2026-11-22")
    assert set(found) >= TOP
    assert (found["verb"], found["as_of"], found["seed"], found["draws"]) == (
        "train",
        "2026-11-22",
        0,
        16_384,
    )
    assert set(found["results"]) >= RESULTS
    for name, result in found["results"].items():
        check_range(result)
        assert result["unit"]
        assert is_legal_name(name)
    exact = found["results"]["train_flop"]
    assert (exact["p05"] == exact["p95"]) == ("1T..2T" not in words)
    for line in found["lines"]:
        assert {"label", "category", "amount_usd"} <= set(line)
        check_range(line["amount_usd"])
    for item in found["assumptions"]:
        assert {"name", "value", "unit", "basis", "sources"} <= set(item)
        assert item["basis"] in {"given", "looked_up", "derived", "assumed"}
        assert is_legal_name(item["name"])
        check_range(item["value"])
    names = {item["name"] for item in found["assumptions"]}
    assert {driver["name"] for driver in found["drivers"]} <= names
    assert 0 <= sum(driver["share"] for driver in found["drivers"]) <= 1 + 1e-9
    assert all(set(problem) == PROBLEM for problem in found["problems"])
    cited = {source for item in found["assumptions"] for source in item["sources"]}
    assert cited <= {source["id"] for source in found["sources"]}
    assert all(source["title"] for source in found["sources"])
    assert found["next"].startswith("farthing ")


def test_rows_are_the_next_best_layouts(farthing):
    rows = answer(farthing, *LLAMA)["rows"]
    assert len(rows) > 1
    for row in rows:
        assert set(row) >= LAYOUT
        assert 64 % (row["tp"] * row["pp"] * row["cp"]) == 0


def test_the_bill_adds_up_and_compute_is_a_part_of_it(farthing):
    found = answer(farthing, *LLAMA, "--draws", "1")
    lines = {line["category"]: line["amount_usd"]["p50"] for line in found["lines"]}
    assert sum(lines.values()) == pytest.approx(found["results"]["cost_usd"]["p50"])
    compute = sum(amount for category, amount in lines.items() if category.startswith("training.compute"))
    assert compute == pytest.approx(found["results"]["compute_cost_usd"]["p50"])
    assert compute < found["results"]["cost_usd"]["p50"]


def test_results_agree_with_each_other(farthing):
    found = answer(farthing, *LLAMA, "--draws", "1", "--rate", "$2/h")["results"]
    value = {name: result["p50"] for name, result in found.items()}
    assert value["wall_clock_days"] == pytest.approx(value["gpu_hours"] / 64 / 24)
    assert value["compute_cost_usd"] == pytest.approx(2 * value["gpu_hours"])
    assert value["gpu_hours"] == pytest.approx(1e12 / value["tokens_per_s_per_gpu"] / 3600 / value["goodput"])


def test_the_same_question_has_the_same_answer_and_another_seed_nearly(farthing):
    one, again, other = (answer(farthing, *LLAMA, "--seed", seed)["results"]["gpu_hours"] for seed in "001")
    assert one == again
    assert other["p50"] == pytest.approx(one["p50"], rel=0.02)
    assert other["p50"] != one["p50"]


def test_what_is_set_is_what_is_used(farthing):
    found = answer(farthing, *LLAMA, "--set", "mfu=0.4", "--set", "goodput=1", "--draws", "1")
    # Llama 3.1 8B: 6 · 7.5e9 for the products, 12 · 32 · 4096 · s / 2 for causal attention.
    flop = 6 * 7.504e9 + 6 * 32 * 4096 * 4096
    assert found["results"]["mfu"]["p50"] == 0.4
    assert found["results"]["tokens_per_s_per_gpu"]["p50"] == pytest.approx(0.4 * 989.4e12 / flop, rel=0.08)


def test_accelerators_are_solved_for_a_deadline(farthing):
    words = ("--model", "llama-3.1-8b", "--tokens", "1T", "--accelerator", "h100-sxm", "--draws", "1")
    found = answer(farthing, *words, "--solve", "count", "--target", "wall_clock_days=20")
    count = found["results"]["accelerator_count"]["p50"]
    assert count == int(count)
    assert found["results"]["wall_clock_days"]["p50"] <= 20
