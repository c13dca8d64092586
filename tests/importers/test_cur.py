"""AWS's Cost and Usage Report beyond the pairs: Parquet, tags, and reports that go out as FOCUS."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from bill_staging import staged

from farthing.track.focus import ChargeRow, write_focus
from farthing.track.focus_check import check, read_dataset

HERE = Path(__file__).parent


def test_parquet_of_cur_2_has_maps_and_doubles(tmp_path):
    path = tmp_path / "cur.parquet"
    duckdb.connect().execute(f"""
        COPY (SELECT 'i' AS identity_line_item_id, 'Usage' AS line_item_line_item_type,
          TIMESTAMP '2026-05-01 00:00:00' AS line_item_usage_start_date, 'USD' AS line_item_currency_code,
          2.1e-6::DOUBLE AS line_item_unblended_cost, 35.0::DOUBLE AS line_item_usage_amount,
          'USE1-NovaMicro-input-tokens' AS line_item_usage_type, '1K tokens' AS pricing_unit,
          MAP {{'product_name': 'Amazon Bedrock'}} AS product,
          MAP {{'user_project': 'p', 'user_x': 'y'}} AS resource_tags
        ) TO '{path}' (FORMAT parquet)""")
    columns = ("billed_cost", "quantity", "model", "service", "project", "tags['x']", 'epoch_us("at")')
    at = int(datetime(2026, 5, 1, tzinfo=UTC).timestamp()) * 1_000_000
    assert staged(path, tmp_path, *columns, name="cur") == [
        (Decimal("0.0000021"), Decimal(35_000), "novamicro", "Amazon Bedrock", "p", "y", at)
    ]


def test_parquet_of_the_legacy_report_has_a_column_for_every_tag(tmp_path):
    path = tmp_path / "legacy.parquet"
    duckdb.connect().execute(f"""
        COPY (SELECT 'DiscountedUsage' AS line_item_line_item_type, 'USD' AS line_item_currency_code,
          TIMESTAMP '2026-05-01 00:00:00' AS line_item_usage_start_date, 0.0 AS line_item_unblended_cost,
          'arn:ri' AS reservation_reservation_a_r_n, 0.06::DOUBLE AS reservation_effective_cost,
          'search' AS resource_tags_user_team, 'k' AS resource_tags_user_cost_center
        ) TO '{path}' (FORMAT parquet)""")
    columns = ("effective_cost", "commitment", "commitment_status", "team", "tags['cost_center']")
    assert staged(path, tmp_path, *columns, name="cur") == [
        (Decimal("0.06"), "arn:ri", "Used", "search", "k")
    ]


def test_tags_that_differ_in_their_prefix_alone_are_one(tmp_path):
    path = tmp_path / "cur.csv"
    path.write_text(
        "line_item_line_item_type,line_item_currency_code,line_item_usage_start_date,line_item_unblended_cost,resource_tags\n"
        'Usage,USD,2026-05-01T00:00:00Z,1,"{""user_a"":""first"",""a"":""second"",""nothing"":null,""user:b"":""="",""n"":{}}"\n'
        "Usage,USD,2026-05-02T00:00:00Z,1,no tags at all\n"
    )
    tags = [row[0] for row in staged(path, tmp_path, "tags", name="cur")]
    assert sorted((tag.pop("line_item_type"), sorted(tag.items())) for tag in tags) == [
        ("Usage", [("Tags", "no tags at all")]),
        ("Usage", [("a", "first"), ("b", "="), ("n", "{}")]),
    ]


def test_what_was_paid_ahead_is_on_its_use_and_on_what_nobody_used(tmp_path):
    """A plan of 2.50 an hour, of which 2.10 were used: both together are the 2.50, and nothing twice."""
    path = HERE / "cur" / "commitments" / "input-1.csv"
    rows = staged(path, tmp_path, "charge_id", "effective_cost", "billed_cost", name="cur")
    effective = {row[0].split("/")[0].removeprefix("cur:"): row[1] for row in rows}
    assert effective["c02"] + effective["c03"] + effective["c04"] == Decimal("2.50")
    covered = sum(row[2] for row in rows if row[0].startswith(("cur:c02", "cur:c03")))
    assert covered == 0


@pytest.mark.parametrize("case", ["bedrock", "commitments", "legacy"])
def test_a_report_goes_out_as_a_valid_focus_dataset(tmp_path, case):
    names = [field.name for field in fields(ChargeRow) if field.name not in ("at", "until")]
    moments = ['epoch_us("at") // 1000000', "epoch_us(until) // 1000000"]
    path = HERE / "cur" / case / "input-1.csv"
    rows = staged(path, tmp_path, *moments, *names, name="cur")
    charges = [
        ChargeRow(at=moment(row[0]), until=moment(row[1]), **dict(zip(names, row[2:], strict=True)))
        for row in rows
    ]  # fmt: skip
    out = tmp_path / "focus.csv"
    write_focus(out, [], charges)
    written = list(read_dataset(out))
    assert check(written) == ()
    assert sum(Decimal(row["BilledCost"]) for row in written) == sum(one.billed_cost for one in charges)


def moment(seconds):
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
