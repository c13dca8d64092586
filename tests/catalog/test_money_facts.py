"""Prices, power, exchange rates, assumptions and published runs: what the facts must say."""

import csv
import hashlib
import itertools
import os
from datetime import date
from pathlib import Path

import msgspec
import pytest

from farthing.catalog import facts, find
from farthing.catalog.load import Catalog, catalog
from farthing.catalog.rental import rent
from farthing.units.problem import InputError
from farthing.units.quantity import parse_as
from farthing.units.spread import Spread

SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared"))
WORDS = ("optimum_accelerator", "country", "provider_kind", "term")


@pytest.fixture(scope="module")
def real():
    return catalog()


def _numbers(name, fact):
    value = parse_as(fact.value, name, name).value
    return (value.p05, value.p95) if isinstance(value, Spread) else (value, value)


# The H100's history, and what else the rental rows must show


def test_the_h100_index_is_not_monotone(real):
    days = [date(2023, 7, 1), date(2024, 11, 1), date(2025, 11, 1), date(2026, 7, 1)]
    middles = [rent(real, "h100-sxm", day, "index", "on_demand").mid for day in days]
    assert middles == pytest.approx([8.0, 2.99, 1.70, 2.60])


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025, 2026])
def test_every_year_has_prices_of_several_accelerators(real, year):
    parts = {row.accelerator for row in real.rentals.values() if row.valid_from.startswith(str(year))}
    assert len(parts) >= 7


def test_every_row_is_in_dollars_and_in_order(real):
    for row in real.rentals.values():
        assert row.currency == "USD"
        assert 0 < float(row.low) <= float(row.mid) <= float(row.high)
        assert row.valid_to is None or row.valid_from <= row.valid_to


def test_a_commitment_is_cheaper_than_on_demand(real):
    listed = {
        (r.accelerator, r.provider_kind, r.valid_from, r.provider, r.term): r for r in real.rentals.values()
    }
    pairs = [
        (row, listed.get((*key[:4], "on_demand"))) for key, row in listed.items() if "reserved" in key[4]
    ]
    checked = [(row, base) for row, base in pairs if base]
    assert checked
    assert all(float(row.mid) < float(base.mid) for row, base in checked)


def test_the_seed_documents_rates_are_kept(real):
    assert rent(real, "b200", date(2026, 2, 15), "index", "on_demand").usd_per_gpu_hour.p50 == 5.0
    lambda_row = next(row for row in real.rentals.values() if row.provider == "Lambda")
    assert (lambda_row.accelerator, lambda_row.mid) == ("a100-sxm-80gb", "2.50")


def test_every_accelerator_has_a_price_or_a_stated_guess(real):
    for name in real.accelerators:
        price = rent(real, name, date(2026, 11, 22), "neocloud", "on_demand")
        assert price.exact or (price.note and price.confidence in "ABCD")
        assert 0 < price.low <= price.mid <= price.high


# The rules of `rent`, on a small catalog


def _part(name, vendor="nvidia", architecture="hopper", flop=1e15, memory=80e9):
    return msgspec.convert(
        {
            "name": name, "vendor": vendor, "architecture": architecture, "kind": "gpu", "released": "2023",
            "memory_byte": memory, "hbm_byte_per_s": 3e12, "peak_flop_per_s": {"bf16": flop} if flop else {},
            "link_byte_per_s": 4e11, "link_kind": "nvlink", "scale_up_count": 8, "network_byte_per_s": 5e10,
            "power_watt": 700, "source": "s", "date": "2023", "confidence": "A",
        },
        facts.Accelerator,
    )  # fmt: skip


def _row(accelerator, mid="2", kind="neocloud", term="on_demand", since="2024-01-01", until=None, **more):
    low, high = more.pop("ends", (mid, mid))
    row = {
        "accelerator": accelerator, "provider_kind": kind, "term": term, "valid_from": since, "low": low,
        "mid": mid, "high": high, "source": "s", "date": since, "confidence": "B", **more,
    }  # fmt: skip
    return msgspec.convert(row | ({"valid_to": until} if until else {}), facts.Rental)


def _world(*rows, parts=None):
    chosen = parts if parts is not None else {"one": _part("One")}
    numbered = {str(index): row for index, row in enumerate(rows)}
    real = catalog()
    return Catalog(hash="", folder="", accelerators=chosen, rentals=numbered, assumptions=real.assumptions)


