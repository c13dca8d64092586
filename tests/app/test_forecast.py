"""`forecast` and `anomalies` through the public door, on a small ledger with a week in it."""

import random
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from ledgers_made import HEADER, book

from farthing.app import forecast_time
from farthing.app.anomalies import anomalies
from farthing.app.forecast import forecast
from farthing.app.ledger_import import bring_in
from farthing.units.problem import InputError

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 56
WEEK = (10, 10, 10, 10, 10, 4, 2)  # million input tokens a day at $3 a million: $168 a week


def lines():
    for day in range(DAYS):
        for hour, share in ((8, 0.5), (20, 0.5)):
            at = MONDAY + timedelta(days=day, hours=hour)
            for team, part in (("search", 0.75), ("support", 0.25)):
                tokens = round(WEEK[day % 7] * 1_000_000 * share * part)
                spiked = 4 * tokens if day == 44 and team == "support" else tokens
                yield f"{team}-{day}-{hour},{at:%Y-%m-%dT%H:%M:%SZ},maker,small,{spiked},0,{team},acme,ok"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ahead")
    (folder / "events.csv").write_text("\n".join((HEADER, *lines())) + "\n")
    bring_in(files=[str(folder / "events.csv")], ledger=str(folder / "ledger"), book=[book(folder)])
    return str(folder / "ledger")


def codes(answer):
    return {problem.code for problem in answer.problems}


@pytest.mark.parametrize("as_of", ["2026-04-26", "2026-04-27"])
def test_the_next_weeks_cost_what_weeks_cost(place, as_of):
    """The last day with data, and the day after, both mean that the forecast begins with the 27th."""
    found = forecast(ledger=place, horizon="2 weeks", as_of=as_of)
    result = found.results["forecast_usd"]
    assert result.p05 < result.p50 < result.p95
    assert result.p50 == pytest.approx(2 * 168, rel=0.03)
    assert [row["start"] for row in found.rows][:2] == ["2026-04-27", "2026-04-28"]
    assert sum(row["forecast_usd"] for row in found.rows) == pytest.approx(result.p50)
    assert found.results["wape"].p50 < 0.2
    assert 0 <= found.results["coverage_80"].p50 <= 1
    assert {"wape_drivers", "wape_seasonal_naive", "wape_trailing_mean"} <= set(found.results)
    assert (found.results["season"].name, found.verdict.startswith("$33")) == ("week", True)


def test_groups_add_up(place):
    found = forecast(ledger=place, horizon="7d", by="team", as_of="2026-04-26")
    groups = [row for row in found.rows if not row["start"]]
    assert [row["team"] for row in groups] == ["search", "support"]
    whole = found.results["forecast_usd"].p50
    assert sum(row["forecast_usd"] for row in groups) == pytest.approx(whole)
    assert groups[0]["forecast_usd"] == pytest.approx(0.75 * 168, rel=0.05)
    only = forecast(ledger=place, horizon="7d", where="team=search", as_of="2026-04-26")
    assert only.results["forecast_usd"].p50 == pytest.approx(groups[0]["forecast_usd"], rel=0.05)


def test_the_running_day_is_forecast_for_what_is_left_of_it(place, monkeypatch):
    noon = MONDAY + timedelta(days=55, hours=12)
    monkeypatch.setattr(forecast_time, "now", lambda: noon)
    found = forecast(ledger=place, horizon="1d")
    assert [row["start"] for row in found.rows] == ["2026-04-26", "2026-04-27"]
    assert found.rows[0]["forecast_usd"] == pytest.approx(0.5 * 6, rel=0.1)
    assert found.rows[1]["forecast_usd"] == pytest.approx(0.5 * 30, rel=0.1)


def test_other_periods_and_other_currencies(place):
    weeks = forecast(ledger=place, horizon="4 weeks", every="week", as_of="2026-04-26", currency="EUR",
                     fx="EUR=1.25@2026-04-01")  # fmt: skip
    assert len(weeks.rows) == 4
    assert weeks.results["forecast"].p50 == pytest.approx(weeks.results["forecast_usd"].p50 / 1.25)
    hours = forecast(ledger=place, horizon="24h", every="hour", as_of="2026-04-26")
    assert sum(row["forecast_usd"] for row in hours.rows) == pytest.approx(30, rel=0.1)


@pytest.mark.parametrize(
    ("as_of", "code"),
    [("2026-03-02", "short-history"), ("2026-03-04", "short-history"), ("2026-05-20", "stale")],
)
def test_little_and_old_data_are_said(place, as_of, code):
    found = forecast(ledger=place, horizon="30d", as_of=as_of)
    assert code in codes(found)
    assert 100 < found.results["forecast_usd"].p50 < 2_000


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"horizon": "soon"}, "quantity"),
        ({"horizon": "1..2 d"}, "bad-value"),
        ({"every": "7h"}, "bad-value"),
        ({"every": "minute", "horizon": "30d"}, "bad-value"),
        ({"as_of": "2026-01-01"}, "empty-window"),
        ({"where": "team=nobody"}, "empty-window"),
        ({"by": "tema"}, "unknown-column"),
    ],
)
def test_what_cannot_be_asked(place, options, code):
    with pytest.raises(InputError) as raised:
        forecast(ledger=place, **{"as_of": "2026-04-26", **options})
    assert len(raised.value.problems) == 1
    assert code in (raised.value.problems[0].code, "quantity")


