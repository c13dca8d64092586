"""Models under one workload as a table: what each costs, how good and how fast it is."""

from typing import Final

from farthing.estimate.answer import Cell, Estimate, Row
from farthing.present.layout import table
from farthing.units.figures import figure

_MONEY: Final = ("cost_per_request_usd", "cost_usd", "usd_per_m_tokens")
_HEAD: Final = ("a request", "a month", "per M tokens")
_FACTS: Final = ("quality", "output_tokens_per_s")
_FRONTIER: Final = "best"
_BREAKEVEN: Final = "cache pays above"
_DROPPED: Final = ("", _BREAKEVEN, "tokens/s", "per M tokens")  # in this order where a line is too long
_INDENT, _GAP = 2, 2


def models(answer: Estimate, width: int) -> list[str]:
    """A line for each model; `best` says by what nothing cheaper beats it.

    Columns without a value go, and where all do not fit those that matter least; why a model has no
    price is among the problems too.
    """
    rows = answer.rows
    if not rows:
        return []
    columns = [["model", *(str(row["model"]) for row in rows)]]
    columns += [
        [title, *(_amount(row[name]) for row in rows)] for name, title in zip(_MONEY, _HEAD, strict=True)
    ]
    known = [name for name in _FACTS if any(row[name] is not None for row in rows)]
    columns += [[_title(name, rows[0]), *(_plain(row[name]) for row in rows)] for name in known]
    if len(rows) > 1:
        columns.append(["best", *(_best(row) for row in rows)])
    if any(row["cache_breakeven_share"] for row in rows):
        columns.append([_BREAKEVEN, *(_share(row["cache_breakeven_share"]) for row in rows)])
    if any(row["unpriced"] for row in rows):
        columns.append(["", *(str(row["unpriced"] or "") for row in rows)])
    kept = _fitting(columns, width)
    align = "<" + "".join("<" if column[0] == "" else ">" for column in kept[1:])
    return table(list(zip(*kept, strict=True)), align, width)


def _fitting(columns: list[list[str]], width: int) -> list[list[str]]:
    """As many columns as fit, without the least important where they do not."""
    for title in _DROPPED:
        if _INDENT + sum(_GAP + max(map(len, column)) for column in columns) - _GAP <= width:
            break
        columns = [column for column in columns if column[0] != title]
    return columns


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
