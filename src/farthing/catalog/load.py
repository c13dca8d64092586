"""The catalog: every fact under `catalog/data/`, validated, compiled once and cached."""

import functools
import hashlib
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from farthing.catalog import cache, document, facts, published, rooms
from farthing.units.problem import CatalogError, Problem, nearest

DATA = Path(__file__).parent / "data"


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """All facts by id.

    `hash` names this state of the data; `places` gives file and line of each entry by `room/id`.
    """

    hash: str
    folder: str
    accelerators: Mapping[str, facts.Accelerator] = {}
    instances: Mapping[str, facts.Instance] = {}
    nodes: Mapping[str, facts.Node] = {}
    models: Mapping[str, facts.Model] = {}
    closed_models: Mapping[str, facts.ClosedModel] = {}
    rentals: Mapping[str, facts.Rental] = {}
    power: Mapping[str, facts.Grid] = {}
    pue: Mapping[str, facts.Facility] = {}
    fx: Mapping[str, facts.ExchangeRate] = {}
    assumptions: Mapping[str, facts.Assumption] = {}
    seeds: Mapping[str, facts.Assumption] = {}
    calibration: Mapping[str, Mapping[str, facts.CalibratedConstant]] = {}
    sources: Mapping[str, facts.Source] = {}
    places: Mapping[str, str] = {}

    @property
    def published_runs(self) -> Mapping[str, facts.PublishedRun]:
        """Whole training runs as published, by id; read when first asked for."""
        return published.runs(Path(self.folder))

    @property
    def published_training(self) -> Mapping[str, facts.PublishedStep]:
        """Measured training configurations, by id; read when first asked for."""
        return published.steps(Path(self.folder))


@functools.cache
def catalog(data: Path = DATA) -> Catalog:
    """The catalog of a data folder, from the cache when nothing changed.

    Raises CatalogError with every problem of every file.
    """
    key = _key(data, _hash(_contents(data)))
    if (found := _from_cache(key)) is not None:
        return found
    compiled, problems = compile_folder(data)
    errors = tuple(problem for problem in problems if problem.severity == "error")
    if errors:
        raise CatalogError(errors)
    cache.store(key, msgspec.msgpack.encode(compiled))
    return compiled


def compile_folder(data: Path = DATA) -> tuple[Catalog, tuple[Problem, ...]]:
    """Parse every file, without the cache: all sound facts, and all problems of the others."""
    compiler = _Compiler()
    for path in sorted(data.rglob("*.yaml")):
        compiler.add(path, path.relative_to(data).as_posix())
    compiled = compiler.catalog(_hash(_contents(data)), str(data))
    return compiled, tuple(compiler.problems)


class _Compiler:
    """Gathers the facts of all files and what is wrong with them."""

    def __init__(self) -> None:
        self.facts: dict[str, dict[str, facts.Entry]] = {}
        self.calibration: dict[str, dict[str, facts.Entry]] = {}
        self.places: dict[str, str] = {}
        self.problems: list[Problem] = []

    def add(self, path: Path, label: str) -> None:
        room = rooms.room_of(label)
        if room is None:
            self.problems.append(_no_room(label))
            return
        read = document.read(path, label)
        self.problems.extend(read.problems)
        for reading in rooms.readings(room, read, label):
            self.problems.extend(reading.problems)
            self._keep(room, path.stem, reading)

    def _keep(self, room: rooms.Room, stem: str, reading: rooms.Reading) -> None:
        if reading.fact is None:
            return
        if room.name == "calibration":
            self.calibration.setdefault(stem, {})[reading.name] = reading.fact
            self.places[f"{room.name}/{stem}/{reading.name}"] = reading.place
            return
        kept = self.facts.setdefault(room.name, {})
        name = _unused(reading.name, kept) if room.row_name else reading.name
        if name in kept:
            first = self.places[f"{room.name}/{name}"]
            self.problems.append(_named_twice(name, reading.place, first))
        kept[name] = reading.fact
        self.places[f"{room.name}/{name}"] = reading.place

    def catalog(self, digest: str, folder: str) -> Catalog:
        # Any, because rooms.ROOMS alone pairs each name with its kind of fact
        gathered: dict[str, Any] = {**self.facts, "calibration": self.calibration}
        return Catalog(hash=digest, folder=folder, places=self.places, **gathered)


def _unused(name: str, kept: Mapping[str, facts.Entry]) -> str:
    """Rows may share a name (two quotes of a day): later ones are numbered."""
    names = itertools.chain([name], (f"{name}#{count}" for count in itertools.count(2)))
    return next(candidate for candidate in names if candidate not in kept)


def _contents(data: Path) -> dict[str, bytes]:
    """The start of every file, long enough to tell a file that is too large to be read."""
    paths = sorted([*data.rglob("*.yaml"), *data.rglob("*.csv")])
    return {path.relative_to(data).as_posix(): _head(path) for path in paths}


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(document.LARGEST_FILE_BYTE + 1)


def _hash(contents: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for label, content in contents.items():
        digest.update(f"{label}\0{len(content)}\0".encode())
        digest.update(content)
    return f"sha256:{digest.hexdigest()}"


def _key(data: Path, digest: str) -> bytes:
    """What a cached catalog depends on: the facts, where they lie, and the shape of a fact."""
    shape = "".join(path.read_text("utf-8") for path in (Path(facts.__file__), Path(__file__)))
    return f"{digest}\0{data}\0{shape}".encode()


def _from_cache(key: bytes) -> Catalog | None:
    content = cache.fetch(key)
    try:
        return None if content is None else msgspec.msgpack.decode(content, type=Catalog)
    except msgspec.DecodeError:
        return None


def _no_room(label: str) -> Problem:
    guesses = nearest(label, [room.pattern for room in rooms.ROOMS])
    return Problem(
        code="unknown-file",
        severity="warning",
        where=label,
        what="No kind of fact is kept in a file of this name, so it was not read",
        why="the folder and the name of a file say which facts it holds",
        fix=f"Move it to {' or '.join(guesses) or 'a folder that exists'}.",
    )


def _named_twice(name: str, place: str, first: str) -> Problem:
    return Problem(
        code="duplicate-id",
        severity="error",
        where=place,
        what=f"'{name}' is defined twice",
        why=f"it is first defined at {first}; only one of them could count",
        fix="Remove or rename one of the two.",
    )
