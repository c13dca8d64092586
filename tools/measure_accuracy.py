"""Measure what takes minutes or needs rows that do not ship, for the accuracy page.

    python tools/measure_accuracy.py [SHARED_FOLDER] [--cross-validation FILE]

writes docs/accuracy.json: errors with constants fitted anew (tools/check_training.py, or a file that it
printed), and errors on the fifth of the shared table that was never fitted, with the commit and the state
of the catalog they were measured on. `tools/write_docs.py` puts them on the page.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from select_published import held_out

from farthing.catalog.load import catalog
from farthing.estimate.scores import score
from farthing.estimate.step_row import setup_of
from farthing.estimate.validate_tables import TRAINING, pairs, predicted

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "accuracy.json"
SOFTWARE = ("framework", "version", "year", "source_family")
Scores = dict[str, dict[str, float]]


def main(arguments: Sequence[str]) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Measure accuracy.")
    parser.add_argument("shared", nargs="?", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--cross-validation", type=Path)
    given = parser.parse_args(arguments)
    table = given.shared / "data" / "training_throughput.csv"
    before = json.loads(OUT.read_text("utf-8")) if OUT.exists() else {}
    found = {
        "cross_validation": stamped(_cross_validation(given.cross_validation)),
        "held_out": stamped(unseen(table)) if table.exists() else before.get("held_out", {}),
    }
    OUT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def stamped(scores: Scores) -> dict[str, object]:
    """The scores with the state of code and facts they belong to."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
    )
    day = datetime.now(tz=UTC).date().isoformat()
    return {"commit": commit.stdout.strip(), "catalog": catalog().hash[:19], "date": day, "scores": scores}


def unseen(table: Path) -> Scores:
    """Errors on the rows that never ship, and the same with the software withheld."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if held_out(row["id"])]
    blind = [{name: cell for name, cell in row.items() if name not in SOFTWARE} for row in rows]
    return {**_scored("", rows), **_scored(", software withheld", blind)}


def _scored(suffix: str, rows: Sequence[Mapping[str, str]]) -> Scores:
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


def _cross_validation(kept: Path | None) -> Scores:
    if kept is not None:
        found: Scores = json.loads(kept.read_text("utf-8"))
        return found
    from check_training import report
    from fit_training import published

    return report(published())


if __name__ == "__main__":
    main(sys.argv[1:])
