"""`farthing reconcile`: what it prints, and the exit code of a floor."""

import json

import pytest

BILL = (
    "at,until,provider,model,meter,billed_cost,currency,quantity,quantity_unit\n"
    "2026-10-05,2026-10-06,acme,m,input,3.3,USD,1000000,Tokens\n"
)
EVENTS = "event_id,at,provider,model,input_tokens\na,2026-10-05T10:00:00Z,acme,m,1000000\n"
BOOK = "prices: [{provider: acme, model: m, meter: input, amount: '3', per: 1M tokens, source: by hand}]\n"


@pytest.fixture
def words(tmp_path, farthing):
    """The command over a ledger of one event of $3, and a bill that asks $3.30 for it."""
    for name, content in (("bill.csv", BILL), ("events.csv", EVENTS), ("book.yaml", BOOK)):
        (tmp_path / name).write_text(content)
    place = ("--ledger", str(tmp_path / "ledger"), "--book", str(tmp_path / "book.yaml"))
    assert farthing("import", str(tmp_path / "events.csv"), *place).code == 0
    return ("reconcile", "--invoice", str(tmp_path / "bill.csv"), *place)


def test_the_text_leads_from_calculated_to_billed(farthing, words):
    outcome = farthing(*words)
    assert outcome.code == 0
    assert "Billed $3.30, calculated $3.00" in outcome.out
    steps = [line.split() for line in outcome.out.splitlines() if line.startswith("  ")][:3]
    assert [step[:2] for step in steps[::2]] == [["calculated", "$3.00"], ["billed", "$3.30"]]
    assert steps[1][:3] == ["price", "drift", "+$0.30"]


def test_json_has_the_causes_as_rows(farthing, words):
    answer = json.loads(farthing(*words, "--json").out)
    assert answer["results"]["variance_usd"]["exact"] == "0.3"
    assert [(row["cause"], row["amount_usd"]) for row in answer["rows"]] == [("price drift", "0.3")]


@pytest.mark.parametrize(("tolerance", "code"), [("1%", 3), ("10%", 0), ("0.05", 3), ("ten", 2)])
def test_a_difference_beyond_the_tolerance_is_exit_3(farthing, words, tolerance, code):
    assert farthing(*words, "--tolerance", tolerance).code == code


def test_strict_is_exit_5_where_something_has_no_price(farthing, words, tmp_path):
    (tmp_path / "bill.csv").write_text(BILL.replace("USD", "XAU"))
    assert farthing(*words, "--strict").code == 5
