"""`validate serving` on the measured table: three lines a row, nothing measured read, and how far off."""

import math
import random

import numpy as np
import pytest

from farthing.catalog.load import catalog
from farthing.estimate.serving_left_out import left_out_servings
from farthing.estimate.validate_serving import QUANTITIES, predictions
from farthing.estimate.validate_shipped import left_out, shipped_among, shipped_rows
from farthing.estimate.validate_tables import SERVING, pairs, predicted

MEASURED = (
    *("output_tok_s", "total_tok_s", "req_s", "ttft_ms", "tpot_ms"),
    *("suspect", "quality_note", "tput_kind", "source", "split", "hidden_kind", "notes"),
)
ROW = {
    "id": "a", "model": "llama-3.1-70b", "accelerator": "H100-SXM-80GB", "n_accelerators": "4", "tp": "4",
    "weight_precision": "fp8", "kv_precision": "fp8", "engine": "vLLM 0.11", "input_len": "1024",
    "output_len": "1024", "concurrency_or_batch": "32",
}  # fmt: skip
BARS = {"tpot_ms": 0.14, "ttft_ms": 0.33, "output_tok_s": 0.15}


@pytest.fixture(scope="module")
def lines(serving_table):
    return predicted(SERVING, serving_table)


def blank(row):
    return {name: cell for name, cell in row.items() if name not in MEASURED}


def test_every_row_has_three_lines_in_its_order(serving_table, lines):
    assert [(line.id, line.quantity) for line in lines] == [
        (row["id"], quantity) for row in serving_table for quantity in QUANTITIES
    ]


def test_every_line_is_a_prediction_or_says_why_not(lines):
    for line in lines:
        if line.status == "ok":
            assert 0 < line.low < line.mid < line.high < math.inf
        else:
            assert line.status in {"refused", "infeasible"}
            assert line.reason
    assert np.mean([line.status == "ok" for line in lines]) >= 0.97


def test_measured_columns_are_never_read(serving_table, lines):
    some = serving_table[::7]
    said = [line for place in range(0, len(serving_table), 7) for line in lines[3 * place : 3 * place + 3]]
    others = random.Random(0).sample(some, len(some))
    mixed = [
        {**row, **{name: other.get(name, "") for name in MEASURED}}
        for row, other in zip(some, others, strict=True)
    ]
    for changed in ([blank(row) for row in some], mixed):
        for one, other in zip(predicted(SERVING, changed), said, strict=True):
            assert (one.id, one.status) == (other.id, other.status)
            assert (one.low, one.mid, one.high) == pytest.approx((other.low, other.mid, other.high), rel=1e-6)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_rows_that_do_not_ship_are_told_within_the_bars(serving_table, lines, quantity):
    shipped = catalog().published_serving
    unseen = [row for row in serving_table if row["id"] not in shipped]
    said = [line for line in lines if line.id not in shipped]
    found = [pair for pair, _ in pairs(SERVING, quantity, unseen, said)]
    measured, low, mid, high = np.array([(p.measured, p.low, p.mid, p.high) for p in found]).T
    told = np.isfinite(mid)
    assert np.mean(told) >= 0.95
    measured, low, mid, high = (column[told] for column in (measured, low, mid, high))
    error = np.abs(mid / measured - 1)
    assert np.median(error) <= BARS[quantity]
    assert 0.65 <= np.mean((low <= measured) & (measured <= high)) <= 0.95
    if quantity == "tpot_ms":
        assert np.mean(error) <= 0.24


def test_a_fact_that_ships_is_predicted_from_all_others():
    rows = shipped_rows(SERVING)
    assert len(shipped_among(SERVING, rows)) == len(rows) > 2000
    plain = predicted(SERVING, rows[:200])
    better = left_out(SERVING, rows[:200], plain)
    known = left_out_servings()
    for line in better:
        found = known.get((line.id, line.quantity))
        if found is not None:
            assert line == found
            assert line.reason == "left out"
    moved = [one.mid != other.mid for one, other in zip(plain, better, strict=True)]
    assert 0.2 < np.mean(moved) < 1


def test_a_fact_with_another_configuration_is_no_longer_that_fact():
    row = shipped_rows(SERVING)[0]
    assert not shipped_among(SERVING, [{**row, "input_len": "777"}])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": "no such model"}, "no such model"),
        ({"accelerator": "abacus"}, "abacus"),
        ({"concurrency_or_batch": "many"}, "many"),
        ({"concurrency_or_batch": "-3"}, "-3"),
        ({"concurrency_or_batch": "1e400"}, "1e400"),
        ({"input_len": "long"}, "input_len"),
        ({"output_len": "-1"}, "output_len"),
        ({"tp": "nan"}, "tp"),
        ({"n_accelerators": "inf"}, "n_accelerators"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(change, said):
    found = predictions([ROW | change])
    assert [line.status for line in found] == ["refused"] * 3
    assert all(said in line.reason for line in found)


def test_a_bad_row_disturbs_no_other():
    bad = ROW | {"model": "no such model"}
    alone, together = predictions([ROW]), predictions([bad, ROW, bad])
    assert together[3:6] == alone
    assert [line.status for line in together] == ["refused"] * 3 + ["ok"] * 3 + ["refused"] * 3


def test_weights_beyond_all_memory_are_infeasible():
    found = predictions([ROW | {"model": "llama-3.1-405b", "n_accelerators": "1", "tp": "1"}])
    assert {line.status for line in found} == {"infeasible"}
    assert "GiB" in found[0].reason


def test_no_rows_no_lines():
    assert predictions([]) == []


def test_absurd_rows_are_answered_or_refused_and_never_break():
    random_source = random.Random(1)
    odd = [
        "",
        "0",
        "-1",
        "nan",
        "inf",
        "1e308",
        "1e-308",
        "x" * 500,
        "\x00",
        "²",
        "１２",
        "rate=",
        "@",
        "max",
    ]
    more = ["pp", "ep", "params_b", "source_family", "year", "workload"]
    columns = [name for name in ROW if name != "id"] + more
    rows = []
    for place in range(300):
        changes = {name: random_source.choice(odd) for name in random_source.sample(columns, 3)}
        rows.append(ROW | changes | {"id": str(place)})
    found = predicted(SERVING, rows)
    assert len(found) == 3 * len(rows)
    for line in found:
        assert line.status in {"ok", "infeasible", "refused"}
        assert line.status == "ok" or line.reason
        if line.status == "ok":
            assert 0 < line.low <= line.mid <= line.high < math.inf
