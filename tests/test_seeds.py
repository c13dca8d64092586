"""The figures of the seed documents come out of commands; where they do not hold, that is said too."""

import json

import pytest

from farthing.app.stated_times import stated_times
from farthing.catalog.load import catalog
from farthing.doors.cli.main import main


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path))


@pytest.fixture
def results(capsys):
    def run(*words):
        assert main(["train", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)["results"]

    return run


def seed(name):
    return float(catalog().seeds[name].value)


def exact(result):
    assert result["p05"] == result["p50"] == result["p95"]
    return result["p50"]


def test_280_a100_for_two_weeks(results):
    count, days = seed("seed_003_accelerator_count"), seed("seed_003_wall_clock_days")
    rate = seed("seed_003_rent_usd_per_gpu_hour")
    words = (
        "--accelerator",
        "a100-sxm-80gb",
        "--count",
        f"{count:g}",
        "--duration",
        f"{days:g} days",
        "--rate",
        f"${rate}/h",
    )
    found = results(*words)
    assert exact(found["gpu_hours"]) == 94_080
    assert exact(found["compute_cost_usd"]) == 235_200
    assert exact(found["wall_clock_days"]) == 14
    assert round(exact(found["compute_cost_usd"]), -3) == seed("seed_003_compute_cost_usd")


@pytest.mark.parametrize(
    ("size", "params", "tokens"),
    [("7b", "7B", "8T"), ("32b", "32B", "7T"), ("80b", "80B", "12T"), ("130b", "130B", "9T")],
)
def test_the_report_s_flops_table(results, size, params, tokens):
    found = exact(
        results("--params", params, "--tokens", tokens, "--accelerator", "h100-sxm", "--count", "512")[
            "train_flop"
        ]
    )
    stated = seed(f"report_{size}_flop_row_train_flop")
    assert (
        float(f"{found:.1e}") == stated or abs(found / stated - 1) < 0.015
    )  # 32B: 1.344e24 is cut to 1.3e24


def test_the_report_s_flops_row_of_a_mixture(results):
    words = ("--params", "671B", "--active-params", "37B", "--tokens", "14.8T")
    found = exact(results(*words, "--accelerator", "h800-sxm", "--count", "2048")["train_flop"])
    assert f"{found:.1e}" == f"{seed('report_deepseek_v3_flop_row_train_flop'):.1e}"


# Rows whose stated days meet the report's own tokens, utilization and accelerators. The others are too
# short: 512 H100 at half their peak do 2.5e17 FLOP a second, so the 3.4e23 FLOP of 7B alone take 15 days.
HOLDS = {("130B", "h100-sxm", 3000)}


def test_the_report_s_training_times_are_recomputed_and_mostly_do_not_hold():
    rows = stated_times()
    assert len(rows) == 4 * 3 - 1  # the largest cluster of 7B is 512 too
    assert {(row.name, row.accelerator, row.accelerator_count) for row in rows if row.holds} == HOLDS
    assert all(row.own_terms.p05 > row.stated.p95 for row in rows if not row.holds)


def test_a_training_time_on_its_own_terms_is_flops_over_what_the_cluster_does():
    for row in stated_times():
        peak = catalog().accelerators[row.accelerator].peak_flop_per_s["bf16"]
        days = 6 * row.params * row.tokens / (row.accelerator_count * peak * 86_400)
        # 6·N·D leaves attention out: some percent.
        assert days / 0.50 <= row.own_terms.p05 <= 1.15 * days / 0.50
        assert days / 0.35 <= row.own_terms.p95 <= 1.15 * days / 0.35


def test_blackwell_more_than_halves_the_time():
    rows = {(row.name, row.accelerator, row.accelerator_count): row for row in stated_times()}
    for name in ("7B", "32B", "80B", "130B"):
        ratio = rows[name, "b200", 512].own_terms.p50 / rows[name, "h100-sxm", 512].own_terms.p50
        assert 0.4 < ratio <= seed("report_blackwell_time_ratio")


def test_the_training_times_are_a_command(capsys):
    assert main(["demo", "--times"]) == 0
    out = capsys.readouterr().out
    assert "7B    512 h100-sxm" in out
    assert "too short" in out
    assert main(["demo", "--times", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(stated_times())


def test_the_command_of_a_training_time_gives_it(results):
    row = stated_times()[0]
    found = results(*row.command.split()[2:])["wall_clock_days"]
    assert (found["p05"], found["p50"], found["p95"]) == (
        row.estimated.p05,
        row.estimated.p50,
        row.estimated.p95,
    )


def inside(result, value):
    return result["p05"] <= value <= result["p95"]


REPORTED = {
    # Grattafiori et al. 2024 and its model card; DeepSeek-AI 2024, table 1.
    "llama": (
        "--model",
        "llama-3.1-405b",
        "--accelerator",
        "h100-sxm",
        "--count",
        "16384",
        "--as-of",
        "2024-07-23",
    ),
    "deepseek": (
        "--model",
        "deepseek-v3",
        "--accelerator",
        "h800-sxm",
        "--count",
        "2048",
        "--as-of",
        "2024-12-26",
    ),
}


@pytest.mark.parametrize(
    ("run", "hours", "dollars"),
    [
        ("llama", "report_llama_3_1_405b_gpu_hours", "report_llama_3_1_405b_compute_usd"),
        ("deepseek", "report_deepseek_v3_gpu_hours", "report_deepseek_v3_compute_usd"),
    ],
)
def test_hours_and_money_of_the_reference_runs_lie_inside_the_interval(results, run, hours, dollars):
    found = results(*REPORTED[run], "--rate", "$2/h")
    assert inside(found["gpu_hours"], seed(hours))
    assert inside(found["compute_cost_usd"], seed(dollars))
    assert found["gpu_hours"]["p95"] < 4 * found["gpu_hours"]["p05"]


@pytest.mark.parametrize("run", REPORTED)
def test_the_reference_runs_fit_where_they_ran(results, run):
    peak = results(*REPORTED[run])["peak_mem_gib"]
    assert peak["p50"] < 80
