"""`farthing train` on the command line: the seed's figure, its forms, and its exit codes."""

import json

import pytest

SEED_COST, SEED_HOURS = 235_200, 94_080


def exact(value):
    return {"p05": value, "p50": value, "p95": value}


def test_280_a100_for_two_weeks_at_two_fifty_cost_235200(farthing, time_question):
    outcome = farthing("train", *time_question, "--json")
    results = json.loads(outcome.out)["results"]
    assert outcome.code == 0
    assert results["compute_cost_usd"] == {**exact(SEED_COST), "unit": "USD"}
    assert results["gpu_hours"] == {**exact(SEED_HOURS), "unit": "h"}
    assert results["wall_clock_days"]["p50"] == 14


def test_the_verdict_alone_with_quiet(farthing, time_question):
    out = farthing("train", *time_question, "--quiet").out
    assert out.count("\n") == 1
    assert "94,080 GPU-hours" in out
    assert "$235,200" in out


def test_json_has_every_key_of_the_contract(farthing, time_question):
    answer = json.loads(farthing("train", *time_question, "--as-of", "2026-11-22", "--json").out)
    keys = (
        "farthing verb as_of catalog book seed draws verdict results lines rows assumptions drivers problems"
    )
    assert set(keys.split()) | {"sources", "next"} <= set(answer)
    assert (answer["verb"], answer["as_of"], answer["seed"], answer["draws"]) == (
        "train",
        "2026-11-22",
        0,
        16384,
    )
    assert answer["catalog"].startswith("sha256:")
    for line in answer["lines"]:
        assert {"label", "category", "amount_usd"} <= set(line)
        assert set(line["amount_usd"]) == {"p05", "p50", "p95"}
    for item in answer["assumptions"]:
        assert {"name", "value", "unit", "basis", "sources"} <= set(item)
        assert item["basis"] in {"given", "looked_up", "derived", "assumed"}
    for driver in answer["drivers"]:
        assert set(driver) == {"name", "share"}
    for source in answer["sources"]:
        assert {"id", "title", "url", "date", "confidence"} == set(source)
    cited = {name for item in answer["assumptions"] for name in item["sources"]}
    assert cited <= {source["id"] for source in answer["sources"]}
    assert sum(driver["share"] for driver in answer["drivers"]) <= 1 + 1e-9


def test_every_range_runs_upward(farthing, time_question):
    answer = json.loads(farthing("train", *time_question, "--json").out)
    ranges = [*answer["results"].values(), *(line["amount_usd"] for line in answer["lines"])]
    assert all(value["p05"] <= value["p50"] <= value["p95"] for value in ranges)


def test_the_bill_is_compute_and_the_lines_beyond_it(farthing, time_question):
    answer = json.loads(farthing("train", *time_question, "--json", "--draws", "1").out)
    lines = {line["label"]: line["amount_usd"]["p50"] for line in answer["lines"]}
    assert lines["Accelerators"] == SEED_COST
    assert sum(lines.values()) == pytest.approx(answer["results"]["cost_usd"]["p50"])


def test_another_currency_gives_every_amount_a_twin(farthing, time_question):
    answer = json.loads(
        farthing("train", *time_question, "--currency", "GBP", "--fx", "GBP=1.25@2026-02-10", "--json").out
    )
    assert answer["results"]["compute_cost_usd"]["p50"] == SEED_COST
    twin = answer["results"]["compute_cost"]
    assert (twin["p50"], twin["unit"], twin["currency"]) == (SEED_COST / 1.25, "GBP", "GBP")
    assert all(line["amount"]["currency"] == "GBP" for line in answer["lines"])


def test_a_rate_in_another_currency_is_converted_at_the_given_rate(farthing, time_question):
    words = [*time_question[:-1], "£2/h", "--fx", "GBP=1.25@2026-02-10", "--json"]
    assert json.loads(farthing("train", *words).out)["results"]["compute_cost_usd"]["p50"] == SEED_COST


def test_an_instance_counts_as_its_accelerators(farthing):
    words = (
        "--accelerator",
        "p4d.24xlarge",
        "--count",
        "35",
        "--duration",
        "2 weeks",
        "--rate",
        "2.5",
        "--json",
    )
    answer = json.loads(farthing("train", *words).out)
    assert answer["results"]["gpu_hours"]["p50"] == SEED_HOURS
    assert "8" in next(p["what"] for p in answer["problems"] if p["code"] == "counted-in-accelerators")


def test_set_overrides_a_value_on_the_way(farthing, time_question):
    answer = json.loads(farthing("train", *time_question, "--set", "gpu_hours=1000", "--json").out)
    assert answer["results"]["compute_cost_usd"]["p50"] == 2500
    assert [item["basis"] for item in answer["assumptions"] if item["name"] == "gpu_hours"] == ["given"]


