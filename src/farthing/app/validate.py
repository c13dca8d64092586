"""`validate`: predict a table of measurements from its configuration alone, and say how far off that is."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypedDict, Unpack

import msgspec

from farthing import __version__
from farthing.app.asking import Asked, ask
from farthing.app.calibrations import calibrated
from farthing.app.fields import IDLE_IN_VALIDATE
from farthing.app.measured_table import read_measured
from farthing.app.table_file import Table, replacing, write_rows
from farthing.app.table_problems import table_problems
from farthing.catalog.load import catalog
from farthing.estimate.answer import Cell
from farthing.estimate.calibration import Calibration
from farthing.estimate.prediction_row import COLUMNS, PredictionRow
from farthing.estimate.scores import Pair, Score, by_group, score
from farthing.estimate.step_kinds import KINDS as STEP_KINDS
from farthing.estimate.validate_own import own_left_out
from farthing.estimate.validate_shipped import left_out, shipped_rows
from farthing.estimate.validate_tables import KINDS, Kind, Progress, Row, pairs, predicted
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

GROUPED: Final = ("framework", "engine", "accelerator", "model")
LEFT_OUT: Final = "leave one out"
AS_GIVEN: Final = "table"


class ValidateOptions(TypedDict, total=False):
    """What `validate` may be asked."""

    table: str
    predictions: str
    calibration: str
    as_of: str
    scenario: str
    seed: int
    draws: int


class Validation(msgspec.Struct, frozen=True):
    """How far predictions are from measurements.

    `results` has a score for each quantity that was measured, `rows` the same for groups of rows,
    `status` how many lines are ok, infeasible and refused. `basis` is "leave one out" for the facts
    that ship and "table" for a table of the user's.
    """

    farthing: str
    verb: str
    kind: str
    as_of: str
    catalog: str
    book: str | None
    seed: int
    draws: int
    basis: str
    table: str
    predictions: str
    verdict: str
    results: Mapping[str, Score]
    status: Mapping[str, int]
    rows: tuple[Mapping[str, Cell], ...]
    problems: tuple[Problem, ...]
    next: str
    lines: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def validate(kind: str, **options: Unpack[ValidateOptions]) -> Validation:
    """Predict every row of a table (`training`, `runs`, `finetune` or `serving`) and score what was measured.

    Without a table the published facts that ship are predicted, each from all the others. Measured
    columns are never read for predicting. A table is predicted with the user's calibration, where there
    is one; rows that it was made from are predicted without themselves. Raises InputError for a kind that
    is not built, and for files that cannot be read or written.
    """
    return answer(kind, ask("validate", options))


def answer(kind: str, asked: Asked, progress: Progress | None = None) -> Validation:
    """The validation for options that were read already; `progress` is told distinct rows done, of all."""
    known = _kind(kind)
    _refuse_idle(asked)
    table, out = asked.question.word("table"), asked.question.word("predictions")
    question = calibrated(asked.question, known.name if table and known.name in STEP_KINDS else "")
    if out is None:
        return _validation(known, asked, *_answered(known, table, question.calibration, progress))
    if table and Path(table).exists() and Path(out).exists() and Path(table).samefile(out):
        raise InputError([_same_file(out)])
    with replacing(out, "--predictions") as file:
        rows, lines, notes = _answered(known, table, question.calibration, progress)
        write_rows(file, COLUMNS, (line.cells() for line in lines))
    return _validation(known, asked, rows, lines, notes)


def _answered(
    kind: Kind, table: str | None, calibration: Calibration | None, progress: Progress | None
) -> tuple[Table, list[PredictionRow], tuple[Problem, ...]]:
    """The rows, a line for each quantity of each row, and what to know of the user's own part in them."""
    read = (
        Table((), tuple(shipped_rows(kind))) if table is None else read_measured(table, "--table", kind.name)
    )
    lines = predicted(kind, read.rows, progress, calibration)
    lines, seen = own_left_out(kind, calibration, read.rows, lines)
    notes = () if calibration is None else (_calibration_used(calibration, seen),)
    return read, left_out(kind, read.rows, lines), notes


