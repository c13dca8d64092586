"""Another currency beside the dollar: every amount gets a twin, and the dollars stay."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec

from farthing.estimate.answer import Cell, Estimate, Line, Result, Row
from farthing.estimate.exact import decimal_text

_USD = "_usd"


def in_currency(answer: Estimate, currency: str, usd_per_unit: float) -> Estimate:
    """The answer with a twin in `currency` for every amount, at one rate.

    `cost_usd` gets the twin `cost`, `usd_per_hour` the twin `per_hour`; each says its currency.
    """
    if currency == "USD":
        return answer
    return msgspec.structs.replace(
        answer,
        results=_results(answer.results, currency, usd_per_unit),
        lines=tuple(_line(line, currency, usd_per_unit) for line in answer.lines),
        rows=tuple(_row(row, currency, usd_per_unit) for row in answer.rows),
    )


def _results(results: Mapping[str, Result], currency: str, rate: float) -> dict[str, Result]:
    twins: dict[str, Result] = {}
    for name, result in results.items():
        twins[name] = result
        if name.endswith(_USD):
            twin = _twin(result.p05, result.p50, result.p95, currency, rate)
            exact = None if result.exact is None else _decimal(result.exact, rate)
            twins[name.removesuffix(_USD)] = msgspec.structs.replace(twin, exact=exact)
    return twins


def _twin(p05: float, p50: float, p95: float, currency: str, rate: float) -> Result:
    return Result(p05 / rate, p50 / rate, p95 / rate, unit=currency, currency=currency)


def _line(line: Line, currency: str, rate: float) -> Line:
    if line.amount_usd is None:
        return line
    amount = line.amount_usd
    return msgspec.structs.replace(line, amount=_twin(amount.p05, amount.p50, amount.p95, currency, rate))


def _row(row: Row, currency: str, rate: float) -> Row:
    twins: dict[str, Cell] = {}
    for name, value in row.items():
        twins[name] = value
        if name.endswith(_USD) and (twin := _converted(value, rate)) is not None:
            twins[name.removesuffix(_USD)] = twin
            twins["currency"] = currency
    return twins


def _converted(value: Cell, rate: float) -> Cell:
    """An amount in the other currency; one that is exact stays a decimal, at the rate as it is written."""
    if isinstance(value, str):
        return _decimal(value, rate)
    return None if value is None else value / rate


def _decimal(amount: str, rate: float) -> str:
    return decimal_text(Fraction(amount) / Fraction(Decimal(repr(rate))))
