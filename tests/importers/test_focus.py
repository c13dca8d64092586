"""FOCUS files beyond the pairs: Parquet, the published samples, our own exports, and files of others."""

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from bill_staging import staged
from focus_cases import CHARGES, STORAGE_CHARGED, WRITES_CHARGED, charge
from hypothesis import given, settings
from hypothesis import strategies as st

from farthing.track.focus import write_focus

SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "focus"


def totals(path, folder):
    """Billed, effective and list cost, lines and different ids."""
    rows = staged(path, folder, "billed_cost", "effective_cost", "list_cost", "charge_id", name="focus")
    billed, effective, listed = (sum(row[place] for row in rows) for place in range(3))
    return billed, effective, listed, len(rows), len({row[3] for row in rows})


# Sums of the files' own columns as decimals.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "focus_1_4_cost_and_usage_aws_converted.csv",
            ("43488.235659305734756", "43488.235659305734756", "55883.372060648540069", 2000),
        ),
        ("focus_sample_1.0_1000rows.csv", ("20.52022672899", "14.97651418586", "20.39090575119", 1000)),
        ("spec_virtual_currency/b3.csv", ("0", "495", "1230", 3)),
    ],
)
def test_published_samples_keep_every_digit(tmp_path, name, expected):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not here: set FARTHING_SHARED to its folder")
    *sums, rows = expected
    assert totals(path, tmp_path) == (*map(Decimal, sums), rows, rows)


def test_parquet_with_the_types_of_clouds(tmp_path):
    """AWS has maps and typed moments, Google lists of pairs; costs come as doubles and as decimals."""
    path = tmp_path / "focus.parquet"
    duckdb.connect().execute(f"""
        COPY (SELECT 1e-7 AS BilledCost, 0.25::DECIMAL(20,10) AS EffectiveCost, 'USD' AS BillingCurrency,
          'Usage' AS ChargeCategory, TIMESTAMP '2026-05-01 00:00:00' AS ChargePeriodStart,
          TIMESTAMP '2026-05-01 01:00:00' AS ChargePeriodEnd, 'OpenAI' AS ServiceProviderName,
          MAP {{'team': 'search', 'cost': 'a'}} AS Tags, '''=1' AS ResourceId,
          {{'ModelId': 'gpt-4o', 'TokenDirection': 'Output'}} AS SkuPriceDetails
        ) TO '{path}' (FORMAT parquet)""")
    columns = (
        "billed_cost",
        "effective_cost",
        'epoch_us("at")',
        "team",
        "tags",
        "model",
        "meter",
        "resource",
    )
    at = int(datetime(2026, 5, 1, tzinfo=UTC).timestamp()) * 1_000_000
    # A typed file has no need of guards: its apostrophe is its own.
    assert staged(path, tmp_path, *columns, name="focus") == [
        (Decimal("0.0000001"), Decimal("0.25"), at, "search", {"cost": "a"}, "gpt-4o", "output", "'=1")
    ]


def test_tags_as_a_list_of_pairs(tmp_path):
    path = tmp_path / "pairs.parquet"
    duckdb.connect().execute(f"""
        COPY (SELECT 1 AS BilledCost, 1 AS EffectiveCost, 'EUR' AS BillingCurrency, 'Usage' AS ChargeCategory,
          TIMESTAMPTZ '2026-05-01 02:00:00+02' AS ChargePeriodStart,
          [{{'key': 'Project', 'value': 'p'}}, {{'key': 'x', 'value': 'y'}}] AS Tags
        ) TO '{path}' (FORMAT parquet)""")
    found = staged(path, tmp_path, "project", "tags", "currency", 'CAST("day" AS VARCHAR)', name="focus")
    assert found == [("p", {"x": "y"}, "EUR", "2026-05-01")]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_an_export_read_again_has_the_same_totals(tmp_path, ending):
    path = tmp_path / f"focus.{ending}"
    write_focus(path, [*WRITES_CHARGED, *STORAGE_CHARGED], CHARGES)
    billed = Decimal("33.90") + Decimal("15.90") + sum(one.billed_cost for one in CHARGES)
    effective = billed + Decimal(
        "2.5"
    )  # the committed line is billed nothing, and 2.5 of what was paid ahead
    found = totals(path, tmp_path)
    assert found[:2] == (billed, effective)
    assert found[3:] == (15, 15)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_an_export_read_again_says_the_same(tmp_path, ending):
    path = tmp_path / f"focus.{ending}"
    write_focus(path, WRITES_CHARGED, [CHARGES[1]])
    columns = ("model", "meter", "provider", "team", "quantity", "billed_cost")
    read = staged(path, tmp_path, *columns, "charge_id", name="focus")
    usage = {row[:-1] for row in read if row[-1] != "committed"}
    assert usage == {
        (
            "claude-sonnet-4",
            one.meter,
            "anthropic",
            "search",
            Decimal(one.quantity),
            Decimal(str(float(one.cost_usd))),
        )
        for one in WRITES_CHARGED
    }
    kept = ("commitment", "commitment_status", "tags['commitment_category']", "tags['commitment_type']")
    (committed,) = (row for row in staged(path, tmp_path, "charge_id", *kept, name="focus") if row[1])
    assert committed == ("committed", "sp-1", "Used", "Spend", "Savings Plan")


@settings(max_examples=20)
@given(st.lists(st.decimals(-(10**12), 10**12, places=15, allow_nan=False), min_size=1, max_size=20))
def test_any_amount_survives_the_round_trip(tmp_path_factory, amounts):
    folder = tmp_path_factory.mktemp("round")
    lines = [charge(f"{place:03}", billed_cost=amount) for place, amount in enumerate(amounts)]
    write_focus(folder / "focus.csv", [], lines)
    assert [row[0] for row in staged(folder / "focus.csv", folder, "billed_cost", name="focus")] == amounts


@settings(max_examples=20)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12), min_size=1
    )
)
def test_any_name_survives_the_round_trip(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("round")
    lines = [charge(f"{place:03}", resource=one) for place, one in enumerate(names)]
    write_focus(folder / "focus.csv", [], lines)
    read = [row[0] for row in staged(folder / "focus.csv", folder, "resource", name="focus")]
    assert read == [one if one.strip(" ") not in ("", "NULL") else "" for one in names]
