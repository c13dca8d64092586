"""Files that are there as a whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farthing.units.problem import InputError, Problem


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to, which takes its place when all went well, and is removed if not.

    Raises InputError where the folder cannot be written to or is full.
    """
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        what = f"it cannot be written ({error.strerror or error})"
        raise InputError(
            [Problem("cannot-write", "error", str(path), what, "", "Check the folder.")]
        ) from error
    finally:
        part.unlink(missing_ok=True)
