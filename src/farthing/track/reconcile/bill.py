"""A bill as lines to be compared: alike ones added up by the engine, so that few are looked at here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from farthing.ledger.answer import Engine
from farthing.ledger.charges import BY_NAME
from farthing.ledger.connection import name
from farthing.ledger.files import Files
from farthing.track.bought import tier_of
from farthing.track.dimensions import Asked, filters
from farthing.units.meters import read_per

DAY_US: Final = 86_400_000_000
_SHORT_US: Final = 20 * 3_600_000_000  # lines of hours are put together to their days
_MOST_PLACES: Final = 10  # bills made with floating point are not exact beyond
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MONTH: Final = 12
_TOKEN: Final = "token"
Named = Callable[[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BillLine:
    """Lines of a bill that are alike in all that is said here, added up.

    `quantity` is in units of the meter (tokens), None where the bill does not say it; `cost` is in
    `currency`. `places` is how many decimals the bill gives amounts of that currency with.
    """

    provider: str
    service: str
    model: str
    meter: str
    tier: str
    region: str
    category: str
    status: str
    start_us: int
    end_us: int
    currency: str
    lines: int
    quantity: Fraction | None
    cost: Fraction
    list_cost: Fraction | None
    places: int
    is_rounding: bool
    is_ai: bool

    @property
    def slack(self) -> Fraction:
        """How far rounding each line can move the cost."""
        return Fraction(self.lines, 2 * 10**self.places)


_SUMS: Final[Mapping[str, str]] = {
    "lines": "COUNT(*)",
    "quantity": "SUM(quantity)",
    "quantities": "COUNT(quantity)",
    "pricing_quantity": "SUM(pricing_quantity)",
    "pricing_quantities": "COUNT(pricing_quantity)",
    "cost": "SUM(billed_cost)",
    "list_cost": "SUM(list_cost)",
    "list_costs": "COUNT(list_cost)",
    "places": "MAX(length(rtrim(split_part(CAST(billed_cost AS VARCHAR), '.', 2), '0')))",
}
# Lines without a model are of everything else that a cloud sells: by days they are few enough.
_KEYS: Final[Mapping[str, str]] = {
    "provider": "provider",
    "service": "service",
    "service_category": "service_category",
    "model": "model",
    "meter": "meter",
    "tier": "service_tier",
    "region": "region",
    "category": "category",
    "status": "commitment_status",
    "currency": "UPPER(currency)",
    "quantity_unit": "quantity_unit",
    "pricing_unit": "pricing_unit",
    "is_rounding": "contains(lower(description), 'rounding')",
    "at_us": f"CASE WHEN model = '' THEN (epoch_us({name('at')}) // {DAY_US}) * {DAY_US}"
    f" ELSE epoch_us({name('at')}) END",
    "until_us": f"CASE WHEN model = '' THEN (epoch_us({name('until')}) // {DAY_US}) * {DAY_US}"
    f" ELSE epoch_us({name('until')}) END",
}


def bill_lines(engine: Engine, charges: Files, asked: Asked, named: Named) -> list[BillLine]:
    """The lines of a bill in the days and conditions that were asked for."""
    if not charges.rows:
        return []
    keys = ", ".join(f"{sql} AS {name(title)}" for title, sql in _KEYS.items())
    sums = ", ".join(f"{sql} AS {name(title)}" for title, sql in _SUMS.items())
    sql = f"SELECT {keys}, {sums} FROM charges WHERE {filters(asked, BY_NAME)} GROUP BY ALL ORDER BY ALL"
    columns = engine.ask(sql, {"charges": charges}).columns
    rows = [
        dict(zip(columns, cells, strict=True))
        for cells in zip(*(column.tolist() for column in columns.values()), strict=True)
    ]
    places: dict[tuple[str, str], int] = {}
    for row in rows:
        money = (str(row["provider"]), str(row["currency"]))
        places[money] = max(places.get(money, 0), int(row["places"] or 0))
    spans = _spans(rows, asked)
    return [_line(row, spans[place], places, named) for place, row in enumerate(rows)]


def _line(
    row: Mapping[str, object], span: tuple[int, int], places: Mapping[tuple[str, str], int], named: Named
) -> BillLine:
    provider, model = named(str(row["provider"]), str(row["model"]))
    currency = str(row["currency"] or "USD")
    return BillLine(
        provider=provider,
        service=str(row["service"]),
        model=model,
        meter=str(row["meter"]),
        tier=tier_of(str(row["tier"])) if row["tier"] else "",
        region=str(row["region"]),
        category=str(row["category"] or "Usage"),
        status=str(row["status"]),
        start_us=span[0],
        end_us=span[1],
        currency=currency,
        lines=int(str(row["lines"])),
        quantity=_quantity(row),
        cost=_exact(row["cost"]) or Fraction(0),
        list_cost=_exact(row["list_cost"]) if row["list_costs"] == row["lines"] else None,
        places=min(_MOST_PLACES, places[str(row["provider"]), str(row["currency"])]),
        is_rounding=bool(row["is_rounding"]),
        is_ai="ai" in str(row["service_category"]).lower().split() or not row["service_category"],
    )


def _quantity(row: Mapping[str, object]) -> Fraction | None:
    """The quantity in units of the meter: what was consumed, else what was priced."""
    for amount, unit in (("quantity", "quantity_unit"), ("pricing_quantity", "pricing_unit")):
        given = _exact(row[amount])
        if (
            given is not None
            and row["quantities" if amount == "quantity" else "pricing_quantities"] == row["lines"]
        ):
            per = read_per(str(row[unit])) if row[unit] else None
            return given * (per.count if per is not None else 1)
    return None


def _exact(value: object) -> Fraction | None:
    return None if value is None else Fraction(Decimal(str(value)))


def _spans(rows: list[dict[str, object]], asked: Asked) -> list[tuple[int, int]]:
    """From when to when each row is; lines without an end are of a month where all of them say so."""
    open_starts: dict[str, set[int]] = {}
    for row in rows:
        if row["until_us"] is None:
            open_starts.setdefault(str(row["provider"]), set()).add(int(str(row["at_us"])) // DAY_US)
    return [_span(row, open_starts.get(str(row["provider"]), set()), asked) for row in rows]


def _span(row: Mapping[str, object], open_days: set[int], asked: Asked) -> tuple[int, int]:
    start = int(str(row["at_us"]))
    if row["until_us"] is None:
        return _open_span(start // DAY_US, open_days, asked)
    end = int(str(row["until_us"]))
    if end % DAY_US == DAY_US - 1_000_000:  # 23:59:59 is the last second of a day that counts
        end += 1_000_000
    if end - start < _SHORT_US:
        day = start // DAY_US * DAY_US
        return day, day + DAY_US
    month = _month(start // DAY_US)
    if (start, end + DAY_US) == month:  # its last day was named, and counts
        end += DAY_US
    return start, end


def _open_span(day: int, others: set[int], asked: Asked) -> tuple[int, int]:
    since, until = asked.window.since, asked.window.until
    if len(others) == 1 and since is not None and until is not None:
        return us_of(since), us_of(until)
    months = {one: _month(one) for one in others}
    if all(one * DAY_US in (month[0], month[1] - DAY_US) for one, month in months.items()):
        return months[day]
    return day * DAY_US, (day + 1) * DAY_US


def _month(day: int) -> tuple[int, int]:
    first = (_EPOCH + timedelta(days=day)).date().replace(day=1)
    after = date(first.year + first.month // _LAST_MONTH, first.month % _LAST_MONTH + 1, 1)
    return us_of(first), us_of(after)


def us_of(day: date) -> int:
    """The first moment of a day, in microseconds since 1970."""
    return (day - _EPOCH.date()).days * DAY_US


def day_at(moment_us: int) -> date:
    """The day of a moment."""
    return (_EPOCH + timedelta(microseconds=moment_us)).date()
