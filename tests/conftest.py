"""Settings that all tests share."""

import pytest
from hypothesis import settings

# The same examples on every machine and no time limit: speed is measured in benchmarks/, never here.
settings.register_profile("farthing", derandomize=True, deadline=None)
settings.load_profile("farthing")


@pytest.fixture(autouse=True)
def _own_data(tmp_path_factory, monkeypatch):
    """No test sees what the person who runs it calibrated, imported or asked before."""
    monkeypatch.setenv("FARTHING_DATA", str(tmp_path_factory.getbasetemp() / "no-data"))
    monkeypatch.setenv("FARTHING_STATE", str(tmp_path_factory.getbasetemp() / "state"))
    monkeypatch.delenv("FARTHING_LEDGER", raising=False)
    monkeypatch.delenv("FARTHING_ENGINE", raising=False)
