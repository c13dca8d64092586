"""The report's prices from 2024 to 2030 beside the dated book and a tested forecast, for the terminal."""

from collections.abc import Iterator, Sequence

from farthing.app.stated import FORECAST, OWN_NUMBERS, Checked
from farthing.app.stated_prices import LARGE, LATE_INPUT, TYPICAL_INPUT, StatedPrices
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.stated_verdict import amount, percent, range_of, times, verdict
from farthing.units.figures import figure

_Block = tuple[str, str, Iterator[tuple[str, ...]], str]
_PRICES = (
    "Typical of a kind: the median over makers of what their newest model costs. Years that have begun go "
    "from the lowest to the highest quarter, later ones are forecast, nine times in ten."
)
_DECLINES = "Of a year, with the range of nine in ten of all windows of a year or more. Below 0, prices rose."
_FLOORS = "The cheapest model on sale that is at least as good as the best of that day."
_TASKS = (
    "Tokens are those that the cost of 2025 buys at the report's own price of that year; (!) where its cost "
    "of another year is not what they cost at its own price of that one."
)
_CLAIMS = "Against the report's own numbers where they can be added up, else against the forecast."


def render(found: StatedPrices, *, width: int = 100, color: bool = False) -> str:
    """All the tables, each with what it means; ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold("Prices as the report states them, beside the dated book and a tested forecast")]
    for title, said, rows, align in _blocks(found):
        body = [*table(list(rows), align, width), *paragraph(said, width, 2)]
        lines += section(title, body, ink)
    lines += ["", *paragraph(_verdict(found), width), "", ink.dim("$ farthing demo --prices --json")]
    return "\n".join(lines) + "\n"


def _blocks(found: StatedPrices) -> Iterator[_Block]:
    yield "Dollars per million input tokens", _PRICES, _prices(found), "<>>>><"
    yield "The decline that its own columns imply, a year", _implied_note(found), _implied(found), "<>>>>"
    yield f"Measured until {found.as_of}", _DECLINES, _declines(found), "<<>>>>>"
    if found.floors:
        yield "At the same quality", _FLOORS, _floors(found), "<>>>>><"
    yield "Predicted from the past, median error", _test_note(found), _test(found), "<>>>"
    if found.since_report:
        note = "What the report's decline makes of the prices of its own day, and what became of them."
        yield "Since the report", note, _since(found), "<>><"
    yield "Five tasks, dollars", _TASKS, _tasks(found), "<>>>><"
    yield "What it says follows", _CLAIMS, _claims(found), "<>><<<"


def _prices(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    yield ("model", "stated", "found", "middle", "by", "")
    for row in found.prices:
        prices = (_money(row.stated.p50), range_of(row.found, "USD"), _money(row.found.p50))
        yield (row.name, *prices, row.by, verdict(row))


def _implied(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    spans = list(dict.fromkeys((row.since, row.until) for row in found.implied))
    yield ("model", *(f"{since} to {until}" for since, until in spans))
    for kind in dict.fromkeys(row.kind for row in found.implied):
        yield (kind, *(_marked(row.implied, row.holds) for row in found.implied if row.kind == kind))


def _declines(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    yield ("model", "price", "since", "from", "to", "a year", "range")
    for row in found.declines:
        prices = (_money(row.first_usd), _money(row.last_usd))
        yield (row.name, row.measure, row.since, *prices, percent(row.mid), _shares(row.low, row.high))


def _floors(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    yield ("benchmark", "score", "best on", "then", "now", "a year", "cheapest now")
    for row in found.floors:
        prices = (_money(row.first_usd), _money(row.last_usd))
        score = figure(row.floor, "", 3)
        yield (row.benchmark, score, row.since, *prices, percent(row.decline), row.cheapest_now)


def _test(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    horizons = sorted({row.horizon_months for row in found.test.errors})
    yield ("method", *(f"{months} months" for months in horizons))
    for method in dict.fromkeys(row.method for row in found.test.errors):
        errors = (percent(row.median_relative) for row in found.test.errors if row.method == method)
        yield (f"{method}{' *' if method == found.test.chosen else ''}", *errors)


def _since(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    yield ("model", "expected", "found", "")
    for row in found.since_report:
        yield (row.name, range_of(row.stated, "USD"), _money(row.found.p50), verdict(row))


def _tasks(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    yield ("task", "tokens", "stated", "at its price", "at ours", "")
    for row in found.tasks:
        words = (row.own.name.replace("_", " "), f"{row.tokens:,.0f}", _money(row.own.stated.p50))
        own = f"{'' if row.own.holds else '(!) '}{_money(row.own.found.p50)}"
        yield (*words, own, range_of(row.found.found, "USD"), verdict(row.found))


def _claims(found: StatedPrices) -> Iterator[tuple[str, ...]]:
    yield ("claim", "stated", "found", "by", "", "")
    for row in found.claims:
        pair = (range_of(row.stated, row.unit), range_of(row.found, row.unit))
        yield (row.name.replace("_", " "), *pair, row.by, verdict(row), row.note)


def _implied_note(found: StatedPrices) -> str:
    apart = sum(not row.holds for row in found.implied)
    return (
        f"It says 40 to 50%: {len(found.implied) - apart} of {len(found.implied)} agree, {apart} (!) do not."
    )


def _test_note(found: StatedPrices) -> str:
    test, kept = found.test, found.survival
    held = f" Its 80% intervals held {percent(test.coverage_80 or 0)} of {test.coverage_count} outcomes."
    fall = f", and where it fell, to {times(kept.median_fall_multiple)}" if kept.median_fall_multiple else ""
    return (
        f"* carried forward: {percent(found.carried_decline)} a year.{held if test.coverage_count else ''} "
        "The report's rate knows the past that it is tested on. One and the same model seldom changes its "
        f"price: {percent(kept.kept_a_year_share)} cost the same after a year{fall} "
        f"({kept.change_count} changes in {kept.model_years:.0f} years of {kept.model_count} models)."
    )


def _verdict(found: StatedPrices) -> str:
    rows = {(row.name, row.measure): row for row in found.declines}
    ever, late = rows.get((LARGE, TYPICAL_INPUT)), rows.get((LARGE, LATE_INPUT))
    measured = ""
    if ever and late:
        measured = (
            f"Typical large models fell by {percent(ever.mid)} a year since {ever.since[:4]} and by "
            f"{percent(late.mid)} a year since {late.since[:4]}; it says 40 to 50%. "
        )
    own = [row for row in found.claims if row.by == OWN_NUMBERS]
    return (
        f"{measured}Of its prices, {_held(found.prices, forecast=False)} hold for years that have begun, and "
        f"{_held(found.prices, forecast=True)} lie inside a forecast that is wide. Of what it adds up, "
        f"{_held(own, forecast=False)} "
        "agree with its own numbers."
    )


def _held(rows: Sequence[Checked], *, forecast: bool) -> str:
    meant = [row for row in rows if (row.by == FORECAST) == forecast]
    return f"{sum(row.holds for row in meant)} of {len(meant)}"


def _marked(share: float, holds: bool) -> str:
    return percent(share) if holds else f"{percent(share)} (!)"


def _shares(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}"


def _money(value: float) -> str:
    return amount(value, "USD")
