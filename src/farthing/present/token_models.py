"""Models under one workload as a table: what each costs, how good and how fast it is."""

from typing import Final

from farthing.estimate.answer import Cell, Estimate, Row
from farthing.present.layout import table
from farthing.units.figures import figure

_MONEY: Final = ("cost_per_request_usd", "cost_usd", "usd_per_m_tokens")
_HEAD: Final = ("model", "a request", "a month", "per M tokens")
_FACTS: Final = ("quality", "output_tokens_per_s")
_FRONTIER: Final = "best"
_BREAKEVEN: Final = "cache pays above"


def models(answer: Estimate, width: int) -> list[str]:
    """A line for each model; `best` says by what nothing cheaper beats it, columns without a value go."""
    rows = answer.rows
    if not rows:
        return []
    known = [name for name in _FACTS if any(row[name] is not None for row in rows)]
    compared = len(rows) > 1
    head = [*_HEAD, *(_title(name, rows[0]) for name in known)]
    head += [_FRONTIER] if compared else []
    head += [_BREAKEVEN] if any(row["cache_breakeven_share"] for row in rows) else []
    lines = [(*head, "")]
    for row in rows:
        cells = [
            str(row["model"]),
            *(_amount(row[name]) for name in _MONEY),
            *(_plain(row[name]) for name in known),
        ]
        cells += [_best(row)] if compared else []
        cells += [_share(row["cache_breakeven_share"])] if _BREAKEVEN in head else []
        lines.append((*cells, str(row["unpriced"] or "")))
    return table(lines, "<" + ">" * (len(head) - 1) + "<", width)


def _title(name: str, row: Row) -> str:
    return "tokens/s" if name == "output_tokens_per_s" else str(row["benchmark"] or name)


def _best(row: Row) -> str:
    words = {"quality": "score", "speed": "speed"}
    return " ".join(words[word] for word in str(row["frontier"]).split())


def _amount(value: Cell) -> str:
    if value is None:
        return "unpriced"
    return figure(float(value), "USD", 4 if float(value) < 1 else None)


def _plain(value: Cell) -> str:
    return "" if value is None else figure(float(value), "", 3)


def _share(value: Cell) -> str:
    return f"{float(value):.1%}" if value else ""
