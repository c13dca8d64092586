"""An estimate as Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from farthing.estimate.answer import Estimate
from farthing.present.wording import interval, middle, own_results, result_words, twin
from farthing.units.figures import number


def render(answer: Estimate, *, explain: bool = False) -> str:
    """The answer as a Markdown document that ends with a newline."""
    lines = [f"**{_safe(answer.verdict)}**", ""]
    results = [(f"`{name}`", *result_words(answer, name)) for name in own_results(answer)]
    lines += _table(("result", "median", "90 % interval", "other currency"), results)
    lines += _table(("line", "amount", "90 % interval", "other currency", "category"), _bill(answer))
    if answer.rows:
        names = list(dict.fromkeys(name for row in answer.rows for name in row))
        lines += _table(names, [[_cell(row.get(name)) for name in names] for row in answer.rows])
    head = ("assumption", "value", "basis", "confidence", "why")
    lines += _table(head, _assumptions(answer))
    if explain:
        steps = ((s.name, middle(s.value, s.unit), ", ".join(s.arguments)) for s in answer.steps)
        lines += _table(("formula", "value", "from"), steps)
    lines += [f"- {problem.severity}: {_safe(str(problem))}" for problem in answer.problems]
    lines += ["", f"Sources: {_links(answer)}.", "", f"As of {answer.as_of}. Next: `{answer.next}`"]
    return "\n".join(lines) + "\n"


def _bill(answer: Estimate) -> Iterator[Sequence[str]]:
    for line in answer.lines:
        if line.amount_usd is None:
            yield (line.label, "unknown", "", "", f"`{line.category}`")
        else:
            amount = line.amount_usd
            other = twin(line.amount)
            yield (line.label, middle(amount, "USD"), interval(amount, "USD"), other, f"`{line.category}`")


def _assumptions(answer: Estimate) -> Iterator[Sequence[str]]:
    for item in answer.assumptions:
        words = interval(item.value, item.unit) or middle(item.value, item.unit)
        basis = item.basis.replace("_", " ")
        yield (f"`{item.name}`", words, basis, item.confidence or "", item.note)


def _links(answer: Estimate) -> str:
    return ", ".join(f"[{s.id}]({s.url})" if s.url else s.id for s in answer.sources) or "none"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = [f"| {' | '.join(map(_safe, row))} |" for row in rows]
    if not body:
        return []
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body, ""]


def _cell(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    return number(value, 4) if isinstance(value, float) else str(value)


def _safe(text: str) -> str:
    """Text that cannot break a table: a bar is written so that it is only a bar."""
    return text.replace("|", "\\|").replace("\n", " ")
