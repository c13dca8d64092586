"""`farthing validate` with good tables, odd ones and hostile ones."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from farthing.catalog.load import catalog
from farthing.estimate.measured import as_row

SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[4] / "shared"))
ROWS = [
    {name: cell or "" for name, cell in as_row(step).items()}
    for step in list(catalog().published_training.values())[:5]
]
QUANTITIES = ["tokens_per_s_per_gpu", "peak_mem_gib"]


def write(path, rows, **how):
    with path.open("w", newline="", encoding=how.get("encoding", "utf-8")) as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator=how.get("end", "\n"))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def read(path):
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def validate(farthing, tmp_path):
    def run(table, *words, kind="training"):
        out = tmp_path / "out.csv"
        done = farthing("validate", kind, "--table", str(table), "--predictions", str(out), *words)
        return done, read(out) if out.exists() else None

    return run


def test_every_row_has_a_line_for_every_quantity(validate, tmp_path):
    done, lines = validate(write(tmp_path / "in.csv", ROWS))
    assert done.code == 0
    assert list(lines[0]) == ["id", "quantity", "low", "mid", "high", "status", "reason"]
    assert [(line["id"], line["quantity"]) for line in lines] == [
        (r["id"], q) for r in ROWS for q in QUANTITIES
    ]
    for line in lines:
        assert line["status"] == "ok"
        assert 0 < float(line["low"]) < float(line["mid"]) < float(line["high"])


def test_what_was_measured_is_never_read_for_predicting(validate, tmp_path):
    _, with_it = validate(write(tmp_path / "in.csv", ROWS))
    for change in (
        {"tokens_per_s_per_gpu": "1e9", "peak_mem_gib": "-3", "tflops_per_gpu": "x", "notes": "?"},
        None,
    ):
        rows = [
            {k: v for k, v in row.items() if change or k not in {"tokens_per_s_per_gpu", "mfu_pct"}}
            for row in ROWS
        ]
        assert validate(write(tmp_path / "in.csv", [row | (change or {}) for row in rows]))[1] == with_it


def test_a_row_is_predicted_alike_in_any_company(validate, tmp_path):
    many = validate(write(tmp_path / "in.csv", ROWS))[1]
    alone = [line for row in ROWS for line in validate(write(tmp_path / "in.csv", [row]))[1]]
    assert alone == many
    assert validate(write(tmp_path / "in.csv", [ROWS[0]] * 3))[1] == many[:2] * 3


@pytest.mark.parametrize("how", [{"encoding": "utf-8-sig"}, {"end": "\r\n"}, {"end": "\r"}])
def test_marks_and_line_ends_of_other_systems_are_read(validate, tmp_path, how):
    plain = validate(write(tmp_path / "in.csv", ROWS))[1]
    assert validate(write(tmp_path / "in.csv", ROWS, **how))[1] == plain


@pytest.mark.parametrize(
    "junk",
    [
        {"accelerator": "abacus"},
        {"accelerator": ""},
        {"tp": "many"},
        {"tp": "-4"},
        {"layers": "nan"},
        {"hidden": "1e308"},
        {"seq_len": "inf"},
        {"n_accel": "1", "tp": "8"},
        {"heads": "0", "params": "", "model": "nobody's"},
        {"precision": "fp12"},
        {"grad_accum": "1e-308", "global_batch": "", "micro_batch": ""},
    ],
)
def test_a_row_of_junk_is_answered_or_refused_with_a_reason_and_spoils_no_other(validate, tmp_path, junk):
    clean = validate(write(tmp_path / "in.csv", ROWS[1:]))[1]
    done, lines = validate(write(tmp_path / "in.csv", [ROWS[0] | junk, *ROWS[1:]]))
    assert done.code == 0
    assert lines[2:] == clean
    for line in lines[:2]:
        assert line["status"] == "ok" or (line["status"] == "refused" and line["reason"])
        assert bool(line["mid"]) == (line["status"] == "ok")


def test_scores_are_there_where_measurements_are(validate, tmp_path):
    done, _ = validate(write(tmp_path / "in.csv", ROWS), "--json")
    found = json.loads(done.out)
    assert found["results"]["tokens_per_s_per_gpu"]["n"] == len(ROWS)
    assert {"median", "mean", "p90", "within_25", "bias", "coverage_80", "interval_score"} <= set(
        found["results"]["tokens_per_s_per_gpu"]
    )
    assert {row["by"] for row in found["rows"]} == {"framework", "accelerator", "model"}
    assert "left-out" in [problem["code"] for problem in found["problems"]]


def test_without_measurements_there_are_predictions_alone(validate, tmp_path):
    bare = [{k: v for k, v in row.items() if k not in QUANTITIES} for row in ROWS]
    done, lines = validate(write(tmp_path / "in.csv", bare), "--json")
    assert json.loads(done.out)["results"] == {}
    assert len(lines) == 10


def test_odd_tables_are_predicted_with_a_warning(validate, tmp_path):
    odd = [ROWS[0], ROWS[0], ROWS[1] | {"id": ""}]
    odd = [{("micro_bacth" if k == "micro_batch" else k): v for k, v in row.items()} for row in odd]
    done, lines = validate(write(tmp_path / "in.csv", odd), "--json")
    assert {"duplicate-id", "missing-id", "unknown-column"} <= {
        p["code"] for p in json.loads(done.out)["problems"]
    }
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xff\xfeI\x00D\x00", "UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00", "UTF-8"),
        (b"id,model\n1,\x00\n", "no text"),
        (b"name,model\nx,gpt-3\n", "no column id"),
        (b"id;model\n1;gpt-3\n", "semicolons"),
        (b"id,model,model\n1,a,b\n", "twice"),
        (b'id,model\n1,"' + b"x" * 200_000, "CSV"),
    ],
)
def test_what_is_no_table_is_bad_input(validate, tmp_path, content, said):
    (tmp_path / "in.csv").write_bytes(content)
    done, lines = validate(tmp_path / "in.csv")
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
    assert lines is None


def test_a_file_of_a_gigabyte_is_refused_before_it_is_read(validate, tmp_path):
    with (tmp_path / "in.csv").open("wb") as file:
        file.truncate(2**30)
    done, _ = validate(tmp_path / "in.csv")
    assert done.code == 2
    assert "64 MiB" in done.err


def test_kinds_that_are_not_there_are_bad_input(farthing):
    done = farthing("validate", "trianing")
    assert done.code == 2
    assert "training" in done.err


@pytest.mark.parametrize(
    "words", [("--table", "nowhere.csv"), ("--table", "."), ("--set", "mfu=1"), ("--fx", "EUR=1@2026-01-01")]
)
def test_what_cannot_be_used_is_bad_input(farthing, words):
    assert farthing("validate", "training", *words).code == 2


@pytest.mark.parametrize("place", ["in.csv/out.csv", "nowhere/out.csv", ".", "in.csv"])
def test_a_place_that_cannot_be_written_is_bad_input_and_nothing_is_touched(farthing, tmp_path, place):
    table = write(tmp_path / "in.csv", ROWS)
    before = sorted(tmp_path.iterdir()), (tmp_path / "in.csv").read_bytes()
    done = farthing("validate", "training", "--table", table, "--predictions", str(tmp_path / place))
    assert done.code == 2
    assert "cannot be written" in done.err or "overwritten" in done.err
    assert (sorted(tmp_path.iterdir()), (tmp_path / "in.csv").read_bytes()) == before


def test_an_old_file_is_replaced_whole_and_stays_when_the_table_is_bad(validate, tmp_path):
    (tmp_path / "out.csv").write_text("old", "utf-8")
    (tmp_path / "in.csv").write_text("name\n", "utf-8")
    validate(tmp_path / "in.csv")
    assert (tmp_path / "out.csv").read_text("utf-8") == "old"
    assert len(validate(write(tmp_path / "in.csv", ROWS))[1]) == 10
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["in.csv", "out.csv"]


def test_the_shipped_facts_are_predicted_out_of_fold(farthing, tmp_path):
    out = str(tmp_path / "out.csv")
    found = json.loads(farthing("validate", "training", "--predictions", out, "--json").out)
    assert found["basis"] == "leave one out"
    assert found["results"]["tokens_per_s_per_gpu"]["median"] < 0.07
    assert {line["reason"] for line in read(out) if line["id"] == ROWS[0]["id"]} >= {"left out"}


@pytest.mark.parametrize("form", ["--csv", "--md", "--quiet", "--explain"])
def test_every_form_tells_the_errors(farthing, form):
    done = farthing("validate", "training", form)
    assert done.code == 0
    assert "median error of throughput" in done.out or "tokens_per_s_per_gpu,all" in done.out


def test_the_score_is_that_of_the_judge_outside(validate, tmp_path):
    judge = SHARED / "checks" / "accuracy.py"
    table = SHARED / "data" / "training_throughput.csv"
    if not judge.exists():
        pytest.skip("the shared folder with the judge is not here")
    done, _ = validate(table, "--json")
    command = [sys.executable, str(judge), "score", "training", str(table), str(tmp_path / "out.csv")]
    outside = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    ours = json.loads(done.out)["results"]
    for quantity in QUANTITIES:
        assert ours[quantity] == pytest.approx(outside[quantity], abs=2e-3)


def test_shipped_facts_in_a_table_are_predicted_without_themselves_unless_changed(
    farthing, validate, tmp_path
):
    shipped = str(tmp_path / "shipped.csv")
    farthing("validate", "training", "--predictions", shipped)
    by_id = {(line["id"], line["quantity"]): line for line in read(shipped)}
    _, lines = validate(write(tmp_path / "in.csv", ROWS))
    assert all(line == by_id[line["id"], line["quantity"]] for line in lines)
    _, changed = validate(write(tmp_path / "in.csv", [ROWS[0] | {"seq_len": "4096"}]))
    assert changed[0]["mid"] != lines[0]["mid"]


def test_whole_runs_are_predicted_from_their_configuration(validate, tmp_path):
    rows = [
        {k: str(v or "") for k, v in as_row(run).items()}
        for run in list(catalog().published_runs.values())[:6]
    ]
    done, lines = validate(write(tmp_path / "in.csv", rows), kind="runs")
    assert done.code == 0
    assert [line["quantity"] for line in lines] == ["gpu_hours"] * 6
