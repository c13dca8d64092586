"""`catalog`: list, show, search and check the facts, and the price history of an accelerator."""

from collections.abc import Mapping
from datetime import date

import msgspec

from farthing.app.asking import today
from farthing.app.book_age import Dated, dated
from farthing.catalog import find
from farthing.catalog.facts import Accelerator, Model, Rental
from farthing.catalog.load import catalog
from farthing.catalog.speed import h100_equivalents, speed_vs_a100
from farthing.estimate.architecture import of_model
from farthing.estimate.rent import rentals
from farthing.pricing.book import book
from farthing.units.problem import InputError, Problem, did_you_mean, quoted

KINDS: Mapping[str, str] = {
    "accelerators": "accelerators",
    "models": "open models by their shape",
    "closed_models": "what is reported of closed models",
    "nodes": "servers and racks",
    "instances": "cloud instances",
    "power": "electricity and its carbon by country",
    "pue": "data centers",
    "tuning_services": "managed fine-tuning and its prices",
    "label_kinds": "people who label, by the example",
    "teachers": "models that write examples, by the token",
    "assumptions": "defaults with their reasons",
    "sources": "where facts come from",
}


class Listed(msgspec.Struct, frozen=True):
    """One entry in a list: its kind, its id, its name."""

    kind: str
    id: str
    name: str


class FactShown(msgspec.Struct, frozen=True):
    """One entry with all its fields, what follows from them, and the titles of its sources.

    `stated` are figures that others give for the same thing: shown beside, never used.
    """

    kind: str
    id: str
    fields: Mapping[str, object]
    sources: Mapping[str, str]
    note: str
    derived: Mapping[str, float] = {}
    stated: Mapping[str, str] = {}


class Checked(msgspec.Struct, frozen=True):
    """How many facts there are of each kind, how old the price book is, and what is wrong with them."""

    catalog: str
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]
    book: Dated | None = None


def entries(kind: str | None = None) -> tuple[Listed, ...]:
    """Every entry, or those of one kind. Raises InputError for an unknown kind."""
    if kind is not None and kind not in KINDS:
        what = f"{quoted(kind)} is no kind of fact"
        fix = did_you_mean(kind, KINDS) or f"it is one of {', '.join(KINDS)}"
        raise InputError([Problem("unknown-kind", "error", "catalog list", what, "", fix)])
    rooms = KINDS if kind is None else (kind,)
    return tuple(
        Listed(room, name, _title(fact)) for room in rooms for name, fact in getattr(catalog(), room).items()
    )


def show(name: str) -> FactShown:
    """One entry by any of its names. Raises InputError with the nearest names."""
    if name in catalog().assumptions:
        room, entry, fact = "assumptions", name, catalog().assumptions[name]
        return FactShown(room, entry, _fields(fact), _sources(fact.sources), "")
    found = find.find(name)
    note = ""
    if found.room == "accelerators":
        note = find.found_accelerator(name).assumed
    derived, stated = _derived(found.id, found.fact), _stated(found.id)
    sources = _sources(found.fact.sources)
    return FactShown(found.room, found.id, _fields(found.fact), sources, note, derived, stated)


def search(text: str) -> tuple[Listed, ...]:
    """Entries that have a text in one of their names."""
    return tuple(Listed(found.room, found.id, _title(found.fact)) for found in find.search(text))


def prices(accelerator: str, since: date | None = None) -> tuple[Rental, ...]:
    """Rental quotes of an accelerator, oldest first. Raises InputError for an unknown name."""
    rows = rentals(find.found_accelerator(accelerator).id)
    return tuple(row for row in rows if since is None or row.valid_from >= since.isoformat())


def check() -> Checked:
    """Read every fact again and tell all that is wrong, without raising."""
    from farthing.catalog.check import PRICE_ROOMS, folder_problems  # YAML costs 15 ms to import
    from farthing.catalog.compiler import compile_folder

    compiled, _ = compile_folder()
    rooms = dict.fromkeys((*KINDS, *PRICE_ROOMS, "rentals", "fx"))
    counts = {room: len(getattr(compiled, room)) for room in rooms}
    problems = folder_problems(as_of=today().isoformat())
    if any(problem.severity == "error" for problem in problems):
        return Checked(compiled.hash, counts, problems)
    about = dated(book(), today())
    return Checked(compiled.hash, counts, (*problems, *about.problems), about)


def _derived(name: str, fact: object) -> Mapping[str, float]:
    """What follows from an entry: relative speed of an accelerator, parameter counts of a model."""
    if isinstance(fact, Accelerator):
        return {"speed_vs_a100_ratio": speed_vs_a100(fact), "h100_equivalents_ratio": h100_equivalents(fact)}
    if isinstance(fact, Model):
        shape = of_model(name)
        return {count: shape.count(count) for count in ("params", "active_params", "matmul_params")}
    return {}


def _stated(name: str) -> Mapping[str, str]:
    """Figures of the seed documents about an accelerator."""
    start = f"report_{name.replace('-', '_')}_"
    return {key: fact.value for key, fact in catalog().seeds.items() if key.startswith(start)}


def _title(fact: object) -> str:
    for name in ("name", "title", "value"):
        if text := getattr(fact, name, ""):
            return str(text)
    return ""


def _fields(fact: object) -> Mapping[str, object]:
    built: Mapping[str, object] = msgspec.to_builtins(fact)
    return built


def _sources(ids: tuple[str, ...]) -> Mapping[str, str]:
    known = catalog().sources
    return {name: known[name].title if name in known else name for name in ids}