DAY = date(2024, 6, 1)


def test_the_newest_row_in_force_wins():
    world = _world(
        _row("one", "9", since="2023", until="2023-12-31"),
        _row("one", "3", since="2024-01", ends=("2", "4")),
        _row("one", "2", since="2024-03-01", ends=("1", "5")),
        _row("one", "1", since="2024-07-01"),
    )
    found = rent(world, "one", DAY, "neocloud", "on_demand")
    assert (found.low, found.mid, found.high, found.exact, found.note) == (1, 2, 5, True, "")
    assert found.usd_per_gpu_hour.p50 == 2


def test_an_old_price_says_how_old():
    found = rent(_world(_row("one", since="2022", ends=("1", "3"))), "one", DAY, "neocloud", "on_demand")
    assert "from 2022" in found.note


def test_one_quote_is_widened_by_a_named_assumption():
    found = rent(_world(_row("one")), "one", DAY, "neocloud", "on_demand")
    assert (found.low, found.high) == pytest.approx((1.6, 2.4))
    assert "20%" in found.note


def test_another_kind_of_provider_stands_in_and_says_so():
    world = _world(_row("one", "5", kind="hyperscaler"), _row("one", "4", kind="index"))
    found = rent(world, "one", DAY, "marketplace", "on_demand")
    assert (found.mid, found.exact) == (4, False)
    assert "index price is taken" in found.note


@pytest.mark.parametrize(
    ("term", "least", "most"), [("spot", 0.4, 0.6), ("reserved_1y", 0.6, 0.75), ("reserved_3y", 0.36, 0.51)]
)
def test_a_missing_term_follows_from_the_on_demand_price(term, least, most):
    found = rent(_world(_row("one", "10")), "one", DAY, "neocloud", term)
    assert least * 10 < found.mid < most * 10
    assert (found.confidence, found.exact) == ("D", False)


def test_before_the_first_price_the_first_is_taken():
    found = rent(_world(_row("one", since="2025-01-01")), "one", DAY, "neocloud", "on_demand")
    assert found.mid == 2
    assert "No price on 2024-06-01" in found.note


def test_a_part_without_a_price_costs_what_its_nearest_relative_does_per_flop():
    parts = {
        "new": _part("New", flop=2e15),
        "kin": _part("Kin"),
        "other": _part("Other", architecture="ampere", flop=2e15),
        "rival": _part("Rival", vendor="amd", architecture="cdna3", flop=2e15),
        "dumb": _part("Dumb", flop=0),
    }
    world = _world(_row("kin", "2"), _row("other", "1"), _row("rival", "9"), parts=parts)
    found = rent(world, "new", DAY, "neocloud", "on_demand")
    assert found.mid == 4
    assert (found.confidence, found.exact) == ("D", False)
    assert "per peak FLOP of kin" in found.note
    far = rent(_world(_row("rival", "9"), parts=parts), "new", DAY, "neocloud", "on_demand")
    assert far.mid == 9
    assert far.high / far.mid > found.high / found.mid


@pytest.mark.parametrize("name", ["one", "nameless", "dumb"])
def test_nothing_to_go_by_is_an_error_with_a_way_out(name):
    world = _world(parts={"one": _part("One"), "dumb": _part("Dumb", flop=0)})
    with pytest.raises(InputError) as caught:
        rent(world, name, DAY, "neocloud", "on_demand")
    assert "--rate" in caught.value.problems[0].fix


# Power and exchange rates


def test_enough_countries_and_states(real):
    states = [name for name in real.power if name.startswith("us-")]
    assert len(real.power) - len(states) >= 35
    assert len(states) >= 10


def test_power_figures_are_plausible(real):
    for name, grid in real.power.items():
        assert 0.02 < float(grid.electricity_usd_per_kwh) < 0.40, name
        assert 0.01 < float(grid.grid_kg_per_kwh) < 1.1, name


def test_countries_by_the_names_people_use():
    assert find.grid("UK").id == "gb"
    assert find.grid("France").fact.grid_kg_per_kwh == "0.056"
    assert find.grid("USA").fact.grid_kg_per_kwh == "0.369"


