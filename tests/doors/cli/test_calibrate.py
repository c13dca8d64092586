"""`farthing calibrate`: what is learned, kept, used and forgotten, with good tables and hostile ones."""

import csv
import json
from pathlib import Path

import pytest

from farthing.catalog.load import catalog
from farthing.estimate.finetune_prediction import as_row as tuning_row
from farthing.estimate.measured import as_row

SLOWER = 0.7
QUESTION = ("train", "--model", "llama-3-70b", "--tokens", "1T", "--accelerator", "h100-sxm", "--count", "64")


def own(step):
    """A published row as somebody with other, slower software would have measured it."""
    row = {name: cell or "" for name, cell in as_row(step).items()}
    speed = float(row["tokens_per_s_per_gpu"]) * SLOWER
    return row | {"id": f"own-{row['id']}", "framework": "own-stack", "tokens_per_s_per_gpu": f"{speed:.1f}"}


PUBLISHED = [
    s for s in catalog().published_training.values() if s.framework == "nemo" or "NeMo" in s.framework
]
ROWS = [own(step) for step in PUBLISHED if step.tokens_per_s_per_gpu and step.accelerator.startswith("H100")][
    :8
]


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def calibrate(farthing, tmp_path):
    def run(rows, *words, kind="training"):
        return farthing("calibrate", kind, "--table", write(tmp_path / "mine.csv", rows), *words)

    return run


def answer(farthing, *words):
    done = farthing(*QUESTION, "--as-of", "2026-02-01", "--json", *words)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_it_says_what_it_brought_and_the_error_falls(calibrate):
    found = json.loads(calibrate(ROWS, "--name", "my-cluster", "--json").out)
    speed = "tokens_per_s_per_gpu"
    assert (found["verb"], found["kind"]) == ("calibrate", "training")
    assert {"n", "median", "mean", "p90", "coverage_80"} <= set(found["results"][speed])
    assert found["results"][speed]["median"] < found["before"][speed]["median"] / 2
    width = found["intervals"][speed]
    assert 1 < width["typical_after"] < width["typical_before"]
    assert 1 < width["more"]["20"] <= width["more"]["5"] <= width["typical_after"]
    assert [row["id"] for row in found["rows"]] == [row["id"] for row in ROWS]
    assert Path(found["saved"]).exists()


@pytest.mark.parametrize("form", [(), ("--csv",), ("--md",), ("--quiet",), ("--explain",)])
def test_every_form_tells_what_was_found(calibrate, form):
    done = calibrate(ROWS, *form)
    assert done.code == 0
    assert "tokens_per_s_per_gpu" in done.out or "throughput" in done.out


def test_later_answers_use_it_and_name_it(farthing, calibrate):
    before = answer(farthing)
    calibrate(ROWS, "--name", "my-cluster", "--as-of", "2026-01-15")
    after = answer(farthing)
    speed = [found["results"]["tokens_per_s_per_gpu"] for found in (before, after)]
    assert speed[1]["p95"] / speed[1]["p05"] < speed[0]["p95"] / speed[0]["p05"]
    named = "your calibration my-cluster of 2026-01-15"
    assert named in {source["id"] for source in after["sources"]}
    notes = {item["name"]: item["note"] for item in after["assumptions"] if "note" in item}
    assert named in notes["evidence_ratio"]
    assert "your own steps settle" in notes["practice_ratio"]
    assert before["results"]["goodput"] == after["results"]["goodput"]


def test_none_restores_the_shipped_answer_to_the_last_bit(farthing, calibrate):
    before = answer(farthing)
    calibrate(ROWS)
    assert answer(farthing) != before
    assert answer(farthing, "--calibration", "none") == before
    assert farthing("calibrate", "forget", "mine").code == 0
    assert answer(farthing) == before


def test_a_dry_run_keeps_nothing(farthing, calibrate, data):
    before = answer(farthing)
    found = json.loads(calibrate(ROWS, "--dry-run", "--json").out)
    assert found["saved"] == ""
    assert not data.exists()
    assert answer(farthing) == before


def test_the_last_one_made_is_in_use_and_a_name_chooses_another(farthing, calibrate):
    calibrate(ROWS, "--name", "old")
    old = answer(farthing)
    fast = [row | {"tokens_per_s_per_gpu": str(float(row["tokens_per_s_per_gpu"]) * 1.2)} for row in ROWS]
    calibrate(fast, "--name", "new")
    listed = json.loads(farthing("calibrate", "list", "--json").out)
    assert [(one["name"], one["used"], one["count"]) for one in listed] == [
        ("old", False, 8),
        ("new", True, 8),
    ]
    assert answer(farthing) == answer(farthing, "--calibration", "new") != old
    assert answer(farthing, "--calibration", "old") == old


