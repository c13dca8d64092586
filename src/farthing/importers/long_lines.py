"""Long lines of JSON: their long texts are cut, which no importer reads anyway.

A prompt with pictures may have many megabytes, of which a few hundred bytes say what it cost. Files
without such a line, nearly all, are only looked through at a few places.
"""

import mmap
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

LONGEST_TEXT: Final = 200_000  # what is longer than tags may be is refused as tags too
_LONG_BYTES: Final = 512 * 1024
_LARGEST_BYTES: Final = 128 * 1024 * 1024  # a line that is longer is not decoded
_LEFT_OUT: Final = b"(a line that was too long is left out)\n"  # which is no JSON, and is set aside as such


def with_short_lines(path: Path, folder: Path, longest: int) -> Path:
    """The file, or a copy in `folder` that has shorter long lines and none of more than `longest` bytes."""
    if path.stat().st_size <= _LONG_BYTES or not _has_long(path):
        return path
    copy = folder / f"{path.name}-short"
    with path.open("rb") as file, copy.open("wb") as out:
        while line := file.readline(_LARGEST_BYTES):
            if not line.endswith(b"\n") and len(line) == _LARGEST_BYTES:
                _skip_rest(file)
                line = _LEFT_OUT
            out.write(line if len(line) <= _LONG_BYTES else _shortened(line, longest))
    return copy


def _has_long(path: Path) -> bool:
    """Whether some line may be long: where half as many bytes have no end of a line."""
    step = _LONG_BYTES // 2
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(
            content.find(b"\n", place, place + step) < 0 for place in range(0, len(content) - step, step)
        )


def _skip_rest(file: BinaryIO) -> None:
    while (rest := file.readline(_LARGEST_BYTES)) and not rest.endswith(b"\n"):
        pass


def _shortened(line: bytes, longest: int) -> bytes:
    try:
        cut = msgspec.json.encode(_cut(msgspec.json.decode(line))) + b"\n"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _LEFT_OUT
    return cut if len(cut) <= longest else _LEFT_OUT


def _cut(value: object) -> object:
    """A JSON value with no text longer than is of use."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return [_cut(one) for one in value]
    if isinstance(value, dict):
        return {str(key)[:LONGEST_TEXT]: _cut(one) for key, one in value.items()}
    return value
