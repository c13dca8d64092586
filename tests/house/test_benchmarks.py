"""The benchmarks work, on little: what they measure is looked at nowhere else until somebody runs them."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path("benchmarks")


@pytest.fixture(scope="module")
def page():
    spec = importlib.util.spec_from_file_location("benchmarks_page", FOLDER / "page.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks itself up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_a_section_is_renewed_and_the_others_stay(page, tmp_path):
    file = tmp_path / "page.md"
    met, missed = (page.Measured(word, "1", "2", "3", word == "fast") for word in ("fast", "slow"))
    page.renew("One", ["former words"], [met], file)
    page.renew("Two", ["latter words"], [missed], file)
    before = file.read_text("utf-8")
    page.renew("One", ["former words"], [met], file)
    assert file.read_text("utf-8") == before
    page.renew("One", ["new words"], [missed, met], file)
    after = file.read_text("utf-8")
    assert (
        after.index("## One") < after.index("new words") < after.index("## Two") < after.index("latter words")
    )
    assert "former words" not in after
    assert after.count("| slow | 1 | 2 | 3 | **missed** |") == 2
    assert after.count("| fast | 1 | 2 | 3 | met |") == 1


def test_the_page_is_made_of_sections_of_the_commands(page):
    titles = [line for line in page.PAGE.read_text("utf-8").splitlines() if line.startswith("## ")]
    commands = "".join((FOLDER / f"{name}.py").read_text("utf-8") for name in ("run", "ledger", "receiver"))
    assert titles
    assert [title for title in titles if f'"{title.removeprefix("## ")}"' not in commands] == []


def test_a_little_ledger_is_measured(tmp_path):
    """Each measure says what it found; that every event is priced and counted once, it sees to itself."""
    words = ["--events", "2000", "--folder", str(tmp_path)]
    words += [part for name in ("pricing", "import") for part in ("--only", name)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, FOLDER / "ledger.py", *words],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *rows, last = done.stdout.splitlines()
    assert "stays as it is" in last
    assert len(rows) == 6
    assert rows[0].startswith("2,000 events priced exactly by team and day")
    assert sum("LiteLLM's log" in row for row in rows) == 2


def test_a_little_load_is_measured_and_all_of_it_is_stored(tmp_path):
    words = ["--seconds", "1", "--steady", "1", "--clients", "2", "--no-page"]
    done = subprocess.run(
        [sys.executable, FOLDER / "receiver.py", *words],
        capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (kept,) = [
        line for line in done.stdout.splitlines() if line.startswith("acknowledged spans in the ledger")
    ]
    assert kept.endswith(" met")
