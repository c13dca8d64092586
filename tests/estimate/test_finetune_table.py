"""`validate finetune` on the table of measured steps: a line for all, nothing measured read, how far off."""

import hashlib
import math
import random
from collections import defaultdict

import numpy as np
import pytest

from farthing.catalog.load import catalog
from farthing.estimate.scores import score
from farthing.estimate.validate_finetune import QUANTITIES, fits, predictions
from farthing.estimate.validate_shipped import left_out, shipped_among, shipped_rows
from farthing.estimate.validate_tables import FINETUNE, TRAINING, measurement, pairs, predicted

BLANK = {"id": "none", "model": "", "accelerator": ""}
ROW = {
    "id": "a",
    "model": "Llama 2 7B",
    "accelerator": "A100-SXM-40GB",
    "method": "LoRA",
    "micro_batch": "1",
    "seq_len": "1024",
    "precision": "BF16",
    "recompute": "none",
}


@pytest.fixture(scope="module")
def lines(tuning_table):
    return predicted(FINETUNE, tuning_table)


@pytest.fixture(scope="module")
def out_of_fold(tuning_table, lines):
    """Each row from all others: held-out rows were never seen, shipped ones are left out."""
    return left_out(FINETUNE, tuning_table, lines)


def held_out(row):
    return int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 5 == 0


def scored(quantity, rows, lines):
    found = score([pair for pair, _ in pairs(FINETUNE, quantity, rows, lines)])
    assert found is not None
    return found


def test_every_row_has_a_line_for_each_quantity_in_its_order(tuning_table, lines):
    assert [(line.id, line.quantity) for line in lines] == [
        (r["id"], q) for r in tuning_table for q in QUANTITIES
    ]


def test_every_line_is_a_prediction_or_says_why_not(lines):
    for line in lines:
        if line.status == "ok":
            assert 0 < line.low < line.mid < line.high < math.inf
        else:
            assert line.status in {"refused", "infeasible"}
            assert line.reason


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_measured_rows_are_answered(tuning_table, out_of_fold, quantity):
    assert scored(quantity, tuning_table, out_of_fold).answered >= 0.95


def test_measured_columns_are_never_read(tuning_table, lines):
    measured = sorted(FINETUNE.measured & tuning_table[0].keys())
    assert {"tokens_per_s_per_gpu", "peak_mem_gb", "oom", "step_time_s", "notes", "source"} <= set(measured)
    blank = [{name: cell for name, cell in row.items() if name not in measured} for row in tuning_table]
    assert predictions(blank) == predictions(tuning_table)
    assert predicted(FINETUNE, blank) == lines
    others = random.Random(0).sample(tuning_table, len(tuning_table))
    mixed = [
        {**row, **{name: other[name] for name in measured}}
        for row, other in zip(tuning_table, others, strict=True)
    ]
    assert predictions(mixed) == predictions(tuning_table)


def test_a_row_is_predicted_the_same_alone_and_in_any_company(tuning_table, lines):
    for place in range(0, len(tuning_table), 20):
        alone = predictions([tuning_table[place]])
        for one, among in zip(alone, lines[2 * place : 2 * place + 2], strict=True):
            assert (one.id, one.quantity, one.status) == (among.id, among.quantity, among.status)
            assert (one.low, one.mid, one.high) == pytest.approx((among.low, among.mid, among.high), rel=1e-6)


def test_the_held_out_fifth_never_ships(tuning_table):
    assert not {row["id"] for row in tuning_table if held_out(row)} & catalog().published_finetuning.keys()


@pytest.mark.parametrize(("quantity", "bar"), [("tokens_per_s_per_gpu", 0.10), ("peak_mem_gib", 0.12)])
def test_rows_that_were_never_fitted(tuning_table, lines, quantity, bar):
    unseen = [row for row in tuning_table if held_out(row)]
    found = scored(quantity, unseen, lines)
    assert found.n >= 20
    assert found.median <= bar


@pytest.mark.parametrize(("quantity", "bar"), [("tokens_per_s_per_gpu", 0.10), ("peak_mem_gib", 0.12)])
def test_every_row_from_all_others(tuning_table, out_of_fold, quantity, bar):
    found = scored(quantity, tuning_table, out_of_fold)
    assert found.median <= bar
    assert 0.70 <= found.coverage_80 <= 0.95


