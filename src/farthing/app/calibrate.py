"""`calibrate`: learn from a user's own measured steps, say what that brings, and keep it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict, Unpack

import msgspec
import numpy as np

from farthing.app.asking import Asked, ask
from farthing.app.calibration_report import MOST_NAMED, Calibrated, report, shortened
from farthing.app.calibrations import (
    USUAL_NAME,
    calibrations,
    checked_name,
    digest,
    forget,
    in_use,
    named,
    save,
)
from farthing.app.fields import IDLE_IN_VALIDATE
from farthing.app.measured_table import SHARED, read_measured, shared_cells
from farthing.app.table_problems import column_problems
from farthing.estimate.calibration import Calibration
from farthing.estimate.own_choice import worth_measuring
from farthing.estimate.own_steps import MOST_ROWS, OwnStep, measured_columns, own_steps, unmeasured
from farthing.estimate.step_kinds import KINDS, kind_of
from farthing.estimate.validate_shipped import shipped_among
from farthing.estimate.validate_tables import KINDS as TABLES
from farthing.units.problem import InputError, Problem


class CalibrateOptions(TypedDict, total=False):
    """What `calibrate` may be asked."""

    table: str
    name: str
    dry_run: bool
    model: str
    accelerator: str
    count: str
    tp: str
    pp: str
    ep: str
    precision: str
    kv_precision: str
    engine: str
    as_of: str
    scenario: str
    seed: int
    draws: int


class Kept(msgspec.Struct, frozen=True):
    """A calibration that is kept; `used` says whether answers use it unless told otherwise."""

    kind: str
    name: str
    date: str
    digest: str
    count: int
    used: bool
    rows: tuple[Mapping[str, str | None], ...] = ()


def calibrate(kind: str, **options: Unpack[CalibrateOptions]) -> Calibrated:
    """Learn from measured steps (`training`, `finetune`) or servings, and keep it unless `dry_run`.

    Of servings the JSON of one run of vllm bench serve, AIPerf, GenAI-Perf or GuideLLM is enough, with
    `accelerator` and whatever else it does not say.

    Later answers of that kind use the last calibration made, the one that `calibration` names, or none.
    Raises InputError for a kind that cannot be calibrated, for a table without one usable measurement, and
    where nothing can be read or written.
    """
    return answer(kind, ask("calibrate", options))


def answer(kind: str, asked: Asked) -> Calibrated:
    """The calibration for options that were read already."""
    steps_of = kind_of(kind)
    _refuse_idle(kind, asked)
    table, name = asked.question.word("table"), checked_name(asked.question.word("name") or USUAL_NAME)
    if table is None:
        raise InputError([_no_table(kind)])
    read = read_measured(table, "--table", kind, shared_cells(asked.question))
    if len(read.rows) > MOST_ROWS:
        raise InputError([_too_many(len(read.rows))])
    with np.errstate(all="ignore"):
        steps, aside = own_steps(steps_of, read.rows)
    columns = tuple(column_problems(TABLES[kind], read.columns))
    open_rows = unmeasured(steps_of, read.rows)
    telling = worth_measuring(
        kind, [step.setup for step in steps], [setup for _, setup in open_rows], MOST_NAMED
    )
    following = tuple(open_rows[place][0] for place in telling)
    if not steps:
        raise InputError([_nothing_to_learn(kind, len(read.rows), following), *shortened(aside), *columns])
    made = _made(kind, name, asked.question.as_of.isoformat(), steps)
    where = "" if "dry_run" in asked.question.flags else str(save(made))
    problems = (*columns, *shortened(aside), *_known(kind, steps))
    return report(asked.question, made, steps, following, problems, where)


def kept() -> tuple[Kept, ...]:
    """Every calibration there is. Raises InputError where a file cannot be understood."""
    return tuple(_kept(each) for kind in KINDS for each in calibrations(kind))


def show(name: str) -> tuple[Kept, ...]:
    """The calibrations of that name, with their rows. Raises InputError where there is none."""
    return tuple(msgspec.structs.replace(_kept(each), rows=each.rows) for each in named(name))


def forgotten(name: str) -> tuple[Kept, ...]:
    """Remove the calibrations of that name. Raises InputError where there is none."""
    return tuple(
        Kept(each.kind, each.name, each.date, each.digest, len(each.rows), used=False)
        for each in forget(name)
    )


def _made(kind: str, name: str, day: str, steps: Sequence[OwnStep]) -> Calibration:
    """The rows that teach, without remarks and empty cells."""
    remarks = TABLES[kind].measured.difference(measured_columns(kind_of(kind)))
    rows = tuple(
        {column: cell for column, cell in step.row.items() if cell and column not in remarks}
        for step in steps
    )
    return Calibration(kind, name, day, digest(rows), rows)


def _known(kind: str, steps: Sequence[OwnStep]) -> Iterator[Problem]:
    """What of the rows is public already."""
    rows = [{name: cell or "" for name, cell in step.row.items()} for step in steps]
    count = len(shipped_among(TABLES[kind], rows))
    if count:
        what = f"{count:,} of the rows are published facts that ship with farthing"
        why = "the shipped answers know them already, so that the error before looks smaller than it is"
        yield Problem("known-already", "note", "--table", what, why, "")


def _kept(each: Calibration) -> Kept:
    used = in_use(each.kind, None)
    return Kept(each.kind, each.name, each.date, each.digest, len(each.rows), used=each == used)


def _refuse_idle(kind: str, asked: Asked) -> None:
    why, fix = "it would change nothing, without a word", "leave it out"
    unread = IDLE_IN_VALIDATE if kind == "serving" else (*IDLE_IN_VALIDATE, *SHARED)
    idle = [name for name in unread if name in asked.options]
    if idle:
        raise InputError(
            Problem("not-built", "error", f"--{name}", f"--{name} is not read by calibrate {kind}", why, fix)
            for name in idle
        )


def _no_table(kind: str) -> Problem:
    what, why = "no table was given", "there is nothing to learn from"
    fix = f"farthing calibrate {kind} --table mine.csv"
    return Problem("missing-input", "error", "--table", what, why, fix)


def _too_many(count: int) -> Problem:
    what, why = f"the table has {count:,} rows", f"no more than {MOST_ROWS} are read: a handful is enough"
    fix = "keep one row, the median, for each configuration"
    return Problem("too-many-rows", "error", "--table", what, why, fix)


def _nothing_to_learn(kind: str, count: int, following: Sequence[str]) -> Problem:
    what = f"none of the {count:,} rows has a measurement that can be used" if count else "there are no rows"
    fix = f"a row needs a model, an accelerator, and one of {', '.join(measured_columns(kind_of(kind)))}"
    first = f"measure these first: {', '.join(following)}"
    why = "there is nothing to learn from"
    return Problem("nothing-measured", "error", "--table", what, why, first if following else fix)
