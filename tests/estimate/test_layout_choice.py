"""The layout of a run: what was fixed stays, odd machines are used, what cannot be is explained."""

import re
from dataclasses import replace
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.catalog.find import Found, accelerator, found_accelerator, model
from farthing.catalog.load import catalog
from farthing.estimate.architecture import of_model
from farthing.estimate.formats import read_format, usual_format
from farthing.estimate.gather import Basis
from farthing.estimate.layout_choice import choose
from farthing.estimate.question import Question
from farthing.estimate.setup import Setup
from farthing.estimate.step_prediction import predict
from farthing.estimate.subject import Subject
from farthing.units.problem import FarthingError, InputError
from farthing.units.spread import Spread

DAY = date(2026, 1, 1)
ODD = [1, 3, 7, 96, 280, 12_288]


def chosen(name="llama-3.1-8b", part="h100-sxm", seq_len=8192.0, tokens=1e12, sets=None, **numbers):
    found = part if isinstance(part, Found) else found_accelerator(part)
    shape = of_model(name)
    setup = Setup(name, shape, found, usual_format(found.fact), {})
    given_numbers = {"tokens": tokens, **numbers}
    return choose(
        Question("train", DAY, given_numbers, sets=sets or {}), setup, Subject(name, shape, (), seq_len)
    )


def refusal(error=InputError, **asked):
    with pytest.raises(error) as caught:
        chosen(**asked)
    return caught.value.problems


def devices(layout):
    return layout["tp"] * layout["pp"] * layout["cp"]


@pytest.mark.parametrize("count", ODD)
@pytest.mark.parametrize(
    "name", ["llama-3.1-8b", "qwen3-30b-a3b", "llama-3.1-70b", "gpt-3-175b", "deepseek-v3"]
)
def test_any_number_of_machines_has_a_layout_or_hears_why_not(name, count):
    try:
        layout = chosen(name, accelerator_count=float(count)).setup.layout
    except FarthingError as refused:
        (problem,) = refused.problems
    else:
        assert count % devices(layout) == 0
        assert layout["global_batch_sequences"] % (count / devices(layout)) == 0
        return
    assert problem.code == "infeasible"
    assert re.search(r"needs [\d.]+ GiB", problem.what)
    assert re.search(r"[\d.]+ GiB short", problem.why)
    assert "--count" in problem.fix


def test_what_is_said_to_fit_fits():
    (problem,) = refusal(FarthingError, name="gpt-3-175b", part="a100-sxm-80gb", accelerator_count=8.0)
    count = float(re.search(r"--count (\d+)", problem.fix)[1])
    assert chosen("gpt-3-175b", "a100-sxm-80gb", accelerator_count=count).rows
    with pytest.raises(FarthingError):
        chosen("gpt-3-175b", "a100-sxm-80gb", accelerator_count=count / 2)


def test_a_part_that_is_said_to_fit_fits():
    (problem,) = refusal(FarthingError, name="llama-3.1-8b", part="h100-sxm", accelerator_count=1.0)
    part = re.search(r"--accelerator ([\w.-]+)", problem.fix)[1]
    assert accelerator(part).memory_byte > accelerator("h100-sxm").memory_byte
    assert chosen("llama-3.1-8b", part, accelerator_count=1.0).rows


def test_how_much_is_missing_adds_up():
    (problem,) = refusal(FarthingError, name="llama-3.1-70b", part="t4", accelerator_count=8.0)
    needs = float(re.search(r"needs ([\d.]+) GiB", problem.what)[1])
    room, short = (
        float(text) for text in re.search(r"^([\d.]+) GiB.* ([\d.]+) GiB short", problem.why).groups()
    )
    assert needs - room == pytest.approx(short, abs=0.11)
    assert room < accelerator("t4").memory_byte / 2**30


def test_gpt_3_on_512_a100():
    found = chosen("gpt-3-175b", "a100-sxm-80gb", 2048.0, 300e9, accelerator_count=512.0)
    layout = found.setup.layout
    assert devices(layout) <= 512
    assert found.modelled.mem_gib[0] < 80
    assert 60 < found.modelled.tokens_per_s[0] < 250


