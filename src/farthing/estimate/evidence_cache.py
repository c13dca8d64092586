"""Evidence kept in the user's cache folder: reading and weighing it takes longer than all the draws.

It follows from the catalog and from our own code alone, and both are in the key, so a change of
either simply finds nothing. Without a usable folder it is made anew each time.
"""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import numpy as np

from farthing import __version__
from farthing.catalog import cache
from farthing.catalog.load import catalog
from farthing.estimate.kriging import Kriging
from farthing.units.types import FloatArray

K = TypeVar("K", bound=Kriging[Any])
_ROOMS: Final = ("units", "formulas", "catalog", "estimate")
_PACKAGE: Final = Path(__file__).parents[1]


class _Kept(msgspec.Struct, frozen=True):
    """Columns of words and of truths as they are, arrays of numbers as their bytes."""

    count: int
    words: dict[str, list[str]]
    truths: dict[str, list[bool]]
    numbers: dict[str, bytes]
    scale: dict[str, float]


def kept(name: str, make: Callable[[], K], kind: type[K], traits: type) -> K:
    """The evidence of this name and kind from the cache, or made and stored there."""
    key = _key(name)
    content = cache.fetch(key, f"{name}.msgpack")
    if content is not None:
        try:
            return _unpacked(msgspec.msgpack.decode(content, type=_Kept), kind, traits)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            pass  # an older form: made anew below
    made = make()
    cache.store(key, msgspec.msgpack.encode(_packed(made)), f"{name}.msgpack")
    return made


def _key(name: str) -> bytes:
    """What the evidence depends on: the facts, and when which of our modules was last changed."""
    places = sorted(path for room in _ROOMS for path in (_PACKAGE / room).glob("*.py"))
    state = [(path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in places]
    return f"{name}\0{__version__}\0{catalog().hash}\0{state}".encode()


def _packed(known: Kriging[Any]) -> _Kept:
    traits = {field.name: getattr(known.traits, field.name) for field in fields(known.traits)}
    arrays = {name: column for name, column in traits.items() if column.dtype.kind == "f"}
    arrays |= {"log_ratio": known.log_ratio, "noise_sd": known.noise_sd, "precision": known.precision}
    return _Kept(
        count=len(known.log_ratio),
        words={name: column.tolist() for name, column in traits.items() if column.dtype.kind == "U"},
        truths={name: column.tolist() for name, column in traits.items() if column.dtype.kind == "b"},
        numbers={
            name: np.ascontiguousarray(array, dtype=np.float64).tobytes() for name, array in arrays.items()
        },
        scale=dict(known.scale),
    )


def _unpacked(kept: _Kept, kind: type[K], traits: type) -> K:
    numbers = {name: _numbers(content, kept.count) for name, content in kept.numbers.items()}
    own = {name: numbers.pop(name) for name in ("log_ratio", "noise_sd", "precision")}
    columns = {
        **{name: np.array(column) for name, column in kept.words.items()},
        **{name: np.array(column, dtype=np.bool_) for name, column in kept.truths.items()},
        **numbers,
    }
    found = kind(traits(**columns), own["log_ratio"], own["noise_sd"], kept.scale)
    vars(found)["precision"] = own["precision"]
    return found


def _numbers(content: bytes, count: int) -> FloatArray:
    """A column, or a table of as many rows as there are measurements."""
    flat = np.frombuffer(content, dtype=np.float64)
    return flat if len(flat) == count else flat.reshape(count, -1)
