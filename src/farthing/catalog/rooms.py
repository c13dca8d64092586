"""Which file of `catalog/data/` holds which kind of fact, and the entries of one file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from farthing.catalog import facts, price_facts, service_facts
from farthing.catalog.document import Document
from farthing.catalog.entries import Place, Route, Tree, to_fact
from farthing.units.problem import Problem


@dataclass(frozen=True, slots=True)
class Room:
    """Files that match `pattern` hold facts of `kind`, gathered in the catalog as `name`.

    Entries are named by their key in the file, or, where `row_name` is given, are rows of a
    list that `row_name` gives a name.
    """

    pattern: str
    name: str
    kind: type[facts.Entry]
    row_name: Callable[[dict[str, Tree]], str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry as read: its name, its place, and the fact or the reasons why there is none."""

    name: str
    place: str
    fact: facts.Entry | None
    problems: tuple[Problem, ...]


def _rental_name(row: dict[str, Tree]) -> str:
    parts = ("accelerator", "provider_kind", "provider", "region", "term", "valid_from")
    return ":".join(str(row[part]) for part in parts if row.get(part))


def _rate_name(row: dict[str, Tree]) -> str:
    return f"{row.get('currency')}:{row.get('date')}"


def _price_name(row: dict[str, Tree]) -> str:
    parts = ("provider", "model", "tier", "region", "above_tokens", "valid_from")
    return ":".join(str(row[part]) for part in parts if row.get(part))


def _rule_name(row: dict[str, Tree]) -> str:
    parts = ("provider", "tier", "region", "valid_from")
    return ":".join(str(row[part]) for part in parts if row.get(part))


def _hosted_name(row: dict[str, Tree]) -> str:
    return f"{row.get('provider')}:{row.get('model')}"


def _score_name(row: dict[str, Tree]) -> str:
    return f"{row.get('model')}:{row.get('benchmark')}"


def _tokenizer_name(row: dict[str, Tree]) -> str:
    return f"{row.get('tokenizer')}:{row.get('language')}"


ROOMS = (  # the first pattern that matches wins
    Room("sources/*.yaml", "sources", facts.Source),
    Room("hardware/instances.yaml", "instances", facts.Instance),
    Room("hardware/nodes.yaml", "nodes", facts.Node),
    Room("hardware/*.yaml", "accelerators", facts.Accelerator),
    Room("models/closed.yaml", "closed_models", facts.ClosedModel),
    Room("models/*.yaml", "models", facts.Model),
    Room("rental/*.yaml", "rentals", facts.Rental, _rental_name),
    Room("prices/rules.yaml", "price_rules", price_facts.PriceRule, _rule_name),
    Room("prices/lives.yaml", "model_lives", price_facts.ModelLife, _hosted_name),
    Room("prices/speeds.yaml", "hosted_speeds", price_facts.HostedSpeed, _hosted_name),
    Room("prices/*.yaml", "prices", price_facts.TokenPrice, _price_name),
    Room("quality/*.yaml", "quality", price_facts.Quality, _score_name),
    Room("tokenizers.yaml", "tokenizers", price_facts.TokenizerMeasure, _tokenizer_name),
    Room("power/pue.yaml", "pue", facts.Facility),
    Room("power/*.yaml", "power", facts.Grid),
    Room("fx/*.yaml", "fx", facts.ExchangeRate, _rate_name),
    Room("services/finetuning.yaml", "tuning_services", service_facts.TuningService),
    Room("services/labels.yaml", "label_kinds", service_facts.LabelKind),
    Room("services/teachers.yaml", "teachers", service_facts.TeacherPrice),
    Room("workloads.yaml", "workloads", service_facts.Workload),
    Room("assumptions.yaml", "assumptions", facts.Assumption),
    Room("taxonomy.yaml", "taxonomy", facts.Category),
    Room("seeds.yaml", "seeds", facts.Assumption),
    Room("calibration/*.yaml", "calibration", facts.CalibratedConstant),
)


def room_of(path: str) -> Room | None:
    """The room of a file, by its path below the data folder; None when there is none."""
    return next((room for room in ROOMS if fnmatchcase(path, room.pattern)), None)


def readings(room: Room, document: Document, label: str) -> Iterator[Reading]:
    """Each entry of a file, sound or not."""
    for name, route, value in _raw_entries(room, document.value):
        place = Place(label, document.lines, route)
        fact, problems = to_fact(value, room.kind, place)
        yield Reading(name, place.at(), fact, problems)


def _raw_entries(room: Room, tree: Tree) -> Iterator[tuple[str, Route, Tree]]:
    if isinstance(tree, str):
        yield "", (), tree
    elif isinstance(tree, list):
        yield from _rows(room, (), tree)
    elif tree is not None and room.row_name is None:
        yield from ((name, (name,), value) for name, value in tree.items())
    elif tree is not None:
        for heading, rows in tree.items():
            yield from _rows(room, (heading,), rows)


def _rows(room: Room, route: Route, rows: Tree) -> Iterator[tuple[str, Route, Tree]]:
    if not isinstance(rows, list) or room.row_name is None:
        yield "", route, str(rows)
        return
    for index, row in enumerate(rows):
        yield room.row_name(row) if isinstance(row, dict) else "", (*route, index), row