def test_it_is_listed_shown_and_forgotten(farthing, calibrate):
    calibrate(ROWS, "--name", "my-cluster")
    assert "in use" in farthing("calibrate", "list").out
    shown = json.loads(farthing("calibrate", "show", "my-cluster", "--json").out)[0]
    assert [row["id"] for row in shown["rows"]] == [row["id"] for row in ROWS]
    assert not {"notes", "source"} & set(shown["rows"][0])
    assert ROWS[0]["id"] in farthing("calibrate", "show", "my-cluster").out
    assert "my-cluster" in farthing("calibrate", "forget", "my-cluster").out
    assert json.loads(farthing("calibrate", "list", "--json").out) == []
    assert "Nothing was calibrated" in farthing("calibrate", "list").out


@pytest.mark.parametrize("verb", ["show", "forget"])
def test_an_unknown_name_is_bad_input_with_the_nearest(farthing, calibrate, verb):
    calibrate(ROWS, "--name", "my-cluster")
    done = farthing("calibrate", verb, "my-clutser")
    assert done.code == 2
    assert "Did you mean my-cluster?" in done.err
    assert farthing(*QUESTION, "--calibration", "my-clutser").code == 2


def test_a_calibration_where_no_step_is_estimated_is_bad_input(farthing, calibrate):
    calibrate(ROWS, "--name", "my-cluster")
    time_question = ("train", "--accelerator", "h100-sxm", "--count", "8", "--duration", "2 weeks")
    assert farthing(*time_question, "--calibration", "my-cluster").code == 2
    assert farthing(*time_question, "--calibration", "none").code == 0
    assert farthing(*time_question).code == 0


def test_a_table_is_predicted_with_it_and_its_own_rows_without_themselves(farthing, calibrate, tmp_path):
    calibrate(ROWS[:5], "--name", "my-cluster")
    table = write(tmp_path / "all.csv", ROWS)
    scores = {}
    for name in ("my-cluster", "none"):
        done = farthing("validate", "training", "--table", table, "--calibration", name, "--json")
        scores[name] = json.loads(done.out)["results"]["tokens_per_s_per_gpu"]["median"]
    assert scores["my-cluster"] < scores["none"] / 2
    found = farthing("validate", "training", "--table", table).out
    assert "your calibration my-cluster" in found
    assert "5 rows are among its measurements" in found


def test_finetuning_is_calibrated_by_steps_of_its_own(farthing, calibrate):
    steps = [s for s in catalog().published_finetuning.values() if s.tokens_per_s_per_gpu and s.framework][:8]
    rows = [{name: cell or "" for name, cell in tuning_row(step).items()} for step in steps]
    for row in rows:
        row["tokens_per_s_per_gpu"] = str(float(row["tokens_per_s_per_gpu"]) * SLOWER)
        row["framework"], row["id"] = "own-stack", f"own-{row['id']}"
    question = (
        "finetune",
        "--model",
        "llama-3.1-8b",
        "--method",
        "lora",
        "--examples",
        "10000",
        "--as-of",
        "2026-02-01",
    )
    before = farthing(*question, "--json").out
    found = json.loads(calibrate(rows, "--json", kind="finetune").out)
    assert (
        found["results"]["tokens_per_s_per_gpu"]["median"] < found["before"]["tokens_per_s_per_gpu"]["median"]
    )
    after = farthing(*question, "--json").out
    assert "your calibration mine" in after
    assert farthing(*question, "--json", "--calibration", "none").out == before != after


def test_one_row_is_enough_and_says_how_little_that_is(calibrate):
    found = json.loads(calibrate(ROWS[:1], "--json").out)
    assert "few-rows" in {problem["code"] for problem in found["problems"]}
    assert found["results"]["tokens_per_s_per_gpu"]["n"] == 1


def test_rows_without_a_measurement_are_ranked_by_what_they_would_tell(calibrate):
    nothing_yet = {"tokens_per_s_per_gpu": "", "tflops_per_gpu": ""}
    open_rows = [row | nothing_yet | {"id": f"open-{place}"} for place, row in enumerate(ROWS)]
    found = json.loads(calibrate([*ROWS[:2], *open_rows[2:]], "--json").out)
    assert len(found["measure_next"]) == 5
    assert set(found["measure_next"]) <= {row["id"] for row in open_rows[2:]}
    nothing = calibrate(open_rows)
    assert nothing.code == 2
    assert "Measure these first: open-" in nothing.err