def test_an_option_that_plays_no_part_is_said_so(farthing, time_question):
    answer = json.loads(farthing("train", *time_question, "--tp", "8", "--json").out)
    assert [p["where"] for p in answer["problems"] if p["code"] == "unused-input"] == ["tp"]


@pytest.mark.parametrize(
    ("solve", "target", "name", "value"),
    [
        ("count", "compute_cost_usd=$235,200", "accelerator_count", 280),
        ("accelerators", "compute_cost=$235,201", "accelerator_count", 281),
        ("rate", "compute_cost=$470,400", "rent_usd_per_gpu_hour", 5),
        ("duration_h", "wall_clock=30 days", "duration_h", 720),
    ],
)
def test_solve_inverts_the_chain(farthing, time_question, solve, target, name, value):
    outcome = farthing("train", *time_question, "--solve", solve, "--target", target, "--json")
    answer = json.loads(outcome.out)
    assert answer["results"][name]["p50"] == pytest.approx(value)
    assert next(item["basis"] for item in answer["assumptions"] if item["name"] == name) == "derived"


def test_solve_finds_an_input_that_was_not_given(farthing, time_question):
    words = [word for word in time_question if word not in ("--count", "280")]
    answer = json.loads(
        farthing("train", *words, "--solve", "count", "--target", "cost=$235,200", "--json").out
    )
    assert answer["results"]["accelerator_count"]["p50"] < 280


def test_a_target_out_of_reach_is_infeasible(farthing, time_question):
    outcome = farthing("train", *time_question, "--solve", "pue", "--target", "compute_cost=$1M", "--json")
    assert outcome.code == 6
    assert json.loads(outcome.out)["problems"][0]["code"] == "infeasible"


def test_owned_accelerators_have_no_rent(farthing, time_question):
    answer = json.loads(farthing("train", *time_question[:-2], "--owned", "--json").out)
    names = {step["name"] for step in answer["steps"]}
    assert "owned_usd_per_gpu_hour" in names
    assert "rent_usd_per_gpu_hour" not in {item["name"] for item in answer["assumptions"]}


def test_own_flops_per_sample(farthing):
    words = (
        "--accelerator",
        "a100-sxm-80gb",
        "--count",
        "100",
        "--flop-per-sample",
        "2e12",
        "--samples",
        "1e9",
    )
    fixed = ("--mfu", "50%", "--goodput", "0.9", "--rate", "2", "--json")
    results = json.loads(farthing("train", *words, *fixed).out)["results"]
    hours = 2e21 / (312e12 * 0.5) / 3600 / 0.9
    assert results["train_flop"]["p50"] == 2e21
    assert results["gpu_hours"]["p50"] == pytest.approx(hours)
    assert results["wall_clock_days"]["p50"] == pytest.approx(hours / 100 / 24)
    assert results["compute_cost_usd"]["p50"] == pytest.approx(2 * hours)


def test_strict_refuses_a_stale_price(farthing, time_question):
    words = (*time_question[:-2], "--as-of", "2031-01-01")
    assert farthing("train", *words).code == 0
    assert farthing("train", *words, "--strict").code == 5


def test_csv_and_markdown_hold_the_same_figure(farthing, time_question):
    assert (
        "result,compute_cost_usd,235200.0,235200.0,235200.0,USD"
        in farthing("train", *time_question, "--csv").out
    )
    assert "| `compute_cost_usd` | $235,200 |" in farthing("train", *time_question, "--md").out


def test_a_scenario_gives_options_and_the_command_line_wins(farthing, tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text(
        "accelerator: a100-sxm-80gb\ncount: 280\nduration: 2 weeks\nrate: $2.50/h\nset: {pue: 1.2}\n", "utf-8"
    )
    answer = json.loads(farthing("train", "--scenario", str(file), "--count", "140", "--json").out)
    assert answer["results"]["compute_cost_usd"]["p50"] == SEED_COST / 2
    assert next(i["value"]["p50"] for i in answer["assumptions"] if i["name"] == "pue") == 1.2


def test_explain_shows_every_formula(farthing, time_question):
    plain, explained = (farthing("train", *time_question, *more).out for more in ((), ("--explain",)))
    assert "from gpu_hours, rent_usd_per_gpu_hour" not in plain
    assert "from gpu_hours, rent_usd_per_gpu_hour" in explained


def test_no_color_where_nobody_looks(farthing, time_question):
    assert "\x1b" not in farthing("train", *time_question).out
