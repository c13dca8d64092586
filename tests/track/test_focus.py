"""FOCUS datasets out of priced usage and bills."""

import json
import zipfile
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from focus_cases import CHARGES, STORAGE_CHARGED, WRITES_CHARGED, charge, usage
from hypothesis import given
from hypothesis import strategies as st

from farthing.track.focus import LeftOut, Unpriced, focus_rows, write_focus
from farthing.track.focus_charges import charge_row
from farthing.track.focus_check import check, read_dataset
from farthing.track.focus_rows import COLUMNS, usage_row
from farthing.track.focus_units import UNITS, sku_meter
from farthing.units.meters import METERS


def rows_of(path, usage_rows, charges=()):
    write_focus(path, usage_rows, charges)
    return list(read_dataset(path))


def total(rows, column, meters=None):
    return sum(Decimal(row[column]) for row in rows if meters is None or row["SkuMeter"] in meters)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_prompt_caching_example_comes_out_to_the_last_decimal(tmp_path, ending):
    rows = rows_of(tmp_path / f"focus.{ending}", WRITES_CHARGED)
    assert {
        row["SkuMeter"]: (Decimal(row["BilledCost"]), Decimal(row["PricingQuantity"])) for row in rows
    } == {
        "Input Tokens": (Decimal("1.50"), Decimal("0.5")),
        "Cache Write Input Tokens": (Decimal("7.50"), Decimal(2)),
        "Cache Read Input Tokens": (Decimal("2.40"), Decimal(8)),
        "Output Tokens": (Decimal("22.50"), Decimal("1.5")),
    }
    inputs = {"Input Tokens", "Cache Write Input Tokens", "Cache Read Input Tokens"}
    assert total(rows, "BilledCost", inputs) == Decimal("11.40")
    assert total(rows, "BilledCost") == Decimal("33.90")
    assert total(rows, "ConsumedQuantity") == 12_000_000


def test_storage_of_a_cache_is_counted_in_token_hours(tmp_path):
    rows = rows_of(tmp_path / "focus.csv", STORAGE_CHARGED)
    assert total(rows, "EffectiveCost") == Decimal("15.90")
    stored = rows[-1]
    assert (stored["SkuMeter"], stored["ConsumedUnit"], stored["PricingUnit"]) == (
        "Context Cache Storage", "Token-Hours", "1000000 Token-Hours"
    )  # fmt: skip
    assert "TokenDirection" not in json.loads(stored["SkuPriceDetails"])


def test_a_token_line_says_what_the_drafts_ask():
    row = usage_row(usage("cache_read", 8_000_000, "0.30", tier="batch", region="eu"))
    assert json.loads(row["SkuPriceDetails"]) == {
        "ModelId": "claude-sonnet-4",
        "TokenCacheAction": "Read",
        "TokenDirection": "Input",
        "x_Meter": "cache_read",
        "x_Operation": "chat",
        "x_ServiceTier": "batch",
    }
    said = {
        column: row[column]
        for column in ("ServiceProviderName", "ServiceName", "BillingAccountId", "SkuPriceId")
    }
    assert said == {
        "ServiceProviderName": "Anthropic",
        "ServiceName": "Anthropic API",
        "BillingAccountId": "Anthropic",
        "SkuPriceId": "anthropic/claude-sonnet-4/cache_read/batch/eu",
    }
    assert (row["ListUnitPrice"], row["ContractedUnitPrice"]) == (Fraction(3, 10), Fraction(3, 10))
    assert row["BillingPeriodEnd"].isoformat() == "2026-06-01T00:00:00+00:00"


def test_a_contract_lowers_what_is_billed_and_not_the_list():
    row = usage_row(usage("input", 1_000_000, "3.00", cost_usd=Fraction(9, 4)))
    assert (row["ListCost"], row["ContractedCost"], row["BilledCost"]) == (3, Fraction(9, 4), Fraction(9, 4))
    assert (row["ListUnitPrice"], row["ContractedUnitPrice"]) == (3, Fraction(9, 4))


def test_what_has_no_price_is_left_out_and_told(tmp_path):
    rows = [
        usage("input", 7, None),
        usage("input", 5, None),
        usage("output", 10, "15.00"),
        usage("input", 0, None),
    ]
    written = write_focus(tmp_path / "focus.csv", rows)
    assert written.rows == 1
    assert written.unpriced == (Unpriced("anthropic", "claude-sonnet-4", "input", 12),)


def test_time_of_accelerators_is_counted_in_hours_of_machines():
    hours = UNITS["gpu millisecond"]
    assert (hours.consumed, hours.consumed_quantity(5_400_000)) == ("GPU-Hours", Fraction(3, 2))
    assert (hours.priced, hours.pricing_quantity(5_400_000)) == ("GPU-Hours", Fraction(3, 2))
    row = usage_row(usage("gpu_time", 5_400_000, "1", model="h100-sxm"))
    assert (row["ServiceCategory"], row["ServiceSubcategory"]) == ("Compute", "Virtual Machines")


@pytest.mark.parametrize("meter", METERS)
def test_every_meter_has_a_unit_and_a_name(meter):
    assert METERS[meter].unit in UNITS
    assert sku_meter(meter)[0].isupper()
    assert check([usage_row(usage(meter, 1_000, "2.00"))]) == ()


