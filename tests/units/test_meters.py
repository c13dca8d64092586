"""Meters and what a price is for."""

import pytest

from farthing.units.meters import METERS, UNITS, Per, read_per


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("1M tokens", Per(1_000_000, "token")),
        ("1K tokens", Per(1_000, "token")),
        ("1,000 requests", Per(1_000, "request")),
        ("1K calls", Per(1_000, "request")),
        ("hour", Per(3600, "second")),
        ("minute", Per(60, "second")),
        ("1K searches", Per(1_000, "search")),
        ("1M token hours", Per(1_000_000, "token hour")),
        ("GB-month", Per(1, "gb month")),
        ("1G pixels", Per(1_000_000_000, "pixel")),
        ("image", Per(1, "image")),
    ],
)
def test_what_a_price_is_for_is_read_as_vendors_write_it(text, per):
    assert read_per(text) == per


@pytest.mark.parametrize(
    "text", ["", "1M", "tokens of gold", "0 tokens", "1Q tokens", "-1 tokens", "1.5M tokens", "٣ tokens"]
)
def test_what_cannot_be_read_is_none(text):
    assert read_per(text) is None


def test_every_meter_leads_to_one_without_a_parent_in_the_same_unit():
    for meter in METERS.values():
        seen = [meter]
        while seen[-1].parent:
            seen.append(METERS[seen[-1].parent])
            assert len(seen) < 9
        assert {each.unit for each in seen} == {meter.unit}


def test_every_unit_of_a_meter_can_be_written():
    assert {meter.unit for meter in METERS.values()} == {unit for unit, _ in UNITS.values()}
    assert METERS["reasoning"].is_tokens
    assert not METERS["web_search"].is_tokens
