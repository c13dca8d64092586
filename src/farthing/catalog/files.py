"""The files of a data folder, and one digest of all they hold."""

import hashlib
import os
from pathlib import Path

DATA = Path(__file__).parent / "data"
LARGEST_FILE_BYTE = 4 * 1024 * 1024  # more is refused unread; the largest today is a tenth of it


def with_suffix(data: Path, suffix: str) -> list[Path]:
    """Files below a folder whose name ends in `suffix`, in a fixed order."""
    return [path for path in _files(data) if path.name.endswith(suffix)]


def digest(data: Path) -> str:
    """`sha256:...` of the names and contents of all facts.

    Of a file that is too large to be read only the start counts. Contents are read each time:
    half a megabyte takes two milliseconds, and times of change can lie.
    """
    found = hashlib.sha256()
    base = len(data.as_posix()) + 1
    listed = _files(data)
    for suffix in (".yaml", ".csv"):
        for path in (path for path in listed if path.name.endswith(suffix)):
            content = _start(path)
            found.update(f"{path.as_posix()[base:]}\0{len(content)}\0".encode())
            found.update(content)
    return f"sha256:{found.hexdigest()}"


def _files(data: Path) -> list[Path]:
    """Every file below a folder, in a fixed order."""
    return sorted(Path(folder, name) for folder, _, names in os.walk(data) for name in names)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE_BYTE + 1)
