"""`reconcile`: causes that were planted in bills are found with their amounts, alone and together."""

import os
from fractions import Fraction
from pathlib import Path
from random import Random

import made_bills
import pytest

from farthing.app.ledger_import import bring_in
from farthing.app.reconcile import reconcile
from farthing.units.problem import InputError

CENT = Fraction(1, 100)
ALL = (*made_bills.QUANTITY, *made_bills.PRICE)
SHARED = Path(os.environ.get("FARTHING_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "focus"
LONG = "FARTHING_LONG" in os.environ  # then with seeds that nobody saw before
FRESH = 40 if LONG else 2


def found(made, folder, shape="focus", **more):
    """The answer for a world whose bill is written in a shape."""
    book = made_bills.write_book(made, folder / "book.yaml")
    events = made_bills.write_events(made, folder / "events.csv")
    if shape == "month":
        invoice, more["map"] = made_bills.write_month(made, folder / "bill.csv")
    else:
        invoice = WRITERS[shape](made, folder / "bill")
    if made.currency != "USD":
        more["fx"] = [f"{made.currency}={float(made.rate)}@2026-10-01"]
    place = str(folder / "ledger")
    bring_in(files=[events], ledger=place, book=[book])
    return reconcile(invoice=[invoice], ledger=place, book=[book], **more)


WRITERS = {
    "focus": made_bills.write_focus,
    "focus without tiers": lambda made, path: made_bills.write_focus(made, path, by_tier=False),
    "anthropic": made_bills.write_anthropic,
    "openai": made_bills.write_openai,
    "openai without quantities": lambda made, path: made_bills.write_openai(made, path, quantities=False),
}


def world(seed, causes, shape, **how):
    provider = shape.split()[0] if shape.startswith(("anthropic", "openai")) else "acme"
    return made_bills.world(seed, causes, provider=provider, **{"calls": 150, **how})


def assert_found(made, answer, seed):
    """Every planted cause to the cent, nothing else, and causes that add up to the difference."""
    amounts = {row["cause"]: Fraction(row["amount_usd"]) for row in answer.rows}
    assert sum(amounts.values()) == Fraction(answer.results["variance_usd"].exact)
    for cause in {*amounts, *made.planted}:
        planted = made.planted.get(cause, Fraction(0))
        given = amounts.get(cause, Fraction(0))
        assert abs(given - planted) < CENT, (seed, cause, float(given), float(planted), answer.rows)


@pytest.mark.parametrize("cause", ALL)
def test_each_cause_is_found_alone(tmp_path, cause):
    made = world(11, [cause], "focus")
    assert_found(made, found(made, tmp_path), 11)


@pytest.mark.parametrize(
    ("shape", "causes"),
    [
        ("focus without tiers", ["tier"]),
        ("focus without tiers", ["missing", "duplicate"]),
        ("anthropic", ["tier", "lifetime"]),
        ("anthropic", ["lag", "discount"]),
        ("openai", ["missing", "currency"]),
        ("openai without quantities", ["drift"]),
        ("month", ["lag"]),
        ("month", ["duplicate", "discount"]),
    ],
)
def test_bills_of_every_shape_tell_what_they_can(tmp_path, shape, causes):
    made = world(5, causes, shape, days=31 if shape == "month" else None)
    assert_found(made, found(made, tmp_path, shape), 5)


@pytest.mark.parametrize(
    "causes",
    [
        ["missing", "duplicate", "tier", "lifetime", "discount"],
        ["lag", "tier", "drift", "currency"],
        ["head", "duplicate", "drift", "discount"],
    ],
)
def test_causes_are_told_apart_where_several_happen(tmp_path, causes):
    made = world(3, causes, "focus", models=5, calls=300)
    assert_found(made, found(made, tmp_path), 3)


def test_lines_in_cents_leave_rounding_and_nothing_else(tmp_path):
    made = world(8, ["missing", "discount"], "focus", places=2)
    answer = found(made, tmp_path)
    assert_found(made, answer, 8)
    assert answer.results["unexplained_usd"].exact == "0"


@pytest.mark.parametrize("turn", range(FRESH))
def test_worlds_that_nothing_was_chosen_with(tmp_path, turn):
    seed = int.from_bytes(os.urandom(4)) if LONG else 20_261_122 + turn
    random = Random(seed)
    shape = random.choice(("focus", "anthropic"))
    cause = random.choice(ALL)
    made = world(seed, [cause], shape)
    assert_found(made, found(made, tmp_path, shape), (seed, shape, cause))


def test_by_model_and_day_adds_up_to_the_same(tmp_path):
    made = world(4, ["missing", "discount"], "focus")
    answer = found(made, tmp_path, by=["model,day"])
    assert {"cause", "model", "day", "amount_usd"} <= answer.rows[0].keys()
    total = sum(Fraction(row["amount_usd"]) for row in answer.rows)
    assert total == Fraction(answer.results["variance_usd"].exact)


BILL = "at,until,provider,service,model,meter,category,billed_cost,currency,quantity,quantity_unit\n"
EVENTS = "event_id,at,provider,model,input_tokens\na,2026-10-05T10:00:00Z,acme,m,1000000\n"
BOOK = "prices: [{provider: acme, model: m, meter: input, amount: '3', per: 1M tokens, source: by hand}]\n"


def by_hand(folder, lines, events=EVENTS, header=BILL, **more):
    """The amounts by cause for one event of a million tokens at $3, and these lines."""
    (folder / "bill.csv").write_text(header + "\n".join(lines) + "\n")
    (folder / "events.csv").write_text(events)
    (folder / "book.yaml").write_text(BOOK)
    place, book = str(folder / "ledger"), [str(folder / "book.yaml")]
    bring_in(files=[str(folder / "events.csv")], ledger=place, book=book)
    answer = reconcile(invoice=[str(folder / "bill.csv")], ledger=place, book=book, **more)
    return answer, {row["cause"]: row["amount_usd"] for row in answer.rows}


DAY = "2026-10-05,2026-10-06"


def test_what_is_no_use_has_causes_of_its_own(tmp_path):
    answer, amounts = by_hand(
        tmp_path,
        [
            f"{DAY},acme,API,m,input,Usage,3,USD,1000000,Tokens",
            f"{DAY},acme,API,,,Tax,0.6,USD,,",
            f"{DAY},acme,API,,,Credit,-1,USD,,",
            f"{DAY},acme,Storage,,,Usage,7,USD,,",
            f"{DAY},acme,API,other,input,Usage,2,USD,500000,Tokens",
            f"{DAY},acme,Seats,,,Purchase,20,USD,,",
        ],
    )
    assert amounts == {
        "discount": "-1", "commitment": "20", "tax": "0.6", "no events: Storage": "7",
        "no events: other": "2",
    }  # fmt: skip
    assert answer.results["billed_usd"].exact == "31.6"
    assert answer.results["calculated_usd"].exact == "3"


def test_quantities_in_other_units_are_the_same_quantities(tmp_path):
    _, amounts = by_hand(tmp_path, [f"{DAY},acme,API,m,input,Usage,3,USD,1,1M Tokens"])
    assert amounts == {}


def test_days_of_a_bill_begin_where_it_says(tmp_path):
    """Midnight of the provider is 07:00 UTC: what was used at 05:00 is of the day before."""
    line = "2026-10-05T07:00:00Z,2026-10-06T07:00:00Z,acme,API,m,input,Usage,3,USD,1000000,Tokens"
    before = "2026-10-04T07:00:00Z,2026-10-05T07:00:00Z,acme,API,m,input,Usage,6,USD,2000000,Tokens"
    events = EVENTS + "b,2026-10-05T05:00:00Z,acme,m,2000000\n"
    _, amounts = by_hand(tmp_path, [line, before], events=events)
    assert amounts == {}


def test_a_month_with_quantities_is_compared_as_one(tmp_path):
    line = "2026-10-01,2026-11-01,acme,API,m,input,Usage,6,USD,2000000,Tokens"
    answer, amounts = by_hand(tmp_path, [line])
    assert amounts == {"missing": "3"}
    assert "no events from 2026-10-05 11:00 to 11-01 00:00" in answer.rows[0]["why"]


def test_a_bill_that_ends_before_the_month_leaves_its_last_days_to_the_next(tmp_path):
    days = [f"2026-10-{day:02}" for day in range(1, 32)]
    events = "".join(f"{day},{day}T10:00:00Z,acme,m,1000000\n" for day in days)
    lines = [f"{day},,acme,API,m,input,Usage,3,USD,1000000,Tokens" for day in days[:-1]]
    answer, amounts = by_hand(tmp_path, lines, events=EVENTS.splitlines()[0] + "\n" + events)
    assert amounts == {"lag": "-3"}
    assert answer.rows[0]["where"] == "m, 2026-10-31"


def test_a_credit_and_a_negotiated_price_are_discounts(tmp_path):
    line = f"{DAY},acme,API,m,input,Usage,2.4,USD,1000000,Tokens,3"
    _, amounts = by_hand(tmp_path, [line], header=BILL.replace("unit\n", "unit,list_cost\n"))
    assert amounts == {"discount": "-0.6"}


def test_a_price_that_differs_is_named_with_both(tmp_path):
    answer, amounts = by_hand(tmp_path, [f"{DAY},acme,API,m,input,Usage,3.3,USD,1000000,Tokens"])
    assert amounts == {"price drift": "0.3"}
    assert answer.rows[0]["why"] == "billed $3.3 for 1M, the book has $3 for 1M"


def test_a_line_without_a_rate_is_left_out_and_said(tmp_path):
    answer, amounts = by_hand(tmp_path, [f"{DAY},acme,API,m,input,Usage,3,XAU,1000000,Tokens"])
    assert amounts == {}
    assert [problem.where for problem in answer.problems if problem.code == "unpriced"] == ["XAU"]


def test_kept_bills_are_in_the_ledger_and_compared_from_there(tmp_path):
    line = f"{DAY},acme,API,m,input,Usage,4,USD,1000000,Tokens"
    answer, amounts = by_hand(tmp_path, [line], keep=True)
    again = reconcile(ledger=str(tmp_path / "ledger"), book=[str(tmp_path / "book.yaml")])
    assert [dict(row) for row in again.rows] == [dict(row) for row in answer.rows]
    assert amounts == {"price drift": "1"}


def test_a_report_beside_an_invoice_says_its_own_total(tmp_path):
    report = tmp_path / "report.csv"
    report.write_text(BILL + f"{DAY},acme,API,m,input,Usage,3,USD,1000000,Tokens\n")
    line = f"{DAY},acme,API,m,input,Usage,2.7,USD,1000000,Tokens"
    answer, _ = by_hand(tmp_path, [line], report=[str(report)])
    assert (answer.results["report_usd"].exact, answer.results["billed_usd"].exact) == ("3", "2.7")


def test_a_usage_report_is_billed_at_the_books_prices(tmp_path):
    report = tmp_path / "usage.csv"
    report.write_text(EVENTS.replace("1000000", "1500000"))
    answer, _ = by_hand(tmp_path, [f"{DAY},acme,API,m,input,Usage,3,USD,1000000,Tokens"])
    place, book = str(tmp_path / "ledger"), [str(tmp_path / "book.yaml")]
    answer = reconcile(report=[str(report)], ledger=place, book=book)
    assert [(row["cause"], row["amount_usd"]) for row in answer.rows] == [("missing", "1.5")]
    assert answer.results["report_usd"].exact == "4.5"


def test_calls_that_lack_may_be_the_long_ones(tmp_path):
    """Two dollars are asked for a token beyond 200,000 of input: a call of those is missing."""
    (tmp_path / "events.csv").write_text(
        "event_id,at,provider,model,input_tokens\n"
        "a,2026-10-05T10:00:00Z,acme,m,300000\n"
        "b,2026-10-05T11:00:00Z,acme,m,100000\n"
    )
    long = "{provider: acme, model: m, meter: input, amount: '6', per: 1M tokens, above_tokens: 200000}"
    (tmp_path / "book.yaml").write_text(BOOK.replace("}]", f"}}, {long}]"))
    line = f"{DAY},acme,API,m,input,Usage,4.2,USD,800000,Tokens"
    (tmp_path / "bill.csv").write_text(f"{BILL}{line}\n")
    place, book = str(tmp_path / "ledger"), [str(tmp_path / "book.yaml")]
    bring_in(files=[str(tmp_path / "events.csv")], ledger=place, book=book)
    answer = reconcile(invoice=[str(tmp_path / "bill.csv")], ledger=place, book=book)
    assert {row["cause"]: row["amount_usd"] for row in answer.rows} == {"missing": "2.1"}


def test_repeated_events_are_counted(tmp_path):
    made = world(6, ["duplicate"], "focus")
    answer = found(made, tmp_path)
    copies = len(made.recorded) - len(made.billed)
    assert [(row["cause"], row["events"]) for row in answer.rows] == [("duplicate", copies)]


def test_what_cannot_be_compared_is_refused(tmp_path):
    line = f"{DAY},acme,API,m,input,Usage,4,USD,1000000,Tokens"
    with pytest.raises(InputError, match="modle"):
        by_hand(tmp_path, [line], by=["modle"])
    with pytest.raises(InputError, match="no bill"):
        reconcile(ledger=str(tmp_path / "ledger"))
    with pytest.raises(InputError, match="names no file"):
        reconcile(ledger=str(tmp_path / "ledger"), invoice=["nowhere.csv"])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published FOCUS files are not here")
def test_published_bills_of_clouds_add_up(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS)
    place = str(tmp_path / "ledger")
    bring_in(files=[str(tmp_path / "events.csv")], ledger=place)
    for path in sorted(SHARED.rglob("*.csv")):
        answer = reconcile(invoice=[str(path)], ledger=place)
        total = sum(Fraction(row["amount_usd"]) for row in answer.rows)
        assert total == Fraction(answer.results["variance_usd"].exact), path.name
        assert answer.results["unexplained_usd"].exact == "0"
