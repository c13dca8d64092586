"""Seed 003's question: when does a model beat plain code, alone and inside an integrated automation?"""

from datetime import date
from typing import Final

import msgspec

from farthing.app.compare import compare
from farthing.estimate.answer import Range

_DRAWS: Final = 2048
_TASKS: Final = 20
_IN, _OUT = 300, 50
_CASES: Final = (
    ("a task alone", 1, "", "80h"),
    (f"one of {_TASKS} that share the work", _TASKS, "", "80h"),
    ("and 2 on-call hours spared", _TASKS, ", spared=2", "80h"),
)


class CodeOrModel(msgspec.Struct, frozen=True):
    """Plain code against a small model: a month of each, who is cheaper, how surely, where that changes."""

    name: str
    tasks: int
    code_usd: Range
    model_usd: Range
    cheaper: str
    share: float
    breakeven_requests_per_day: float | None
    command: str


def code_or_model(day: date) -> tuple[CodeOrModel, ...]:
    """Code of 8 hours a task against a model that is integrated once, at 1,000 requests a day."""
    return tuple(_case(*case, day) for case in _CASES)


def _case(name: str, tasks: int, spared: str, integration: str, day: date) -> CodeOrModel:
    options = ["code:function[build=8, care=0.5]", f"api:gpt-4o-mini[integration={integration}{spared}]"]
    found = compare(
        option=options,
        input=300,
        output=50,
        requests="1k/day",
        tasks=tasks,
        as_of=day.isoformat(),
        draws=_DRAWS,
    )
    code, model = (_month(row) for row in found.rows)
    best = found.results["cheapest"]
    flip = next(iter(found.flips), None)
    said = " ".join(f"--option '{option}'" for option in options)
    command = f"farthing compare {said} --input {_IN} --output {_OUT} --requests 1k/day --tasks {tasks}"
    volume = None if flip is None else flip.tokens_per_day / (_IN + _OUT)
    return CodeOrModel(name, tasks, code, model, str(best.name), best.p50, volume, command)


def _month(row: object) -> Range:
    cells = dict(row)  # type: ignore[call-overload]
    return Range(*(float(cells[name]) for name in ("cost_low_usd", "cost_usd", "cost_high_usd")))