def test_no_source_of_speeds_is_far_off_but_the_one_with_a_single_row(tuning_table, out_of_fold):
    sources = defaultdict(list)
    for pair, row in pairs(FINETUNE, "tokens_per_s_per_gpu", tuning_table, out_of_fold):
        sources[row["framework"]].append(pair)
    far = {name for name, some in sources.items() if score(some).median > 0.20}
    assert len(sources) > 5
    assert far <= {"NeMo Automodel"}, far


def test_running_out_of_memory_is_foretold(tuning_table, out_of_fold):
    status = {line.id: line.status for line in out_of_fold if line.quantity == "peak_mem_gib"}
    full = [status[row["id"]] == "infeasible" for row in tuning_table if row["oom"] == "yes"]
    ran = [status[row["id"]] == "ok" for row in tuning_table if row["oom"] != "yes"]
    assert len(full) >= 10
    assert np.mean(full) >= 0.80
    assert np.mean(ran) >= 0.90


def test_a_row_that_tells_nothing_is_refused_with_its_reason():
    for quantity, line in zip(QUANTITIES, predictions([BLANK]), strict=True):
        assert (line.id, line.quantity, line.status) == ("none", quantity, "refused")
        assert line.reason
        assert line.cells()[2:5] == ("", "", "")
    assert predictions([]) == []


@pytest.mark.parametrize(
    "cells",
    [
        {"model": "no such model"},
        {"seq_len": "long"},
        {"n_accel": "inf"},
        {"lora_rank": "-3"},
        {"precision": "wide"},
    ],
)
def test_a_bad_row_disturbs_no_other(cells):
    alone, among = predictions([ROW]), predictions([BLANK, ROW, {**ROW, **cells}])
    assert among[2:4] == alone
    assert [line.status for line in among] == ["refused"] * 2 + ["ok"] * 2 + ["refused"] * 2


def test_absurd_numbers_never_become_numbers():
    row = {**ROW, "seq_len": "1e11", "lora_rank": "1e11"}
    for line in predicted(FINETUNE, [row]):
        assert line.status in {"refused", "infeasible"}
        assert line.reason


def test_too_large_for_the_card_is_infeasible_and_says_by_how_much():
    lines = predictions([{**ROW, "model": "Llama 2 70B", "accelerator": "RTX-4090"}])
    assert {line.status for line in lines} == {"infeasible"}
    assert "needs about" in lines[0].reason
    assert "has 24.0" in lines[0].reason


def test_an_open_layout_is_given_the_benefit_of_the_doubt(make_setup):
    has = make_setup().accelerator.fact.memory_byte / 2**30
    stated = make_setup(recompute_share=0)
    assert fits(stated, has, 0.0)
    assert not fits(stated, has, 0.3)
    assert fits(make_setup(), 1.4 * has, 0.3)
    assert not fits(make_setup(), 1.6 * has, 0.0)


@pytest.mark.parametrize("kind", [FINETUNE, TRAINING])
def test_shipped_rows_are_left_out_and_others_are_not(kind):
    rows = shipped_rows(kind)[:6]
    stranger = {**rows[0], "id": "mine"}
    altered = {**rows[1], "model": "gpt2"}
    assert shipped_among(kind, [*rows[2:], stranger, altered]) == {row["id"] for row in rows[2:]}
    plain = predicted(kind, [*rows, stranger])
    found = left_out(kind, [*rows, stranger], plain)
    assert [line.id for line in found] == [line.id for line in plain]
    assert found[-2:] == plain[-2:]
    assert any(line.reason == "left out" for line in found[:-2])


def test_leaving_out_does_not_read_what_is_left_out():
    """The prediction times its error is the measurement, whatever evidence says of the row itself."""
    rows = shipped_rows(FINETUNE)
    said = {(line.id, line.quantity): line for line in left_out(FINETUNE, rows, predicted(FINETUNE, rows))}
    errors = [
        abs(said[row["id"], quantity].mid / measurement(row, quantity) - 1)
        for row in rows
        for quantity in QUANTITIES
        if math.isfinite(measurement(row, quantity))
    ]
    assert np.median(errors) > 0.005  # its own measurement would bring it closer
    assert np.median(errors) < 0.10
