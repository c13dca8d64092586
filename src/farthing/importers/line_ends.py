"""CSV files whose lines end in two ways, as one does that Windows began and a shell went on with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CHUNK: Final = 1 << 20


def with_one_end(path: Path, folder: Path) -> Path:
    """The file, or a copy in `folder` whose lines all end alike: DuckDB's reader gives up on others."""
    # To look for one return is ten times as fast as to count, and most files have none.
    if not any(b"\r" in chunk for chunk in _chunks(path)):
        return path
    returns, ends = _counted(path)
    if returns == ends:
        return path
    copy = folder / f"{path.name}-ends"
    with path.open("rb") as file, copy.open("wb") as out:
        for line in iter(lambda: file.readline(_CHUNK), b""):
            out.write(line[:-2] + b"\n" if line.endswith(b"\r\n") else line)
    return copy


def _counted(path: Path) -> tuple[int, int]:
    """How many carriage returns and how many line feeds there are."""
    returns = ends = 0
    for chunk in _chunks(path):
        # Counting pairs takes twice as long, and a file of single returns has not as many as lines.
        returns += chunk.count(b"\r")
        ends += chunk.count(b"\n")
    return returns, ends


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(_CHUNK), b"")
