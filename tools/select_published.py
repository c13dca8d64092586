"""Choose the cited subset of measured training steps that ships with the catalog.

    python tools/select_published.py SHARED_FOLDER

reads SHARED_FOLDER/data/training_throughput.csv and writes `published/training.csv`. A third of the
rows, those whose SHA-256 of the id is divisible by three, is left out for good: they are what our own
accuracy may be tested on without having been seen. Of the rest, each framework, model, accelerator and
number format keeps at most four rows, and every row that reports memory is kept. Sources are matched
to `sources/training.yaml` by title; a row without one stops the script.
"""

import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import yaml

from farthing.catalog.facts import PublishedStep

DATA = Path(__file__).parents[1] / "src/farthing/catalog/data"
ROWS_PER_GROUP = 4
DOUBTS = {
    "C": ("from memory", "not read", "immature"),
    "B": ("assumed", "inferred", "derived", "not stated", "may not multiply", "computed from dims"),
}
Row = dict[str, str]


def main(shared: Path) -> None:
    """Write the table."""
    sources = yaml.safe_load((DATA / "sources/training.yaml").read_text("utf-8"))
    by_title = {entry["title"]: name for name, entry in sources.items()}
    with (shared / "data/training_throughput.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [ours(row, by_title) for row in chosen(csv.DictReader(file))]
    columns = [field.name for field in msgspec.structs.fields(PublishedStep)]
    with (DATA / "published/training.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["id"]))


def digest(name: str) -> int:
    """A number that depends on the id alone."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16)


def held_out(name: str) -> bool:
    """Whether a row belongs to the third that never ships."""
    return digest(name) % 3 == 0


def chosen(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that ship, spread over groups, the same on every run."""
    kept: Counter[tuple[str, ...]] = Counter()
    for row in sorted(rows, key=lambda row: digest(row["id"])):
        group = tuple(row[column] for column in ("framework", "model", "accelerator", "precision"))
        if held_out(row["id"]) or (kept[group] >= ROWS_PER_GROUP and not row["peak_mem_gib"]):
            continue
        kept[group] += 1
        yield row


def ours(row: Row, by_title: dict[str, str]) -> Row:
    """The row with the id of its source and how far to trust it."""
    title = row["source"].replace('"', "'")
    return {**row, "source": by_title[title], "confidence": confidence(row["notes"])}


def confidence(notes: str) -> str:
    """A for figures printed by who measured them; less where a note says what was filled in."""
    return next((grade for grade, words in DOUBTS.items() if any(word in notes for word in words)), "A")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
