"""The files of a data folder, and one digest of all they hold."""

import hashlib
from pathlib import Path

DATA = Path(__file__).parent / "data"
LARGEST_FILE_BYTE = 4 * 1024 * 1024  # more is refused unread; the largest today is a tenth of it


def with_suffix(data: Path, suffix: str) -> list[Path]:
    """Files below a folder whose name ends in `suffix`, in a fixed order."""
    return sorted(data.rglob(f"*{suffix}"))


def digest(data: Path) -> str:
    """`sha256:...` of the names and contents of all facts.

    Of a file that is too large to be read only the start counts. Contents are read each time:
    half a megabyte takes two milliseconds, and times of change can lie.
    """
    found = hashlib.sha256()
    for path in (*with_suffix(data, ".yaml"), *with_suffix(data, ".csv")):
        content = _start(path)
        found.update(f"{path.relative_to(data).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return f"sha256:{found.hexdigest()}"


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_FILE_BYTE + 1)
