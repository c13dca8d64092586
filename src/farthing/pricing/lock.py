"""A locked book: one small file from which totals come out the same years later.

It holds every price, the names of its sources and their digests. The book's own hash is computed
again when it is read, so a file that was changed is refused, and its hash is the one in the answers.
"""

import zlib
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from farthing.pricing import compiled
from farthing.pricing.book import Book
from farthing.pricing.identity import hash_of
from farthing.pricing.rows import Overlay, Promise, Sku, Struct
from farthing.units.problem import InputError, Problem

MAGIC: Final = b"farthing price book 1\n"
LARGEST_BYTE: Final = 256 * 1024 * 1024


class About(Struct, frozen=True, kw_only=True):
    """What a locked book is made of: its hash, the package, the catalog, what lies over it, its day."""

    hash: str
    package: str
    catalog: str
    locked_on: str
    overlays: tuple[Overlay, ...] = ()


class _Locked(Struct, frozen=True, kw_only=True):
    about: About
    base: compiled.Compiled
    extra: tuple[tuple[str, str, Sku], ...] = ()
    promises: tuple[Promise, ...] = ()


_DECODER: Final = msgspec.msgpack.Decoder(_Locked)


def is_lock(content: bytes) -> bool:
    """Whether a file's content is a locked book."""
    return content.startswith(MAGIC)


def locked(book: Book, *, catalog: str, on: date) -> tuple[bytes, About]:
    """A book as the content of a file, and what it is made of."""
    about = About(
        hash=book.hash,
        package=book.base.package,
        catalog=catalog,
        locked_on=on.isoformat(),
        overlays=book.overlays,
    )
    extra = tuple((*place, sku) for place, sku in sorted(book.extra.items()))
    held = _Locked(about=about, base=book.base, extra=extra, promises=book.promises)
    return MAGIC + zlib.compress(msgspec.msgpack.encode(held), 9), about


def write(book: Book, path: Path, *, catalog: str, on: date) -> About:
    """Lock a book into a file. Raises OSError where it cannot be written."""
    content, about = locked(book, catalog=catalog, on=on)
    path.write_bytes(content)
    return about


def read(path: Path) -> Book:
    """The book of a file. Raises InputError where it is none, is damaged or was changed."""
    return open_lock(_content(path), path.name)[0]


def open_lock(content: bytes, label: str) -> tuple[Book, About]:
    """The book in a content, and what it is made of. Raises InputError as `read` does."""
    locked = _decoded(content, label)
    extra = {(provider, model): sku for provider, model, sku in locked.extra}
    base = locked.base
    if base.hash != compiled.hash_of(base.heads) or locked.about.hash != hash_of(
        base.hash, extra, locked.promises
    ):
        raise InputError([_refused(label, "its prices do not have the hash that it names")])
    book = Book(base, locked.about.hash, extra, locked.promises, locked.about.overlays)
    return book, locked.about


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"it cannot be read ({error.strerror or error})"
        raise InputError([Problem("no-file", "error", str(path), what, "", "correct the path")]) from None


def _decoded(content: bytes, label: str) -> _Locked:
    if not is_lock(content):
        raise InputError([_refused(label, "it is no locked price book")])
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(content[len(MAGIC) :], LARGEST_BYTE)
        if not unpacker.eof:
            raise InputError([_refused(label, "it is cut off or too large")])
        return _DECODER.decode(unpacked)
    except (zlib.error, msgspec.DecodeError) as error:
        raise InputError([_refused(label, f"it is damaged ({error})")]) from None


def _refused(label: str, what: str) -> Problem:
    why, fix = "totals would not be those that were locked", "take the file as it was written, or lock again"
    return Problem("bad-lock", "error", label, what, why, fix)
