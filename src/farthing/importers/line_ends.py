"""CSV files whose lines end in two ways, as one does that Windows began and a shell went on with."""

from pathlib import Path
from typing import Final

_CHUNK: Final = 1 << 20


def with_one_end(path: Path, folder: Path) -> Path:
    """The file, or a copy in `folder` whose lines all end alike: DuckDB's reader gives up on others."""
    both, ends = _counted(path)
    if both in (0, ends):
        return path
    copy = folder / f"{path.name}-ends"
    with path.open("rb") as file, copy.open("wb") as out:
        for line in iter(lambda: file.readline(_CHUNK), b""):
            out.write(line[:-2] + b"\n" if line.endswith(b"\r\n") else line)
    return copy


def _counted(path: Path) -> tuple[int, int]:
    """How many line feeds follow a carriage return, and how many there are."""
    both = ends = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            joined = last + chunk
            both += joined.count(b"\r\n")
            ends += chunk.count(b"\n")
            last = chunk[-1:] if chunk.endswith(b"\r") else b""
    return both, ends