@pytest.mark.parametrize(
    "fixed",
    [
        {"tp": 8.0},
        {"pp": 4.0, "vp": 2.0},
        {"tp": 2.0, "pp": 2.0, "cp": 1.0, "dp": 16.0},
        {"zero_stage": 3.0},
        {"recompute_level": 2.0},
        {"recompute_level": 1.0},
        {"micro_batch_sequences": 2.0},
        {"dp": 32.0},
        {"ep": 1.0},
    ],
)
def test_what_was_fixed_stays(fixed):
    found = chosen(accelerator_count=64.0, **fixed)
    layout = dict(found.setup.layout)
    layout["dp"] = 64 / devices(layout)
    layout["recompute_level"] = 2 * layout["recompute_share"] + layout["selective_level"]
    assert {name: layout[name] for name in fixed} == fixed
    derived = {item.name for item in found.inputs if item.basis is Basis.DERIVED}
    assert not derived & fixed.keys()


def test_a_value_that_was_set_fixes_it_too():
    assert chosen(accelerator_count=64.0, sets={"tp": 4.0}).setup.layout["tp"] == 4
    assert chosen(accelerator_count=64.0, sets={"tp": Spread.exact(4)}).setup.layout["tp"] == 4


@pytest.mark.parametrize(
    ("asked", "where", "said"),
    [
        ({"tp": 64.0}, "--tp", "32 attention heads"),
        ({"tp": 3.0, "accelerator_count": 9.0}, "--tp", "divisor of 32"),
        ({"pp": 64.0}, "--pp", "32 layers"),
        ({"pp": 16.0, "vp": 4.0}, "--pp", "32 layers"),
        ({"ep": 8.0}, "--ep", "dense"),
        ({"ep": 3.0, "name": "mixtral-8x7b", "accelerator_count": 24.0}, "--ep", "divisor of 8"),
        ({"tp": 8.0, "accelerator_count": 12.0}, "--count", "multiple of 8"),
        ({"tp": 8.0, "pp": 4.0, "accelerator_count": 16.0}, "--count", "multiple of 32"),
        ({"tp": 2.0, "pp": 2.0, "cp": 1.0, "dp": 4.0}, "--dp", "16"),
        ({"dp": 7.0}, "--dp", "divisor"),
        ({"tp": 1.5}, "--tp", "whole"),
        ({"accelerator_count": 10.5}, "--count", "whole"),
        ({"micro_batch_sequences": 4096.0}, "layout", "global-batch"),
        ({"global_batch_sequences": 5.0, "tp": 1.0, "pp": 1.0, "cp": 1.0}, "layout", "global-batch"),
    ],
)
def test_a_layout_that_contradicts_itself(asked, where, said):
    problems = refusal(**{"accelerator_count": 64.0, **asked})
    told = [f"{problem.where}: {problem.what} {problem.why} {problem.fix}" for problem in problems]
    assert [text for text in told if text.startswith(f"{where}:") and said in text], told


def test_a_batch_smaller_than_the_machines_is_shared_by_model_parallelism():
    layout = chosen(accelerator_count=64.0, global_batch_sequences=4.0).setup.layout
    assert devices(layout) >= 16


def test_what_was_not_said_is_assumed_and_noted():
    found = chosen("llama-3.1-70b", tokens=15e12)
    noted = {item.name: item for item in found.inputs}
    assert noted["accelerator_count"].basis is Basis.ASSUMED
    assert noted["global_batch_sequences"].basis is Basis.ASSUMED
    days = 6 * 70.6e12 * 15e12 / 1e3 / (noted["accelerator_count"].value * 0.4 * 989.4e12 * 86_400)
    assert 10 < days <= 31


