"""The table of `budget` as people read it: each range in one cell, so that a row fits on a line."""

import msgspec

from farthing.estimate.answer import Cell, Estimate, Row
from farthing.present.ledger_text import money


def readable(answer: Estimate) -> Estimate:
    """The answer with rows for reading; whoever calculates takes those of JSON or CSV."""
    return msgspec.structs.replace(answer, rows=tuple(map(_row, answer.rows)))


def _row(row: Row) -> Row:
    shown: dict[str, Cell] = {}
    for name, value in row.items():
        if name == "where":
            shown[name] = value
            shown["period"] = f"{row['period_start']} to {row['period_end']}"
        elif name == "forecast_usd":
            shown[name] = value
            shown["forecast_range"] = _between(row["forecast_p10_usd"], row["forecast_p90_usd"])
        elif name == "spent_share":
            shown["of_limit_share"] = value
        elif name == "exhausted_on":
            shown["used_up"] = _day(row)
        elif not name.startswith(("period_", "forecast_p", "exhausted_on_")):
            shown[name] = value
    return shown


def _between(low: Cell, high: Cell) -> str:
    if low is None or high is None:
        return ""
    return money(str(low)) if low == high else f"{money(str(low))} to {money(str(high))}"


def _day(row: Row) -> str:
    """The day and its range; an open end is a day beyond the period."""
    soon, likely, late = (row[name] for name in ("exhausted_on_p10", "exhausted_on", "exhausted_on_p90"))
    if soon is None:
        return ""
    if likely is None:
        return f"(not before {soon})"
    return str(likely) if soon == late else f"{likely} ({soon} to {late or 'later'})"
