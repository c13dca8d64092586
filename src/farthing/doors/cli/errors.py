"""Problems on their way out: text on stderr, or JSON on stdout, and the exit code they mean."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from farthing.units.problem import Problem

_UNPRICED = frozenset({"unpriced", "stale", "stale-book"})
_INFEASIBLE = "infeasible"
_OVER_BUDGET = "over-budget"


def exit_code(problems: Iterable["Problem"], *, strict: bool) -> int:
    """6 where something cannot be done, 3 over a budget, 5 under --strict where a price is missing or old."""
    codes = {problem.code for problem in problems}
    if _INFEASIBLE in codes:
        return 6
    if _OVER_BUDGET in codes:
        return 3
    return 5 if strict and codes & _UNPRICED else 0


def show(problems: Sequence["Problem"], as_json: bool) -> None:
    """Print problems alone: nothing could be answered."""
    if as_json:
        click.echo(json.dumps({"problems": [_document(problem) for problem in problems]}, indent=2))
        return
    for problem in problems:
        click.echo(as_text(problem), err=True)


def as_text(problem: "Problem") -> str:
    """A problem on at most three lines: what and where, why, and what to do."""
    place = f"{problem.where}: " if problem.where else ""
    lines = [f"{problem.severity}: {place}{problem.what}"]
    lines += [f"  {line[0].upper()}{line[1:]}" for line in (problem.why, problem.fix) if line]
    return "\n".join(lines)


def usage_problem(error: click.UsageError) -> "Problem":
    """What click has against the command line, in the shape of every other problem."""
    from farthing.units.problem import Problem

    context = error.ctx
    command = context.command_path if context is not None else "farthing"
    return Problem(
        code="usage",
        severity="error",
        where=command,
        what=error.format_message(),
        why="",
        fix=f"{command} --help lists what can be asked.",
    )


def crash(error: Exception, as_json: bool) -> None:
    """Own up to a mistake of ours, briefly; FARTHING_DEBUG=1 shows the traceback instead."""
    from farthing.units.problem import Problem

    what = f"this is a mistake in farthing, not in what you asked ({type(error).__name__}: {error})"
    fix = "please report it with the command; FARTHING_DEBUG=1 shows the details"
    show([Problem("bug", "error", "", what, "", fix)], as_json)


def _document(problem: "Problem") -> dict[str, str]:
    names = ("code", "severity", "where", "what", "why", "fix")
    return {name: getattr(problem, name) for name in names}
