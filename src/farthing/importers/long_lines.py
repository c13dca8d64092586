"""Long lines of JSON: their long texts are cut, which no importer reads anyway.

A prompt with pictures may have many megabytes, of which a few hundred bytes say what it cost. Files
without such a line, nearly all, are only looked through at a few places.
"""

from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

_LONG_BYTES: Final = 64 * 1024
_FEW_BYTES: Final = 2 * 1024
_MOST_CHARACTERS: Final = (20_000, 2_000)  # the latter for lines of very many texts
# What may become tags keeps so much that too long ones are refused, and not stored cut.
_TAGS: Final = ("tags", "tag:", "metadata", "labels", "request_tags")
_MOST_OF_TAGS: Final = 200_000
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
    with path.open("rb", buffering=0) as file:
        return not all(_ends(file, place, step) for place in range(0, path.stat().st_size - step, step))


def _ends(file: RawIOBase, place: int, most: int) -> bool:
    """Whether a line ends within so many bytes: most do within the first few, and no more is read then."""
    file.seek(place)
    read, size = 0, _FEW_BYTES
    while read < most and (part := file.read(min(size, most - read))):
        if b"\n" in part:
            return True
        read, size = read + len(part), 4 * size
    return False


def _skip_rest(file: BinaryIO) -> None:
    while (rest := file.readline(_LARGEST_BYTES)) and not rest.endswith(b"\n"):
        pass


def _shortened(line: bytes, longest: int) -> bytes:
    """A line with its texts cut; one that cannot be decoded is as it was, if it is not too long."""
    try:
        value = msgspec.json.decode(line)
        for most in _MOST_CHARACTERS:
            if len(cut := msgspec.json.encode(_cut(value, most)) + b"\n") <= longest:
                return cut
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if len(line) <= longest:
            return line
    return _LEFT_OUT


def _cut(value: object, most: int) -> object:
    """A JSON value with no text of more than so many characters."""
    if isinstance(value, str):
        # JSON inside of a text must stay whole.
        return value[: _MOST_OF_TAGS if value.startswith(("{", "[")) else most]
    if isinstance(value, list):
        return [_cut(one, most) for one in value]
    if isinstance(value, dict):
        limits = ((key, _MOST_OF_TAGS if str(key).startswith(_TAGS) else most) for key in value)
        return {str(key)[:limit]: _cut(value[key], limit) for key, limit in limits}
    return value
