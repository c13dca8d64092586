"""The seed report's table of throughput beside what serving takes, for the terminal."""

from collections.abc import Sequence

from farthing.app.answers import Range
from farthing.app.stated_serving import StatedServing
from farthing.present.layout import Ink, paragraph, table
from farthing.units.figures import figure, span

_HEAD = ("model", "on", "stated", "at most", "requests, next token", "within the latency", "")
_TITLE = "Throughput with vLLM as the report states it, in tokens a second, beside what the hardware gives"
_TERMS = (
    "The report says neither how many requests run at once nor how long they are: 512 tokens in and 512 out "
    "are taken, 16-bit weights. At most: as many requests as memory holds. Within the latency: as many as "
    "keep the next token within what the report states; no part here answers whole requests that soon."
)


def render(rows: Sequence[StatedServing], *, width: int = 100, color: bool = False) -> str:
    """The table, what its columns are, and one of the commands; ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold(_TITLE), *table([_HEAD, *map(_row, rows)], "<<>>>><", width, wrap=False)]
    lines += ["", *paragraph(_TERMS, width), ""]
    return "\n".join([*lines, ink.dim(f"$ {rows[0].command}")]) + "\n"


def _row(row: StatedServing) -> tuple[str, ...]:
    told = (
        "holds" if row.holds else f"{row.factor:.1f}x" if row.factor > 1 else f"1/{1 / row.factor:.1f} of it"
    )
    at_most = f"{row.most_batch}, {figure(row.most_tpot_ms, 'ms', 2)}"
    stated = f"{figure(row.stated_tok_s, '', 4)} in {figure(row.stated_ms, 'ms', 2)}"
    within = "cannot" if row.within is None else f"{_span(row.within)} ({row.within_batch})"
    return (row.name, row.accelerator, stated, _span(row.most), at_most, within, told)


def _span(value: Range) -> str:
    return span(value.p05, value.p50, value.p95, "")
