"""Whether the facts can be believed: sources, dates, names and plausible numbers.

Loading already refuses what has the wrong form. Run `python -m farthing.catalog.check` after
adding a fact; it prints every problem with its file and line, and ends with 2 when one is an
error.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from farthing.catalog import names, plausible, price_checks, published, services
from farthing.catalog.compiler import compile_folder
from farthing.catalog.contents import Catalog
from farthing.catalog.facts import Entry, Fact, as_ids
from farthing.catalog.files import DATA
from farthing.catalog.findings import Finding
from farthing.catalog.readable import unreadable_figures
from farthing.units.problem import Problem, did_you_mean

NAMED_ROOMS = ("accelerators", "instances", "nodes", "models", "closed_models", "power", "pue")
SERVICE_ROOMS = ("tuning_services", "label_kinds", "teachers")
PRICE_ROOMS = ("prices", "price_rules", "model_lives", "hosted_speeds", "quality", "tokenizers")
FACT_ROOMS = (*NAMED_ROOMS, *SERVICE_ROOMS, *PRICE_ROOMS, "rentals", "fx", "assumptions", "seeds")
Rule = Callable[[Catalog], Iterator[Finding]]


def problems(catalog: Catalog, as_of: str | None = None) -> tuple[Problem, ...]:
    """Everything doubtful in a loaded catalog; `as_of` (2026-11-22) also checks for the future."""
    found = [finding for rule in RULES for finding in rule(catalog)]
    if as_of is not None:
        found.extend(future_dates(catalog, as_of))
    tables = published.problems(Path(catalog.folder))
    return (*tables, *(finding.problem(catalog.places) for finding in found))


def folder_problems(data: Path = DATA, as_of: str | None = None) -> tuple[Problem, ...]:
    """What is wrong with the files of a folder: form first, then belief."""
    catalog, form = compile_folder(data)
    return (*form, *problems(catalog, as_of))


def unknown_sources(catalog: Catalog) -> Iterator[Finding]:
    """A source that is named but described in no file of `sources/`, once with its first use."""
    uses = [(source, place) for place, entry in all_facts(catalog) for source in _cited(entry)]
    first = {source: place for source, place in reversed(uses) if source not in catalog.sources}
    for source, place in first.items():
        yield Finding(
            code="unknown-source",
            place=place,
            what=f"The source '{source}' is not described",
            why="every fact can be checked at its source",
            fix=did_you_mean(source, catalog.sources) or "Describe it in sources/.",
        )


def ambiguous_names(catalog: Catalog) -> Iterator[Finding]:
    """A spelling that two entries of one room share."""
    for room in (*NAMED_ROOMS, *SERVICE_ROOMS):
        for key, ids in names.index(getattr(catalog, room)).items():
            if len(ids) > 1:
                yield Finding(
                    code="ambiguous-name",
                    place=f"{room}/{max(ids)}",
                    what=f"'{key}' names {' and '.join(sorted(ids))}",
                    why="a look-up must find one entry",
                    fix="Leave the alias to one of them.",
                )


def unknown_fields(catalog: Catalog) -> Iterator[Finding]:
    """Provenance given for a field that the entry does not have."""
    for place, entry in all_facts(catalog):
        known = entry.__struct_fields__
        for field in getattr(entry, "fields", {}):
            if field not in known:
                yield Finding(
                    code="unknown-key",
                    place=place,
                    what=f"'fields' speaks of '{field}', which is no field of this entry",
                    why="its source would be lost without a word",
                    fix=did_you_mean(field, known) or "Remove it.",
                )


def orphan_categories(catalog: Catalog) -> Iterator[Finding]:
    """A category of bills whose parent does not exist."""
    for name in catalog.taxonomy:
        parent = name.rpartition(".")[0]
        if parent and parent not in catalog.taxonomy:
            yield Finding(
                code="orphan-category",
                place=f"taxonomy/{name}",
                what=f"The category '{parent}' that holds it does not exist",
                why="totals are summed along the path",
                fix=did_you_mean(parent, catalog.taxonomy) or f"Add '{parent}'.",
            )


def future_dates(catalog: Catalog, as_of: str) -> Iterator[Finding]:
    """A fact dated after the day on which it is checked."""
    entries = [*all_facts(catalog), *_room(catalog.sources, "sources")]
    for place, entry in entries:
        dates = [getattr(entry, "date", ""), *_field_dates(entry)]
        for date in dates:
            if date > as_of[: len(date)]:
                yield Finding(
                    code="future-date",
                    place=place,
                    what=f"The date {date} lies after {as_of}",
                    why="a fact is dated when it was published or read",
                    fix="Correct the date.",
                )


def all_facts(catalog: Catalog) -> Iterator[tuple[str, Entry]]:
    """Every fact that needs a source, with its place."""
    for room in FACT_ROOMS:
        yield from _room(getattr(catalog, room), room)
    for stem, constants in catalog.calibration.items():
        yield from _room(constants, f"calibration/{stem}")
    for table in published.TABLES:
        yield from _room(published.read(Path(catalog.folder), table).rows, table.name)


RULES: tuple[Rule, ...] = (
    unknown_sources,
    ambiguous_names,
    unknown_fields,
    unreadable_figures,
    orphan_categories,
    *plausible.RULES,
    *price_checks.RULES,
    *services.RULES,
)


def _room(entries: Mapping[str, Entry], room: str) -> Iterator[tuple[str, Entry]]:
    for name, entry in entries.items():
        yield f"{room}/{name}", entry


def _cited(entry: Entry) -> Iterator[str]:
    yield from as_ids(getattr(entry, "source", ()))
    if isinstance(entry, Fact):
        for basis in entry.fields.values():
            yield from as_ids(basis.source)


def _field_dates(entry: Entry) -> Iterator[str]:
    if isinstance(entry, Fact):
        yield from (basis.date for basis in entry.fields.values() if basis.date)


def main(arguments: list[str] | None = None) -> int:
    """Print the problems of the catalog; 2 when one of them is an error, else 0."""
    parser = argparse.ArgumentParser(prog="python -m farthing.catalog.check", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--as-of", metavar="DATE", help="the day that no fact may lie after")
    given = parser.parse_args(arguments)
    found = folder_problems(given.folder, given.as_of)
    for problem in found:
        sys.stdout.write(f"{problem.severity}: {problem}\n")
    errors = sum(problem.severity == "error" for problem in found)
    sys.stdout.write(f"{errors} errors, {len(found) - errors} warnings\n")
    return 2 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
