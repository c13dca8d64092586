"""The price book as a whole: its age, newer prices for it, where its sources disagree, and its lock."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import msgspec

from farthing.app.asking import today
from farthing.app.book_age import Dated, dated
from farthing.catalog.load import catalog
from farthing.pricing import compiled, conflicts, genai, kept, litellm_map, lock, overlay, second
from farthing.pricing.book import Book, book
from farthing.pricing.genai_file import read as read_package
from farthing.pricing.listing import quoted
from farthing.units.money import parse_fx
from farthing.units.problem import InputError, Problem

_SECOND_US = 1_000_000


class Updated(msgspec.Struct, frozen=True):
    """What an update took over, or that a reset took it away again.

    `before` is the hash of the book until then and `newest_before` its newest price, where they are known.
    """

    kind: str
    path: str
    models: int
    before: str
    newest_before: str
    after: Dated


class SaidBy(msgspec.Struct, frozen=True):
    """What one source says: dollars for what is usually quoted, since when, and where it has it from."""

    source: str
    usd: float
    since: str
    sources: tuple[str, ...]


class ConflictShown(msgspec.Struct, frozen=True):
    """A rate on which sources differ, which one is taken, and why."""

    provider: str
    model: str
    meter: str
    per: str
    said: tuple[SaidBy, ...]
    chosen: str
    chosen_usd: float
    why: str


class Conflicts(msgspec.Struct, frozen=True):
    """Every rate on which sources differ on a day, and which sources those are."""

    as_of: str
    sources: tuple[str, ...]
    conflicts: tuple[ConflictShown, ...]


class Locked(msgspec.Struct, frozen=True):
    """What was locked into which file, and how large that is."""

    path: str
    bytes: int
    about: lock.About


def update(path: str) -> Updated:
    """Keep newer prices from a file and use them from now on.

    Raises InputError for a file that is no list of prices, or where nothing can be kept.
    """
    layer = overlay.read(path)
    models = _models_in(layer)
    before = dated(book(), today())
    try:
        where = kept.keep(layer.kind, layer.content)
    except (OSError, RuntimeError) as error:
        what, fix = f"it cannot be kept: {error}", "set FARTHING_DATA to a folder that can be written"
        raise InputError([Problem("no-file", "error", path, what, "", fix)]) from None
    book.cache_clear()
    return Updated(layer.kind, os.fspath(where), models, before.hash, before.newest, dated(book(), today()))


def reset() -> Updated:
    """Go back to the prices that were installed."""
    kinds = kept.forget()
    book.cache_clear()
    return Updated(", ".join(kinds), "", 0, "", "", dated(book(), today()))


def disagreements(as_of: date | None = None, source: str | None = None) -> Conflicts:
    """Where the catalog, the package and LiteLLM's map differ on a day (today).

    The map is that of `source`, else the one kept, else the installed one, else none. Raises
    InputError for a source that cannot be read.
    """
    day = as_of or today()
    newer = kept.providers()
    package = compiled.of_providers(genai.providers() if newer is None else newer, genai.release())
    other = _map(source)
    at_us = int(datetime.combine(day, time(12), tzinfo=UTC).timestamp()) * _SECOND_US
    found = conflicts.conflicts(book(), Book(package, package.hash), other, at_us)
    named = ("catalog", "genai-prices", *(("second source",) if other else ()))
    return Conflicts(day.isoformat(), named, tuple(map(_shown, found)))


def lock_book(path: str, books: Sequence[str] = (), fx: Iterable[str] = ()) -> Locked:
    """Write the book, with overlays, into one file. Raises InputError where that cannot be."""
    made = overlay.book_with(tuple(books), tuple(parse_fx(text) for text in fx))
    out = Path(path)
    try:
        about = lock.write(made, out, catalog=catalog().hash, on=today())
    except OSError as error:
        what = f"it cannot be written ({error.strerror or error})"
        raise InputError([Problem("no-file", "error", path, what, "", "name a file that can be")]) from None
    return Locked(path, out.stat().st_size, about)


def _models_in(layer: overlay.Layer) -> int:
    """How many models a file prices. Raises InputError where it is no list of prices."""
    try:
        if layer.kind == kept.PACKAGE:
            return sum(len(provider.skus) for provider in read_package(layer.content))
        if layer.kind == kept.MAP:
            return len(litellm_map.skus(layer.content))
    except ValueError as error:
        what, fix = f"it cannot be read: {error}", "take the file as it was published"
        raise InputError([Problem("bad-file", "error", layer.label, what, "", fix)]) from None
    what = f"it is a {layer.kind}, not a list of prices"
    why = "contracts and locks are laid over the book for one question, with --book"
    fix = "give the data.json or a wheel of genai-prices, or LiteLLM's map"
    raise InputError([Problem("bad-file", "error", layer.label, what, why, fix)])


def _map(source: str | None) -> Book | None:
    if source is None:
        skus = kept.second()
        if skus is not None:
            return second.of_map(skus, "kept")
        if litellm_map.installed() is None:
            return None
        source = overlay.INSTALLED
    layer = overlay.read(source)
    if layer.kind != kept.MAP:
        what, fix = f"it is a {layer.kind}, not LiteLLM's map", "give its JSON file, or the word litellm"
        raise InputError([Problem("bad-file", "error", layer.label, what, "", fix)])
    return second.of_map(litellm_map.skus(layer.content), layer.label)


def _shown(one: conflicts.Conflict) -> ConflictShown:
    return ConflictShown(
        provider=one.provider,
        model=one.model,
        meter=one.meter,
        per=quoted(one.meter, one.chosen.usd)[1],
        said=tuple(_said(one.meter, said) for said in one.said),
        chosen=one.chosen.source,
        chosen_usd=float(quoted(one.meter, one.chosen.usd)[0]),
        why=one.why,
    )


def _said(meter: str, said: conflicts.Said) -> SaidBy:
    since = datetime.fromtimestamp(said.row.start // _SECOND_US, tz=UTC) if said.row.dated else None
    usd = float(quoted(meter, said.usd)[0])
    return SaidBy(said.source, usd, since.date().isoformat() if since else "", said.row.sources)
