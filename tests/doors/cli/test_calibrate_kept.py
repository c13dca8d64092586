"""What `farthing calibrate` keeps: never half, never lost, never passed over when damaged."""

import csv
import json
import os
import signal
import subprocess
import sys

import pytest

from farthing.catalog.load import catalog
from farthing.estimate.measured import as_row

QUESTION = ("train", "--model", "llama-3-70b", "--tokens", "1T", "--accelerator", "h100-sxm", "--count", "64")
STEPS = [step for step in catalog().published_training.values() if step.tokens_per_s_per_gpu][:8]
ROWS = [
    {name: cell or "" for name, cell in as_row(step).items()}
    | {"id": f"own-{step.id}", "framework": "own-stack"}
    for step in STEPS
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


@pytest.mark.parametrize("content", ["", "{", "[]", '{"form": 2, "kind": "training", "calibrations": []}'])
def test_a_damaged_file_is_never_passed_over(farthing, calibrate, data, content):
    calibrate(ROWS)
    path = data / "calibration" / "training.json"
    path.write_text(content, "utf-8")
    for words in (QUESTION, ("calibrate", "list"), ("calibrate", "training", "--table", "mine.csv")):
        done = farthing(*words)
        assert done.code == 2
    assert "none answers without" in farthing(*QUESTION).err
    assert farthing(*QUESTION, "--calibration", "none").code == 0
    assert path.read_text("utf-8") == content


def test_a_file_that_was_edited_is_refused(farthing, calibrate, data):
    calibrate(ROWS)
    path = data / "calibration" / "training.json"
    path.write_text(path.read_text("utf-8").replace(ROWS[0]["tokens_per_s_per_gpu"], "1.0"), "utf-8")
    assert "was changed since" in farthing(*QUESTION).err


def test_a_folder_that_cannot_be_written_is_bad_input(calibrate, farthing, monkeypatch):
    monkeypatch.setenv("FARTHING_DATA", "/dev/null/nowhere")
    done = calibrate(ROWS)
    assert done.code == 2
    assert "FARTHING_DATA" in done.err
    assert farthing(*QUESTION).code == 0


SLOW_WRITER = """
import sys, time
from pathlib import Path
from farthing.app import calibrations
replace = Path.replace
def slow(self, target):
    print("writing", flush=True)
    time.sleep(60)
    return replace(self, target)
Path.replace = slow
from farthing.doors.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_writer_that_is_killed_leaves_what_was_there(farthing, calibrate, data, tmp_path):
    calibrate(ROWS, "--name", "first")
    path = data / "calibration" / "training.json"
    before, said = path.read_bytes(), answer(farthing)
    table = write(tmp_path / "other.csv", ROWS[:3])
    command = [
        sys.executable,
        "-c",
        SLOW_WRITER,
        "calibrate",
        "training",
        "--table",
        table,
        "--name",
        "second",
    ]
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(tmp_path / "no-cache" / "x"),
        "FARTHING_DATA": str(data),
    }
    (tmp_path / "no-cache").touch()  # no cache is written there, so the first file to be replaced is ours
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout.readline() == "writing\n"
        writer.send_signal(signal.SIGKILL)
    assert writer.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert list(path.parent.glob(".training.json-*")), "it was killed in the middle of writing"
    assert answer(farthing) == said
    assert calibrate(ROWS, "--name", "third").code == 0
    assert not list(path.parent.glob(".training.json-*"))
    assert [one["name"] for one in json.loads(farthing("calibrate", "list", "--json").out)] == [
        "first",
        "third",
    ]


def test_writers_at_once_lose_nothing(tmp_path, farthing):
    table = write(tmp_path / "mine.csv", ROWS)
    command = [
        sys.executable,
        "-m",
        "farthing.doors.cli.main",
        "calibrate",
        "training",
        "--table",
        table,
        "--quiet",
    ]
    writers = [subprocess.Popen([*command, "--name", f"w{i}"], stdout=subprocess.DEVNULL) for i in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert {one["name"] for one in json.loads(farthing("calibrate", "list", "--json").out)} == {
        "w0",
        "w1",
        "w2",
        "w3",
    }
