"""Measure what takes minutes or needs rows that do not ship, for the accuracy page.

    python tools/measure_accuracy.py [SHARED_FOLDER] [--cross-validation FILE] [--only KIND]

writes docs/accuracy.json: errors with constants fitted anew (tools/check_training.py, check_finetuning.py and
check_serving.py; FILE has what the first, or with `--only serving` the last, printed), and errors on the
fifth of each shared table that was never fitted, with the commit and the state of the catalog they were
measured on. KIND is training, finetune or serving. `tools/write_docs.py` puts them on the page.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from out_of_memory import memory_score, ran_out
from select_published import held_out

from farthing.catalog.load import catalog
from farthing.estimate.prediction_row import PredictionRow
from farthing.estimate.scores import Pair, by_group, score
from farthing.estimate.serving_prediction import measurements
from farthing.estimate.setup import family_of
from farthing.estimate.step_row import setup_of
from farthing.estimate.validate_shipped import left_out
from farthing.estimate.validate_tables import FINETUNE, SERVING, TRAINING, pairs, predicted

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "accuracy.json"
SOFTWARE = ("framework", "version", "year", "source_family")
Scores = dict[str, dict[str, float]]
Rows = Sequence[Mapping[str, str]]


def main(arguments: Sequence[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Measure accuracy.")
    parser.add_argument("shared", nargs="?", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--cross-validation", type=Path)
    parser.add_argument("--only", choices=("training", "finetune", "serving"))
    given = parser.parse_args(arguments)
    found = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    if given.only in (None, "training"):
        found["cross_validation"] = stamped(_cross_validation(given.cross_validation))
        found |= measured(given.shared / "data/training_throughput.csv", "held_out", unseen)
    if given.only in (None, "finetune"):
        found["tuning_cross_validation"] = stamped(_tuning_cross_validation())
        table = given.shared / "data/finetune_throughput.csv"
        found |= measured(table, "tuning_held_out", unseen_tunings)
        found |= measured(table, "tuning_table", every_tuning)
    if given.only in (None, "serving"):
        found["serving_cross_validation"] = stamped(
            _serving_cross_validation(given.cross_validation if given.only == "serving" else None)
        )
        found |= measured(given.shared / "data/inference_throughput.csv", "serving_held_out", unseen_servings)
    OUT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def measured(table: Path, name: str, measure: Callable[[Rows], Scores]) -> dict[str, object]:
    """The scores of a table under this name; nothing where the table is not here."""
    if not table.exists():
        return {}
    with table.open(newline="", encoding="utf-8-sig") as file:
        return {name: stamped(measure(list(csv.DictReader(file))))}


def stamped(scores: Scores) -> dict[str, object]:
    """The scores with the state of code and facts they belong to."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
    )
    day = datetime.now(tz=UTC).date().isoformat()
    return {"commit": commit.stdout.strip(), "catalog": catalog().hash[:19], "date": day, "scores": scores}


def unseen(table: Rows) -> Scores:
    """Errors on the training rows that never ship, and the same with the software withheld."""
    rows = [row for row in table if held_out(row["id"])]
    return {**_training_scores("", rows), **_training_scores(", software withheld", _blind(rows))}


def unseen_tunings(table: Rows) -> Scores:
    """Errors on the fine-tuning rows that never ship, the same with the software withheld, out of memory."""
    rows = [row for row in table if held_out(row["id"])]
    lines, blind = predicted(FINETUNE, rows), predicted(FINETUNE, _blind(rows))
    withheld = dict(_tuning_scores(_blind(rows), blind))
    return {
        **dict(_tuning_scores(rows, lines)),
        **{f"{name}, software withheld": one for name, one in withheld.items()},
        "out of memory": _out_of_memory(rows, lines),
    }


def unseen_servings(table: Rows) -> Scores:
    """Errors on the servings that never ship, and by source."""
    rows = [row for row in table if held_out(row["id"])]
    lines = predicted(SERVING, rows)
    found: Scores = {}
    for quantity in SERVING.quantities:
        every = pairs(SERVING, quantity, rows, lines)
        one = score([pair for pair, _ in every])
        found |= {} if one is None else {quantity: msgspec.structs.asdict(one)}
        sources = by_group((pair for pair, _ in every), lambda pair: pair.group[0])
        found |= {f"{quantity}: {name}": msgspec.structs.asdict(some) for name, some in sources.items()}
    return found


def every_tuning(table: Rows) -> Scores:
    """Errors on every fine-tuning row: those that ship from all others, the rest never seen; by source."""
    lines = left_out(FINETUNE, table, predicted(FINETUNE, table))
    found: Scores = {}
    for quantity in FINETUNE.quantities:
        every = pairs(FINETUNE, quantity, table, lines)
        sources = {id(pair): family_of(row["framework"]) for pair, row in every}

        def source(pair: Pair, known: Mapping[int, str] = sources) -> str:
            return known[id(pair)]

        groups = by_group((pair for pair, _ in every), source)
        found |= {f"{quantity}: {name}": msgspec.structs.asdict(one) for name, one in groups.items()}
    return {
        **dict(_tuning_scores(table, lines)),
        **found,
        "out of memory": _out_of_memory(table, lines),
    }


def _out_of_memory(rows: Rows, lines: Sequence[PredictionRow]) -> dict[str, float]:
    full = {line.id for line in lines if line.quantity == "peak_mem_gib" and line.status == "infeasible"}
    return memory_score((ran_out(row["oom"]), row["id"] in full) for row in rows)


def _blind(rows: Rows) -> Rows:
    return [{name: cell for name, cell in row.items() if name not in SOFTWARE} for row in rows]


def _tuning_scores(rows: Rows, lines: Sequence[PredictionRow]) -> Iterator[tuple[str, dict[str, float]]]:
    for quantity in FINETUNE.quantities:
        one = score([pair for pair, _ in pairs(FINETUNE, quantity, rows, lines)])
        if one is not None:
            yield quantity, msgspec.structs.asdict(one)


def _training_scores(suffix: str, rows: Rows) -> Scores:
    lines = predicted(TRAINING, rows)
    found: Scores = {}
    for quantity in TRAINING.quantities:
        every = pairs(TRAINING, quantity, rows, lines)
        mixtures = [(pair, row) for pair, row in every if setup_of(row).architecture.shape["expert_count"]]
        for kind, some in (("", every), (", mixtures of experts", mixtures)):
            one = score([pair for pair, _ in some])
            if one is not None:
                found[f"{quantity}{kind}{suffix}"] = msgspec.structs.asdict(one)
    return found


def _tuning_cross_validation() -> Scores:
    from check_finetuning import report
    from fit_finetuning import published

    return report(published())


def _serving_cross_validation(kept: Path | None) -> Scores:
    if kept is not None:
        found: Scores = json.loads(kept.read_text("utf-8"))
        return found
    from check_serving import report

    return report(measurements())


def _cross_validation(kept: Path | None) -> Scores:
    if kept is not None:
        found: Scores = json.loads(kept.read_text("utf-8"))
        return found
    from check_training import report
    from fit_training import published

    return report(published())


if __name__ == "__main__":
    main(sys.argv[1:])
