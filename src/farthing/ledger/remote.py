"""Tables in a bucket: `s3://`, `gs://`, `abfss://`, with the settings that its own tools read.

New files are written to a folder here and sent when they are to become part of a version. DuckDB
reads them through `obstore`, because its own extension for this is not on board and closed networks
have none to offer.
"""

import contextlib
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeVar
from urllib.parse import urlsplit

import duckdb

from farthing.ledger.place import LOCK
from farthing.units.problem import InputError, Problem, quoted

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES: Final[tuple[Literal["s3", "gs", "abfss"], ...]] = ("s3", "gs", "abfss")
Done = TypeVar("Done")


class RemotePlace:
    """A table's part of a bucket. Raises InputError where it cannot be reached."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._store: ObjectStore | None = None

    def uri(self, path: str) -> str:
        """A file as those who read it name it."""
        return f"{self.url}/{path}"

    def path(self, uri: str) -> str:
        """Where a file lies below the table."""
        return uri.removeprefix(f"{self.url}/")

    def make(self) -> None:
        """Nothing: a bucket has no folders, and is its owner's to make."""

    @contextlib.contextmanager
    def writing(self, alone: bool = False) -> Iterator[Path]:  # noqa: ARG002 - a bucket has no locks
        """A folder here that ends with the writing."""
        with tempfile.TemporaryDirectory(prefix="farthing-") as folder:
            yield Path(folder)

    def publish(self, folder: Path, paths: Iterable[str]) -> None:
        """Send files that were not sent yet, and wait until the service has them."""
        for path in paths:
            sent = folder / f"{path}.sent"
            if not sent.exists():
                self._done(partial(_put, path, folder / path))
                sent.touch()

    def settle(self, paths: Iterable[str]) -> None:
        """Nothing: the service has what it said it has."""

    def discard(self, folder: Path, paths: Iterable[str]) -> None:
        """Take away files that no version will have, here and there."""
        for path in paths:
            (folder / path).unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                self._done(partial(_delete, path))

    def now(self) -> int:
        """The moment in milliseconds by the clock of the service."""
        self._done(lambda store: store.put(LOCK, b""))
        return int(self._done(lambda store: store.head(LOCK))["last_modified"].timestamp() * 1000)

    def told(self, error: Exception) -> Exception:
        """That the bucket cannot be reached, and what its service says."""
        return unreachable(self.url, str(error))

    def _done(self, ask: Callable[["ObjectStore"], Done]) -> Done:
        from obstore.exceptions import BaseError

        try:
            if self._store is None:
                from obstore.store import from_url

                self._store = from_url(self.url)
            return ask(self._store)
        except BaseError as error:
            raise unreachable(self.url, str(error)) from error


def _put(path: str, file: Path, store: "ObjectStore") -> None:
    store.put(path, file)


def _delete(path: str, store: "ObjectStore") -> None:
    store.delete(path)


def reach(connection: duckdb.DuckDBPyConnection, uris: Collection[str]) -> None:
    """Let a connection read these files, wherever they lie."""
    named = {urlsplit(uri).scheme for uri in uris if "://" in uri}
    for scheme in SCHEMES:
        if scheme in named and scheme not in connection.list_filesystems():
            from obstore.fsspec import FsspecStore

            connection.register_filesystem(FsspecStore(scheme))


def must_be_installed(url: str) -> None:
    """Raises InputError where what reaches a bucket is missing."""
    try:
        import obstore.fsspec  # noqa: F401
    except ImportError as error:
        what = f"{quoted(url)} cannot be read or written"
        raise InputError([_problem(what, str(error), "Install farthing[remote].")]) from error


def unreachable(url: str, said: str) -> InputError:
    """A bucket does not answer, or refuses."""
    fix = (
        "See that the bucket exists and that its keys are set as for its own tools: AWS_, GOOGLE_ or AZURE_…"
    )
    return InputError([_problem(f"{quoted(url)} cannot be reached", said.strip().splitlines()[0][:300], fix)])


def _problem(what: str, why: str, fix: str) -> Problem:
    return Problem("ledger-url", "error", "--ledger", what, why, fix)
