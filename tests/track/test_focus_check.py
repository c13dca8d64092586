"""The checker of FOCUS datasets: our own exports pass it, and every planted fault is found."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from focus_cases import CHARGES, STORAGE_CHARGED, WRITES_CHARGED

from farthing.track.focus import LeftOut, focus_rows, write_focus
from farthing.track.focus_check import check, read_dataset
from farthing.track.focus_model import cost_and_usage, read_model
from farthing.track.table_files import written
from farthing.units.problem import InputError

SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "focus"


def shared(name):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not here: set FARTHING_SHARED to its folder")
    return path


def exported():
    """A small export as text."""
    rows = focus_rows([*WRITES_CHARGED, *STORAGE_CHARGED], CHARGES, LeftOut())
    return [{column: written(value) for column, value in row.items()} for row in rows]


def faults(**changes):
    """What the checker says of the first line of an export with these changes."""
    first = exported()[0] | changes
    return {(finding.rule, finding.column) for finding in check([first])}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_our_own_export_passes(tmp_path, ending):
    path = tmp_path / f"focus.{ending}"
    written_rows = write_focus(path, [*WRITES_CHARGED, *STORAGE_CHARGED], CHARGES)
    rows = list(read_dataset(path))
    assert len(rows) == written_rows.rows == 15
    assert check(rows) == ()


def test_our_own_export_passes_the_foundations_model(tmp_path):
    model = read_model(shared("focus_1_4_model.json"))
    path = tmp_path / "focus.csv"
    write_focus(path, WRITES_CHARGED, CHARGES)
    assert check(read_dataset(path), model) == ()


def test_our_facts_are_those_of_the_foundations_model():
    model = read_model(shared("focus_1_4_model.json"))
    ours = cost_and_usage()
    assert ours.version == model.version
    assert ours.columns == model.columns
    assert ours.subcategories == model.subcategories


def test_a_dataset_of_others_passes():
    assert check(read_dataset(shared("focus_1_4_cost_and_usage_aws_converted.csv"))) == ()


def test_an_older_dataset_does_not_pass_and_each_fault_is_told_once():
    found = check(read_dataset(shared("focus_sample_1.0_1000rows.csv")))
    told = {(finding.rule, finding.column): finding for finding in found}
    assert len(told) == len(found)
    assert ("missing", "ServiceProviderName") in told
    assert ("unknown", "ProviderName") in told
    # Its moments have neither T nor Z, in all of its thousand rows.
    assert (told["type", "ChargePeriodStart"].row, told["type", "ChargePeriodStart"].count) == (1, 1000)


PLANTED = {
    "an empty cost": ({"BilledCost": None}, ("empty", "BilledCost")),
    "an empty text": ({"ServiceName": ""}, ("empty", "ServiceName")),
    "a number that is none": ({"EffectiveCost": "1,50"}, ("type", "EffectiveCost")),
    "a number beyond numbers": ({"ListCost": "NaN"}, ("type", "ListCost")),
    "a moment without a zone": ({"ChargePeriodStart": "2026-05-04 00:00:00"}, ("type", "ChargePeriodStart")),
    "a day that is none": ({"BillingPeriodStart": "2026-02-30T00:00:00Z"}, ("type", "BillingPeriodStart")),
    "tags that are no object": ({"Tags": "team=search"}, ("type", "Tags")),
    "tags that are a list": ({"Tags": "[1]"}, ("type", "Tags")),
    "tags within tags": ({"Tags": '{"a": {"b": 1}}'}, ("form", "Tags")),
    "a currency of two letters": ({"BillingCurrency": "US"}, ("form", "BillingCurrency")),
    "a unit with a percent": ({"ConsumedUnit": "50% Tokens"}, ("form", "ConsumedUnit")),
    "a negative price": ({"ListUnitPrice": "-3", "ListCost": "-1.5"}, ("form", "ListUnitPrice")),
    "a word that is not allowed": ({"ChargeFrequency": "Usage-based"}, ("allowed", "ChargeFrequency")),
    "a category that is none": ({"ServiceCategory": "AI"}, ("allowed", "ServiceCategory")),
    "a subcategory of another": ({"ServiceSubcategory": "Object Storage"}, ("parent", "ServiceSubcategory")),
    "a use without a quantity": ({"PricingQuantity": None}, ("must be filled", "PricingQuantity")),
    "a unit without a quantity": ({"ConsumedQuantity": None}, ("alone", "ConsumedUnit")),
    "a quantity without a unit": ({"PricingUnit": None}, ("must be filled", "PricingUnit")),
    "a meter without a SKU": ({"SkuId": None}, ("alone", "SkuMeter")),
    "tax by the unit": ({"ChargeCategory": "Tax"}, ("must be empty", "PricingQuantity")),
    "a purchase of what was used": ({"ChargeCategory": "Purchase"}, ("must be empty", "ConsumedQuantity")),
    "a purchase by use": ({"ChargeCategory": "Purchase"}, ("excluded", "ChargeFrequency")),
    "a commitment of no kind": ({"CommitmentDiscountId": "c"}, ("must be filled", "CommitmentDiscountType")),
    "a status of nothing": ({"CommitmentDiscountStatus": "Used"}, ("alone", "CommitmentDiscountStatus")),
    "use of what is unused": ({"CommitmentDiscountStatus": "Unused"}, ("must be empty", "ConsumedQuantity")),
    "an end before its start": ({"ChargePeriodEnd": "2026-05-03T00:00:00Z"}, ("order", "ChargePeriodEnd")),
    "a cost that is no product": ({"ContractedCost": "1.6"}, ("product", "ContractedCost")),
    "a column of its own": ({"Team": "search"}, ("unknown", "Team")),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name):
    changes, fault = PLANTED[name]
    assert fault in faults(**changes)


def test_every_rule_of_the_model_between_columns_has_a_planted_fault_or_a_sibling():
    rules = {rule for rule, _ in (fault for _, fault in PLANTED.values())}
    assert rules == {
        "empty", "type", "form", "allowed", "parent", "must be filled", "must be empty", "alone", "excluded",
        "order", "product", "unknown",
    }  # fmt: skip


@pytest.mark.parametrize("column", [
    column for column, rule in cost_and_usage().columns.items() if rule.level == "mandatory"
])  # fmt: skip
def test_a_missing_column_is_found(column):
    row = exported()[0]
    del row[column]
    found = [finding for finding in check([row]) if finding.rule == "missing"]
    assert [(finding.column, finding.row) for finding in found] == [(column, 0)]


@pytest.mark.parametrize("rule", cost_and_usage().when, ids=lambda rule: str(dict(rule.given)))
def test_every_conditional_rule_bites(rule):
    given = {
        column: next((value for value in values if value is not None), "")
        for column, values in rule.given.items()
    }
    empty = check([given | dict.fromkeys(rule.filled, "")], replace(cost_and_usage(), columns={}))
    assert {finding.column for finding in empty if finding.rule == "must be filled"} >= set(rule.filled)
    full = check([given | dict.fromkeys(rule.empty, "1")], replace(cost_and_usage(), columns={}))
    assert {finding.column for finding in full if finding.rule == "must be empty"} >= set(rule.empty)


def test_a_correction_may_disagree_with_itself():
    assert ("product", "ContractedCost") not in faults(ChargeClass="Correction", ContractedCost="1.6")


def test_a_fault_of_many_rows_is_told_once_with_its_first():
    rows = exported()[:4]
    for row in rows[1:]:
        row["BillingCurrency"] = "usd"
    (finding,) = check(rows)
    assert (finding.rule, finding.column, finding.row, finding.count) == ("form", "BillingCurrency", 2, 3)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.json"
    path.write_text('{"datasets": {}}')
    with pytest.raises(InputError, match="no FOCUS model"):
        read_model(path)
