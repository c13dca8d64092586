"""Evidence kept in the user's cache folder: reading and weighing it takes longer than all the draws.

It follows from the catalog and from our own code alone, and both are in the key, so a change of
either simply finds nothing. Without a usable folder it is made anew each time.
"""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from farthing import __version__
from farthing.catalog import cache
from farthing.catalog.load import catalog
from farthing.estimate.evidence import Evidence, Traits
from farthing.units.types import FloatArray

_ROOMS: Final = ("units", "formulas", "catalog", "estimate")
_PACKAGE: Final = Path(__file__).parents[1]


class _Kept(msgspec.Struct, frozen=True):
    """Words as they are, arrays of numbers as their bytes; `points` is the width of the layout."""

    words: dict[str, list[str]]
    mixture: list[bool]
    numbers: dict[str, bytes]
    scale: dict[str, float]


def kept(name: str, make: Callable[[], Evidence]) -> Evidence:
    """The evidence of this name from the cache, or made and stored there."""
    key = _key(name)
    content = cache.fetch(key, f"{name}.msgpack")
    if content is not None:
        try:
            return _unpacked(msgspec.msgpack.decode(content, type=_Kept))
        except (msgspec.DecodeError, KeyError, ValueError):
            pass  # an older form: made anew below
    made = make()
    cache.store(key, msgspec.msgpack.encode(_packed(made)), f"{name}.msgpack")
    return made


def _key(name: str) -> bytes:
    """What the evidence depends on: the facts, and when which of our modules was last changed."""
    places = sorted(path for room in _ROOMS for path in (_PACKAGE / room).glob("*.py"))
    state = [(path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in places]
    return f"{name}\0{__version__}\0{catalog().hash}\0{state}".encode()


def _packed(known: Evidence) -> _Kept:
    traits = {field.name: getattr(known.traits, field.name) for field in fields(Traits)}
    words = {name: column.tolist() for name, column in traits.items() if column.dtype.kind == "U"}
    arrays = {"year": known.traits.year, "layout": known.traits.layout, "precision": known.precision}
    arrays |= {"log_ratio": known.log_ratio, "noise_sd": known.noise_sd}
    numbers = {
        name: np.ascontiguousarray(array, dtype=np.float64).tobytes() for name, array in arrays.items()
    }
    return _Kept(words, known.traits.mixture.tolist(), numbers, dict(known.scale))


def _unpacked(kept: _Kept) -> Evidence:
    count = len(kept.mixture)

    def numbers(name: str, *shape: int) -> FloatArray:
        return np.frombuffer(kept.numbers[name], dtype=np.float64).reshape(shape)

    traits = Traits(
        **{name: np.array(column) for name, column in kept.words.items()},
        mixture=np.array(kept.mixture, dtype=np.bool_),
        year=numbers("year", count),
        layout=numbers("layout", count, -1),
    )
    found = Evidence(traits, numbers("log_ratio", count), numbers("noise_sd", count), kept.scale)
    vars(found)["precision"] = numbers("precision", count, count)
    return found
