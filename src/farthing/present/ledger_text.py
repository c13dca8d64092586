"""Answers out of the ledger as text, CSV and Markdown: the verdict, the bill, then the table of rows."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from farthing.app.explain_ledger import meanings
from farthing.estimate.answer import Cell, Estimate, Line, Row
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.waterfall import waterfall
from farthing.present.wording import sentence
from farthing.track.safe_text import safe_text
from farthing.units.problem import Problem

TOP = 40
_PROBLEMS = 12
_USD = "_usd"
_SHARE = "_share"
_LONGEST = 14


def render(
    answer: Estimate, *, width: int = 100, color: bool = False, top: int | None = None, explain: bool = False
) -> str:
    """The whole answer as text that ends with a newline, with the first `top` rows."""
    ink = Ink(color)
    most = TOP if top is None else top
    lines = [ink.bold(line) for line in paragraph(answer.verdict, width)]
    lines += ["", *steps] if answer.verb == "reconcile" and (steps := waterfall(answer)) else []
    lines += ["", *rows] if (rows := _rows(answer.rows[:most], width)) else []
    if (more := len(answer.rows) - most) > 0:
        lines.append(f"  and {more:,} more rows: --top {len(answer.rows)}, --csv or --json")
    lines += section("What it says besides", _lines(answer.lines, width), ink)
    lines += section("What the figures are", table(meanings(answer), "<<", width) if explain else [], ink)
    lines += section("Worth knowing", _problems(answer.problems, width, ink), ink)
    lines += ["", ink.dim(f"As of {answer.as_of}."), f"Next: {answer.next}"]
    return "\n".join(lines) + "\n"


def as_csv(answer: Estimate) -> str:
    """The rows as CSV, amounts with all of their decimals; text that looks like a formula is made safe."""
    names = _names(answer.rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(safe_text, names))
    for row in answer.rows:
        writer.writerow([_plain(row.get(name)) for name in names])
    return out.getvalue()


def as_markdown(answer: Estimate) -> str:
    """The verdict, the rows as a table, and what is worth knowing."""
    names = _names(answer.rows)
    lines = [f"**{_escaped(answer.verdict)}**", ""]
    if names:
        lines += [_marked(names), _marked(["---"] * len(names))]
        lines += [_marked([_plain(row.get(name)) for name in names]) for row in answer.rows]
    lines += [f"- {_escaped(_said(problem))}" for problem in answer.problems]
    return "\n".join(lines) + "\n"


def _rows(rows: Sequence[Row], width: int) -> list[str]:
    names = _names(rows)
    shown = [name for name in names if any(row.get(name) not in (None, "", 0) for row in rows)]
    if not shown:
        return []
    align = "".join("<" if any(_is_word(row.get(name), name) for row in rows) else ">" for name in shown)
    head = [_title(name) for name in shown]
    twins = {name for name in names if f"{name}{_USD}" in names}
    body = [[_cell(row.get(name), name, is_amount=name in twins) for name in shown] for row in rows]
    return table([head, *body], align, width, wrap=False)


def _names(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _title(name: str) -> str:
    return name.removesuffix(_USD).removesuffix(_SHARE).removesuffix("_tokens").replace("_", " ")


def _is_word(value: Cell, name: str) -> bool:
    return isinstance(value, str) and not name.endswith(_USD)


def _cell(value: Cell, name: str, *, is_amount: bool = False) -> str:
    if value is None:
        return ""
    if is_amount:
        return money(str(value)).replace("$", "")
    if name.endswith(_USD):
        return money(str(value))
    if isinstance(value, float):
        return f"{value:.1%}" if name.endswith(_SHARE) else f"{value:,.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return _printable(str(value))


def money(exact: str) -> str:
    """An exact amount as people read it: cents, and more digits only where it is small and has them."""
    amount = float(exact)
    size = abs(amount)
    text = f"{size:,.2f}" if size >= 1 or size == round(size, 2) else _few_digits(size)
    return f"-${text}" if amount < 0 else f"${text}"


def _few_digits(size: float) -> str:
    """Four digits, and no exponent however small it is."""
    plain = f"{Decimal(f'{size:.4g}'):f}"
    return plain if len(plain) <= _LONGEST else f"{size:.1e}"


def _lines(lines: Iterable[Line], width: int) -> list[str]:
    rows = [
        (line.label, "" if line.amount_usd is None else money(str(line.amount_usd.p50)), line.basis)
        for line in lines
    ]
    return table(rows, "<><", width)


def _problems(problems: Sequence[Problem], width: int, ink: Ink) -> list[str]:
    lines: list[str] = []
    for problem in problems[:_PROBLEMS]:
        said = f"{problem.severity}: {_printable(_said(problem))}"
        lines += [ink.warn(line) for line in paragraph(said, width, 2)]
        lines += paragraph(sentence(problem.fix), width, 4) if problem.fix else []
    if (more := len(problems) - _PROBLEMS) > 0:
        lines.append(f"  and {more:,} more: --json")
    return lines


def _said(problem: Problem) -> str:
    place = f"{problem.where}: " if problem.where else ""
    return place + "; ".join(part for part in (problem.what, problem.why) if part)


def _plain(value: Cell) -> str:
    if value is None:
        return ""
    return safe_text(value) if isinstance(value, str) else str(value)


def _printable(text: str) -> str:
    """Text of others without what would move the cursor."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _marked(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _escaped(text: str) -> str:
    return _printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
