"""Where sources disagree: what is shown, what is taken, why."""

import pytest
from handmade import row

from farthing.pricing import compiled, genai, second
from farthing.pricing.book import Book, book
from farthing.pricing.conflicts import conflicts
from farthing.pricing.own import moment_us
from farthing.pricing.rows import CATALOG, CONTRACT, SECOND, Provider, Sku

AT = moment_us("2026-11-22T12:00Z")


def of(*skus):
    base = compiled.of_providers((Provider(id="acme", skus=skus),), "by hand")
    return Book(base, base.hash)


def sku(*rows, model="m", names=()):
    return Sku(provider="acme", model=model, names=names, rows=rows)


def found(rows, package, other=None):
    alone = None if other is None else second.of_map({("acme", "m"): sku(row(SECOND, **other))}, "map")
    return conflicts(of(sku(*rows)), of(sku(package)), alone, AT)


def test_a_dated_price_beats_an_undated_one():
    package = row(input="2", output="6")
    dated = row(CATALOG, start="2025-12-02", input="0.5", output="6", owns=True)
    (one,) = found((package, dated), package, {"input": "0.5"})
    assert (one.provider, one.model, one.meter) == ("acme", "m", "input")
    assert [(said.source, float(said.usd) * 1e6) for said in one.said] == [
        ("catalog", pytest.approx(0.5)),
        ("genai-prices", pytest.approx(2)),
        ("second source", pytest.approx(0.5)),
    ]
    assert one.chosen.source == "catalog"
    assert "dated price beats an undated" in one.why


def test_of_two_dated_prices_the_checked_row_is_taken():
    package = row(start="2025-01-01", input="2")
    (one,) = found((package, row(CATALOG, start="2025-12-02", input="1", owns=True)), package)
    assert "checked row by row" in one.why


def test_the_vendors_list_beats_a_map():
    package = row(input="2")
    (one,) = found((package,), package, {"input": "3"})
    assert one.chosen.source == "genai-prices"
    assert "vendors' own lists" in one.why


def test_a_contract_beats_every_list():
    package = row(input="2")
    (one,) = found((package, row(CONTRACT, input="1")), package, {"input": "3"})
    assert one.chosen.source == "contract"
    assert "contract" in one.why


def test_what_agrees_is_not_shown_nor_is_a_map_s_rounding():
    package = row(input="2", per=3)
    assert found((package,), package, {"input": "2", "per": 3}) == ()
    assert found((package,), package, {"input": "666666.666667"}) == ()
    assert found((package,), package) == ()


def test_the_widest_apart_come_first_and_an_old_price_is_no_conflict():
    package = row(input="2", output="6")
    closed = row(CATALOG, end="2026-01-01", start="2025-01-01", input="9", owns=True)
    both = found((package, closed), package, {"input": "3", "output": "60"})
    assert [one.meter for one in both] == ["output", "input"]
    assert both[0].ratio == 10


def test_the_stale_alias_of_mistral_large_is_shown_and_put_right():
    base = compiled.of_providers(genai.providers(), genai.release())
    shown = conflicts(book(), Book(base, base.hash), None, AT)
    stale = {one.meter: one for one in shown if one.model == "mistral-large-latest"}
    assert float(stale["input"].chosen.usd) == pytest.approx(0.5e-6)
    assert float(stale["output"].chosen.usd) == pytest.approx(1.5e-6)
    assert {said.source: round(float(said.usd) * 1e6, 2) for said in stale["input"].said} == {
        "catalog": 0.5,
        "genai-prices": 2.0,
    }
    assert "dated" in stale["input"].why