def test_without_a_ledger(tmp_path):
    for verb in (forecast, anomalies):
        with pytest.raises(InputError) as raised:
            verb(ledger=str(tmp_path / "none"))
        assert [problem.code for problem in raised.value.problems] == ["empty-ledger"]


def test_an_anomaly_with_its_group_its_money_and_a_sentence(place):
    found = anomalies(ledger=place, by="team", as_of="2026-04-26")
    (row,) = found.rows
    assert (row["from"], row["to"], row["kind"], row["group"]) == (
        "2026-04-15", "2026-04-15", "spike", "support",
    )  # fmt: skip
    assert row["driver"] == "tokens_per_request"
    assert row["excess_usd"] == pytest.approx(3 * 7.5, rel=0.05)
    assert "on 2026-04-15 tokens a request of support rose" in row["why"]
    assert (found.results["anomalies"].p50, found.results["excess_usd"].p50) == (
        1,
        pytest.approx(row["excess_usd"]),
    )


def test_only_those_of_the_days_that_are_asked_for(place):
    assert anomalies(ledger=place, by="team", since="2026-04-20", as_of="2026-04-26").rows == ()
    assert anomalies(ledger=place, by="team", until="2026-04-10", as_of="2026-04-26").rows == ()
    assert len(anomalies(ledger=place, by="team", since="2026-04-15", as_of="2026-04-26").rows) == 1


def test_the_future_does_not_change_what_was_expected(place):
    """Walking forward: the same day is found whether or not the days after it are known."""
    early = anomalies(ledger=place, by="team", as_of="2026-04-15").rows
    late = anomalies(ledger=place, by="team", as_of="2026-04-26").rows
    assert [row["excess_usd"] for row in early] == [row["excess_usd"] for row in late]


def test_a_recording_of_minutes_is_carried_on_from_its_end(tmp_path):
    start = datetime(2023, 11, 16, 18, 15, tzinfo=UTC)
    rows = [
        f"{number},{start + timedelta(seconds=20 * number):%Y-%m-%dT%H:%M:%SZ},maker,small,1000000,0,,,ok"
        for number in range(120)
    ]
    (tmp_path / "minutes.csv").write_text("\n".join((HEADER, *rows)) + "\n")
    bring_in(files=[str(tmp_path / "minutes.csv")], ledger=str(tmp_path / "ledger"), book=[book(tmp_path)])
    for options in ({"as_of": "2023-11-16"}, {}):
        found = forecast(ledger=str(tmp_path / "ledger"), horizon="10m", **options)
        assert (found.rows[0]["start"], len(found.rows)) == ("2023-11-16 18:55", 10)
        assert found.results["forecast_usd"].p50 == pytest.approx(10 * 9, rel=0.02)
        assert ("stale" in codes(found)) is not bool(options)


def test_bills_of_a_month_are_expected_again_beside_what_is_spent_by_days(place, tmp_path):
    """$3,000 of seats on the first of each month, beside $168 of usage a week."""
    months = [f"seats-{month},2026-{month:02}-01,2026-{month + 1:02}-01,3000,USD,desk" for month in (2, 3, 4)]
    bills = tmp_path / "seats.csv"
    bills.write_text("charge_id,at,until,billed_cost,currency,team,provider\n")
    bills.write_text(bills.read_text() + "".join(f"{line},cursor\n" for line in months))
    ledger = str(tmp_path / "ledger")
    shutil.copytree(place, ledger)
    bring_in(files=[str(bills)], ledger=ledger)
    asked = {"as_of": "2026-04-27", "horizon": "28d"}
    alone = forecast(ledger=place, **asked).results["forecast_usd"]
    with_seats = forecast(ledger=ledger, **asked).results["forecast_usd"]
    assert alone.p50 == pytest.approx(4 * 168, rel=0.1)
    for level in ("p05", "p50", "p95"):
        assert getattr(with_seats, level) == pytest.approx(getattr(alone, level) + 3000, rel=1e-6)
    found = forecast(ledger=ledger, by=["team"], **asked)
    rows = {(row["team"], row["start"]): row["forecast_usd"] for row in found.rows}
    assert rows["desk", ""] == 3000
    (first_of_may,) = [row for row in found.rows if row["start"] == "2026-05-01"]
    assert first_of_may["p10_usd"] >= 3000
    periods = sum(row["forecast_usd"] for row in found.rows if row["start"])
    assert periods == pytest.approx(found.results["forecast_usd"].p50, rel=0.02)


def test_a_handful_of_requests_is_no_anomaly(tmp_path):
    """Two dozen synthetic requests at random: that one more comes than before says nothing."""
    rng = random.Random(5)
    moments = [MONDAY + timedelta(minutes=rng.randrange(40 * 24 * 60)) for _ in range(60)]
    rows = [
        f"few-{number},{at:%Y-%m-%dT%H:%M:%SZ},maker,small,{rng.randrange(1_000, 30_000)},9,search,acme,ok"
        for number, at in enumerate(moments)
    ]
    (tmp_path / "events.csv").write_text("\n".join((HEADER, *rows)) + "\n")
    ledger = str(tmp_path / "ledger")
    bring_in(files=[str(tmp_path / "events.csv")], ledger=ledger, book=[book(tmp_path)])
    found = anomalies(ledger=ledger, as_of="2026-04-12")
    assert found.results["anomalies"].p50 <= 1
