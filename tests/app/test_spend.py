"""`spend`: where the money went, exactly, through the public door."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from ledgers_made import EVENTS, TOTAL, book, ledger

from farthing.app.ledger_import import bring_in
from farthing.app.spend import spend
from farthing.units.problem import InputError


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return ledger(tmp_path_factory.mktemp("spend"))


def total(place, **options):
    return spend(ledger=place, **options).results["total_usd"].exact


def rows(found, *columns):
    return [tuple(row[column] for column in columns) for row in found.rows]


@pytest.fixture(scope="module")
def traces():
    folder = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "traces"
    if not folder.is_dir():
        pytest.skip("the recorded traces are not here: set FARTHING_SHARED to their folder")
    return folder


@pytest.mark.parametrize(
    ("trace", "tokens", "usd"),
    [
        ("azure_llm_2023_code.csv", (18_059_974, 245_896), "57.868362"),
        ("azure_llm_2023_conv.csv", (22_361_870, 4_088_665), "128.415585"),
    ],
)
def test_the_recorded_traces_cost_what_their_tokens_cost(tmp_path, traces, trace, tokens, usd):
    """Totals published with the traces: 3 dollars a million in, 15 out. Rounding any event would show."""
    place = str(tmp_path / "ledger")
    said = ["provider=maker", "model=small"]
    bring_in(files=[str(traces / trace)], set=said, ledger=place, book=[book(tmp_path)])
    found = spend(ledger=place, by="hour")
    counted = (found.results["input_tokens"].p50, found.results["output_tokens"].p50)
    assert (counted, found.results["total_usd"].exact) == (tokens, usd)
    assert sum(Decimal(row["cost_usd"]) for row in found.rows) == Decimal(usd)


@pytest.mark.parametrize("by", ["model", "team,day", "customer", "status,team,hour", "tag:nothing", "month"])
def test_rows_sum_to_the_total_exactly(place, by):
    found = spend(ledger=place, by=by)
    assert sum(Decimal(row["cost_usd"]) for row in found.rows) == Decimal(TOTAL)
    assert sum(row["events"] for row in found.rows) == found.results["events"].p50 == 4
    assert sum(row["input_tokens"] for row in found.rows) == found.results["input_tokens"].p50 == 4_000_000


def test_the_dearest_come_first_and_time_in_its_order(place):
    assert rows(spend(ledger=place), "model", "cost_usd") == [("large", "15"), ("small", "10.5")]
    by_day = rows(spend(ledger=place, by="day"), "day", "cost_usd")
    assert by_day == [("2026-09-30", "4.5"), ("2026-10-01", "6"), ("2026-10-15", "9"), ("2026-10-31", "6")]


@pytest.mark.parametrize(
    ("options", "usd"),
    [
        ({"since": "2026-10-01", "until": "2026-10-31"}, "21"),
        ({"since": "2026-10-15", "until": "2026-10-15"}, "9"),
        ({"until": "2026-10-30"}, "19.5"),
        ({"since": "2026-10"}, "21"),
        ({"until": "2026-09"}, "4.5"),
        ({"since": "2026-09", "until": "2026-10"}, "25.5"),
        ({"since": "2027-01-01"}, "0"),
        ({"where": "team=search"}, "10.5"),
        ({"where": ["team=search", "customer!=acme"]}, "6"),
        ({"where": "model=small|large", "until": "2026-09-30"}, "4.5"),
    ],
)
def test_days_are_included_from_the_first_to_the_last(place, options, usd):
    assert total(place, **options) == usd


@pytest.mark.parametrize(
    "options",
    [
        {"since": "2026-10-02", "until": "2026-10-01"},
        {"since": "2026-13"},
        {"until": "yesterday-ish"},
        {"by": "modle"},
        {"where": "team"},
        {"where": "=search"},
        {"per": "custmer"},
    ],
)
def test_what_cannot_be_meant_is_bad_input(place, options):
    with pytest.raises(InputError):
        spend(ledger=place, **options)


def test_what_one_of_something_costs(place):
    """25.5 dollars for four requests, and for the two customers that are named."""
    found = spend(ledger=place, per="customer", by="team")
    assert found.results["cost_per_request_usd"].exact == "6.375"
    assert found.results["customer_count"].p50 == 2
    assert found.results["cost_per_customer_usd"].exact == "12.75"
    assert rows(found, "team", "customer_count", "cost_per_customer_usd") == [
        ("support", 1, "15"),
        ("search", 2, "5.25"),
    ]


def test_the_period_before_and_what_moved(place):
    """October beside the 31 days before it, of which only the last has an event: 4.5 dollars."""
    found = spend(ledger=place, since="2026-10-01", until="2026-10-31")
    assert found.results["previous_usd"].exact == "4.5"
    assert found.results["change_share"].p50 == pytest.approx(16.5 / 4.5)
    moved = [(line.label, line.amount_usd.p50) for line in found.lines if line.category == "track.mover"]
    assert moved == [("Moved: large", 15), ("Moved: small", 1.5)]
    assert "previous_usd" not in spend(ledger=place).results


def test_failed_calls_are_told(place):
    lost = [line for line in spend(ledger=place).lines if line.category == "track.waste.failed_calls"]
    assert [line.amount_usd.p50 for line in lost] == [6]


def test_another_book_prices_everything_and_changes_nothing(place, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(Path(book(tmp_path)).read_text("utf-8").replace('"15"', '"150"'))
    assert total(place, book=[str(other)]) == "39"
    assert total(place) == TOTAL


def test_what_has_no_price_is_counted_named_and_makes_the_total_a_lower_bound(tmp_path):
    unknown = "x,2026-10-05T00:00:00Z,maker,nobody-knows,1000,0,search,,ok"
    nothing = "y,2026-10-05T00:00:00Z,maker,nobody-knows,0,0,search,,ok"
    found = spend(ledger=ledger(tmp_path, (*EVENTS, unknown, nothing)))
    assert found.results["unpriced_events"].p50 == 1
    assert found.results["total_usd"].exact == TOTAL
    assert "at least $25.50" in found.verdict
    assert [(one.code, one.where) for one in found.problems] == [("unpriced", "maker/nobody-knows")]
    assert dict(rows(found, "model", "unpriced_events"))["nobody-knows"] == 1


def test_another_currency_has_twins(place):
    found = spend(ledger=place, currency="EUR", fx=["EUR=1.25@2026-10-01"])
    assert found.results["total_usd"].exact == TOTAL
    assert found.results["total"].p50 == pytest.approx(25.5 / 1.25)
    assert found.results["total"].unit == "EUR"


def test_rows_sum_to_the_total_where_amounts_do_not_end(tmp_path):
    """Three times 100 seconds at $2.50 an hour are 0.2083333..., each 0.0694444...: rounded at the sum."""
    row = "{provider: maker, model: gpu-x, meter: gpu_time, amount: '2.50', per: gpu hour, source: by hand}"
    prices = f"prices: [{row}]"
    (tmp_path / "hours.yaml").write_text(prices)
    lines = [f"{team},2026-10-01,maker,gpu-x,100,{team}" for team in ("ads", "search", "support")]
    source = tmp_path / "hours.csv"
    source.write_text("\n".join(("event_id,at,provider,accelerator,gpu_seconds,team", *lines)) + "\n")
    place = str(tmp_path / "ledger")
    found = bring_in(files=[str(source)], format="events", ledger=place, book=[str(tmp_path / "hours.yaml")])
    assert found.results["stored"].p50 == 3
    found = spend(ledger=place, by="team")
    assert found.results["total_usd"].exact == "0.208333333333"
    assert sum(Decimal(row["cost_usd"]) for row in found.rows) == Decimal("0.208333333333")
