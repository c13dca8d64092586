"""Fine-tuning steps as a whole: nothing frozen is training, and what must never help or hurt."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.catalog.find import Found, found_accelerator
from farthing.catalog.load import catalog
from farthing.estimate import finetune_steps, steps
from farthing.estimate.architecture import of_model
from farthing.estimate.finetune_row import FROZEN_BYTE
from farthing.estimate.formats import Format
from farthing.estimate.setup import Setup, Software, Tuning, state_byte

MODELS = sorted(catalog().models)
PARTS = ["t4", "rtx-4090", "a10g", "a100-sxm-80gb", "h100-sxm", "b200", "mi300x"]
FAMILIES = ["", "torchtune", "litgpt", "llama-factory"]
FULL = Tuning()
few = st.sampled_from([1.0, 2.0, 4.0])


@st.composite
def setups(draw):
    shape = of_model(draw(st.sampled_from(MODELS)))
    sizes = {"tp": draw(few), "pp": draw(st.sampled_from([1.0, 2.0])), "cp": 1.0}
    replicas, micro = draw(st.sampled_from([1, 2, 8])), draw(few)
    layout = {
        **sizes,
        "vp": 1.0,
        "ep": 1.0,
        "selective_level": 0.0,
        "accelerator_count": sizes["tp"] * sizes["pp"] * replicas,
        "seq_len_tokens": draw(st.sampled_from([512.0, 2048.0, 16_384.0])),
        "micro_batch_sequences": micro,
        "global_batch_sequences": micro * replicas * draw(st.sampled_from([1, 8])),
        "zero_stage": float(draw(st.integers(0, 3))),
        "recompute_share": draw(st.sampled_from([0.0, 1.0])),
    }
    part = found_accelerator(draw(st.sampled_from(PARTS)))
    usual = Format("bf16" if "bf16" in part.fact.peak_flop_per_s else "fp16")
    software = Software(draw(st.sampled_from(FAMILIES)))
    kernel = draw(st.sampled_from(["", "hf", "flash", "unsloth"]))
    rank = draw(st.sampled_from([4.0, 16.0, 64.0]))
    tuning = Tuning("lora", lora_rank=rank, kernel=kernel)
    return Setup(shape.name, shape, part, usual, layout, software, tuning=tuning)


def tuned(setup, **changes):
    return replace(setup, tuning=replace(setup.tuning, **changes))


def modelled(*several):
    found = finetune_steps.physics(several)
    return found.tokens_per_s, found.mem_gib


@settings(max_examples=150)
@given(setups())
def test_lora_never_needs_more_memory_than_training_all_weights(setup):
    _, (lora, full) = modelled(setup, tuned(setup, method="full"))
    assert lora <= full


@settings(max_examples=150)
@given(setups(), st.sampled_from(sorted(FROZEN_BYTE)))
def test_packed_weights_never_need_more_memory(setup, quant):
    _, (packed, plain) = modelled(tuned(setup, method="qlora", frozen_byte=FROZEN_BYTE[quant]), setup)
    assert packed <= plain


@settings(max_examples=40)
@given(setups())
def test_unpacking_never_makes_a_step_faster_and_freezing_never_slower(setup):
    stays = min(setup.layout["zero_stage"], 2.0)  # packed weights that are gathered travel faster
    setup = replace(setup, layout={**setup.layout, "zero_stage": stays})
    speed, _ = modelled(
        tuned(setup, method="qlora", frozen_byte=0.56),
        setup,
        tuned(setup, lora_rank=0.0),
        tuned(setup, method="full"),
    )
    packed, lora, frozen, full = speed
    assert packed <= lora <= frozen * (1 + 1e-9)
    assert full <= frozen * (1 + 1e-9)


@settings(max_examples=40)
@given(setups(), st.sampled_from(["link_byte_per_s", "network_byte_per_s", "hbm_byte_per_s"]))
def test_more_bandwidth_is_never_slower(setup, road):
    part = setup.accelerator
    wider = msgspec.structs.replace(part.fact, **{road: 2 * getattr(part.fact, road)})
    (slow, fast), _ = modelled(setup, replace(setup, accelerator=Found(part.id, part.room, wider)))
    assert fast >= slow * (1 - 1e-9)


@settings(max_examples=40)
@given(setups(), st.sampled_from(["micro_batch_sequences", "seq_len_tokens"]))
def test_memory_grows_with_tokens(setup, what):
    wide = {**setup.layout, what: 2 * setup.layout[what]}
    wide["global_batch_sequences"] = 2 * setup.layout["global_batch_sequences"]
    _, (small, large) = modelled(setup, replace(setup, layout=wide))
    assert large > small


@settings(max_examples=40)
@given(setups(), few)
def test_memory_grows_with_the_rank(setup, times):
    _, (small, large) = modelled(setup, tuned(setup, lora_rank=times * setup.tuning.lora_rank))
    assert large >= small


@settings(max_examples=40)
@given(st.lists(setups(), min_size=2, max_size=5))
def test_together_is_one_at_a_time(several):
    speed, memory = modelled(*several)
    alone = [modelled(one) for one in several]
    assert speed == pytest.approx([float(s[0]) for s, _ in alone])
    assert memory == pytest.approx([float(m[0]) for _, m in alone])


@settings(max_examples=40)
@given(setups())
def test_with_all_weights_trained_it_is_the_step_of_training(setup):
    plain = replace(setup, tuning=FULL, software=Software())
    fitted = finetune_steps.constants()
    columns = finetune_steps.columns_of([plain], fitted)
    like = columns | dict(state_byte(columns["zero_stage"]))
    usual = {**steps.columns_of([plain], fitted), "recompute_share": columns["recompute_share"]}
    wanted = ("physics_tokens_per_s", "physics_mem_gib", "dp_comm_s", "optimizer_s", "model_state_byte")
    with np.errstate(all="ignore"):
        ours, theirs = finetune_steps.run(like, wanted), steps.run(usual, wanted)
    for name in wanted:
        assert np.asarray(ours[name]) == pytest.approx(np.asarray(theirs[name])), name


def test_nothing_said_of_tuning_is_all_weights(make_setup):
    setup = make_setup(recompute_share=1)
    assert finetune_steps.tuning_of(setup) == FULL
    assert modelled(setup) == modelled(replace(setup, tuning=FULL))


def test_trained_weights_that_are_stated_win_over_the_rank(make_setup):
    setup = replace(make_setup(), tuning=Tuning("lora", lora_rank=64.0, trainable_params=1e6))
    columns = finetune_steps.columns_of(
        [setup, replace(setup, tuning=Tuning("lora", 8.0))], finetune_steps.constants()
    )
    assert columns["adapter_params"] == pytest.approx([1e6, 8 * 81_920 * 32])


def test_a_65b_model_with_packed_weights_fits_48_gb_and_without_does_not():
    """Dettmers et al. 2023, abstract: a 65B model on one 48 GB card."""
    shape = of_model("llama-65b")
    layout = {
        **dict.fromkeys(("accelerator_count", "global_batch_sequences", "micro_batch_sequences"), 1.0),
        **dict.fromkeys(("tp", "pp", "vp", "cp", "ep", "recompute_share"), 1.0),
        "zero_stage": 0.0,
        "selective_level": 0.0,
        "seq_len_tokens": 512.0,
    }
    part = found_accelerator("rtx-a6000")
    packed = Setup("65B", shape, part, Format("bf16"), layout, tuning=Tuning("qlora", frozen_byte=0.516))
    _, (small, large) = modelled(packed, tuned(packed, method="lora", frozen_byte=2.0))
    assert small < part.fact.memory_byte / 2**30 < large


@pytest.mark.parametrize(("family", "chunks"), [("torchtune", 8), ("litgpt", 1), ("", 1)])
def test_a_loss_in_chunks_keeps_fewer_logits(make_setup, family, chunks):
    fitted = finetune_steps.constants()
    numbers = finetune_steps.tuning_numbers(make_setup(software=Software(family)), fitted)
    assert numbers["logit_byte"] == fitted["logit_byte"] / chunks


def test_the_constants_are_physical():
    own = catalog().calibration["finetuning"]
    assert all(0 < fact.low <= fact.value <= fact.high for fact in own.values())
    fitted = finetune_steps.constants()
    assert 0 < fitted["fine_kernel_memory_ratio"] < 1
    assert 0 < fitted["fine_kernel_traffic_ratio"] < 1
    assert fitted["fragmentation_ratio"] >= 1
