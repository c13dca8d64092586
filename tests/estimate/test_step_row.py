"""Rows of a table become set-ups: what cells mean, defaults that are named, and refusals with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.estimate.step_row import recomputation, setup_of, split_for_pipeline, zero_stage
from farthing.units.problem import FarthingError, InputError

ROW = {"id": "x", "model": "Llama 3.1 8B", "accelerator": "H100", "seq_len": "8192", "n_accel": "64"}


def layout_of(**cells):
    return setup_of({**ROW, **cells}).layout


@pytest.mark.parametrize(
    ("sharding", "family", "stage"),
    [
        ("", "", 1),
        ("FULL_SHARD", "", 3),
        ("FSDP", "", 3),
        ("SHARD_GRAD_OP", "", 2),
        ("ZeRO-2", "", 2),
        ("ZeRO-3", "", 3),
        ("DDP", "", 0),
        ("64", "", 3),
        ("0", "", 1),
        ("", "maxtext", 3),
        ("", "mlperf-maxtext", 3),
    ],
)
def test_what_a_sharding_column_means(sharding, family, stage):
    assert zero_stage(sharding, family) == stage


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {"selective_level": 0}),
        ("full", {"selective_level": 0, "recompute_share": 1}),
        ("Full (block)", {"selective_level": 0, "recompute_share": 1}),
        ("none", {"selective_level": 0, "recompute_share": 0}),
        ("no", {"selective_level": 0, "recompute_share": 0}),
        ("selective", {"selective_level": 1, "recompute_share": 0}),
    ],
)
def test_what_a_recompute_column_means(text, found):
    assert recomputation(text) == found


def test_a_row_as_printed():
    layout = layout_of(tp="2", pp="4", vp="2", cp="1", micro_batch="1", global_batch="128", fsdp="")
    assert layout["accelerator_count"] == 64
    assert (layout["tp"], layout["pp"], layout["vp"]) == (2, 4, 2)
    assert (layout["micro_batch_sequences"], layout["global_batch_sequences"]) == (1, 128)


def test_the_count_follows_from_the_layout_where_it_is_not_said():
    assert layout_of(n_accel="", tp="2", pp="4", dp="8")["accelerator_count"] == 64


def test_the_batch_follows_from_microbatches_and_the_other_way_round():
    assert layout_of(micro_batch="2", grad_accum="4")["global_batch_sequences"] == 2 * 4 * 64
    assert layout_of(global_batch="512", grad_accum="4")["micro_batch_sequences"] == 2


def test_what_was_assumed_is_named():
    notes = setup_of({"model": "Llama 3.1 8B", "accelerator": "H100"}).notes
    assert any("seq_len" in note for note in notes)
    assert any("global_batch" in note for note in notes)
    assert any("precision" in note for note in notes)
    assert any("fully sharded" in note for note in notes)
    assert setup_of({**ROW, "global_batch": "64", "precision": "BF16", "tp": "1"}).notes == ()


def test_eight_bits_on_a_part_without_them_is_noted_not_believed():
    setup = setup_of({**ROW, "accelerator": "A100-SXM4-80GB", "precision": "FP8"})
    assert setup.format.key == "bf16"
    assert any("fp8" in note for note in setup.notes)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"model": "no such model"}, "no such model"),
        ({"accelerator": "no such part"}, "no such part"),
        ({"tp": "8", "pp": "16"}, "64"),
        ({"seq_len": "long"}, "seq_len"),
        ({"tp": "-2"}, "tp"),
        ({"n_accel": "inf"}, "n_accel"),
        ({"n_accel": "1e30"}, "n_accel"),
        ({"precision": "wide"}, "wide"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(cells, said):
    with pytest.raises(FarthingError) as caught:
        setup_of({**ROW, **cells})
    assert said in " ".join(problem.what for problem in caught.value.problems)


@given(st.integers(1, 64), st.integers(1, 4096), st.integers(1, 64), st.integers(1, 16))
def test_a_pipeline_gets_microbatches_no_larger_than_given(micro, whole, replicas, pp):
    found = split_for_pipeline(micro, whole, replicas, pp)
    assert 1 <= found <= micro
    assert pp > 1 or found == micro


COLUMNS = "seq_len n_accel tp pp cp vp dp ep fsdp micro_batch grad_accum global_batch layers precision"
CELL = st.one_of(st.text(max_size=8), st.sampled_from(["", "0", "1", "2.5", "-1", "nan", "1e9", "8"]))
CELLS = st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS.split(), CELL))


@given(CELLS)
def test_any_cells_are_read_or_refused(cells):
    refused = None
    try:
        layout = setup_of({**ROW, **cells}).layout
    except InputError as error:
        refused = error
    if refused is not None:
        assert all(problem.what and problem.fix for problem in refused.problems)
        return
    replicas = layout["accelerator_count"] / (layout["tp"] * layout["pp"] * layout["cp"])
    assert replicas >= 1
    assert layout["global_batch_sequences"] >= replicas * layout["micro_batch_sequences"] * (1 - 1e-9)


def test_every_measured_step_can_be_read(measured_table):
    unread = []
    for row in measured_table:
        try:
            setup_of(row)
        except FarthingError:
            unread.append(row["id"])
    assert len(unread) <= 0.05 * len(measured_table), unread
