"""Which files a user means, and their plain content: globs, folders, standard input, compressed files."""

import bz2
import gzip
import lzma
import os
import shutil
import sys
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import Final

import duckdb

from farthing.importers.format import HEAD_BYTES, Head, Source
from farthing.units.problem import Problem, did_you_mean, quoted

STDIN: Final = "-"
_SUFFIXES: Final = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".txt", ".log")
_PACKED: Final[dict[bytes, Callable[[Path], BufferedIOBase]]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_UNREAD: Final = {b"PK\x03\x04": "a zip archive", b"\x28\xb5\x2f\xfd": "compressed with zstd"}
_PARQUET: Final = b"PAR1"
_PATTERN: Final = frozenset("*?[]{}")
_CHUNK: Final = 1 << 20
_LONGEST_START: Final = 1 << 25
_FREE_BYTES: Final = 1 << 28  # a file may unpack to this size whatever its packed size is
_MOST_RATIO: Final = 200  # real logs pack 5 to 60 times; a bomb about 1,000 times


class UnusableFileError(Exception):
    """A file that is set aside as a whole, and why."""


def meant(words: Iterable[str]) -> tuple[list[Path | None], list[Problem]]:
    """The files that words name, each once, None for standard input; and what names no file."""
    found: dict[Path | None, None] = {}
    problems: list[Problem] = []
    for word in words:
        paths = [None] if word == STDIN else list(_paths(word))
        if not paths:
            problems.append(_missing(word))
        found |= dict.fromkeys(paths)
    return list(found), problems


def opened(path: Path | None, folder: Path, number: int, values: dict[str, str]) -> Source:
    """A file with its content where a reader can go through it; `folder` takes what must be unpacked.

    Raises UnusableFileError for one that is empty, damaged, unreadable, or unpacks to more than logs do.
    """
    kept = folder / f"file-{number}"
    try:
        if path is None:
            with kept.open("wb") as out:
                shutil.copyfileobj(sys.stdin.buffer, out, _CHUNK)
        plain = _plainly_named(_plain(path or kept, folder / f"plain-{number}"), kept)
        plain = _without_mark(plain, folder / f"text-{number}")
        with plain.open("rb") as file:
            start = file.read(HEAD_BYTES)
            if b"\n" not in start:  # a first record with a long prompt in it
                start += file.readline(_LONGEST_START)
    except OSError as error:
        raise UnusableFileError(error.strerror or str(error)) from None
    if not start.strip():
        raise UnusableFileError("it is empty")
    stored = _stored(plain) if start.startswith(_PARQUET) else ()
    return Source(shown(path), plain, Head(Path(shown(path)).name, start, stored), folder, values)


def shown(path: Path | None) -> str:
    """What a file is called to people, whatever bytes its name has; None is standard input."""
    return "standard input" if path is None else os.fsencode(path).decode("utf-8", errors="replace")


def _plainly_named(path: Path, link: Path) -> Path:
    """The file under a name that DuckDB takes as it is: no pattern, and nothing but UTF-8."""
    if not _PATTERN & set(str(path)) and shown(path) == str(path):
        return path
    try:
        link.symlink_to(path.absolute())
    except OSError:  # where links need rights
        shutil.copyfile(path, link)
    return link


def _without_mark(path: Path, target: Path) -> Path:
    """The file, or its content in `target` without the byte order mark, with which no line is JSON."""
    with path.open("rb") as file:
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            return path
        with target.open("wb") as out:
            shutil.copyfileobj(file, out, _CHUNK)
    return target


def _stored(path: Path) -> tuple[str, ...]:
    """The columns that a Parquet file names at its end."""
    try:
        described = duckdb.connect().execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)])
        return tuple(str(row[0]) for row in described.fetchall())
    except duckdb.Error as error:
        raise UnusableFileError(f"it is damaged or cut off ({str(error).splitlines()[0]})") from None


def _paths(word: str) -> Iterator[Path]:
    given = Path(word).expanduser()
    if given.is_dir():
        yield from sorted(path for path in given.rglob("*") if path.is_file() and _is_data(path))
    elif given.is_file():
        yield given
    else:
        yield from sorted(path for path in _matching(given) if path.is_file())


def _matching(pattern: Path) -> Iterator[Path]:
    """Files of a pattern such as logs/*.jsonl or logs/**/*.csv."""
    parts = pattern.parts
    fixed = next((place for place, part in enumerate(parts) if any(sign in part for sign in "*?[")), None)
    if fixed is not None and pattern.name:
        yield from Path(*parts[:fixed]).glob(str(Path(*parts[fixed:])))


def _is_data(path: Path) -> bool:
    suffixes = [suffix for suffix in path.suffixes if suffix not in (".gz", ".bz2", ".xz")]
    return bool(suffixes) and suffixes[-1].lower() in _SUFFIXES


def _missing(word: str) -> Problem:
    what = f"{quoted(word)} names no file"
    parent = Path(word).expanduser().parent
    near = (str(parent / one.name) for one in parent.iterdir()) if parent.is_dir() else ()
    fix = (
        did_you_mean(word, near)
        or "name a file, a folder, a pattern such as 'logs/*.jsonl', or - for standard input"
    )
    return Problem("no-file", "error", word, what, "", fix)


def _plain(path: Path, target: Path) -> Path:
    """The file itself, or its unpacked content in `target`."""
    with path.open("rb") as file:
        start = file.read(6)
    for magic, what in _UNREAD.items():
        if start.startswith(magic):
            raise UnusableFileError(f"it is {what}, which is not read: unpack it first")
    for magic, unpacked in _PACKED.items():
        if start.startswith(magic):
            _unpack(unpacked, path, target)
            return target
    return path


def _unpack(unpacked: Callable[[Path], BufferedIOBase], path: Path, target: Path) -> None:
    most = max(_FREE_BYTES, _MOST_RATIO * path.stat().st_size)
    written = 0
    try:
        with unpacked(path) as packed, target.open("wb") as out:
            while chunk := packed.read(_CHUNK):
                written += out.write(chunk)
                if written > most:
                    raise UnusableFileError(
                        f"it unpacks to more than {_MOST_RATIO} times its size: logs do not, bombs do"
                    )
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise UnusableFileError(f"it is damaged or cut off ({error})") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise UnusableFileError(f"it is damaged ({error})") from None
