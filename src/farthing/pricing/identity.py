"""The name of a book: a hash of everything that it holds, so that equal totals have equal names."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec

from farthing.pricing.book import Book
from farthing.pricing.rows import Promise, Sku


def renamed(book: Book) -> Book:
    """The book under the hash of what it now holds."""
    return replace(book, hash=hash_of(book.base.hash, book.extra, book.promises))


def hash_of(base: str, extra: Mapping[tuple[str, str], Sku], promises: Iterable[Promise]) -> str:
    """The hash of a base and of all that lies over it; the base's own where nothing does."""
    over, kept = [[*place, sku] for place, sku in sorted(extra.items())], tuple(promises)
    if not over and not kept:
        return base
    content = base.encode() + b"\0" + msgspec.msgpack.encode((over, kept))
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
