"""The command line in this process: its exit code and what it wrote."""

from typing import NamedTuple

import pytest

from farthing.doors.cli.main import main


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("FARTHING_DEBUG", raising=False)


@pytest.fixture
def farthing(capsys):
    def run(*words):
        code = main(list(words))
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def time_question():
    """The price of time of the seed: 280 A100, two weeks, $2.50."""
    return ("--accelerator", "a100-sxm-80gb", "--count", "280", "--duration", "2 weeks", "--rate", "$2.50/h")
