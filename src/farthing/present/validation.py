"""Errors against measurements: for the terminal, as CSV and as Markdown."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from farthing.app.validate import Validation
from farthing.estimate.scores import Score
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.wording import sentence

_SHARES = ("answered", "median", "macro_median", "mean", "p90", "within_25", "bias", "coverage_80")
_HEAD = ("", "n", "median", "macro", "mean", "p90", "≤ 25%", "bias", "in 80%", "score", "answered")
_NOTES = (
    "median, mean and p90 of |predicted / measured - 1|; macro is the median over groups of source, model",
    "and accelerator. An 80% interval should hold 80%; its score is lower where it is narrow and right.",
)
_MOST_GROUPS = 15


def render(found: Validation, *, width: int = 100, color: bool = False, explain: bool = False) -> str:
    """The verdict, the errors, with `explain` those of groups, and what is odd about the table."""
    ink = Ink(color)
    lines = [ink.bold(line) for line in paragraph(found.verdict, width)]
    rows = [(name, *_cells(one)) for name, one in found.results.items()]
    lines += section("Errors", table([_HEAD, *rows], "<" + ">" * 10, max(width, 120)) if rows else [], ink)
    lines += paragraph(" ".join(_NOTES), width, 2) if rows else []
    if explain:
        for (quantity, column), groups in _grouped(found.rows).items():
            shown = [
                (str(group["group"]) or "not said", *_group_cells(group)) for group in groups[:_MOST_GROUPS]
            ]
            left = len(groups) - len(shown)
            more = [f"  and {left} smaller ones: --json has them all"] if left > 0 else []
            body = table([_HEAD, *shown], "<" + ">" * 10, max(width, 120))
            lines += section(f"{quantity} by {column}", [*body, *more], ink)
    lines += section("Worth knowing", _problems(found, width), ink)
    counted = ", ".join(f"{count:,} {status}" for status, count in found.status.items())
    where = f" in {found.predictions}" if found.predictions else ""
    lines += [
        "",
        ink.dim(f"Lines{where}: {counted or 'none'}. As of {found.as_of}."),
    ]
    return "\n".join([*lines, f"Next: {found.next}"]) + "\n"


def as_csv(found: Validation) -> str:
    """One line a quantity and group; the whole table has the group `all`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = Score.__struct_fields__
    writer.writerow(("quantity", "by", "group", *names))
    for quantity, one in found.results.items():
        writer.writerow((quantity, "all", "", *(getattr(one, name) for name in names)))
    for row in found.rows:
        writer.writerow((row["quantity"], row["by"], row["group"], *(row[name] for name in names)))
    return out.getvalue()


def as_markdown(found: Validation, *, explain: bool = False) -> str:
    """The verdict and the errors as Markdown tables."""
    lines = [
        f"**{found.verdict}**",
        "",
        *markdown_table((name, *_cells(one)) for name, one in found.results.items()),
    ]
    if explain:
        for (quantity, column), groups in _grouped(found.rows).items():
            lines += ["", f"### `{quantity}` by {column}", ""]
            lines += markdown_table((str(group["group"]), *_group_cells(group)) for group in groups)
    lines += ["", *(f"- {problem.severity}: {problem}" for problem in found.problems)]
    return "\n".join(lines) + "\n"


def markdown_table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Scores under their heading."""
    head = ("rows", *_HEAD[1:])
    body = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|---|{' ---: |' * (len(head) - 1)}", *body] if body else []


def cells_of(one: Score) -> tuple[str, ...]:
    """The figures of a score in the order of the heading."""
    return _cells(one)


def _cells(one: Score) -> tuple[str, ...]:
    return _ordered({name: getattr(one, name) for name in Score.__struct_fields__})


def _group_cells(group: Mapping[str, object]) -> tuple[str, ...]:
    return _ordered({name: float(str(group[name])) for name in Score.__struct_fields__})


def _ordered(figures: Mapping[str, float]) -> tuple[str, ...]:
    share = {name: f"{figures[name]:.1%}" for name in _SHARES}
    return (
        f"{figures['n']:.0f}",
        share["median"],
        share["macro_median"],
        share["mean"],
        share["p90"],
        share["within_25"],
        f"{figures['bias']:+.1%}",
        share["coverage_80"],
        f"{figures['interval_score']:.2f}",
        share["answered"],
    )


def _grouped(
    rows: Iterable[Mapping[str, str | int | float | bool | None]],
) -> dict[tuple[str, str], list[Mapping[str, str | int | float | bool | None]]]:
    found: dict[tuple[str, str], list[Mapping[str, str | int | float | bool | None]]] = {}
    for row in rows:
        found.setdefault((str(row["quantity"]), str(row["by"])), []).append(row)
    return found


def _problems(found: Validation, width: int) -> list[str]:
    lines: list[str] = []
    for problem in found.problems:
        said = "; ".join(part for part in (problem.what, problem.why) if part)
        lines += paragraph(f"{problem.severity}: {said}", width, 2)
        lines += paragraph(sentence(problem.fix), width, 4) if problem.fix else []
    return lines
