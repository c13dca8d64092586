"""Published models on the scale of over-training, around an answer, for the terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from farthing.estimate.answer import Estimate, Row
from farthing.present.layout import table
from farthing.units.figures import figure

_AROUND: Final = 4
_HEAD = (
    "",
    "model",
    "released",
    "params",
    "active",
    "tokens",
    "a parameter",
    "a used one",
    "x Chinchilla",
    "loss",
)
_RATIO: Final = "tokens_per_active_param"


def scale(answer: Estimate, width: int, *, every: bool) -> list[str]:
    """The rows as a table, the answer itself among them; all of them where `every` is asked for."""
    own = answer.results["tokens_per_param"].p50
    rows = list(answer.rows)
    place = next((place for place, row in enumerate(rows) if _number(row, _RATIO) < own), len(rows))
    shown = range(len(rows)) if every else _near(rows, place)
    lines = [
        (_HEAD if p is None else _own(answer) if p == -1 else _cells(rows[p])) for p in _order(shown, place)
    ]
    hidden = len(rows) - len(list(shown))
    more = [f"  and {hidden} more: --explain, --json or --csv"] if hidden else []
    return [*table(lines, "<<>>>>>>>>", width), *more]


def _near(rows: Sequence[Row], place: int) -> list[int]:
    around = range(max(0, place - _AROUND), min(len(rows), place + _AROUND))
    marked = [p for p, row in enumerate(rows) if row["chosen"]]
    ends = [0, len(rows) - 1] if rows else []
    return sorted({*ends, *around, *marked})


def _order(shown: Sequence[int], place: int) -> Iterator[int | None]:
    """None for the head, -1 for the answer itself, else the place of a row."""
    yield None
    yield from (p for p in shown if p < place)
    yield -1
    yield from (p for p in shown if p >= place)


def _cells(row: Row) -> tuple[str, ...]:
    counts = (figure(_number(row, name), "", 3) for name in ("params", "active_params", "tokens"))
    ratios = (_round(_number(row, name)) for name in ("tokens_per_param", _RATIO))
    multiple, loss = _round(_number(row, "chinchilla_multiple")), f"{_number(row, 'loss'):.2f}"
    mark = "*" if row["chosen"] else ""
    return (mark, str(row["model"]), str(row["released"]), *counts, *ratios, multiple, loss)


def _own(answer: Estimate) -> tuple[str, ...]:
    size, data, ratio, multiple, loss = (
        answer.results[name].p50
        for name in ("params", "tokens", "tokens_per_param", "chinchilla_multiple", "loss")
    )
    sizes = (figure(size, "", 3), "", figure(data, "", 3))
    return (">", "this answer", "", *sizes, _round(ratio), _round(ratio), _round(multiple), f"{loss:.2f}")


def _round(value: float) -> str:
    return figure(value, "", 3)


def _number(row: Row, name: str) -> float:
    value = row[name]
    return float(value) if isinstance(value, int | float) else 0.0
