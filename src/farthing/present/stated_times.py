"""The seed report's training times beside what they follow from, for the terminal."""

from collections.abc import Sequence

from farthing.app.answers import Range
from farthing.app.stated_times import StatedTime
from farthing.present.layout import Ink, paragraph, table
from farthing.units.figures import figure, span

_HEAD = ("size", "on", "stated", "on its own terms", "estimated", "")
_TITLE = "Training times as the report states them, beside what follows from its own tokens and utilization"
_TERMS = (
    "Own terms: the report's accelerators, its 35 to 50 % of the peak, the tokens of its FLOPs table and no "
    "time lost. Estimated: utilization and lost time as published runs show them."
)


def render(rows: Sequence[StatedTime], *, width: int = 100, color: bool = False) -> str:
    """The table, what its columns are, and one of the commands; ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold(_TITLE), *table([_HEAD, *map(_row, rows)], "<<>>><", width, wrap=False)]
    lines += ["", *paragraph(_TERMS, width), ""]
    return "\n".join([*lines, ink.dim(f"$ {rows[0].command}")]) + "\n"


def _row(row: StatedTime) -> tuple[str, ...]:
    machines = f"{figure(row.accelerator_count, '', 6)} {row.accelerator}"
    told = "holds" if row.holds else f"{row.shortfall_ratio:.1f}x too short"
    return (row.name, machines, *(_days(r) for r in (row.stated, row.own_terms, row.estimated)), told)


def _days(value: Range) -> str:
    return span(value.p05, value.p50, value.p95, "days")
