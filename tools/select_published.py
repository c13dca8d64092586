"""Choose the cited subset of measured training and fine-tuning steps that ships with the catalog.

    python tools/select_published.py SHARED_FOLDER

reads training_throughput.csv and finetune_throughput.csv of SHARED_FOLDER/data and writes published/*.csv.
A fifth of the rows, those whose SHA-256 of the id is divisible by five, is left out for good: they are
what our own accuracy is tested on without having been seen. Sources are matched to `sources/training.yaml` by
title, those of fine-tuning to the repository they come from; a row without one stops the script.
"""

import csv
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import yaml

from farthing.catalog.published_facts import PublishedServing, PublishedStep, PublishedTuning

DATA = Path(__file__).parents[1] / "src/farthing/catalog/data"
HELD_OUT_ONE_IN = 5
MOST_OF_A_CURVE = 3
CURVE = (
    *("model", "accelerator", "n_accelerators", "tp", "pp", "ep", "weight_precision", "kv_precision"),
    *("engine", "input_len", "output_len", "workload", "source_family"),
)
DOUBTS = {
    "C": ("from memory", "not read", "immature"),
    "B": ("assumed", "inferred", "derived", "not stated", "may not multiply", "computed from dims"),
}
Row = dict[str, str]


def main(shared: Path) -> None:
    """Write the tables."""
    sources = yaml.safe_load((DATA / "sources/training.yaml").read_text("utf-8"))
    by_title = {entry["title"]: name for name, entry in sources.items()}
    rows = [ours(row, by_title) for row in chosen(read(shared / "data/training_throughput.csv"))]
    write("training", PublishedStep, rows)
    tunings = [tuning(row) for row in chosen(read(shared / "data/finetune_throughput.csv"))]
    write("finetuning", PublishedTuning, tunings)
    servings = [serving(row) for row in chosen(read(shared / "data/inference_throughput.csv")) if sound(row)]
    write("serving", PublishedServing, thinned(servings))


def read(path: Path) -> list[Row]:
    """The rows of a shared table."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def write(name: str, kind: type[msgspec.Struct], rows: Iterable[Row]) -> None:
    """Write a table of the catalog, by id."""
    columns = [field.name for field in msgspec.structs.fields(kind)]
    with (DATA / f"published/{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["id"]))


def tuning(row: Row) -> Row:
    """A fine-tuning row with the id of the repository it comes from."""
    place = row["source"].split()[1].split("@")[0]
    source = "-".join(re.sub(r"[^a-z0-9.]+", "-", part.lower()) for part in place.split("/")[:2])
    return {**row, "source": source, "confidence": confidence(row["notes"]), "notes": row["notes"]}


def sound(row: Row) -> bool:
    """Whether nothing makes a serving doubtful and it measured something."""
    return not row["suspect"] and any(row[name] for name in ("tpot_ms", "ttft_ms", "output_tok_s"))


def serving(row: Row) -> Row:
    """A serving row with the id of its source; derived throughput is left out, for it was not measured."""
    measured = row["output_tok_s"] if row["tput_kind"] == "measured" else ""
    notes = row["quality_note"]
    source = f"serving-{re.sub(r'[^a-z0-9.]+', '-', row['source_family'].lower()).strip('-')}"
    grade = "B" if row["source_family"] != "lmdeploy_docs" else "A"
    return {**row, "output_tok_s": measured, "source": source, "confidence": grade, "notes": notes}


def thinned(rows: Sequence[Row]) -> Iterator[Row]:
    """At most MOST_OF_A_CURVE rows of one set-up, spread from the lightest load to the heaviest."""
    curves: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        curves.setdefault(tuple(row[name] for name in CURVE), []).append(row)
    for members in curves.values():
        members.sort(key=by_load)
        count = min(len(members), MOST_OF_A_CURVE)
        places = {round(place * (len(members) - 1) / max(1, count - 1)) for place in range(count)}
        yield from (members[place] for place in sorted(places))


def by_load(row: Row) -> tuple[int, str, str]:
    """An order in which 8 comes before 16."""
    return len(row["concurrency_or_batch"]), row["concurrency_or_batch"], row["id"]


def digest(name: str) -> int:
    """A number that depends on the id alone."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16)


def held_out(name: str) -> bool:
    """Whether a row belongs to the fifth that never ships."""
    return digest(name) % HELD_OUT_ONE_IN == 0


def chosen(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that ship."""
    return (row for row in rows if not held_out(row["id"]))


def ours(row: Row, by_title: dict[str, str]) -> Row:
    """The row with the id of its source and how far to trust it."""
    title = row["source"].replace('"', "'")
    return {**row, "source": by_title[title], "confidence": confidence(row["notes"])}


def confidence(notes: str) -> str:
    """A for figures printed by who measured them; less where a note says what was filled in."""
    return next((grade for grade, words in DOUBTS.items() if any(word in notes for word in words)), "A")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
