"""CSV files whose lines end in two ways, as one does that Windows began and a shell went on with."""

from pathlib import Path
from typing import Final

_CHUNK: Final = 1 << 20


def with_one_end(path: Path, folder: Path) -> Path:
    """The file, or a copy in `folder` whose lines all end alike: DuckDB's reader gives up on others."""
    returns, ends = _counted(path)
    if returns in (0, ends):
        return path
    copy = folder / f"{path.name}-ends"
    with path.open("rb") as file, copy.open("wb") as out:
        for line in iter(lambda: file.readline(_CHUNK), b""):
            out.write(line[:-2] + b"\n" if line.endswith(b"\r\n") else line)
    return copy


def _counted(path: Path) -> tuple[int, int]:
    """How many carriage returns and how many line feeds there are."""
    returns = ends = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            # Counting pairs takes twice as long, and a file of single returns has not as many as lines.
            returns += chunk.count(b"\r")
            ends += chunk.count(b"\n")
    return returns, ends
