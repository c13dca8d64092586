"""The place of an estimate among published runs, in hours and in dollars."""

import pytest

from farthing.app.train import train
from farthing.catalog.load import catalog

ASKED = {
    "model": "llama-3.1-8b",
    "tokens": "15T",
    "accelerator": "h100-sxm",
    "count": 1024,
    "as_of": "2024-07-01",
}


@pytest.fixture(scope="module")
def standings():
    return {found.name: found for found in train(**ASKED).industry}


def test_hours_and_dollars_stand_among_dozens_of_runs(standings):
    hours, dollars = standings["gpu_hours_per_zettaflop"], standings["compute_cost_usd_per_zettaflop"]
    assert hours.count >= 40
    assert dollars.count >= 40
    assert hours.note == ""
    assert "at the rent of their year" in dollars.note


def test_only_hours_without_a_bill_are_priced(standings):
    note = standings["compute_cost_usd_per_zettaflop"].note
    reported = [
        run
        for run in catalog().published_runs.values()
        if run.tokens and (run.reported_cost_usd or (run.gpu_hours and run.price_per_gpu_hour_usd))
    ]
    priced = int(note.split()[0])
    assert priced + len(reported) == standings["compute_cost_usd_per_zettaflop"].count


def test_dollars_are_of_the_size_that_hours_times_rents_have(standings):
    hours, dollars = standings["gpu_hours_per_zettaflop"], standings["compute_cost_usd_per_zettaflop"]
    assert 0.5 < dollars.mid / hours.mid < 8  # dollars an hour, 2018 to 2025


def test_a_dearer_hour_moves_dollars_up_and_hours_not_at_all(standings):
    dear = {found.name: found for found in train(**ASKED, rate="$20/h").industry}
    hours, dollars = "gpu_hours_per_zettaflop", "compute_cost_usd_per_zettaflop"
    assert dear[dollars].below_share > standings[dollars].below_share
    assert dear[hours].below_share == standings[hours].below_share
