"""`validate training` on the table of measured steps: a line for all, nothing measured read, how far off."""

import math
import random

import numpy as np
import pytest

from farthing.catalog.load import catalog
from farthing.estimate.validate_training import QUANTITIES, predictions

MEASURED = (
    "tflops_per_gpu",
    "mfu_pct",
    "hfu_pct",
    "tokens_per_s_per_gpu",
    "step_time_s",
    "peak_mem_gib",
    "notes",
    "source",
)
MISSING = {"id": "none", "model": "no such model", "accelerator": "H100"}


@pytest.fixture(scope="module")
def lines(measured_table):
    return predictions(measured_table)


def errors(table, lines, quantity):
    """Measured and predicted of rows that do not ship: none of them was seen by fit or evidence."""
    said = {(line.id, line.quantity): line for line in lines}
    unseen = [row for row in table if row["id"] not in catalog().published_training and row[quantity]]
    found = [(float(row[quantity]), said[row["id"], quantity]) for row in unseen]
    assert all(line.status == "ok" for _, line in found)
    return np.array([[measured, line.low, line.mid, line.high] for measured, line in found]).T


def test_every_row_has_a_line_for_each_quantity_in_its_order(measured_table, lines):
    assert [(line.id, line.quantity) for line in lines] == [
        (r["id"], q) for r in measured_table for q in QUANTITIES
    ]


def test_every_line_is_a_prediction_or_says_why_not(lines):
    for line in lines:
        if line.status == "ok":
            assert 0 < line.low < line.mid < line.high < math.inf
        else:
            assert line.status in {"refused", "infeasible"}
            assert line.reason
    assert np.mean([line.status == "ok" for line in lines]) >= 0.95


def test_measured_columns_are_never_read(measured_table, lines):
    blank = [{name: value for name, value in row.items() if name not in MEASURED} for row in measured_table]
    assert predictions(blank) == lines
    empty = [{**row, **dict.fromkeys(MEASURED, "")} for row in measured_table]
    assert predictions(empty) == lines
    others = random.Random(0).sample(measured_table, len(measured_table))
    mixed = [
        {**row, **{name: other[name] for name in MEASURED}}
        for row, other in zip(measured_table, others, strict=True)
    ]
    assert predictions(mixed) == lines


def test_a_row_is_predicted_the_same_alone_and_in_any_company(measured_table, lines):
    for place in range(0, len(measured_table), 40):
        alone = predictions([measured_table[place]])
        for one, among in zip(alone, lines[2 * place : 2 * place + 2], strict=True):
            assert (one.id, one.quantity, one.status) == (among.id, among.quantity, among.status)
            assert (one.low, one.mid, one.high) == pytest.approx((among.low, among.mid, among.high), rel=1e-6)


def test_speed_of_rows_that_do_not_ship(measured_table, lines):
    measured, low, mid, high = errors(measured_table, lines, "tokens_per_s_per_gpu")
    error = np.abs(mid / measured - 1)
    assert len(error) > 80
    assert np.median(error) <= 0.07
    assert np.mean(error <= 0.25) >= 0.88
    assert 0.70 <= np.mean((low <= measured) & (measured <= high)) <= 0.95


def test_memory_of_rows_that_do_not_ship(measured_table, lines):
    measured, _, mid, _ = errors(measured_table, lines, "peak_mem_gib")
    assert np.median(np.abs(mid / measured - 1)) <= 0.10


def test_without_software_and_year_the_interval_is_wider_and_the_error_still_small(measured_table, lines):
    withheld = [
        {**row, **dict.fromkeys(("framework", "version", "year", "source_family", "engine"), "")}
        for row in measured_table
    ]
    found = predictions(withheld)
    width = {name: np.median([math.log(line.high / line.low) for line in some if line.status == "ok"])
             for name, some in (("told", lines), ("withheld", found))}  # fmt: skip
    assert width["withheld"] > width["told"]
    measured, _, mid, _ = errors(measured_table, found, "tokens_per_s_per_gpu")
    assert np.median(np.abs(mid / measured - 1)) <= 0.15


def test_no_rows_no_lines():
    assert predictions([]) == []


def test_a_row_that_cannot_be_read_is_refused_with_its_reason():
    for quantity, line in zip(QUANTITIES, predictions([MISSING]), strict=True):
        assert (line.id, line.quantity, line.status) == ("none", quantity, "refused")
        assert "no such model" in line.reason
        assert line.cells()[2:5] == ("", "", "")


def test_a_bad_row_disturbs_no_other():
    good = {
        "id": "a",
        "model": "Llama 3.1 8B",
        "accelerator": "H100",
        "n_accel": "8",
        "precision": "BF16",
        "global_batch": "64",
        "seq_len": "4096",
    }
    alone, together = predictions([good]), predictions([MISSING, good, MISSING])
    assert together[2:4] == alone
    assert [line.status for line in together] == ["refused"] * 2 + ["ok"] * 2 + ["refused"] * 2


def test_a_step_far_beyond_the_memory_is_infeasible_and_says_by_how_much():
    row = {
        "id": "x",
        "model": "llama-3.1-405b",
        "accelerator": "RTX-4090",
        "n_accel": "1",
        "tp": "1",
        "fsdp": "0",
    }
    lines = predictions([row])
    assert {line.status for line in lines} == {"infeasible"}
    assert "needs at least" in lines[0].reason
