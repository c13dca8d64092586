"""The values of a row against each other: the rules of FOCUS between columns.

A rule holds where a dataset has the columns that it speaks of.
"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final

from farthing.track.focus_model import ANY, Model, When

CATEGORY: Final = "ServiceCategory"
SUBCATEGORY: Final = "ServiceSubcategory"
_DIGITS: Final = 50
_EXACT: Final = Context(prec=2 * _DIGITS, rounding=ROUND_HALF_EVEN)
# Unit prices are rounded, to 15 digits or to 18 decimals, and quantities are large.
_DIGIT: Final = Decimal("1e-12")
_DECIMAL: Final = Decimal("1e-18")
_SMALLEST: Final = Decimal("1e-15")
_CORRECTION: Final = "Correction"


def broken(row: Mapping[str, str | None], model: Model) -> Iterator[tuple[str, str, str]]:
    """The rules that a row breaks: which, the column at fault, what is wrong."""
    for rule in model.when:
        yield from _when(row, rule)
    for column, needed in model.needs:
        if row.get(column) is not None and needed in row and row[needed] is None:
            yield "alone", column, f"it says something where {needed} says nothing"
    for words in model.never:
        if all(row.get(column) == value for column, value in words.items()):
            (one, _), (other, value) = words.items()
            yield "excluded", other, f"it is {value} where {one} is {row[one]}"
    yield from _order(row, model)
    yield from _products(row, model)
    yield from _parent(row, model)


def _when(row: Mapping[str, str | None], rule: When) -> Iterator[tuple[str, str, str]]:
    if not all(column in row and _is(row[column], values) for column, values in rule.given.items()):
        return
    told = " and ".join(f"{column} is {row[column] or 'empty'}" for column in rule.given)
    for column in rule.empty:
        if row.get(column) is not None:
            yield "must be empty", column, f"it says something where {told}"
    for column in rule.filled:
        if column in row and row[column] is None:
            yield "must be filled", column, f"it is empty where {told}"


def _is(value: str | None, values: tuple[str | None, ...]) -> bool:
    return value in values or (value is not None and ANY in values)


def _order(row: Mapping[str, str | None], model: Model) -> Iterator[tuple[str, str, str]]:
    for first, second in model.orders:
        begin, end = row.get(first), row.get(second)
        if begin is not None and end is not None and begin >= end:
            yield "order", second, f"{end} is not after {first}, {begin}"


def _products(row: Mapping[str, str | None], model: Model) -> Iterator[tuple[str, str, str]]:
    if row.get("ChargeClass") == _CORRECTION:
        return
    for columns in model.products:
        price, quantity, cost = (_number(row.get(column)) for column in columns)
        if price is None or quantity is None or cost is None:
            continue
        product = _EXACT.multiply(price, quantity)
        apart = abs(_EXACT.subtract(product, cost))
        rounding = max(_EXACT.multiply(_DIGIT, abs(cost)), _EXACT.multiply(_DECIMAL, abs(quantity)))
        if apart > max(_SMALLEST, rounding):
            yield "product", columns[2], f"{cost} is not {columns[0]} {price} times {columns[1]} {quantity}"


def _number(value: str | None) -> Decimal | None:
    """A number that can be reckoned with, None where there is none: what it lacks is told by its column."""
    try:
        found = Decimal(value or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < _DIGITS else None


def _parent(row: Mapping[str, str | None], model: Model) -> Iterator[tuple[str, str, str]]:
    category, subcategory = row.get(CATEGORY), row.get(SUBCATEGORY)
    known = model.subcategories.get(category or "")
    if known is not None and subcategory is not None and subcategory not in known:
        yield "parent", SUBCATEGORY, f"{subcategory} is no part of {category}"
