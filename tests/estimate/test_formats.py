"""Number formats: what names mean, what parts have, and a clear no where they lack one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.catalog.find import accelerator
from farthing.catalog.load import catalog
from farthing.estimate.formats import (
    BYTE,
    Format,
    half_peak_flop_per_s,
    peak_flop_per_s,
    read_format,
    usual_format,
)
from farthing.units.problem import InputError


@pytest.mark.parametrize(
    ("text", "key", "scaling"),
    [
        ("BF16", "bf16", "whole"),
        ("amp_bf16", "bf16", "whole"),
        ("bfloat16", "bf16", "whole"),
        ("float16", "fp16", "whole"),
        ("TF32", "tf32", "whole"),
        ("fp32", "fp32", "whole"),
        ("FP8-CS", "fp8", "whole"),
        ("amp_fp8", "fp8", "whole"),
        ("float8 tensorwise", "fp8", "whole"),
        ("FP8 rowwise", "fp8", "row"),
        ("MXFP8", "fp8", "block"),
        ("FP8-MX", "fp8", "block"),
        ("fp8 blockwise", "fp8", "block"),
        ("NVFP4", "fp4", "block"),
        ("INT8", "int8", "whole"),
    ],
)
def test_names_people_use(text, key, scaling):
    assert read_format(text) == Format(key, scaling)


@pytest.mark.parametrize(("text", "guess"), [("bf61", "bf16"), ("fp9", "fp8"), ("", "bf16")])
def test_a_name_nobody_uses_is_refused_with_the_nearest(text, guess):
    with pytest.raises(InputError) as caught:
        read_format(text)
    (problem,) = caught.value.problems
    assert guess in problem.fix
    assert problem.where == "--precision"


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    found = refused = None
    try:
        found = read_format(text)
    except InputError as error:
        refused = error
    assert found.byte == BYTE[found.key] if found else refused.problems[0].fix


def test_the_table_names_formats_we_can_read(measured_table):
    written = {row["precision"] for row in measured_table if row["precision"]}
    assert written
    assert {read_format(text).key for text in written} <= BYTE.keys()


@pytest.mark.parametrize("name", ["a100-sxm-80gb", "v100-sxm-32gb", "mi250x"])
def test_eight_bits_on_a_part_without_them(name):
    with pytest.raises(InputError) as caught:
        peak_flop_per_s(accelerator(name), Format("fp8"))
    (problem,) = caught.value.problems
    assert problem.code == "unsupported-precision"
    assert "fp16" in problem.fix
    assert "fp8" not in problem.fix


def test_sixteen_bit_formats_stand_in_for_each_other():
    volta, hopper = accelerator("v100-sxm-32gb"), accelerator("h100-sxm")
    assert peak_flop_per_s(volta, Format("bf16")) == volta.peak_flop_per_s["fp16"]
    assert peak_flop_per_s(hopper, Format("fp8")) == pytest.approx(2 * 989.4e12, rel=1e-3)


@pytest.mark.parametrize("name", list(catalog().accelerators))
def test_every_part_can_be_asked_and_has_its_usual_format(name):
    fact = catalog().accelerators[name]
    for framework in ("", "megatron-bridge", "mlperf-maxtext", "mlperf-nvidia"):
        usual = usual_format(fact, framework)
        assert peak_flop_per_s(fact, usual) > 0
    assert half_peak_flop_per_s(fact) > 0


def test_what_is_usual_depends_on_who_trains():
    hopper, ampere, tpu = (accelerator(n) for n in ("h100-sxm", "a100-sxm-80gb", "tpu-v5p"))
    assert usual_format(hopper).key == "bf16"
    assert usual_format(hopper, "mlperf-nvidia").key == "fp8"
    assert usual_format(ampere, "mlperf-nvidia").key == "bf16"
    assert usual_format(tpu, "mlperf-maxtext").key == "int8"
    assert usual_format(accelerator("v100-sxm-32gb")).key == "fp16"
