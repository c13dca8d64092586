"""The other verbs: why, graph, catalog, and what bare `farthing` shows."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from farthing.doors.cli.main import VERBS
from farthing.doors.cli.output import in_color


def test_bare_farthing_shows_the_four_doors(farthing):
    outcome = farthing()
    assert outcome.code == 0
    assert all(door in outcome.out for door in ("Estimate", "Track", "Optimize", "Check"))
    assert "farthing spend" in outcome.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(farthing, verb):
    outcome = farthing(verb, "--help")
    assert outcome.code == 0
    assert len(outcome.out) > 150


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from farthing.doors.cli.main import main; main(['--help']); print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = ("'numpy'", "'yaml'", "'rich'", "'msgspec'", "'scipy'")
    assert not [name for name in heavy if name in done.stdout]


def test_why_explains_the_last_answer(farthing, time_question):
    farthing("train", *time_question)
    out = farthing("why", "compute_cost_usd").out
    assert out.startswith("compute_cost_usd = $235,200")
    assert "compute_cost_usd = gpu_hours * rent_usd_per_gpu_hour" in out
    assert "94,080" in out
    assert "In the answer as of" in out


def test_why_answers_a_question_of_its_own(farthing, time_question):
    assert "94,080" in farthing("why", "gpu_hours", *time_question).out


def test_why_an_input_tells_its_ground_and_source(farthing, time_question):
    found = json.loads(farthing("why", "experiments_share", *time_question, "--json").out)
    assert found["basis"] == "assumed"
    assert found["used_by"] == ["experiments_cost_usd"]
    assert found["sources"][0]["title"]
    assert 0 < found["share"] <= 1


def test_why_without_an_answer_says_what_to_do(farthing):
    outcome = farthing("why", "mfu")
    assert outcome.code == 2
    assert "no last answer" in outcome.err


def test_why_survives_a_broken_state(farthing, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "last.json").write_text('{"verb": 1}', "utf-8")
    assert farthing("why", "mfu").code == 2


def test_a_state_folder_that_cannot_be_written_is_no_failure(farthing, time_question, monkeypatch):
    monkeypatch.setenv("FARTHING_STATE", "/dev/null/nowhere")
    assert farthing("train", *time_question).code == 0


def test_graph_prints_formulas_before_those_that_need_them(farthing):
    for chain in json.loads(farthing("graph", "train", "--json").out):
        ready = set(chain["inputs"])
        for link in chain["links"]:
            assert set(link["arguments"]) <= ready
            ready.add(link["name"])
    assert "gpu_hours" in farthing("graph", "train").out


def test_graph_of_an_unknown_verb(farthing):
    assert farthing("graph", "trian").code == 2


def test_catalog_lists_shows_searches_and_prices(farthing):
    assert "accelerators" in farthing("catalog", "list").out
    assert len(json.loads(farthing("catalog", "list", "accelerators", "--json").out)) >= 40
    shown = json.loads(farthing("catalog", "show", "NVIDIA H100 SXM", "--json").out)
    assert shown["id"] == "h100-sxm"
    assert shown["sources"]
    assert "llama-3.1-405b" in farthing("catalog", "search", "llama 3.1").out
    rows = json.loads(farthing("catalog", "prices", "h100", "--json").out)
    days = [row["valid_from"] for row in rows]
    assert days == sorted(days)
    assert len(days) > 5


def test_catalog_prices_since_a_day(farthing):
    rows = json.loads(farthing("catalog", "prices", "h100", "--since", "2026-01-01", "--json").out)
    assert all(row["valid_from"] >= "2026-01-01" for row in rows)


def test_catalog_list_of_an_unknown_kind(farthing):
    outcome = farthing("catalog", "list", "modles")
    assert outcome.code == 2
    assert "models" in outcome.err


def test_catalog_check_finds_nothing_wrong(farthing):
    outcome = farthing("catalog", "check", "--json")
    assert [p for p in json.loads(outcome.out)["problems"] if p["severity"] == "error"] == []
    assert outcome.code == 0


def test_demo_puts_a_published_run_beside_its_estimate(farthing):
    outcome = farthing("demo", "--json")
    (hours,) = json.loads(outcome.out)["beside"]
    assert outcome.code == 0
    assert hours["reported"] == 30_840_000
    assert hours["inside"]
    assert farthing("demo").out.startswith("$ farthing train --model 'Llama 3.1 405B'")


@pytest.mark.parametrize(
    ("terminal", "setting", "colored"),
    [(True, {}, True), (False, {}, False), (True, {"NO_COLOR": "1"}, False), (True, {"TERM": "dumb"}, False)],
)
def test_color_only_where_a_person_wants_it(monkeypatch, terminal, setting, colored):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: terminal))
    assert in_color() is colored


def test_version(farthing):
    assert farthing("--version").out.startswith("farthing, version ")
