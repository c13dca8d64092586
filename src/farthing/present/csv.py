"""An estimate as one CSV table: results, then lines, then assumptions; exact numbers, no rounding."""

import csv
import io
from collections.abc import Iterator

from farthing.estimate.answer import Estimate, Range

HEADER = ("kind", "name", "p05", "p50", "p95", "unit", "category_or_basis", "sources")


def render(answer: Estimate) -> str:
    """The table as text with a header; rows of other choices, where there are any, follow as `row`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(answer))
    return out.getvalue()


def _rows(answer: Estimate) -> Iterator[tuple[object, ...]]:
    for name, result in answer.results.items():
        yield ("result", name, *_numbers(result), result.unit, "", "")
    for line in answer.lines:
        yield ("line", line.label, *_numbers(line.amount_usd), "USD", line.category, "")
    for item in answer.assumptions:
        yield ("assumption", item.name, *_numbers(item.value), item.unit, item.basis, " ".join(item.sources))
    for place, row in enumerate(answer.rows, 1):
        for name, value in row.items():
            yield ("row", f"{place}.{name}", "", value, "", "", "", "")


def _numbers(value: Range | None) -> tuple[float | str, ...]:
    return ("", "", "") if value is None else (value.p05, value.p50, value.p95)
