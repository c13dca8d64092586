"""The catalog: every fact under `catalog/data/`, validated, compiled once and cached."""

import functools
from pathlib import Path

import msgspec

from farthing.catalog import cache, files
from farthing.catalog.contents import Catalog
from farthing.units.problem import CatalogError

__all__ = ["Catalog", "catalog"]

_HERE = Path(__file__)
# modules that say what a compiled catalog looks like
_SHAPE = ("facts", "service_facts", "price_facts", "contents")


@functools.cache
def catalog(data: Path = files.DATA) -> Catalog:
    """The catalog of a data folder, from the cache when nothing changed.

    Raises CatalogError with every problem of every file.
    """
    key = _key(data)
    if (found := _from_cache(key)) is not None:
        return found
    from farthing.catalog.compiler import compile_folder  # YAML costs 15 ms to import

    compiled, problems = compile_folder(data)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise CatalogError(errors)
    cache.store(key, msgspec.msgpack.encode(compiled))
    return compiled


def _key(data: Path) -> bytes:
    """What a compiled catalog depends on: the facts, where they lie, and the shape of a fact."""
    shape = "".join(_HERE.with_name(f"{module}.py").read_text("utf-8") for module in _SHAPE)
    return f"{files.digest(data)}\0{data}\0{shape}".encode()


def _from_cache(key: bytes) -> Catalog | None:
    content = cache.fetch(key)
    try:
        return None if content is None else msgspec.msgpack.decode(content, type=Catalog)
    except msgspec.DecodeError:
        return None
