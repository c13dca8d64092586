"""Answers that were given once are kept.

The files of a table never change, so the same question of the same files has the same answer. What is kept
can be lost at any time.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import numpy as np

from farthing.ledger.answer import Answer, Cells, Engine
from farthing.ledger.files import Files

_FORM: Final = 1  # of the kept files: another number for another form
_LARGEST_BYTES: Final = 64 * 1024 * 1024
_MOST_BYTES: Final = 512 * 1024 * 1024
_Kept: TypeAlias = tuple[str, str, bytes | list[str | None]]
_DECODER: Final = msgspec.msgpack.Decoder(list[_Kept])
_TYPES: Final = {"text": str, "whole": int, "money": Decimal}


class RememberedEngine:
    """An engine that asks another one, and reads from a folder what that one answered before."""

    def __init__(self, name: str, start: Callable[[], Engine], folder: Path) -> None:
        self.name = name
        self._start = start
        self._folder = folder

    @cached_property
    def _engine(self) -> Engine:
        """The other engine, started for the first question that was not answered before."""
        return self._start()

    def ask(self, sql: str, tables: Mapping[str, Files]) -> Answer:
        """The answer to a question, as of `Engine.ask`."""
        path = self._folder / f"{self._key(sql, tables)}.answer"
        kept = _read(path)
        if kept is not None:
            return kept
        answer = self._engine.ask(sql, tables)
        _keep(path, answer)
        return answer

    def _key(self, sql: str, tables: Mapping[str, Files]) -> str:
        said = hashlib.sha256(f"{_FORM}\n{self.name}\n{sql}\n".encode())
        for title, files in sorted(tables.items()):
            said.update("\n".join((title, *files.uris, "")).encode())
        return said.hexdigest()


def _read(path: Path) -> Answer | None:
    try:
        kept = _DECODER.decode(path.read_bytes())
        return Answer({title: _cells(kind, value) for title, kind, value in kept})
    except (OSError, msgspec.DecodeError, ValueError, TypeError):
        return None


def _cells(kind: str, value: bytes | list[str | None]) -> Cells:
    if isinstance(value, bytes):
        return np.frombuffer(value, dtype=np.dtype(kind)).copy()
    made = _TYPES[kind]
    cells = np.empty(len(value), dtype=object)
    cells[:] = value if made is str else [None if one is None else made(one) for one in value]
    return cells


def _keep(path: Path, answer: Answer) -> None:
    """Keep an answer where that is possible and worth it. A folder that cannot be written is no mistake."""
    kept = [_kept(title, cells) for title, cells in answer.columns.items()]
    if any(one is None for one in kept):
        return
    content = msgspec.msgpack.encode(kept)
    if len(content) > _LARGEST_BYTES:
        return
    with contextlib.suppress(OSError, RuntimeError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_room(path.parent, len(content))
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".answer-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)


def _kept(title: str, cells: Cells) -> _Kept | None:
    """A column as it is kept; None where it holds something else than numbers, text and money."""
    if cells.dtype != object:
        return title, cells.dtype.str, cells.tobytes()
    listed = cells.tolist()
    for kind, made in _TYPES.items():
        if all(value is None or type(value) is made for value in listed):
            return title, kind, [None if value is None else str(value) for value in listed]
    return None


def _make_room(folder: Path, size: int) -> None:
    """Take the oldest away until there is room."""
    held = sorted((one.stat().st_mtime, one.stat().st_size, one) for one in folder.glob("*.answer"))
    total = sum(one_size for _, one_size, _ in held) + size
    for _, one_size, one in held:
        if total <= _MOST_BYTES:
            break
        one.unlink(missing_ok=True)
        total -= one_size
