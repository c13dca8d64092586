"""Every format there is: the modules of this folder that have one, and the maps that ship."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

import farthing.importers as room
from farthing.importers.format import NO, SURE, Format, Head
from farthing.units.problem import InputError, Problem, did_you_mean


@functools.cache
def formats() -> Mapping[str, Format]:
    """Formats by their names."""
    found: dict[str, Format] = {}
    for module in pkgutil.iter_modules(room.__path__):
        for format_ in _formats_in(f"{room.__name__}.{module.name}"):
            assert format_.name not in found, f"two formats are called {format_.name}"
            found[format_.name] = format_
    return MappingProxyType(found)


def named(name: str) -> Format:
    """The format of this name. Raises InputError where there is none."""
    if (found := formats().get(name.strip().lower())) is not None:
        return found
    fix = did_you_mean(name, formats()) or f"One of {', '.join(sorted(formats()))}."
    raise InputError(
        [Problem("unknown-format", "error", "--format", f"no format is called '{name}'", "", fix)]
    )


def recognized(head: Head) -> Format | None:
    """The format that is surest of a file, None where none is."""
    best, surest = NO, None
    for format_ in formats().values():
        if (found := format_.match(head)) > best:
            best, surest = found, format_
        if best == SURE:  # the others need not look through the file as well
            break
    return surest


def _formats_in(module: str) -> tuple[Format, ...]:
    loaded = importlib.import_module(module)
    one = getattr(loaded, "FORMAT", None)
    several = getattr(loaded, "FORMATS", ())
    return (*((one,) if isinstance(one, Format) else ()), *several)