def _validation(
    kind: Kind, asked: Asked, table: Table, lines: Sequence[PredictionRow], notes: tuple[Problem, ...]
) -> Validation:
    given = asked.question.word("table")
    scored = {quantity: pairs(kind, quantity, table.rows, lines) for quantity in kind.quantities}
    found = {quantity: score([pair for pair, _ in some]) for quantity, some in scored.items()}
    results = {quantity: one for quantity, one in found.items() if one is not None}
    problems = table_problems(kind, table, lines) if given else (_how_left_out(),)
    return Validation(
        farthing=__version__,
        verb="validate",
        kind=kind.name,
        as_of=asked.question.as_of.isoformat(),
        catalog=catalog().hash,
        book=None,
        seed=asked.question.seed,
        draws=asked.question.draws,
        basis=AS_GIVEN if given else LEFT_OUT,
        table=given or "",
        predictions=asked.question.word("predictions") or "",
        verdict=_verdict(kind, results, len(table.rows), given=bool(given)),
        results=results,
        status=dict(Counter(line.status for line in lines)),
        rows=tuple(row for quantity, some in scored.items() for row in _groups(quantity, some)),
        problems=(*problems, *notes),
        next=f"farthing validate {kind.name} --explain",
    )


def _groups(quantity: str, scored: Sequence[tuple[Pair, Row]]) -> Iterator[Mapping[str, Cell]]:
    """The score of each framework, accelerator and model."""
    for column in GROUPED:
        names = {id(pair): row.get(column, "") for pair, row in scored}
        if not any(names.values()):
            continue
        for name, one in by_group((pair for pair, _ in scored), lambda pair: names[id(pair)]).items():  # noqa: B023
            yield {"quantity": quantity, "by": column, "group": name, **msgspec.structs.asdict(one)}


_SHORT: Final = {
    "tokens_per_s_per_gpu": "throughput",
    "peak_mem_gib": "peak memory",
    "gpu_hours": "GPU-hours",
    "tpot_ms": "TPOT",
    "ttft_ms": "TTFT",
    "output_tok_s": "output throughput",
}


def _verdict(kind: Kind, results: Mapping[str, Score], rows: int, *, given: bool) -> str:
    if not results:
        return f"{rows:,} rows predicted; none has a measurement to compare with."
    said = [
        f"median error of {_SHORT[name]} {one.median:.1%} over {one.n:,} "
        f"({one.within_25:.0%} within 25%, 80% intervals hold {one.coverage_80:.0%})"
        for name, one in results.items()
    ]
    what = "rows" if given else f"published {'runs' if kind.name == 'runs' else 'configurations'}"
    text = f"{rows:,} {what}: {'; '.join(said)}"
    return f"{text}." if given else f"{text}; each predicted without itself."


def _kind(name: str) -> Kind:
    if name in KINDS:
        return KINDS[name]
    what, why = f"{quoted(name)} is no kind of table", f"it is one of {', '.join(KINDS)}"
    fix = did_you_mean(name, KINDS) or "try farthing validate training"
    raise InputError([Problem("unknown-kind", "error", "validate", what, why, fix)])


def _refuse_idle(asked: Asked) -> None:
    """Options that every question has and that would change nothing here."""
    why, fix = "it would change nothing, without a word", "leave it out"
    raise_for = [name for name in IDLE_IN_VALIDATE if name in asked.options]
    if raise_for:
        raise InputError(
            Problem("not-built", "error", f"--{name}", f"--{name} is not read by validate", why, fix)
            for name in raise_for
        )


def _same_file(path: str) -> Problem:
    what = f"{quoted(path)} is the table itself"
    return Problem(
        "same-file", "error", "--predictions", what, "it would be overwritten", "give another path"
    )


def _how_left_out() -> Problem:
    what = "each row is predicted from the evidence of all the others"
    why = "the fitted constants of the model saw it; docs/accuracy.md has the errors without that"
    return Problem("left-out", "note", "validate", what, why, "")


def _calibration_used(calibration: Calibration, seen: int) -> Problem:
    what = f"{calibration.source} is used"
    rows = f"{seen:,} rows are among its measurements, each predicted without itself"
    fix = "--calibration none answers without it"
    return Problem("calibration", "note", "validate", what, rows if seen else "", fix)
