"""Where a table's files lie: a folder here, or a bucket elsewhere (`farthing.ledger.remote`)."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

LOCK: Final = "_farthing.lock"


class Place(Protocol):
    """What a table's log asks of where it lies. Paths are below the table, with slashes."""

    url: str

    def uri(self, path: str) -> str:
        """A file as those who read it name it."""
        ...

    def path(self, uri: str) -> str:
        """Where a file lies below the table."""
        ...

    def make(self) -> None:
        """Make the place, where places must be made."""
        ...

    def writing(self, alone: bool = False) -> contextlib.AbstractContextManager[Path]:
        """A folder for new files, which no version has yet: `vacuum`, who is `alone`, leaves them there.

        Where there are no such locks, a vacuum must leave the files of the last hours.
        """
        ...

    def publish(self, folder: Path, paths: Iterable[str]) -> None:
        """Bring files from that folder to where readers look, so that no power cut takes them."""
        ...

    def settle(self, paths: Iterable[str]) -> None:
        """Wait until entries of the log are so safe, too: who wrote them did not."""
        ...

    def discard(self, folder: Path, paths: Iterable[str]) -> None:
        """Take away files that no version will have."""
        ...

    def now(self) -> int:
        """The moment in milliseconds, by the clock of the disk or the service."""
        ...

    def told(self, error: Exception) -> Exception:
        """What to raise where the log cannot be read."""
        ...


class LocalPlace:
    """A folder. New files are written where they stay, and are waited for until the disk has them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = str(folder)

    def uri(self, path: str) -> str:
        """A file as those who read it name it."""
        return f"{self.url}/{path}"

    def path(self, uri: str) -> str:
        """Where a file lies below the table."""
        return uri.removeprefix(f"{self.url}/")

    def make(self) -> None:
        """Make the folder, if it is not there, so that no power cut takes it."""
        missing = [folder for folder in (self._folder, *self._folder.parents) if not folder.exists()]
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            with contextlib.suppress(PermissionError):  # of a folder that was there, and is another's
                _flush(folder.parent)

    @contextlib.contextmanager
    def writing(self, alone: bool = False) -> Iterator[Path]:
        """The folder itself, under a lock that writers share."""
        self.make()
        with (self._folder / LOCK).open("a") as lock:
            with contextlib.suppress(ImportError):
                import fcntl

                # Given back when the file is closed, also by a process that is killed.
                fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield self._folder

    def publish(self, folder: Path, paths: Iterable[str]) -> None:
        """Wait until files and the folders they are in are on the disk."""
        parents = {folder}
        for path in paths:
            _flush(folder / path)
            parents.add((folder / path).parent)
        for parent in parents:
            _flush(parent)

    def settle(self, paths: Iterable[str]) -> None:
        """Wait for those of them that are there: old entries become part of a checkpoint."""
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                _flush(self._folder / path)
                _flush((self._folder / path).parent)

    def discard(self, folder: Path, paths: Iterable[str]) -> None:
        """Take away files that no version will have."""
        for path in paths:
            (folder / path).unlink(missing_ok=True)

    def now(self) -> int:
        """The moment in milliseconds by the clock of the disk."""
        mark = self._folder / LOCK
        mark.touch()
        return mark.stat().st_mtime_ns // 1_000_000

    def told(self, error: Exception) -> Exception:
        """The error itself: a damaged table is no mistake of who asks."""
        return error


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
