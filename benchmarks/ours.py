"""What we time: the search of `train`, tables of mixed set-ups, and a whole estimate."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from farthing.app.asking import ask
from farthing.app.train import answer
from farthing.estimate import search, steps
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import measurements
from farthing.estimate.step_row import setup_of

QUESTION = {
    "model": "gpt-3-175b",
    "tokens": "300B",
    "accelerator": "a100-sxm-80gb",
    "count": 512,
    "seq": "2048",
    "global_batch": "1536",
    "as_of": "2026-11-22",
}
FIXED = {"tp": 8, "pp": 8}
MANY = 200_000


def best(work: Callable[[], object], rounds: int = 7) -> float:
    """Seconds of the fastest of several rounds, the first of which warms up."""
    return min(timed(work) for _ in range(rounds))


def timed(work: Callable[[], object]) -> float:
    """Seconds of one round."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def gpt3() -> Setup:
    """GPT-3 175B on 512 A100, its layout open."""
    row = {"model": "GPT-3 175B", "accelerator": "a100-sxm-80gb", "n_accel": "512"}
    return setup_of(row | {"seq_len": "2048", "global_batch": "1536", "precision": "bf16"})


def layouts_per_second() -> tuple[int, float, float]:
    """Layouts of GPT-3, how many a second the step chain takes, and one full search in seconds."""
    setup = gpt3()
    found = search.candidates(setup, {})
    places = len(found["tp"])
    many = {name: np.tile(column, -(-MANY // places)) for name, column in found.items()}
    seconds = best(lambda: search.evaluate(setup, many, steps.constants()))
    whole = best(lambda: search.evaluate(setup, search.candidates(setup, {}), steps.constants()))
    return places, len(many["tp"]) / seconds, whole


def bare_pass_per_second() -> float:
    """The same number of layouts, each of the columns that the search varies read once and added up."""
    setup = gpt3()
    found = search.candidates(setup, {})
    many = {name: np.tile(column, -(-MANY // len(found["tp"]))) for name, column in found.items()}
    columns = list(many.values())

    def work() -> np.ndarray:
        total = np.zeros_like(columns[0])
        for column in columns:
            total += column
        return total

    return len(columns[0]) / best(work)


def mixed_per_second() -> float:
    """Set-ups that share nothing: all published steps, again and again, every input a column."""
    setups = [step.setup for step in measurements()]
    columns = steps.columns_of(setups, steps.constants())
    size = len(setups)
    repeat = -(-8192 // size)
    chunk = {
        name: np.tile(column, repeat)
        if isinstance(column, np.ndarray) and column.shape == (size,)
        else column
        for name, column in columns.items()
    }
    with np.errstate(all="ignore"):
        return size * repeat / best(lambda: steps.run(chunk))


def estimate_warm() -> float:
    """A whole estimate on 16,384 draws, search included, in a process that has answered before."""
    return best(lambda: answer(ask("train", QUESTION)), 9)


FIRST = """
import importlib, json, sys, time
import farthing.app.train; from farthing.app.asking import ask
importlib.import_module("farthing.estimate.training")
started = time.perf_counter()
farthing.app.train.answer(ask("train", json.loads(sys.argv[1])))
print(time.perf_counter() - started)
"""


def estimate_first() -> float:
    """The same as the first thing a process does after the import; the user's caches are warm."""
    command = [sys.executable, "-c", FIRST, json.dumps({**QUESTION, **FIXED})]
    return statistics.median(float(subprocess.check_output(command)) for _ in range(5))


def start_up() -> tuple[float, float]:
    """Seconds of `farthing --help` and of a bare `import click`, medians in turns."""
    ours = [sys.executable, "-c", "from farthing.doors.cli.main import main; main(['--help'])"]
    bare = [sys.executable, "-c", "import click"]
    pairs = [(_process(ours), _process(bare)) for _ in range(15)]
    return statistics.median(one for one, _ in pairs), statistics.median(two for _, two in pairs)


def _process(command: list[str]) -> float:
    return timed(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))
