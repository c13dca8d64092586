"""The report's returns come out of `farthing demo --roi`; where they do not hold, that is said too."""

import json

import pytest

from farthing.catalog.load import catalog
from farthing.doors.cli.main import main

DAY = "2026-02-01"


@pytest.fixture(scope="module")
def found():
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["demo", "--roi", "--as-of", DAY, "--json"]) == 0
    return json.loads(out.getvalue())


def row(rows, name):
    return next(each for each in rows if each["name"] == name)


def seed(name):
    return float(catalog().seeds[name].value.split("/")[0].replace("M", "e6"))


def test_the_box_adds_up_and_its_api_bill_is_twenty_times_too_high(found):
    box = found["box"]
    assert row(box, "first month")["found"]["p50"] == 5720 == seed("report_roi_first_month_usd")
    assert row(box, "saved a month")["found"]["p50"] == 39_280
    api = row(box, "the same by API, Sonnet")
    assert (api["found"]["p05"], api["found"]["p95"]) == (450, 2250)  # 150M tokens at $3 and at $15
    assert api["factor"] == pytest.approx(20)
    assert not api["holds"]


def test_one_l40s_is_mostly_idle_and_costs_the_same(found):
    idle = found["idle"]
    assert idle["usd_per_month"] == 1620
    assert idle["asked_tokens_per_day"] == 5e6
    assert idle["busy_share"]["p95"] < 0.1


def test_break_even_is_millions_of_tokens_a_day_and_not_two(found):
    alone = row(found["breakeven"], "break-even, one L40S alone")
    assert alone["stated"]["p50"] == 2e6
    assert alone["found"]["p05"] == pytest.approx(1620 / (730 / 24) / 15 * 1e6)
    assert alone["found"]["p95"] == pytest.approx(1620 / (730 / 24) / 3 * 1e6)
    assert "/ (730 / 24 days)" in alone["note"]
    assert row(found["breakeven"], "break-even, by farthing compare")["found"]["p05"] > alone["found"]["p05"]
    yearly = row(found["breakeven"], "2M a day by API, a year")["found"]
    assert (yearly["p05"], yearly["p95"]) == pytest.approx((2190, 10_950))


def test_its_prices_by_api_were_those_of_the_day(found):
    apis = [each for each in found["deployments"] if each["by"] == "the book"]
    assert len(apis) == 4
    assert all(each["holds"] for each in apis)


def test_capability_is_kept_as_stated_by_the_models_it_names(found):
    assert len(found["retention"]) == 6
    assert all(each["holds"] for each in found["retention"])


def test_differences_of_tuned_models_are_those_of_its_columns(found):
    assert len(found["tuned"]) == 5
    assert all(each["holds"] for each in found["tuned"])
    worth = {each["name"]: each["worth_usd"] for each in found["tuned_worth"]}
    assert worth["invoices"] is None  # the tuned one is right more often, and cheaper
    assert 0 < worth["debugging"] < worth["contracts"]


def test_all_six_reasoning_multipliers_are_reproduced(found):
    multipliers = [each for each in found["reasoning"] if each["name"].endswith("multiplier")]
    assert [each["stated"]["p50"] for each in multipliers] == [0.16, 0.46, 2.07, 5.56, 10.9, 28.8]
    assert all(each["holds"] for each in found["reasoning"])


def test_verdicts_rise_with_the_multiplier_as_what_an_answer_must_be_worth_falls(found):
    rows = found["reasoning_worth"]
    assert [each["stated"] for each in rows] == [
        "Never", "Marginal", "Hard only", "Buy", "Strong buy", "Essential",
    ]  # fmt: skip
    worth = [each["worth_usd"] for each in rows]
    assert worth == sorted(worth, reverse=True)


def test_multiples_hold_as_ratios_and_not_where_idle_hours_are_paid(found):
    ratios = [each for each in found["verticals"] if each["name"].endswith("times cheaper")]
    assert [round(each["found"]["p05"]) for each in ratios] == [50, 50, 62, 150, 50]
    assert all(each["holds"] for each in ratios)
    own = [each for each in found["verticals"] if each["name"].endswith("of its own")]
    assert not any(each["holds"] for each in own)
    payback = row(found["verticals"], "finance, payback")
    assert payback["found"]["p05"] == pytest.approx(800_000 / 42_000)
    assert not payback["holds"]


def test_fewer_bits_leave_more_room(found):
    rows = {each["weights"]: each for each in found["formats"]}
    room = [rows[weights]["requests_at_once"] for weights in ("bf16", "fp8", "int4")]
    assert room == sorted(set(room))
    assert rows["fp8"]["usd_per_m_tokens"]["p50"] < rows["bf16"]["usd_per_m_tokens"]["p50"]


def test_a_model_beats_plain_code_once_it_is_integrated(found):
    alone, integrated, spared = found["code"]
    assert alone["cheaper"] == "code:function"
    assert integrated["cheaper"] == spared["cheaper"] == "api:gpt-4o-mini"
    assert integrated["model_usd"]["p50"] < integrated["code_usd"]["p50"]
    assert spared["model_usd"]["p50"] < integrated["model_usd"]["p50"]


TITLES = (
    *("Fine-tuning a 14B", "Break-even of one L40S", "Dollars a million tokens", "Tokens a second"),
    *("Capability that is kept", "The reasoning multiplier", "Multiples of the verticals"),
    *("Weights of fewer bits", "A model or plain code"),
)


def test_the_text_has_every_table(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["demo", "--roi", "--as-of", DAY]) == 0
    out = capsys.readouterr().out
    assert [title for title in TITLES if title not in out] == []
    assert "3.6M to 18M tokens/day, not 2M" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 120
