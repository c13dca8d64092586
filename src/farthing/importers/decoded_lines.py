"""The lines of a file as Python objects, one at a time, for formats whose lines depend on each other."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Generic, TypeVar

import msgspec

from farthing.importers.format import Source
from farthing.importers.readers import LONGEST_OBJECT

Value = TypeVar("Value")
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Decoded(Generic[Value]):
    """A line: its number from 1 on, and its value or else why it has none."""

    number: int
    value: Value | None
    why: str = ""


def decoded(source: Source, decoder: msgspec.json.Decoder[Value]) -> Iterator[Decoded[Value]]:
    """The lines of a JSONL file in order, each as the decoder's type; empty ones are left out."""
    with source.path.open("rb") as file:
        for number in itertools.count(1):
            line = _next(file)
            if line == b"":
                return
            if line is None:
                yield Decoded(number, None, f"it is longer than {LONGEST_OBJECT:,} bytes")
            elif line.strip():
                yield _decoded(number, line.removeprefix(_MARK), decoder)


def _decoded(number: int, line: bytes, decoder: msgspec.json.Decoder[Value]) -> Decoded[Value]:
    try:
        return Decoded(number, decoder.decode(line))
    except msgspec.ValidationError as error:
        return Decoded(number, None, f"it is not as this format has it: {str(error)[:200]}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Decoded(number, None, "it is not JSON")


def _next(file: BinaryIO) -> bytes | None:
    """The next line, empty at the end of the file, None for one that is too long to be read."""
    line = file.readline(LONGEST_OBJECT + 1)
    if len(line) <= LONGEST_OBJECT:
        return line
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST_OBJECT)
    return None
