"""`farthing finetune`: what must hold, what is refused, and what the answer shows."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farthing.units.names import is_legal_name

DAY = ("--as-of", "2026-02-01")
BASE = ("--model", "llama-3.1-8b", "--examples", "5000", "--tokens-per-example", "500", *DAY)
H100 = (*BASE, "--accelerator", "h100-sxm", "--count", "1")
PROBLEM = {"code", "severity", "where", "what", "why", "fix"}
TOP = {
    *("farthing", "verb", "as_of", "catalog", "book", "seed", "draws", "verdict", "results", "lines", "rows"),
    *("assumptions", "drivers", "problems", "sources", "next"),
}
RESULTS = {
    *("train_flop", "mfu", "goodput", "tokens_per_s_per_gpu", "gpu_hours", "wall_clock_days", "peak_mem_gib"),
    *("energy_kwh", "carbon_kg", "compute_cost_usd", "cost_usd"),
}
ROW = {"method", "accelerator", "compute_cost_usd", "wall_clock_days", "peak_mem_gib", "fits", "chosen"}
in_process = settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])


def answer(farthing, *words):
    outcome = farthing("finetune", *words, "--json")
    assert outcome.code == 0, outcome
    return json.loads(outcome.out)


def middle(farthing, name, *words):
    return answer(farthing, *words, "--draws", "1")["results"][name]["p50"]


def refused(farthing, *words, code=2):
    plain, told = farthing("finetune", *words), farthing("finetune", *words, "--json")
    assert (plain.code, told.code) == (code, code), plain
    assert "Traceback" not in plain.err + plain.out + told.err + told.out
    problems = json.loads(told.out)["problems"]
    for problem in problems:
        assert set(problem) == PROBLEM
        assert problem["what"]
        assert problem["fix"]
        assert problem["what"] in plain.err
    return problems


def said(problems):
    return " ".join(f"{p['where']} {p['what']} {p['why']} {p['fix']}" for p in problems)


def test_json_is_the_contract_s(farthing):
    found = answer(farthing, *H100, "--method", "lora")
    assert set(found) >= TOP
    assert found["verb"] == "finetune"
    assert set(found["results"]) >= RESULTS
    for name, result in found["results"].items():
        assert result["p05"] <= result["p50"] <= result["p95"]
        assert is_legal_name(name)
    names = {item["name"] for item in found["assumptions"]}
    assert {driver["name"] for driver in found["drivers"]} <= names
    cited = {source for item in found["assumptions"] for source in item["sources"]}
    assert cited <= {source["id"] for source in found["sources"]}
    assert all(source["title"] != source["id"] for source in found["sources"])


def test_rows_are_ways_to_do_it(farthing):
    rows = answer(farthing, *H100, "--method", "lora")["rows"]
    assert all(set(row) >= ROW for row in rows)
    assert {"lora", "qlora", "full"} <= {row["method"] for row in rows}
    assert [row["accelerator"] for row in rows if row["chosen"]] == ["h100-sxm"]
    assert any(row["method"].startswith("managed") for row in rows)
    assert sum(row["smallest"] for row in rows) == 1


def test_the_bill_adds_up(farthing):
    found = answer(farthing, *H100, "--labels", "preference", "--draws", "1")
    lines = {line["label"]: line["amount_usd"]["p50"] for line in found["lines"]}
    assert sum(lines.values()) == pytest.approx(found["results"]["cost_usd"]["p50"])
    assert lines["Accelerators"] == found["results"]["compute_cost_usd"]["p50"]
    assert lines["Labels"] == pytest.approx(5000)  # the middle of 0.50 to 2 dollars


def test_without_an_accelerator_the_cheapest_that_fits_is_taken_and_said(farthing):
    found = answer(farthing, *BASE, "--method", "qlora")
    (note,) = [problem for problem in found["problems"] if problem["code"] == "chosen-part"]
    (chosen,) = [row for row in found["rows"] if row["chosen"]]
    assert chosen["accelerator"] in note["fix"]
    alike = [row for row in found["rows"] if row["method"] == "qlora" and row["fits"]]
    assert chosen["compute_cost_usd"] == min(row["compute_cost_usd"] for row in alike)


def test_the_smallest_gpu_that_holds_it_is_named(farthing):
    small, large = (answer(farthing, "--model", m, *H100[2:], "--accelerator", "b300", "--method", "qlora")
                    for m in ("llama-3.2-1b", "llama-3.1-70b"))  # fmt: skip
    from farthing.catalog.find import accelerator

    parts = [next(row for row in found["rows"] if row["smallest"])["accelerator"] for found in (small, large)]
    assert accelerator(parts[0]).memory_byte < accelerator(parts[1]).memory_byte
    assert parts[0] in small["verdict"]


@pytest.mark.parametrize("model", ["llama-3.1-8b", "qwen2.5-0.5b", "mixtral-8x7b"])
@pytest.mark.parametrize("words", [("--count", "1"), ("--count", "8")])
@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_adapters_never_need_more_memory_than_full_fine_tuning(farthing, model, words, method):
    common = ("--model", model, *BASE[2:], "--accelerator", "b300", *words)
    outcomes = [
        farthing("finetune", *common, "--method", m, "--draws", "1", "--json") for m in (method, "full")
    ]
    adapted, whole = (json.loads(outcome.out) for outcome in outcomes)
    if outcomes[0].code == 6:  # what does not fit with adapters does not fit without them
        assert outcomes[1].code == 6
    elif outcomes[1].code == 0:
        assert adapted["results"]["peak_mem_gib"]["p50"] <= whole["results"]["peak_mem_gib"]["p50"] * (
            1 + 1e-9
        )


@in_process
@given(st.sampled_from(["lora", "qlora", "full", "dpo", "orpo", "managed"]), st.integers(1, 10_000_000))
def test_doubling_the_examples_never_lowers_cost(farthing, method, examples):
    words = (
        "--model",
        "llama-3.1-8b",
        "--tokens-per-example",
        "300",
        "--method",
        method,
        *DAY,
        "--draws",
        "1",
    )
    once, twice = (
        answer(farthing, *words, "--examples", str(n))["results"] for n in (examples, 2 * examples)
    )
    for name in ("compute_cost_usd", "cost_usd"):
        assert twice[name]["p50"] >= once[name]["p50"] * (1 - 1e-9), name


@pytest.mark.parametrize(
    ("model", "card"), [("llama-3.1-70b", "rtx-4090"), ("llama-3.1-8b", "p4"), ("qwen2.5-72b", "l4")]
)
@pytest.mark.parametrize("count", [(), ("--count", "1")])
def test_qlora_on_a_card_too_small_says_so_with_the_shortfall(farthing, model, card, count):
    words = ("--model", model, "--examples", "5000", "--method", "qlora", "--accelerator", card, *count, *DAY)
    (problem,) = refused(farthing, *words, code=6)
    assert problem["code"] == "infeasible"
    assert "GiB" in problem["what"]
    assert "GiB short" in problem["why"]
    assert "--" in problem["fix"]


@pytest.mark.parametrize(
    ("words", "where", "fix"),
    [
        (("--method", "qlroa"), "--method", "qlora"),
        (("--method", "loar"), "--method", "lora"),
        (("--rank", "0"), "--rank", ""),
        (("--rank", "-8"), "--rank", ""),
        (("--rank", "1e9"), "--rank", "16"),
        (("--rank", "16", "--method", "full"), "--rank", "leave"),
        (("--epochs", "0"), "--epochs", ""),
        (("--examples", "0"), "--examples", ""),
        (("--examples", "-1"), "--examples", ""),
        (("--examples", "1.5"), "--examples", ""),
        (("--tokens-per-example", "0"), "--tokens-per-example", ""),
        (("--tokens-per-example", "900..100"), "--tokens-per-example", "lower end first"),
        (("--tokens-per-example", "$5"), "--tokens-per-example", ""),
        (("--bits", "4"), "--bits", "qlora"),
        (("--bits", "5", "--method", "qlora"), "--bits", ""),
        (("--reference", "kept"), "--reference", "dpo"),
        (("--packing", "--method", "dpo"), "--packing", "leave"),
        (("--weights", "full", "--method", "lora"), "--weights", "leave one"),
        (("--kernel", "unslot"), "--kernel", "unsloth"),
        (("--method", "distill"), "--teacher", "--teacher-rate"),
        (("--method", "distill", "--teacher", "gpt-4.1-mni"), "--teacher", "gpt-4.1-mini"),
        (("--synthetic", "50%"), "--teacher", "--teacher-rate"),
        (("--synthetic", "150%", "--teacher", "gpt-4o"), "--synthetic", ""),
        (("--labels", "preferense"), "--labels", "preference"),
        (("--method", "managed", "--service", "togehter"), "--service", "together"),
        (("--method", "managed", "--teacher", "llama-3.1-405b"), "--teacher", "--teacher-rate"),
        (("--tp", "3"), "--tp", "divisor"),
        (("--micro-batch", "100000"), "layout", "--global-batch"),
        (("--seq", "2.5"), "--seq", ""),
        (("--set", "lora_rnk=4"), "--set", "lora_rank"),
        (("--accelerator", "h100-smx"), "h100", "h100-sxm"),
        (("--precision", "fp8", "--accelerator", "a100-sxm-80gb"), "--precision", "bf16"),
        (("--against", "nowhere.yaml"), "--against", "path"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(farthing, words, where, fix):
    problems = refused(farthing, *H100, *words)
    assert [p for p in problems if p["where"].startswith(where)], problems
    assert fix.lower() in said(problems).lower()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--examples", "100"), "missing-input"),
        (("--model", "llama-3.1-8b"), "missing-input"),
        (("--model", "llama-3.1-8c", "--examples", "100"), "unknown-name"),
        (("--model", "gpt-4o-mini", "--examples", "100"), "closed-model"),
        (("--model", "gpt-4o-mni", "--examples", "100", "--method", "managed"), "unknown-name"),
        (
            ("--model", "gpt-4o-mini", "--examples", "9", "--method", "managed", "--as-of", "2023-01-01"),
            "no-service",
        ),
    ],
)
def test_what_is_missing_or_unknown_is_said(farthing, words, code):
    problems = refused(farthing, *words)
    assert problems[0]["code"] == code


@pytest.mark.parametrize("value", ["1e300", "1e-300", "1e18", "0.0000001"])
@pytest.mark.parametrize(
    "option", ["--examples", "--tokens-per-example", "--epochs", "--rank", "--seq", "--rate"]
)
def test_extreme_numbers_are_answered_or_refused(farthing, option, value):
    outcome = farthing("finetune", *H100, option, value, "--draws", "1", "--json")
    assert outcome.code in {0, 2, 6}, outcome
    assert "Traceback" not in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("examples", "codes"),
    [
        ("1999", {"far-too-few-examples"}),
        ("2000", {"few-examples"}),
        ("4999", {"few-examples"}),
        ("5000", set()),
    ],
)
def test_few_examples_are_warned_about_as_the_report_does(farthing, examples, codes):
    found = answer(farthing, *H100, "--examples", examples)
    warned = [problem for problem in found["problems"] if "few-examples" in problem["code"]]
    assert {problem["code"] for problem in warned} == codes
    assert all("report-2026-02" in problem["fix"] for problem in warned)


def test_a_range_of_lengths_is_padded_unless_packed(farthing):
    lengths = (*H100, "--tokens-per-example", "100..2000", "--draws", "1")
    packed, padded = (answer(farthing, *lengths, way)["results"] for way in ("--packing", "--no-packing"))
    assert padded["tokens"]["p50"] > packed["tokens"]["p50"]
    assert packed["tokens"]["p05"] == packed["tokens"]["p95"]


def test_a_reference_model_costs_time_and_memory(farthing):
    words = (
        *BASE,
        "--accelerator",
        "b300",
        "--count",
        "1",
        "--method",
        "dpo",
        "--weights",
        "full",
        "--draws",
        "1",
    )
    words = (*words, "--micro-batch", "2", "--recompute", "full")
    kept, stored, none = (
        answer(farthing, *words, "--reference", r)["results"] for r in ("kept", "precomputed", "none")
    )
    assert kept["gpu_hours"]["p50"] > stored["gpu_hours"]["p50"] > none["gpu_hours"]["p50"]
    assert kept["peak_mem_gib"]["p50"] > stored["peak_mem_gib"]["p50"] == none["peak_mem_gib"]["p50"]
    adapted = answer(farthing, *words, "--weights", "lora", "--reference", "kept")["results"]
    assert adapted["train_flop"]["p50"] == pytest.approx(6 / 8 * kept["train_flop"]["p50"])


def test_orpo_is_dpo_without_a_reference(farthing):
    dpo, orpo = (answer(farthing, *H100, "--method", m, "--draws", "1")["results"] for m in ("dpo", "orpo"))
    assert orpo["tokens"] == dpo["tokens"]
    assert orpo["train_flop"]["p50"] == pytest.approx(4 / 6 * dpo["train_flop"]["p50"])


def test_a_listed_teacher_is_paid_by_its_tokens_and_an_open_one_by_the_hour(farthing):
    words = (*H100, "--method", "distill", "--draws", "1")
    listed, hosted = (answer(farthing, *words, "--teacher", t) for t in ("gpt-4.1-mini", "llama-3.1-405b"))
    for found in (listed, hosted):
        lines = {line["label"]: line["amount_usd"]["p50"] for line in found["lines"]}
        assert lines["Written by a model"] > 0
    assert next(a for a in hosted["assumptions"] if a["name"] == "teacher_params")["value"]["p50"] > 4e11


def test_accumulation_makes_the_batch(farthing):
    found = answer(farthing, *H100, "--accumulation", "8", "--micro-batch", "2", "--draws", "1")
    batch = next(a for a in found["assumptions"] if a["name"] == "global_batch_sequences")
    assert batch["value"]["p50"] == 16
    assert not [p for p in found["problems"] if p["code"] == "unused-input"]


@pytest.mark.parametrize(
    "words", [("--optimizer", "adamw_8bit"), ("--kernel", "unsloth"), ("--kernel", "liger")]
)
def test_what_saves_memory_saves_memory(farthing, words):
    fixed = (*H100, "--accelerator", "b300", "--method", "full", "--micro-batch", "4", "--recompute", "none")
    assert middle(farthing, "peak_mem_gib", *fixed, *words) < middle(farthing, "peak_mem_gib", *fixed)


def test_a_managed_service_has_a_price_and_a_host(farthing):
    words = (
        "--model",
        "gpt-4o-mini",
        "--examples",
        "5000",
        "--tokens-per-example",
        "500",
        "--method",
        "managed",
    )
    found = answer(farthing, *words, *DAY)
    assert found["results"]["compute_cost_usd"]["p50"] == pytest.approx(22.5)  # 7.5M tokens at $3
    azure = answer(farthing, *words, *DAY, "--service", "azure")
    assert azure["results"]["hosting_usd_per_month"]["p50"] == pytest.approx(1241)


def test_continued_pre_training_takes_tokens(farthing):
    found = answer(farthing, "--model", "llama-3.1-8b", "--method", "continued", "--tokens", "2B", *DAY)
    assert found["results"]["tokens"]["p50"] == 2e9
    assert found["results"]["train_flop"]["p50"] == pytest.approx(6 * 8.03e9 * 2e9, rel=0.01)


def test_examples_are_solved_for_a_budget(farthing):
    found = answer(farthing, *H100, "--solve", "examples", "--target", "compute_cost_usd=100")
    assert found["results"]["compute_cost_usd"]["p50"] >= 99


def test_owned_accelerators_have_a_price_too(farthing):
    found = answer(farthing, *H100, "--owned", "--draws", "1")["results"]
    assert found["compute_cost_usd"]["p50"] > 0
    assert found["adapter_serving_usd_per_month"]["p50"] > 0


def test_a_rate_without_a_known_rent_leaves_the_money_unknown(farthing):
    outcome = farthing(
        "finetune", *BASE, "--accelerator", "ascend-910b", "--count", "8", "--json", "--strict"
    )
    assert outcome.code in {0, 5, 6}


def test_an_instance_counts_as_its_accelerators(farthing):
    found = answer(farthing, *BASE, "--accelerator", "p4d.24xlarge", "--count", "1", "--method", "lora")
    (chosen,) = [row for row in found["rows"] if row["chosen"]]
    assert chosen["accelerator_count"] == 8
