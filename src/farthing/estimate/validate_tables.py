"""Tables of measurements, by kind: which columns were measured, and predictions that never see them."""

import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final, TypeAlias

import numpy as np

from farthing.catalog.load import catalog
from farthing.estimate.calibration import Calibration
from farthing.estimate.own_correction import known_by
from farthing.estimate.prediction_row import PredictionRow, refused
from farthing.estimate.scores import Pair
from farthing.estimate.step_prediction import Known

Row: TypeAlias = Mapping[str, str]
Progress: TypeAlias = Callable[[int, int], None]

CHUNK: Final = 1024
"""Rows predicted at a time: their covariance with the evidence is the largest array, and stays small."""
_GIB_PER_GB: Final = 1e9 / 2**30


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table: its name, what is predicted, and the columns that were measured or remarked."""

    name: str
    quantities: tuple[str, ...]
    measured: frozenset[str]

    def predictions(self, rows: Sequence[Row], known: Known) -> list[PredictionRow]:
        """A line for each quantity of each row, in the table's order; `known` says more than is public."""
        home = import_module(f"farthing.estimate.validate_{self.name}")
        found: list[PredictionRow] = home.predictions(rows, known) if known else home.predictions(rows)
        return found

    def usable(self, row: Row, quantity: str) -> bool:
        """Whether a measurement counts: of runs quality A and B, of servings what is sure and measured."""
        if self.name == "serving":
            derived = quantity == "output_tok_s" and row.get("tput_kind") not in ("", None, "measured")
            return not (row.get("suspect") or derived)
        return self.name != "runs" or row.get("quality") in ("A", "B")


_REMARKS: Final = frozenset({"notes", "source", "confidence", "split", "hidden_kind", "split_kind"})
TRAINING: Final = Kind(
    "training",
    ("tokens_per_s_per_gpu", "peak_mem_gib"),
    _REMARKS
    | {
        "tflops_per_gpu",
        "mfu_pct",
        "hfu_pct",
        "tokens_per_s_per_gpu",
        "step_time_s",
        "peak_mem_gib",
        "peak_mem_gb",
    },
)
RUNS: Final = Kind(
    "runs",
    ("gpu_hours",),
    _REMARKS
    | {
        "gpu_hours",
        "wall_clock_days",
        "implied_mfu_6nd",
        "reported_cost_usd",
        "price_per_gpu_hour_usd",
        "quality",
    },
)
FINETUNE: Final = Kind(
    "finetune",
    ("tokens_per_s_per_gpu", "peak_mem_gib"),
    _REMARKS
    | {
        "tokens_per_s_per_gpu",
        "tokens_per_s_total",
        "tflops_per_gpu",
        "step_time_s",
        "time_1k_iter_min",
        "run_seconds",
        "time_to_train_min",
        "gpu_hours",
        "peak_mem_gib",
        "peak_mem_gb",
        "oom",
        "reported_cost_usd",
    },
)
SERVING: Final = Kind(
    "serving",
    ("tpot_ms", "ttft_ms", "output_tok_s"),
    _REMARKS
    | {"output_tok_s", "total_tok_s", "req_s", "ttft_ms", "tpot_ms", "suspect", "quality_note", "tput_kind"},
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (TRAINING, RUNS, FINETUNE, SERVING)}


def predicted(
    kind: Kind, rows: Sequence[Row], progress: Progress | None = None, calibration: Calibration | None = None
) -> list[PredictionRow]:
    """A line for each quantity of each row, from the configuration columns alone.

    Rows that say the same are predicted once. `progress` is told how many of the distinct rows are done.
    With a `calibration` of that kind the user's own measurements are evidence too.
    """
    published = catalog().published_runs if kind.name == "runs" else ()
    own = known_by(kind.name, calibration)
    keys = [configuration(kind, row, published) for row in rows]
    distinct = list(dict.fromkeys(keys))
    answers: dict[tuple[tuple[str, str], ...], Sequence[PredictionRow]] = {}
    for start in range(0, len(distinct), CHUNK):
        part = distinct[start : start + CHUNK]
        with np.errstate(all="ignore"):  # what a row of absurd numbers gives is refused below
            lines = kind.predictions([dict(key) for key in part], own)
        answers.update(zip(part, _batches(lines, len(kind.quantities)), strict=True))
        if progress:
            progress(start + len(part), len(distinct))
    return [
        _named(line, row.get("id", "")) for row, key in zip(rows, keys, strict=True) for line in answers[key]
    ]


def pairs(
    kind: Kind, quantity: str, rows: Sequence[Row], lines: Sequence[PredictionRow]
) -> list[tuple[Pair, Row]]:
    """Each usable measurement of a quantity with its prediction and its row.

    Of rows that share an id the last counts, as it does for whoever looks predictions up by id.
    """
    said = {line.id: line for line in lines if line.quantity == quantity}
    last = {row.get("id", ""): row for row in rows}
    found = []
    for name, row in last.items():
        measured = measurement(row, quantity)
        if math.isfinite(measured) and kind.usable(row, quantity):
            line = said[name]
            numbers = (line.low, line.mid, line.high) if line.status == "ok" else (math.nan,) * 3
            found.append((Pair(measured, *numbers, group=_group(row)), row))
    return found


def measurement(row: Row, quantity: str) -> float:
    """The measured value of a quantity; nan where the cell is absent, empty or no positive number."""
    value = _number(row.get(quantity))
    if math.isnan(value) and quantity == "peak_mem_gib":
        return _number(row.get("peak_mem_gb")) * _GIB_PER_GB
    return value


def _number(text: str | None) -> float:
    try:
        value = float(text or "nan")
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and value > 0 else math.nan


def _group(row: Row) -> tuple[str, ...]:
    source = row.get("source_family") or row.get("framework") or row.get("source") or ""
    return (source, row.get("model", ""), row.get("accelerator", ""))


def configuration(kind: Kind, row: Row, known: Container[str] = ()) -> tuple[tuple[str, str], ...]:
    """What a prediction may know of a row: nothing measured, nothing empty.

    Its own name only where that is one of the `known`, which are predicted without themselves.
    """
    return tuple(
        (name, cell)
        for name, cell in row.items()
        if cell and name not in kind.measured and (name != "id" or cell in known)
    )


def _batches(lines: Sequence[PredictionRow], size: int) -> Iterator[Sequence[PredictionRow]]:
    return (lines[start : start + size] for start in range(0, len(lines), size))


def _named(line: PredictionRow, name: str) -> PredictionRow:
    """The line under a row's own id; one without finite numbers is refused, never written as if it were."""
    if line.status == "ok" and not (0 < line.low <= line.mid <= line.high < math.inf):
        return refused(
            name, line.quantity, "no finite prediction: a number of the row is far too large or small"
        )
    return PredictionRow(name, line.quantity, line.low, line.mid, line.high, line.status, line.reason)
