"""Steps as a whole: together as alone, and what must never help or hurt."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.catalog.find import Found, found_accelerator
from farthing.estimate import steps
from farthing.estimate.architecture import of_model
from farthing.estimate.formats import Format
from farthing.estimate.setup import Setup

MODELS = [
    "llama-3.1-8b",
    "gpt-3-175b",
    "deepseek-v3",
    "mixtral-8x7b",
    "qwen3-30b-a3b",
    "nemotron-3-nano",
    "gpt-oss-120b",
]
PARTS = ["v100-sxm-32gb", "a100-sxm-80gb", "h100-sxm", "b200", "gb200", "mi300x", "tpu-v5p", "rtx-4090"]
powers = st.sampled_from([1.0, 2.0, 4.0, 8.0])


@st.composite
def setups(draw, models=MODELS, parts=PARTS):
    shape = of_model(draw(st.sampled_from(models)))
    sizes = {name: draw(powers) for name in ("tp", "pp", "cp")}
    replicas, micro = draw(st.sampled_from([1, 2, 8, 64])), draw(st.sampled_from([1.0, 2.0, 4.0]))
    devices = sizes["tp"] * sizes["pp"] * sizes["cp"]
    layout = {
        **sizes,
        "vp": draw(st.sampled_from([1.0, 2.0])) if sizes["pp"] > 1 else 1.0,
        "ep": min(draw(powers), replicas * devices) if shape.shape["expert_count"] else 1.0,
        "accelerator_count": devices * replicas,
        "seq_len_tokens": draw(st.sampled_from([2048.0, 8192.0, 32_768.0])),
        "micro_batch_sequences": micro,
        "global_batch_sequences": micro * replicas * draw(st.sampled_from([1, 8, 32])),
        "zero_stage": float(draw(st.integers(0, 3))),
        "selective_level": float(draw(st.integers(0, 1))),
    }
    if draw(st.booleans()):
        layout["recompute_share"] = draw(st.sampled_from([0.0, 0.5, 1.0]))
    part = found_accelerator(draw(st.sampled_from(parts)))
    usual = Format("bf16" if "bf16" in part.fact.peak_flop_per_s else "fp16")
    return Setup(shape.name, shape, part, usual, layout)


def with_part(setup, **fields):
    part = setup.accelerator
    return replace(setup, accelerator=Found(part.id, part.room, msgspec.structs.replace(part.fact, **fields)))


def with_layout(setup, **sizes):
    return replace(setup, layout={**setup.layout, **sizes})


def modelled(*several):
    found = steps.physics(several)
    return found.tokens_per_s, found.mem_gib


@settings(max_examples=40)
@given(st.lists(setups(), min_size=2, max_size=6))
def test_together_is_one_at_a_time(several):
    speed, memory = modelled(*several)
    alone = [modelled(one) for one in several]
    assert speed == pytest.approx([float(s[0]) for s, _ in alone])
    assert memory == pytest.approx([float(m[0]) for _, m in alone])


@settings(max_examples=40)
@given(setups())
def test_every_step_has_a_speed_and_a_size(setup):
    speed, memory = modelled(setup)
    assert 0 < speed[0] < np.inf
    assert 0 < memory[0] < np.inf


@settings(max_examples=40)
@given(setups(), st.sampled_from(["link_byte_per_s", "network_byte_per_s", "hbm_byte_per_s"]))
def test_more_bandwidth_is_never_slower(setup, road):
    settled = with_layout(setup, recompute_share=0.0)
    faster = with_part(settled, **{road: 2 * getattr(setup.accelerator.fact, road)})
    (slow, fast), _ = modelled(settled, faster)
    assert fast >= slow * (1 - 1e-9)


@settings(max_examples=40)
@given(setups())
def test_more_arithmetic_is_never_slower(setup):
    part = setup.accelerator.fact
    settled = with_layout(setup, recompute_share=0.0)
    doubled = {key: 2 * rate for key, rate in part.peak_flop_per_s.items()}
    faster = with_part(settled, peak_flop_per_s=doubled, power_watt=2 * part.power_watt)
    (slow, fast), _ = modelled(settled, faster)
    assert fast >= slow * (1 - 1e-9)


@settings(max_examples=40)
@given(setups())
def test_a_larger_batch_of_microbatches_takes_longer_and_loses_nothing(setup):
    settled = with_layout(setup, recompute_share=0.0)
    twice = with_layout(settled, global_batch_sequences=2 * setup.layout["global_batch_sequences"])
    (one, two), (small, large) = modelled(settled, twice)
    assert one * (1 - 1e-9) <= two <= 2 * one * (1 + 1e-9)  # the step takes longer, a token never
    assert large >= small * (1 - 1e-9)


@settings(max_examples=40)
@given(setups())
def test_memory_grows_with_the_microbatch(setup):
    settled = with_layout(setup, recompute_share=0.5, selective_level=0.0)
    wide = with_layout(settled, micro_batch_sequences=2 * setup.layout["micro_batch_sequences"],
                       global_batch_sequences=2 * setup.layout["global_batch_sequences"])  # fmt: skip
    _, (small, large) = modelled(settled, wide)
    assert large > small


@settings(max_examples=40)
@given(setups())
def test_memory_falls_with_recomputation_and_speed_too(setup):
    several = [with_layout(setup, recompute_share=share, selective_level=0.0) for share in (0.0, 0.5, 1.0)]
    speed, memory = modelled(*several)
    assert (np.diff(memory) <= 1e-9 * memory[0]).all()
    assert (np.diff(speed) <= 1e-9 * speed[0]).all()


@settings(max_examples=40)
@given(setups())
def test_memory_falls_with_the_first_two_zero_stages(setup):
    several = [with_layout(setup, zero_stage=stage, recompute_share=0.0) for stage in (0.0, 1.0, 2.0)]
    _, memory = modelled(*several)
    assert (np.diff(memory) <= 1e-9 * memory[0]).all()


@settings(max_examples=40)
@given(setups())
def test_where_nothing_is_stated_no_more_is_recomputed_than_it_takes_to_fit(setup):
    free = with_layout(setup, selective_level=0.0)
    free.layout.pop("recompute_share", None)
    columns = steps.columns_of([free], steps.constants())
    share = float(columns["recompute_share"][0])
    least = modelled(with_layout(free, recompute_share=0.0))[1][0]
    room = setup.accelerator.fact.memory_byte / 2**30
    assert 0 <= share <= 1
    assert share == 0 or least > room * steps.constants()["usable_memory_share"] * 0.999


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_one_accelerator_exchanges_nothing(make_setup, stage):
    setup = make_setup("gpt2", accelerator_count=1, global_batch_sequences=8, zero_stage=stage)
    wanted = ("tp_comm_s", "cp_comm_s", "ep_comm_s", "pp_comm_s", "dp_comm_s")
    found = steps.run(steps.columns_of([setup], steps.constants()), wanted)
    assert [float(found[name][0]) for name in wanted] == [0] * 5


@pytest.mark.parametrize("model", ["deepseek-v3", "mixtral-8x7b", "qwen3-30b-a3b"])
def test_experts_in_one_place_need_no_all_to_all(make_setup, model):
    found = steps.run(steps.columns_of([make_setup(model, ep=1)], steps.constants()), ("ep_comm_s",))
    assert float(found["ep_comm_s"][0]) == 0


@pytest.mark.parametrize(
    ("precision", "share", "cast"),
    [
        ("bf16", "bf16", 1),
        ("fp8", "fp8", 1),
        ("mxfp8", "fp8", "block"),
        ("fp8 row", "fp8", "row"),
        ("nvfp4", "fp4", "block"),
    ],
)
def test_formats_have_their_own_constants(make_setup, precision, share, cast):
    fitted = steps.constants()
    found = steps.format_constants(make_setup(accelerator="b200", precision=precision), fitted)
    assert found["matmul_efficiency_share"] == fitted[f"matmul_efficiency_{share}_share"]
    ratio = fitted[f"{cast}_cast_ratio"] if isinstance(cast, str) else cast
    assert found["cast_pass_count"] == fitted["whole_cast_pass_count"] * ratio


def test_what_is_settled_early_is_what_comes_out_late(make_setup):
    setup = make_setup("deepseek-v3", recompute_share=0.0)
    columns = {name: value[0] if isinstance(value, np.ndarray) else value
               for name, value in steps.columns_of([setup], steps.constants()).items()}  # fmt: skip
    early = steps.settled(columns)
    late = steps.run(columns, tuple(early))
    assert early["params"] == pytest.approx(671e9, rel=0.01)
    assert {name: float(late[name]) for name in early} == pytest.approx(
        {n: float(v) for n, v in early.items()}
    )


def test_the_constants_are_physical():
    fitted = steps.constants()
    assert all(value >= 0 for value in fitted.values())
    shares = {name: value for name, value in fitted.items() if name.endswith("efficiency_share")}
    assert shares
    assert all(0.2 < value <= 1 for value in shares.values()), shares
