"""The rent of an accelerator on a date: which quotes of the catalog apply, and their range."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from farthing.catalog.facts import Rental
from farthing.catalog.load import catalog
from farthing.estimate.exchange import first_day, rate_of
from farthing.units.normal import Z95
from farthing.units.problem import CatalogError, Problem
from farthing.units.quantity import parse
from farthing.units.kinds import Kind
from farthing.units.spread import Spread

_STALE_DAYS = 365
_LEAST_LOG_SD = math.log(1.15) / Z95  # a list price is one offer among many: never narrower than 15 %
RENT = "rent_usd_per_gpu_hour"


@dataclass(frozen=True, slots=True)
class Quoted:
    """The rent that the quotes of one moment agree on, and what is wrong with using them."""

    value: Spread
    sources: tuple[str, ...]
    confidence: str
    note: str
    problems: tuple[Problem, ...] = ()


def rent(
    accelerator: str, as_of: date, term: str = "on_demand", provider_kind: str | None = None
) -> Quoted | None:
    """The hourly rent of one accelerator, in dollars, as quoted around a date; None where unknown.

    Quotes in force on the date count; failing that the last ones before it, with a warning. Their
    range runs from the lowest to the highest, around the median of the middles.
    """
    history = rentals(accelerator, term, provider_kind)
    current = [row for row in history if _in_force(row, as_of)]
    rows = current or _last_before(history, as_of) or _first(history)
    if not rows:
        return None
    value = _range(rows)
    sources = tuple(dict.fromkeys(source for row in rows for source in row.sources))
    kinds = ", ".join(sorted({row.provider_kind for row in rows}))
    since = max(row.valid_from for row in rows)
    note = f"{term.replace('_', ' ')} quotes of {kinds}, latest from {since}"
    stale = _stale(accelerator, rows, as_of)
    return Quoted(value, sources, max(row.confidence for row in rows), note, stale)


def rentals(
    accelerator: str, term: str | None = None, provider_kind: str | None = None
) -> tuple[Rental, ...]:
    """The quotes for an accelerator's id, oldest first."""
    rows = (
        row
        for row in catalog().rentals.values()
        if row.accelerator == accelerator
        and term in (None, row.term)
        and provider_kind in (None, row.provider_kind)
    )
    return tuple(sorted(rows, key=lambda row: row.valid_from))


def _in_force(row: Rental, as_of: date) -> bool:
    day = as_of.isoformat()
    return row.valid_from <= day and (row.valid_to is None or day <= _last_day(row.valid_to))


def _last_day(text: str) -> str:
    """A month or a year lasts to its end: `2024-03` is in force on 2024-03-31."""
    return text + "-99"[: 10 - len(text)] if len(text) < 10 else text


def _last_before(rows: Sequence[Rental], as_of: date) -> list[Rental]:
    past = [row for row in rows if row.valid_from <= as_of.isoformat()]
    latest = max((row.valid_to or row.valid_from for row in past), default="")
    return [row for row in past if (row.valid_to or row.valid_from) == latest]


def _first(rows: Sequence[Rental]) -> list[Rental]:
    return [row for row in rows if row.valid_from == rows[0].valid_from]


def _range(rows: Iterable[Rental]) -> Spread:
    dollars = [_dollars(row) for row in rows]
    low, high = min(low for low, _, _ in dollars), max(high for _, _, high in dollars)
    middle = median(mid for _, mid, _ in dollars)
    return Spread.lognormal(middle, max(math.log(high / low) / (2 * Z95), _LEAST_LOG_SD))


def _dollars(row: Rental) -> tuple[float, float, float]:
    rate = _usd_per_unit(row)
    low, mid, high = (_amount(text) * rate for text in (row.low, row.mid, row.high))
    return low, mid, high


def _usd_per_unit(row: Rental) -> float:
    rate = rate_of(row.currency, first_day(row.valid_from))
    if rate is None:
        what, why = f"no rate of {row.currency} is known", f"a rent of {row.accelerator} is quoted in it"
        raise CatalogError([Problem("currency", "error", "rental", what, why, "add a row to fx/rates.yaml")])
    return float(rate.usd_per_unit)


def _amount(text: str) -> float:
    value = parse(text, Kind.NUMBER, "rental price")
    return value.p50 if isinstance(value, Spread) else value


def _stale(accelerator: str, rows: Iterable[Rental], as_of: date) -> tuple[Problem, ...]:
    """A warning where the quotes in use are not in force on the date, or are old."""
    latest = max(row.valid_to or row.valid_from for row in rows)
    if (
        any(_in_force(row, as_of) for row in rows)
        and _age_days(max(r.valid_from for r in rows), as_of) < _STALE_DAYS
    ):
        return ()
    return (
        Problem(
            code="stale",
            severity="warning",
            where=RENT,
            what=f"the latest rent known for {accelerator} on {as_of} is from {latest}",
            why="rents move by half within a year, and not only down",
            fix="give --rate, or --as-of a date nearer to the quotes",
        ),
    )


def _age_days(text: str, as_of: date) -> int:
    return (as_of - first_day(text)).days
