"""Names tell their unit."""

from fractions import Fraction

import pytest

from farthing.units.dates import parse_date
from farthing.units.kinds import Kind
from farthing.units.measures import Dimension, measure_of, measures
from farthing.units.names import FIELD_WORDS, PER_WORDS, SUFFIXES, is_legal_name, unit_of
from farthing.units.problem import InputError


@pytest.mark.parametrize(
    "name",
    ["mfu", "tp", "params", "gpu_hours", "train_flop", "rent_usd_per_gpu_hour", "tokens_per_s_per_gpu",
     "ffn_params_per_layer", "peak_mem_gib", "ttft_ms", "cache_hit_share", "wall_clock_days"],
)  # fmt: skip
def test_legal_names(name):
    assert is_legal_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "rent",
        "rent_usd_per_moon",
        "Rent_usd",
        "_usd",
        "usd_",
        "rent__usd",
        "mfu_of_it",
        "bandwidth",
        "9_usd",
        "",
    ],
)
def test_names_that_hide_their_unit(name):
    assert not is_legal_name(name)


@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("mfu", Kind.SHARE, 1),
        ("gpu_hours", Kind.GPU_HOURS, 1),
        ("failed_gpu_hours", Kind.GPU_HOURS, 1),
        ("wall_clock_days", Kind.DURATION, 86400),
        ("ttft_ms", Kind.DURATION, Fraction(1, 1000)),
        ("active_params", Kind.PARAMS, 1),
        ("rent_usd_per_gpu_hour", Kind.MONEY_PER_HOUR, 1),
        ("grid_kg_per_kwh", Kind.MASS_PER_ENERGY, 1),
        ("tokens_per_s_per_gpu", Kind.NUMBER, 1),
        ("whatever", Kind.NUMBER, 1),
    ],
)
def test_a_name_has_a_kind_and_a_size(name, kind, size):
    assert (unit_of(name).kind, unit_of(name).size) == (kind, size)


def test_the_tables_do_not_contradict_each_other():
    assert not FIELD_WORDS.keys() & SUFFIXES.keys()
    assert "per" not in PER_WORDS


def test_a_word_may_mean_several_things():
    assert {measure.dimension for measure in measures("kb")} == {Dimension.BIT, Dimension.BYTE}
    assert measure_of("kb", [Dimension.BYTE]).size == 1000
    assert measure_of("kb", [Dimension.TIME]) is None
    assert measures("H") == ()


def test_days_are_read_as_iso_writes_them():
    assert parse_date(" 2026-02-10 ", "--as-of").isoformat() == "2026-02-10"
    for text in ("2026-02-30", "20260210", "10.2.2026", "2026-W07-2", "", "٢٠٢٦-02-10"):
        with pytest.raises(InputError, match="--as-of"):
            parse_date(text, "--as-of")