@pytest.mark.parametrize("name", ["llama-3.1-70b", "gpt-3-175b", "deepseek-v3"])
def test_a_number_of_machines_that_was_not_said_is_one_that_fits(name):
    found = chosen(name, tokens=1e9)
    count = found.setup.layout["accelerator_count"]
    assert count > 8
    assert next(item.note for item in found.inputs if item.name == "accelerator_count").startswith(
        "the fewest"
    )
    with pytest.raises(FarthingError):
        chosen(name, tokens=1e9, accelerator_count=count / 2)


def test_a_fixed_layout_asks_for_enough_machines():
    assert chosen(tokens=1e9, tp=8.0, pp=8.0).setup.layout["accelerator_count"] >= 64


def test_rows_are_the_next_best_and_the_first_is_chosen():
    rows = chosen(accelerator_count=64.0).rows
    assert 1 < len(rows) <= 5
    assert [row["chosen"] for row in rows] == [True] + [False] * (len(rows) - 1)
    speeds = [row["tokens_per_s_per_gpu"] for row in rows]
    assert speeds == sorted(speeds, reverse=True)
    shapes = {
        tuple(value for name, value in row.items() if name not in ("zero_stage", "chosen")) for row in rows
    }
    assert len(shapes) == len(rows)


def with_memory(name, times):
    part = found_accelerator(name)
    fact = msgspec.structs.replace(part.fact, memory_byte=part.fact.memory_byte * times)
    return replace(part, fact=fact)


@settings(max_examples=25)
@given(
    st.sampled_from(["llama-3.1-8b", "llama-3.1-70b", "qwen3-30b-a3b", "gpt-3-175b"]),
    st.sampled_from(["a100-sxm-40gb", "h100-sxm", "l40s", "mi300x"]),
    st.sampled_from([1.0, 8.0, 24.0, 256.0]),
    st.floats(1, 8),
)
def test_more_memory_never_makes_a_run_infeasible_or_slower(name, part, count, times):
    try:
        less = chosen(name, part, accelerator_count=count)
    except FarthingError:
        return
    more = chosen(name, with_memory(part, times), accelerator_count=count)
    assert more.modelled.tokens_per_s[0] >= less.modelled.tokens_per_s[0] * (1 - 1e-9)


@pytest.mark.parametrize("name", list(catalog().models))
def test_every_model_of_the_catalog_can_be_laid_out(name):
    found = chosen(name, "mi355x", min(4096.0, model(name).context_tokens or 4096.0), accelerator_count=512.0)
    assert found.modelled.tokens_per_s[0] > 0
    assert found.modelled.mem_gib[0] * 2**30 < accelerator("mi355x").memory_byte


@pytest.mark.parametrize("part", list(catalog().accelerators))
def test_every_accelerator_of_the_catalog_can_train(part):
    found = chosen("gpt2", part, 1024.0, 1e9, accelerator_count=4.0)
    assert found.modelled.tokens_per_s[0] > 0


def test_a_narrow_format_is_faster():
    wide = chosen("llama-3.1-70b", accelerator_count=512.0)
    part = found_accelerator("h100-sxm")
    shape = of_model("llama-3.1-70b")
    narrow = choose(
        Question("train", DAY, {"tokens": 1e12, "accelerator_count": 512.0}),
        Setup("llama-3.1-70b", shape, part, read_format("fp8"), {}),
        Subject("llama-3.1-70b", shape, (), 8192.0),
    )
    assert 1 < narrow.modelled.tokens_per_s[0] / wide.modelled.tokens_per_s[0] < 2


@pytest.mark.parametrize("name", ["llama-3.1-8b", "llama-3.1-405b", "gpt-3-175b", "deepseek-v3"])
@pytest.mark.parametrize("part", ["h100-sxm", "a100-sxm-80gb", "b200"])
def test_what_fits_still_fits_as_measured_steps_show(name, part):
    setup = chosen(name, part, accelerator_count=4096.0).setup
    held = predict([setup])["peak_mem_gib"].mid[0]
    assert held <= setup.accelerator.fact.memory_byte / 2**30
