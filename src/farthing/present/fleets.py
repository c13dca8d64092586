"""Fleets that serve a load as a table: what each is, how soon it answers, what it costs."""

from typing import Final

from farthing.estimate.answer import Cell, Estimate, Row
from farthing.present.layout import table
from farthing.units.figures import figure

_INDENT, _GAP = 2, 2
_DROPPED: Final = (
    "per M tokens",
    "batch",
    "tokens/s at most",
    "next",
)  # in this order where a line is too long


def fleets(answer: Estimate, width: int) -> list[str]:
    """A line for each fleet, the one that answers first, without the columns that do not fit."""
    if not answer.rows:
        return []
    columns = [[title, *cells] for title, cells in _columns(answer.rows).items()]
    for title in _DROPPED:
        if _INDENT + sum(_GAP + max(map(len, column)) for column in columns) - _GAP <= width:
            break
        columns = [column for column in columns if column[0] != title]
    align = "<<" + ">" * (len(columns) - 2)
    return table(list(zip(*columns, strict=True)), align, width)


def _columns(rows: tuple[Row, ...]) -> dict[str, list[str]]:
    return {
        "on": [f"{row['gpu_count']} × {row['accelerator']}" for row in rows],
        "kept": [str(row["way"]).replace("_", " ") for row in rows],
        "copies": [_layout(row) for row in rows],
        "batch": [str(row["batch"]) for row in rows],
        "tokens/s at most": [_plain(row["goodput_tok_s"]) for row in rows],
        "first, p95": [_plain(row["ttft_p95_ms"], "ms") for row in rows],
        "next": [_plain(row["tpot_ms"], "ms") for row in rows],
        "used": [figure(float(row["utilization"] or 0), "share", 2) for row in rows],
        "a month": [_amount(row["cost_usd"]) for row in rows],
        "per M tokens": [_amount(row["usd_per_m_tokens"], 3) for row in rows],
    }


def _layout(row: Row) -> str:
    sizes = [f"{name} {row[name]}" for name in ("tp", "pp", "ep") if row[name] != 1]
    return f"{row['replicas']} × {' '.join(sizes) or 'tp 1'}"


def _plain(value: Cell, unit: str = "") -> str:
    return "" if value is None else figure(float(value), unit, 3)


def _amount(value: Cell, digits: int | None = None) -> str:
    return "unknown" if value is None else figure(float(value), "USD", digits)
