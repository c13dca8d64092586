"""What a calibration brought: for the terminal, as CSV and as Markdown; and the list of what is kept."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from farthing.app.calibrate import Kept
from farthing.app.calibration_report import Calibrated, like
from farthing.estimate.own_steps import MEASURED
from farthing.estimate.serving_kind import MEASURED as SERVED
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.wording import sentence
from farthing.units.problem import Problem

_ERRORS: Final = ("", "rows", "median before", "now", "within 25% before", "now", "in 80% before", "now")
_WIDTHS: Final = ("80% interval, high / low", "before", "now")
_COLUMNS: Final = ("id", "quantity", "measured", "before", "after", "low", "high", "odd")
_SHOWN: Final = (
    *("id", "framework", "version", "model", "method", "accelerator", "n_accel", "precision", "seq_len"),
    *("global_batch", *MEASURED),
    *("n_accelerators", "tp", "engine", "input_len", "output_len", "concurrency_or_batch", *SERVED),
)
_MOST_ROWS: Final = 20
_NOTE: Final = (
    "Before is the shipped answer. Now is what all the other rows say of each, and a row with the same "
    "configuration is never among them. A like {}."
)
_LIKE: Final = {
    "step": "step is each of yours on twice the machines",
    "load": "load is each of yours with twice as many requests",
}


def render(found: Calibrated, *, width: int = 100, color: bool = False, explain: bool = False) -> str:
    """The verdict, errors and intervals before and after, and the rows with `explain`."""
    ink = Ink(color)
    wide = max(width, 120)
    lines = [ink.bold(line) for line in paragraph(found.verdict, width)]
    lines += section("Errors", table([_ERRORS, *_errors(found)], "<" + ">" * 7, wide), ink)
    lines += paragraph(_NOTE.format(_LIKE[like(found.kind)]), width, 2)
    for quantity, rows in _widths(found).items():
        lines += section(f"Interval of {quantity}", table([_WIDTHS, *rows], "<>>", wide), ink)
    if explain:
        cells = [_row_cells(row) for row in found.rows[:_MOST_ROWS]]
        left = len(found.rows) - len(cells)
        more = [f"  and {left} more: --json has them all"] if left > 0 else []
        lines += section("Rows", [*table([_COLUMNS, *cells], "<<>>>>><", wide), *more], ink)
    lines += section("Worth knowing", list(_problems(found.problems, width)), ink)
    where = f"Kept in {found.saved}. " if found.saved else ""
    lines += ["", ink.dim(f"{where}As of {found.as_of}."), f"Next: {found.next}"]
    return "\n".join(lines) + "\n"


def as_csv(found: Calibrated) -> str:
    """One line a measurement: measured, before, after with its 80 % interval, and whether it looks odd."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([row[name] for name in _COLUMNS] for row in found.rows)
    return out.getvalue()


def as_markdown(found: Calibrated) -> str:
    """The verdict, errors and intervals as Markdown tables."""
    lines = [f"**{found.verdict}**", "", *_markdown(_ERRORS, _errors(found))]
    for quantity, rows in _widths(found).items():
        lines += ["", f"### Interval of `{quantity}`", "", *_markdown(_WIDTHS, rows)]
    lines += ["", *(f"- {problem.severity}: {problem}" for problem in found.problems)]
    return "\n".join(lines).rstrip() + "\n"


def listing(kept: Sequence[Kept], width: int) -> str:
    """What is kept, the one that answers use marked."""
    if not kept:
        return (
            "\n".join(
                paragraph("Nothing was calibrated yet: farthing calibrate training --table mine.csv", width)
            )
            + "\n"
        )
    head = ("name", "kind", "date", "rows", "")
    rows = [
        (each.name, each.kind, each.date, str(each.count), "in use" if each.used else "") for each in kept
    ]
    return "\n".join(table([head, *rows], "<<<><", width)) + "\n"


def shown(kept: Sequence[Kept], width: int) -> str:
    """The rows of calibrations: what they are told apart by, and what was measured."""
    lines: list[str] = []
    for each in kept:
        there = {name for row in each.rows for name in row}
        columns = [name for name in _SHOWN if name in there]
        cells = [tuple(row.get(name) or "" for name in columns) for row in each.rows[:_MOST_ROWS]]
        left = each.count - len(cells)
        lines += [f"{each.name}: {each.count} {each.kind} rows of {each.date}, {each.digest}"]
        lines += table([tuple(columns), *cells], "<" * len(columns), max(width, 200))
        lines += [f"  and {left} more: --json has them all"] if left > 0 else []
    return "\n".join(lines) + "\n"


def gone(kept: Sequence[Kept], width: int) -> str:
    """What was removed."""
    said = "; ".join(f"{each.name} ({each.kind}, {each.count} rows of {each.date})" for each in kept)
    return "\n".join(paragraph(f"Forgotten: {said}.", width)) + "\n"


def _errors(found: Calibrated) -> list[tuple[str, ...]]:
    rows = []
    for name, was in found.before.items():
        now = found.results[name]
        pairs = ((was.median, now.median), (was.within_25, now.within_25), (was.coverage_80, now.coverage_80))
        rows.append((name, str(now.n), *(f"{share:.1%}" for pair in pairs for share in pair)))
    return rows


def _widths(found: Calibrated) -> dict[str, list[tuple[str, str, str]]]:
    tables = {}
    for name, width in found.intervals.items():
        rows = [("your rows, each left out", f"{width.before:.2f}x", f"{width.after:.2f}x")]
        rows += [
            (f"a like {like(found.kind)}", f"{width.typical_before:.2f}x", f"{width.typical_after:.2f}x")
        ]
        rows += [
            (f"a like {like(found.kind)} with {count} more rows", "", f"{more:.2f}x")
            for count, more in width.more.items()
        ]
        tables[name] = rows
    return tables


def _row_cells(row: Mapping[str, object]) -> tuple[str, ...]:
    numbers = (f"{float(str(row[name])):,.5g}" for name in _COLUMNS[2:7])
    return (str(row["id"]), str(row["quantity"]), *numbers, "odd" if row["odd"] else "")


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|---|{' ---: |' * (len(head) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _problems(problems: Sequence[Problem], width: int) -> Iterator[str]:
    for problem in problems:
        said = "; ".join(part for part in (problem.where, problem.what, problem.why) if part)
        yield from paragraph(f"{problem.severity}: {said}", width, 2)
        yield from paragraph(sentence(problem.fix), width, 4) if problem.fix else []