@pytest.mark.parametrize(
    ("change", "speed"),
    [
        (
            {"step_time_s": "10", "seq_len": "8192", "global_batch": "128", "n_accel": "64"},
            8192 * 128 / 10 / 64,
        ),
        ({"tokens_per_s_total": "64000", "n_accel": "64"}, 1000.0),
    ],
)
def test_a_speed_follows_from_the_time_of_a_step_or_the_whole(calibrate, change, speed):
    row = ROWS[2] | {"tokens_per_s_per_gpu": "", "tflops_per_gpu": "", "micro_batch": "1"} | change
    found = json.loads(calibrate([row], "--json").out)
    assert found["rows"][0]["measured"] == pytest.approx(speed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tokens_per_s_per_gpu": "9e9"}, "of the peak"),
        ({"tokens_per_s_per_gpu": "0.01"}, "the model says"),
        ({"tokens_per_s_per_gpu": "-5"}, "no number above 0"),
        ({"tokens_per_s_per_gpu": "nan"}, "no number above 0"),
        ({"tokens_per_s_per_gpu": "1e999"}, "no number above 0"),
        ({"tokens_per_s_per_gpu": "fast"}, "no number above 0"),
        ({"peak_mem_gib": "5000"}, "GiB were measured"),
        ({"accelerator": "abacus"}, "abacus"),
        ({"model": "", "layers": "", "hidden": "", "params": ""}, "own-"),
        (
            {"tokens_per_s_per_gpu": "", "step_time_s": "10", "global_batch": "", "micro_batch": ""},
            "step_time_s",
        ),
        ({"tokens_per_s_per_gpu": "", "tflops_per_gpu": "400", "flops_convention": ""}, "flops_convention"),
    ],
)
def test_an_impossible_row_is_set_aside_with_a_reason_and_alone_is_bad_input(calibrate, change, said):
    bad = ROWS[0] | {"id": "own-bad"} | change
    found = json.loads(calibrate([*ROWS[1:], bad], "--json").out)
    aside = [problem for problem in found["problems"] if problem["code"] == "set-aside"]
    assert len(aside) == 1
    assert "own-bad" in aside[0]["where"]
    assert said in json.dumps(aside[0])
    assert "own-bad" not in {row["id"] for row in found["rows"]}
    alone = calibrate([bad])
    assert alone.code == 2
    assert "none of the 1 rows" in alone.err


def test_of_rows_that_share_an_id_the_last_counts(calibrate):
    twice = [ROWS[0] | {"tokens_per_s_per_gpu": "1"}, *ROWS]
    found = json.loads(calibrate(twice, "--json").out)
    assert len(found["rows"]) == len(ROWS)
    assert "used again" in json.dumps(found["problems"])


def test_a_row_that_its_neighbors_contradict_is_named(calibrate):
    odd = ROWS[3] | {"tokens_per_s_per_gpu": str(float(ROWS[3]["tokens_per_s_per_gpu"]) / 3)}
    found = json.loads(calibrate([*ROWS[:3], odd, *ROWS[4:]], "--json").out)
    named = [problem["what"].split()[0] for problem in found["problems"] if problem["code"] == "odd-row"]
    assert odd["id"] in named
    assert len(named) < len(ROWS) / 2
    assert calibrate(ROWS).out.count("looks odd") == 0


def test_published_facts_are_said_to_be_known(calibrate):
    rows = [{name: cell or "" for name, cell in as_row(step).items()} for step in PUBLISHED[:3]]
    assert "ship with farthing" in calibrate(rows).out


@pytest.mark.parametrize(
    "words", [("--set", "mfu=0.4"), ("--currency", "EUR"), ("--name", "none"), ("--name", "../x")]
)
def test_what_would_change_nothing_or_cannot_be_a_name_is_bad_input(calibrate, words, data):
    assert calibrate(ROWS, *words).code == 2
    assert not data.exists()


def test_tables_are_read_as_validate_reads_them(farthing, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("", "utf-8")
    long = write(tmp_path / "long.csv", [ROWS[0] | {"id": str(place)} for place in range(501)])
    header = tmp_path / "header.csv"
    header.write_text("id,model\n", "utf-8")
    for table in (str(empty), str(tmp_path), "/nowhere.csv", long, str(header)):
        done = farthing("calibrate", "training", "--table", table)
        assert done.code == 2
        assert "Traceback" not in done.err
    assert farthing("calibrate", "training").code == 2
    assert farthing("calibrate", "runs", "--table", long).code == 2
