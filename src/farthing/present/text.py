"""An estimate for the terminal: the verdict first, money next, then everything that explains it."""

from collections.abc import Iterable

from farthing.estimate.answer import Estimate, Line
from farthing.estimate.compare_answer import Comparison
from farthing.present.assumptions import assumptions, leading_sources
from farthing.present.compare import by_month, side_by_side, staircase
from farthing.present.fleets import fleets
from farthing.present.layout import Ink, paragraph, section, table
from farthing.present.scale import scale
from farthing.present.token_models import models
from farthing.present.wording import NINE_IN_TEN, interval, middle, own_results, result_words, sentence, twin
from farthing.units.figures import figure, span
from farthing.units.problem import Problem

_COMPUTE = "training.compute"
_MONEY = {"compute_cost_usd": "Compute", "cost_usd": "Likely bill"}
_SERVE_MONEY = {"cost_usd": "A month"}
_TOKENS_MONEY = {"cost_per_request_usd": "A request", "cost_usd": "A month"}
_BY_VERB = {
    "serve": _SERVE_MONEY,
    "tokens": _TOKENS_MONEY,
    "compare": {"cost_usd": "A month", "lifetime_cost_usd": "In all"},
}
_FEW = 3


def render(answer: Estimate, *, width: int = 100, color: bool = False, explain: bool = False) -> str:
    """The whole answer as text that ends with a newline."""
    ink = Ink(color)
    lines = [ink.bold(line) for line in paragraph(answer.verdict, width)]
    lines += _money(answer, ink)
    lines += section("Results", _results(answer, width), ink)
    lines += section(f"What drives {answer.main}", _drivers(answer, width), ink)
    lines += section("Beside published runs", _industry(answer, width), ink)
    lines += section("Bill", _bill(answer.lines, width, explain=explain), ink)
    lines += section(*_beside(answer, width, explain=explain), ink)
    if isinstance(answer, Comparison):
        lines += section("Where the cheapest changes", staircase(answer, width), ink)
        lines += section("Paid in all by the end of a month", by_month(answer, width), ink)
    lines += section("Assumptions", assumptions(answer, width, explain=explain), ink)
    if explain:
        lines += section("Formulas, in the order in which they ran", _steps(answer, width), ink)
    lines += section("Worth knowing", _problems(answer.problems, width, ink), ink)
    lines += section("Sources", _sources(answer, width, explain=explain), ink)
    lines += ["", ink.dim(_made(answer)), f"Next: {answer.next}"]
    return "\n".join(lines) + "\n"


def _beside(answer: Estimate, width: int, *, explain: bool) -> tuple[str, list[str]]:
    """What stands beside the answer, by verb: published models, models for the money, other layouts."""
    if answer.verb == "optimum":
        return "Published models on the same scale", scale(answer, width, every=explain)
    if answer.verb == "tokens":
        return "Models", models(answer, width)
    if answer.verb == "serve":
        return "Fleets", fleets(answer, width)
    if isinstance(answer, Comparison):
        return "Options", side_by_side(answer, width)
    return "Next best", _rows(answer, width)


def _money_labels(answer: Estimate) -> dict[str, str]:
    return _BY_VERB.get(answer.verb, _MONEY)


def _money(answer: Estimate, ink: Ink) -> list[str]:
    rows = []
    for name, label in _money_labels(answer).items():
        if name in answer.results:
            value, between, other = result_words(answer, name)
            rows.append(
                (label, ink.bold(value), other, f"{between}, {NINE_IN_TEN}" if between else "exactly")
            )
    return ["", *table(rows, "<><<", 200)] if rows else []


def _results(answer: Estimate, width: int) -> list[str]:
    names = [name for name in own_results(answer) if name not in _money_labels(answer)]
    return table([(name, *result_words(answer, name)[:2]) for name in names], "<><", width)


def _drivers(answer: Estimate, width: int) -> list[str]:
    """The inputs that matter most, with what the result is at either end of each."""
    swings = {swing.name: swing for swing in answer.tornado}
    unit = answer.results[answer.main].unit if answer.main in answer.results else ""
    rows = []
    for driver in answer.drivers[:_FEW]:
        swing = swings[driver.name]
        ends = f"alone moves it from {figure(swing.low, unit, 2)} to {figure(swing.high, unit, 2)}"
        rows.append((driver.name, f"{driver.share:.0%} of the variance", ends))
    return table(rows, "<><", width)


def _industry(answer: Estimate, width: int) -> list[str]:
    rows = []
    for found in answer.industry:
        place = f"higher than {found.below_share:.0%} of {found.count} published runs"
        usual = span(found.low, found.mid, found.high, found.unit)
        said = "; ".join(part for part in (place, f"most need {usual}", found.note) if part)
        rows.append((found.name, figure(found.value, found.unit, 2), said))
    return table(rows, "<><", width)


def _bill(lines: Iterable[Line], width: int, *, explain: bool) -> list[str]:
    every = tuple(lines)
    compute = [line for line in every if line.category.startswith(_COMPUTE)]
    beyond = [line for line in every if not line.category.startswith(_COMPUTE)]
    shown = [_bill_row(line, explain=explain) for line in (*compute, *beyond)]
    drawn = table(shown, "<><<<", width)
    if compute and beyond and not explain:
        return [*drawn[: len(compute)], "  beyond compute:", *drawn[len(compute) :]]
    return drawn


def _bill_row(line: Line, *, explain: bool) -> tuple[str, ...]:
    basis = line.basis if explain else ""
    if line.amount_usd is None:
        return (line.label, "unknown", "", "", line.basis)
    amount = line.amount_usd
    return (line.label, middle(amount, "USD"), interval(amount, "USD"), twin(line.amount), basis)


def _rows(answer: Estimate, width: int) -> list[str]:
    if not answer.rows:
        return []
    names = list(dict.fromkeys(name for row in answer.rows for name in row))
    head = tuple(names)
    body = [tuple(_cell(row.get(name)) for name in names) for row in answer.rows]
    return table([head, *body], ">" * len(names), width)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value, "", 3) if isinstance(value, float) else str(value)


def _steps(answer: Estimate, width: int) -> list[str]:
    rows = [
        (step.name, middle(step.value, step.unit), f"from {', '.join(step.arguments)}")
        for step in answer.steps
    ]
    return table(rows, "<><", width)


def _problems(problems: Iterable[Problem], width: int, ink: Ink) -> list[str]:
    lines: list[str] = []
    for problem in problems:
        place = f"{problem.where}: " if problem.where else ""
        said = "; ".join(part for part in (problem.what, problem.why) if part)
        lines += [ink.warn(line) for line in paragraph(f"{problem.severity}: {place}{said}", width, 2)]
        lines += paragraph(sentence(problem.fix), width, 4) if problem.fix else []
    return lines


def _sources(answer: Estimate, width: int, *, explain: bool) -> list[str]:
    if not explain:
        named = leading_sources(answer)
        more = len(answer.sources) - len(named)
        said = ", ".join(named) + (f", and {more} more: --explain" if more else "")
        return paragraph(said, width, 2) if named else []
    rows = [(s.id, s.confidence or "", s.date, f"{s.title} {s.url}".strip()) for s in answer.sources]
    return table(rows, "<<<<", width)


def _made(answer: Estimate) -> str:
    worst = f", worst confidence {answer.confidence}" if answer.confidence else ""
    return f"As of {answer.as_of}, {answer.draws:,} draws, seed {answer.seed}{worst}."
