"""Newer prices that a user keeps in their data folder: they take the place of what was installed.

`farthing catalog update --from FILE` puts a file here as it is, after it was read once without a
fault; the book is compiled from it until it is taken away again.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from farthing.catalog.data_folder import data_folder
from farthing.pricing.rows import Provider, Sku
from farthing.units.problem import InputError, Problem

T = TypeVar("T")
PACKAGE: Final = "genai-prices"
MAP: Final = "litellm"
KINDS: Final = (PACKAGE, MAP)


def path_of(kind: str) -> Path:
    """Where prices of a kind are kept, there or not. Raises RuntimeError without a home folder."""
    return data_folder() / "prices" / kind


def state() -> str:
    """Size and age of what is kept; empty where nothing is."""
    found = []
    for kind in KINDS:
        try:
            about = path_of(kind).stat()
        except (OSError, RuntimeError):
            continue
        found.append(f"{kind}:{about.st_size}:{about.st_mtime_ns}")
    return "\n".join(found)


def providers() -> tuple[Provider, ...] | None:
    """What is kept in place of the package; None where nothing is. Raises InputError where it is damaged."""
    from farthing.pricing import genai_file  # archives and syntax trees: 20 ms that a warm book does not need

    return _read(PACKAGE, genai_file.read)


def second() -> Mapping[tuple[str, str], Sku] | None:
    """What is kept as a second source; None where nothing is. Raises InputError where it is damaged."""
    from farthing.pricing import litellm_map

    return _read(MAP, litellm_map.skus)


def keep(kind: str, content: bytes) -> Path:
    """Put prices of a kind, read without a fault, in place of what was kept, whole or not at all.

    Raises OSError where nothing can be written, RuntimeError without a home folder.
    """
    path = path_of(kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def forget() -> tuple[str, ...]:
    """Take away what is kept, and say which kinds that were."""
    found = tuple(kind for kind in KINDS if path_of(kind).exists())
    for kind in found:
        path_of(kind).unlink(missing_ok=True)
    return found


def _read(kind: str, reader: Callable[[bytes], T]) -> T | None:
    try:
        content = path_of(kind).read_bytes()
    except (OSError, RuntimeError):
        return None
    try:
        return reader(content)
    except ValueError as error:
        what = f"the prices that were kept are damaged: {error}"
        fix = "farthing catalog update --reset goes back to those that were installed"
        raise InputError([Problem("bad-file", "error", str(path_of(kind)), what, "", fix)]) from error
