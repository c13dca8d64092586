"""One number explained: what it is, from which formula and inputs, on which ground."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from importlib import import_module

import msgspec

from farthing.app.fields import TRAIN
from farthing.app.reading import resolve_name
from farthing.estimate.answer import Assumption, Estimate, Range, Source, StepTaken
from farthing.estimate.compose import cited_by

_HOME = "farthing.formulas."


class Part(msgspec.Struct, frozen=True):
    """A value that goes into the one that is explained; `basis` is `computed` for a formula's."""

    name: str
    value: Range
    unit: str
    basis: str


class Explanation(msgspec.Struct, frozen=True):
    """Why a value is what it is. `equation` and `formula` are empty for an input."""

    name: str
    value: Range
    unit: str
    basis: str
    meaning: str
    equation: str
    formula: str
    parts: tuple[Part, ...]
    used_by: tuple[str, ...]
    note: str
    confidence: str | None
    share: float | None
    sources: tuple[Source, ...]
    answer: str
    as_of: str


def explain(word: str, answer: Estimate) -> Explanation:
    """Explain one value of an answer. Raises InputError with the nearest names."""
    steps = {step.name: step for step in answer.steps}
    inputs = {item.name: item for item in answer.assumptions}
    name = resolve_name(word, [*steps, *inputs], TRAIN, "why")
    if name in steps:
        return _of_step(steps[name], answer, steps, inputs)
    return _of_input(inputs[name], answer)


def equation_of(formula: Callable[..., object]) -> str:
    """The right side of a formula as it is written, read from its code so that it cannot go stale."""
    body = ast.parse(textwrap.dedent(inspect.getsource(formula))).body[0]
    if not isinstance(body, ast.FunctionDef):
        return ""
    lines = [ast.unparse(part) for part in body.body if not _is_docstring(part)]
    return "\n".join(line.removeprefix("return ") for line in lines)


def meaning_of(formula: Callable[..., object]) -> str:
    """A formula's docstring without its examples."""
    doc = inspect.getdoc(formula) or ""
    return doc.partition(">>>")[0].strip()


def formula_at(home: str) -> Callable[..., object] | None:
    """The formula of a step, `module:name`; None for one that this version no longer has."""
    module, _, name = home.partition(":")
    if not module.startswith(_HOME) or not re.fullmatch(r"[a-z_0-9]+", name):
        return None
    try:
        found: Callable[..., object] | None = getattr(import_module(module), name, None)
    except ModuleNotFoundError:
        return None
    return found


def _of_step(
    step: StepTaken, answer: Estimate, steps: dict[str, StepTaken], inputs: dict[str, Assumption]
) -> Explanation:
    formula = formula_at(step.formula)
    cited = cited_by(formula) if formula else ()
    return Explanation(
        name=step.name,
        value=step.value,
        unit=step.unit,
        basis="computed",
        meaning=meaning_of(formula) if formula else "",
        equation=equation_of(formula) if formula else "",
        formula=step.formula,
        parts=tuple(_part(name, steps, inputs) for name in step.arguments),
        used_by=_users(step.name, answer),
        note="",
        confidence=None,
        share=None,
        sources=_known_sources(cited, answer),
        answer=answer.verdict,
        as_of=answer.as_of,
    )


def _of_input(item: Assumption, answer: Estimate) -> Explanation:
    shares = {driver.name: driver.share for driver in answer.drivers}
    return Explanation(
        name=item.name,
        value=item.value,
        unit=item.unit,
        basis=item.basis,
        meaning="",
        equation="",
        formula="",
        parts=(),
        used_by=_users(item.name, answer),
        note=item.note,
        confidence=item.confidence,
        share=shares.get(item.name),
        sources=_known_sources(item.sources, answer),
        answer=answer.verdict,
        as_of=answer.as_of,
    )


def _part(name: str, steps: dict[str, StepTaken], inputs: dict[str, Assumption]) -> Part:
    if name in steps:
        return Part(name, steps[name].value, steps[name].unit, "computed")
    item = inputs[name]
    return Part(name, item.value, item.unit, item.basis)


def _users(name: str, answer: Estimate) -> tuple[str, ...]:
    return tuple(step.name for step in answer.steps if name in step.arguments)


def _known_sources(ids: Iterable[str], answer: Estimate) -> tuple[Source, ...]:
    known = {source.id: source for source in answer.sources}
    return tuple(known[name] for name in ids if name in known)


def _is_docstring(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