def test_the_industry_cools_worse_than_hyperscalers(real):
    assert float(real.pue["industry-average"].pue) == 1.56
    assert float(real.pue["hyperscaler"].pue.split("..")[1]) < 1.56


def test_rates_cover_the_years_and_cross_exactly(real):
    euro = real.fx["EUR:2026-10-30"].usd_per_unit
    assert euro / real.fx["GBP:2026-10-30"].usd_per_unit == pytest.approx(0.8338, rel=1e-5)
    years = {rate.date[:4] for rate in real.fx.values() if rate.currency == "JPY"}
    assert years >= {"2022", "2023", "2024", "2025", "2026"}
    assert len({rate.currency for rate in real.fx.values()}) >= 20


# Assumptions and what the seed documents state


def test_every_assumption_can_be_read(real):
    for name, fact in real.assumptions.items():
        if name not in WORDS:
            low, high = _numbers(name, fact)
            assert 0 <= low <= high, name


def test_llama_3_failures(real):
    low, high = _numbers("failure_count_per_gpu_day", real.assumptions["failure_count_per_gpu_day"])
    assert low < 419 / 54 / 16_384 < high


def test_remembered_and_estimated_figures_are_marked_d(real):
    for entry in (*real.assumptions.values(), *real.rentals.values(), *real.fx.values()):
        if entry.sources[0] in ("farthing-memory", "farthing-estimate"):
            assert entry.confidence == "D"
            assert entry.note


@pytest.mark.parametrize("row", ["7b", "32b", "80b", "130b", "deepseek_v3"])
def test_the_reports_flop_rows_are_six_n_d(real, row):
    params, tokens, flop = (
        float(real.seeds[f"report_{row}_flop_row_{what}"].value)
        for what in ("params", "tokens", "train_flop")
    )
    assert 6 * params * tokens == pytest.approx(flop, rel=0.04)  # printed with two digits


@pytest.mark.parametrize("size", ["7b", "32b", "80b", "130b"])
def test_the_reports_blackwell_times_are_half(real, size):
    slow = [float(end) for end in real.seeds[f"report_{size}_wall_clock_days"].value.split("..")]
    fast = [float(end) for end in real.seeds[f"report_{size}_b200_wall_clock_days"].value.split("..")]
    assert fast == [end / 2 for end in slow]


def test_seed_003_multiplies_out(real):
    count, days, rate, cost = (
        float(real.seeds[f"seed_003_{what}"].value)
        for what in ("accelerator_count", "wall_clock_days", "rent_usd_per_gpu_hour", "compute_cost_usd")
    )
    assert count * days * 24 * rate == 235_200
    assert cost == pytest.approx(235_200, rel=0.001)


# Published runs and steps


def test_deepseek_v3_and_llama_405b_are_there(real):
    by_model = {run.model: run for run in real.published_runs.values()}
    assert (
        by_model["DeepSeek-V3 (all stages)"].gpu_hours * 2
        == by_model["DeepSeek-V3 (all stages)"].reported_cost_usd
    )
    assert by_model["Llama 3.1 405B"].gpu_hours == 30.84e6


def test_every_published_accelerator_is_known(real):
    for row in itertools.chain(real.published_runs.values(), real.published_training.values()):
        assert find.accelerator(row.accelerator)


def test_a_fixed_fifth_never_ships(real):
    rows = real.published_training
    assert 300 <= len(rows) <= 500
    assert all(int(hashlib.sha256(name.encode()).hexdigest(), 16) % 5 for name in rows)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared measurements are not on this machine")
def test_published_steps_agree_with_the_table_they_were_chosen_from(real):
    with (SHARED / "data/training_throughput.csv").open(newline="", encoding="utf-8-sig") as file:
        table = {row["id"]: row for row in csv.DictReader(file)}
    for name, step in real.published_training.items():
        printed = table[name]["tokens_per_s_per_gpu"]
        assert step.tokens_per_s_per_gpu == (float(printed) if printed else None)


def test_every_category_has_its_parent():
    text = (Path(catalog().folder) / "taxonomy.yaml").read_text("utf-8")
    ids = [line.partition(":")[0] for line in text.splitlines() if line and not line.startswith("#")]
    assert len(ids) == len(set(ids))
    assert all(not parent or parent in ids for parent in (name.rpartition(".")[0] for name in ids))
    assert "training.compute.gpu_hours" in ids
