"""Every YAML file of a data folder, parsed and gathered into one catalog with all its problems."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from farthing.catalog import document, facts, files, rooms
from farthing.catalog.contents import LATER, Catalog
from farthing.units.problem import Problem, nearest


def compile_folder(data: Path = files.DATA) -> tuple[Catalog, tuple[Problem, ...]]:
    """All sound facts of a folder, and all problems of the others. Looks at no cache."""
    compiler = _Compiler()
    for path in files.with_suffix(data, ".yaml"):
        compiler.add(path, path.relative_to(data).as_posix())
    return compiler.catalog(files.digest(data), str(data)), tuple(compiler.problems)


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
        gathered: dict[str, Any] = {**self.facts, "calibration": self.calibration, "places": self.places}
        later = {room: msgspec.Raw(msgspec.msgpack.encode(gathered.pop(room, {}))) for room in LATER}
        return Catalog(hash=digest, folder=folder, later=later, **gathered)


def _unused(name: str, kept: Mapping[str, facts.Entry]) -> str:
    """Rows may share a name (two quotes of a day): later ones are numbered."""
    names = itertools.chain([name], (f"{name}#{count}" for count in itertools.count(2)))
    return next(candidate for candidate in names if candidate not in kept)


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