def test_a_bill_goes_out_as_it_came_in(tmp_path):
    rows = {row["x_FarthingChargeId"]: row for row in rows_of(tmp_path / "focus.csv", [], CHARGES)}
    assert len(rows) == len(CHARGES)
    assert sum(Decimal(row["BilledCost"]) for row in rows.values()) == sum(one.billed_cost for one in CHARGES)
    plain = rows["usage-line"]
    assert (plain["BilledCost"], plain["BillingCurrency"]) == ("12.500000000000001", "EUR")
    assert json.loads(plain["Tags"]) == {"cost center": "=7", "team": "search"}
    assert (plain["ContractedUnitPrice"], plain["PricingCategory"]) == ("2.5000000000000002", "Standard")
    committed = rows["committed"]
    assert (committed["CommitmentDiscountId"], committed["PricingCategory"]) == ("sp-1", "Committed")
    assert committed["EffectiveCost"] == "2.5"
    assert rows["unnamed commitment"]["CommitmentDiscountId"] is None
    assert rows["tax"]["PricingQuantity"] is None
    assert rows["refund"]["ContractedUnitPrice"] is None
    old = rows["an old bill"]
    assert (old["ServiceCategory"], old["ChargePeriodEnd"]) == ("Other", "2026-05-05T00:00:00Z")
    assert (old["SkuId"], old["ChargeFrequency"]) == ("aws/AmazonEC2", "Usage-Based")
    assert rows["tokens"]["ServiceSubcategory"] == "Generative AI"
    assert rows["correction"]["ChargeClass"] == "Correction"


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("1K tokens", "1000 Tokens"),
        ("1M tokens", "1000000 Tokens"),
        ("1 Hour", "Hour"),
        ("Hrs", "Hours"),
        ("GB-Mo", "GB-Months"),
        ("GB/Hour", "GB/Hour"),
        ("", "Units"),
        ("0 Hours", "Units"),
        ("=1+1", "Units"),
    ],
)
def test_units_of_bills_are_written_as_focus_writes_units(unit, written):
    row = charge_row(charge("x", pricing_unit=unit, quantity_unit=unit))
    assert (row["PricingUnit"], row["ConsumedUnit"]) == (written, written)


def test_a_charge_of_unknown_cost_is_left_out_and_told(tmp_path):
    written = write_focus(tmp_path / "focus.csv", [], [charge("a", billed_cost=None), charge("b")])
    assert (written.rows, written.unbilled) == (1, 1)


def test_a_price_below_the_last_decimal_is_no_fault():
    line = charge_row(charge("x", billed_cost=Decimal("0.000001"), pricing_quantity=Decimal(7_000_000_000)))
    assert check([line]) == ()


WORDS = st.sampled_from(
    ["", "Usage", "Purchase", "Tax", "Credit", "Used", "Unused", "usage", "Correction", "=1"]
)
AMOUNTS = st.none() | st.decimals(-(10**9), 10**9, places=6)


@given(
    category=WORDS,
    frequency=WORDS | st.just("Usage-Based"),
    commitment=WORDS,
    commitment_status=WORDS,
    service_category=WORDS | st.just("AI and Machine Learning"),
    model=WORDS,
    meter=WORDS | st.just("input"),
    sku=WORDS,
    sku_meter=WORDS,
    quantity=AMOUNTS,
    pricing_quantity=AMOUNTS,
    list_cost=AMOUNTS,
    contracted_cost=AMOUNTS,
    effective_cost=AMOUNTS,
    tags=st.dictionaries(
        st.sampled_from(["charge_class", "commitment_category", "commitment_type", "x"]), WORDS
    ),
)
def test_whatever_a_bill_said_its_line_is_valid(**said):
    """All but quantities that a bill of usage did not give: they are not made up."""
    found = check([charge_row(charge("x", **said))])
    assert [one for one in found if one.column not in ("ConsumedQuantity", "PricingQuantity")] == []
    assert {one.rule for one in found} <= {"must be filled"}


def test_a_name_with_a_formula_is_guarded_in_csv_alone(tmp_path):
    line = charge("x", description="=cmd()", resource="@host", account="-1+1")
    write_focus(tmp_path / "focus.csv", [], [line])
    assert ",'=cmd()," in (tmp_path / "focus.csv").read_text()
    rows = rows_of(tmp_path / "focus.csv", [], [line])
    assert (rows[0]["ChargeDescription"], rows[0]["ResourceId"]) == ("=cmd()", "@host")
    write_focus(tmp_path / "focus.parquet", [], [line])
    read = f"SELECT ChargeDescription, BillingAccountId FROM read_parquet('{tmp_path}/focus.parquet')"
    assert duckdb.connect().execute(read).fetchall() == [("=cmd()", "-1+1")]


def test_a_spreadsheet_holds_the_same_lines(tmp_path):
    written = write_focus(tmp_path / "focus.xlsx", WRITES_CHARGED, CHARGES)
    with zipfile.ZipFile(tmp_path / "focus.xlsx") as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == written.rows + 1
    assert "<f>" not in sheet


def test_rows_have_the_columns_of_the_dataset_in_order():
    for row in focus_rows(WRITES_CHARGED, CHARGES, LeftOut()):
        assert list(row) == list(COLUMNS)
