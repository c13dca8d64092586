"""What a calibration is found to be worth, as the answer of `calibrate`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from farthing import __version__
from farthing.catalog.load import catalog
from farthing.estimate.answer import Cell
from farthing.estimate.calibration import Calibration
from farthing.estimate.own_accuracy import MORE, ODD, LeftOut, Widths, left_out, widths
from farthing.estimate.own_steps import OwnStep
from farthing.estimate.question import Question
from farthing.estimate.scores import Pair, Score, score
from farthing.estimate.step_prediction import Prediction
from farthing.units.problem import Problem

_SHORT: Final = {
    "tokens_per_s_per_gpu": "throughput",
    "peak_mem_gib": "peak memory",
    "tpot_ms": "TPOT",
    "ttft_ms": "TTFT",
    "output_tok_s": "output throughput",
}
_MOST_SHOWN: Final = 10
MOST_NAMED: Final = 5
"""How many rows are named that are worth measuring."""
_TELLING: Final = 3  # rows from which an error of left-out rows says something


class Interval(msgspec.Struct, frozen=True):
    """Width of 80 % intervals, high ÷ low, in the median.

    `before` and `after` are of the user's rows, each left out; `typical_before` and `typical_after` of the
    same set-ups on twice the machines, and `more` says what it would be with so many more rows.
    """

    before: float
    after: float
    typical_before: float
    typical_after: float
    more: Mapping[int, float]


class Calibrated(msgspec.Struct, frozen=True):
    """What was learned from measured steps.

    `before` has the errors of the shipped answers, `results` those with all the other rows known; `rows`
    both for every measurement, `measure_next` the rows without one that would tell most, the best first.
    `saved` is the file where it is kept, empty for a dry run.
    """

    farthing: str
    verb: str
    kind: str
    as_of: str
    catalog: str
    book: str | None
    seed: int
    draws: int
    name: str
    digest: str
    saved: str
    verdict: str
    before: Mapping[str, Score]
    results: Mapping[str, Score]
    intervals: Mapping[str, Interval]
    rows: tuple[Mapping[str, Cell], ...]
    measure_next: tuple[str, ...]
    problems: tuple[Problem, ...]
    next: str
    lines: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def report(
    question: Question,
    made: Calibration,
    steps: Sequence[OwnStep],
    following: tuple[str, ...],
    problems: tuple[Problem, ...],
    saved: str,
) -> Calibrated:
    """What measured steps bring.

    `following` are rows worth measuring next, `saved` is where the steps are kept, '' for a dry run.
    """
    found, typical = left_out(made.kind, steps), widths(made.kind, steps)
    before = {name: _score(one, one.before) for name, one in found.items()}
    after = {name: _score(one, one.after) for name, one in found.items()}
    intervals = {name: _interval(found[name], typical[name]) for name in found}
    return Calibrated(
        farthing=__version__,
        verb="calibrate",
        kind=made.kind,
        as_of=question.as_of.isoformat(),
        catalog=catalog().hash,
        book=None,
        seed=question.seed,
        draws=question.draws,
        name=made.name,
        digest=made.digest,
        saved=saved,
        verdict=_verdict(made, before, after, intervals, saved=bool(saved)),
        before=before,
        results=after,
        intervals=intervals,
        rows=tuple(row for name, one in found.items() for row in _rows(name, one)),
        measure_next=following,
        problems=(*problems, *_odd(found), *_few(found), *_following(following)),
        next=f"farthing calibrate show {made.name}" if saved else "leave out --dry-run to keep it",
    )


def _score(found: LeftOut, predicted: Prediction) -> Score:
    columns = (found.measured, predicted.low, predicted.mid, predicted.high)
    pairs = [
        Pair(float(was), float(low), float(mid), float(high), ())
        for was, low, mid, high in zip(*columns, strict=True)
    ]
    made = score(pairs)
    assert made is not None, "a quantity is only there where a row has it"
    return made


def _interval(found: LeftOut, typical: Widths) -> Interval:
    before, after = (float(np.median(one.high / one.low)) for one in (found.before, found.after))
    return Interval(
        before=round(before, 4),
        after=round(after, 4),
        typical_before=round(typical.before, 4),
        typical_after=round(typical.after, 4),
        more={count: round(width, 4) for count, width in typical.more.items()},
    )


def _rows(quantity: str, found: LeftOut) -> Iterator[Mapping[str, Cell]]:
    for place, name in enumerate(found.ids):
        yield {
            "id": name,
            "quantity": quantity,
            "measured": float(found.measured[place]),
            "before": float(found.before.mid[place]),
            "after": float(found.after.mid[place]),
            "low": float(found.after.low[place]),
            "high": float(found.after.high[place]),
            "odd": bool(found.distance[place] > ODD),
        }


def _verdict(
    made: Calibration,
    before: Mapping[str, Score],
    after: Mapping[str, Score],
    intervals: Mapping[str, Interval],
    *,
    saved: bool,
) -> str:
    said = []
    for name, was in before.items():
        now, width = after[name], intervals[name]
        error = f"median error of {_SHORT[name]} {was.median:.1%} before, {now.median:.1%} now"
        span = f"{width.typical_before:.2f}x to {width.typical_after:.2f}x"
        said.append(f"{error} (each row left out), interval of a like {like(made.kind)} from {span}")
    how = "kept and in use" if saved else "not kept (dry run)"
    return f"{made.name}, {len(made.rows):,} rows, {how}: {'; '.join(said)}."


def like(kind: str) -> str:
    """What a typical width is told of: another step, or another load."""
    return "load" if kind == "serving" else "step"


def _odd(found: Mapping[str, LeftOut]) -> Iterator[Problem]:
    """A warning for each row that its neighbors contradict."""
    for quantity, one in found.items():
        for place in np.flatnonzero(one.distance > ODD)[:_MOST_SHOWN]:
            says = f"the others say {one.after.low[place]:.4g} to {one.after.high[place]:.4g}"
            what = f"{one.ids[place]} looks odd: {quantity} is {one.measured[place]:.4g}, {says}"
            why = "it is kept, and weighs less where its neighbors contradict it"
            fix = "measure it again, or take it out if something was different then"
            yield Problem("odd-row", "warning", "--table", what, why, fix)


def _few(found: Mapping[str, LeftOut]) -> Iterator[Problem]:
    """What is known too little of to believe the error that is told."""
    for quantity, one in found.items():
        if len(one.ids) < _TELLING:
            rows = "one row" if len(one.ids) == 1 else f"{len(one.ids)} rows"
            what = f"{_SHORT[quantity]} was measured in {rows}"
            why = "an error with so few left out says little; the interval is the better guide"
            fix = f"{MORE[0]} more rows, of other sizes or layouts, tell much more"
            yield Problem("few-rows", "note", "--table", what, why, fix)


def _following(names: Sequence[str]) -> Iterator[Problem]:
    """Which of the rows without a measurement to fill first."""
    if names:
        what = f"worth measuring next: {', '.join(names)}"
        yield Problem("measure-next", "note", "--table", what, "they say most about all the others", "")


def shortened(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The first problems, and how many are left."""
    more = len(problems) - _MOST_SHOWN
    if more <= 0:
        return tuple(problems)
    what, why = f"{more:,} more rows are set aside", "as those above"
    return (*problems[:_MOST_SHOWN], Problem("set-aside", "warning", "--table", what, why, ""))
