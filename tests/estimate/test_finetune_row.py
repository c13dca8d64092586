"""Rows of fine-tuning tables become set-ups: methods, packed weights, kernels, recipes, and refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.estimate.finetune_row import FROZEN_BYTE, setup_of
from farthing.estimate.framework_recipe import RECIPES, recipe_of
from farthing.estimate.setup import Tuning
from farthing.units.problem import FarthingError, InputError

ROW = {
    "model": "Llama 3.1 8B",
    "accelerator": "H100",
    "method": "LoRA",
    "seq_len": "4096",
    "precision": "BF16",
}


def read(**cells):
    return setup_of({**ROW, **cells})


@pytest.mark.parametrize(
    ("method", "quant", "kind", "frozen_byte"),
    [
        ("LoRA", "", "lora", 2.0),
        ("", "", "lora", 2.0),
        ("QLoRA", "", "qlora", FROZEN_BYTE["nf4"]),
        ("QLoRA", "bnb.nf4-dq", "qlora", FROZEN_BYTE["nf4-dq"]),
        ("Adapter v2", "bnb.nf4", "qlora", FROZEN_BYTE["nf4"]),
        ("LoRA", "int8", "qlora", FROZEN_BYTE["int8"]),
        ("SFT(full)", "", "full", 2.0),
        ("full", "", "full", 2.0),
    ],
)
def test_what_method_and_quantization_mean(method, quant, kind, frozen_byte):
    tuning = read(method=method, quant=quant).tuning
    assert (tuning.method, tuning.frozen_byte) == (kind, frozen_byte)
    assert tuning.frozen == (kind != "full")


def test_a_packed_weight_is_four_bits_and_its_constants():
    """Dettmers et al. 2023, section 3: 0.5 bits of constants, 0.127 when they are quantized too."""
    assert FROZEN_BYTE["nf4"] * 8 == pytest.approx(4 + 32 / 64, rel=0.01)
    assert FROZEN_BYTE["nf4-dq"] * 8 == pytest.approx(4 + 8 / 64 + 32 / (64 * 256), rel=0.01)
    assert (FROZEN_BYTE["nf4"] - FROZEN_BYTE["nf4-dq"]) * 8 == pytest.approx(0.373, abs=0.06)


def test_what_is_assumed_is_named():
    notes = " ".join(setup_of({"model": "Llama 3.1 8B", "accelerator": "H100"}).notes)
    assert all(word in notes for word in ("method", "seq_len", "precision"))
    assert read().notes == ()


def test_trained_weights_and_rank_are_read():
    tuning = read(lora_rank="8", trainable_params="4194304").tuning
    assert (tuning.lora_rank, tuning.trainable_params) == (8, 4194304)


@pytest.mark.parametrize(
    ("cells", "micro", "batch"),
    [
        ({"micro_batch": "2", "grad_accum": "4", "n_accel": "8"}, 2, 64),
        ({"global_batch": "64", "grad_accum": "2", "n_accel": "8"}, 4, 64),
        ({"global_batch": "64", "n_accel": "8"}, 1, 64),
        ({}, 1, 1),
    ],
)
def test_the_batch_follows_from_what_is_stated(cells, micro, batch):
    layout = read(**cells).layout
    assert (layout["micro_batch_sequences"], layout["global_batch_sequences"]) == (micro, batch)


def test_a_batch_smaller_than_the_accelerators_means_that_they_share_sequences():
    layout = read(n_accel="8", global_batch="2", grad_accum="1", micro_batch="1").layout
    assert layout["tp"] == 4
    wide = read(n_accel="64", global_batch="4", grad_accum="1", micro_batch="1").layout
    assert (wide["tp"], wide["cp"]) == (8, 2)
    stated = read(n_accel="8", global_batch="2", grad_accum="1", micro_batch="1", pp="4").layout
    assert (stated["tp"], stated["pp"]) == (1, 4)


def test_weights_that_do_not_fit_are_shared_out_and_it_is_said():
    setup = read(model="Llama 3.1 70B", n_accel="8")
    assert setup.layout["zero_stage"] == 3
    assert any("stage 3" in note for note in setup.notes)
    assert read(model="Llama 3.1 70B").layout["zero_stage"] == 1  # one alone has nobody to share with


@pytest.mark.parametrize(
    ("framework", "count", "method", "stage", "recomputed"),
    [
        ("torchtune", "1", "LoRA", 1, 1),
        ("torchtune", "8", "LoRA", 3, 1),
        ("LitGPT", "1", "full", 1, 0),
        ("LitGPT", "4", "full", 3, 1),
        ("LitGPT", "4", "LoRA", 1, 1),
        ("LLaMA-Factory", "1", "LoRA", 1, 1),
        ("somebody's own", "4", "LoRA", 1, None),
    ],
)
def test_recipes_say_what_rows_do_not(framework, count, method, stage, recomputed):
    layout = read(framework=framework, n_accel=count, method=method).layout
    assert layout["zero_stage"] == stage
    assert layout.get("recompute_share") == recomputed


def test_a_row_wins_over_the_recipe():
    assert read(framework="torchtune", recompute="none").layout["recompute_share"] == 0


def test_recipes_of_strangers_assume_nothing():
    recipe = recipe_of("never heard of")
    assert not recipe.shares(Tuning(), 1e9)
    assert (recipe.recompute(1e9), recipe.loss_chunk_count) == ("", 1)
    assert all(family == family.lower() for family in RECIPES)


def test_a_format_that_a_part_lacks_is_noted_not_believed():
    setup = read(accelerator="A100-SXM-80GB", precision="FP8")
    assert setup.format.key == "bf16"
    assert any("fp8" in note for note in setup.notes)
    assert read(precision="FP8").format.key == "fp8"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"model": ""}, "model"),
        ({"model": "no such model"}, "no such model"),
        ({"accelerator": "no such part"}, "no such part"),
        ({"seq_len": "long"}, "seq_len"),
        ({"n_accel": "-4"}, "n_accel"),
        ({"lora_rank": "inf"}, "lora_rank"),
        ({"micro_batch": "nan"}, "micro_batch"),
        ({"precision": "wide"}, "wide"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(cells, said):
    with pytest.raises(FarthingError) as caught:
        read(**cells)
    assert said in " ".join(problem.what for problem in caught.value.problems)


COLUMNS = "method quant kernel lora_rank trainable_params n_accel tp pp micro_batch grad_accum global_batch"
CELL = st.one_of(
    st.text(max_size=8), st.sampled_from(["", "0", "1", "2.5", "-1", "nan", "1e9", "8", "QLoRA"])
)
MORE = "seq_len seq_len_max precision recompute framework version year"
CELLS = st.fixed_dictionaries({}, optional=dict.fromkeys(f"{COLUMNS} {MORE}".split(), CELL))


@given(CELLS)
def test_any_cells_are_read_or_refused(cells):
    try:
        layout = read(**cells).layout
    except InputError as error:
        assert all(problem.what and problem.fix for problem in error.problems)  # noqa: PT017
        return
    assert layout["micro_batch_sequences"] > 0
    assert layout["global_batch_sequences"] > 0


def test_every_measured_row_can_be_read(tuning_table):
    unread = []
    for row in tuning_table:
        try:
            setup_of(row)
        except FarthingError:
            unread.append(row["id"])
    assert len(unread) <= 0.05 * len(tuning_table), unread
