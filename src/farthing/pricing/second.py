"""A second source beside the first: it prices what the first does not know, and overrules nothing."""

from collections.abc import Mapping
from dataclasses import replace

from farthing.pricing import compiled
from farthing.pricing.book import Book
from farthing.pricing.identity import renamed
from farthing.pricing.rows import Overlay, Provider, Sku

Place = tuple[str, str]


def lacking(book: Book, skus: Mapping[Place, Sku]) -> dict[Place, Sku]:
    """The models of a second source that a book does not find by their names."""
    return {place: sku for place, sku in skus.items() if book.find(sku.model, sku.provider) is None}


def filled(book: Book, skus: Mapping[Place, Sku], overlay: Overlay) -> Book:
    """The book with what it lacks, laid over it."""
    extra = {**lacking(book, skus), **book.extra}
    return renamed(replace(book, extra=extra, overlays=(*book.overlays, overlay)))


def joined(base: compiled.Compiled, skus: Mapping[Place, Sku]) -> compiled.Compiled:
    """A compiled book with what it lacks, compiled into it."""
    more = lacking(Book(base, base.hash), skus)
    by_provider: dict[str, list[Sku]] = {}
    for sku in more.values():
        by_provider.setdefault(sku.provider, []).append(sku)
    heads = tuple(base.heads)
    new = tuple(name for name in by_provider if name not in base.heads)
    providers = tuple(_with(base, name, by_provider.get(name, ())) for name in (*heads, *new))
    return compiled.of_providers(providers, base.package)


def _with(base: compiled.Compiled, name: str, more: list[Sku] | tuple[()]) -> Provider:
    head = base.heads.get(name)
    if head is None:
        return Provider(id=name, name=name, skus=tuple(more))
    known = {field: getattr(head, field) for field in ("id", "name", "match", "model_match", "lends")}
    return Provider(**known, skus=(*base.skus(name), *more))


def of_map(skus: Mapping[Place, Sku], release: str) -> Book:
    """A book of a second source alone."""
    by_provider: dict[str, list[Sku]] = {}
    for sku in skus.values():
        by_provider.setdefault(sku.provider, []).append(sku)
    providers = (Provider(id=name, name=name, skus=tuple(members)) for name, members in by_provider.items())
    base = compiled.of_providers(tuple(providers), release)
    return Book(base, base.hash)
