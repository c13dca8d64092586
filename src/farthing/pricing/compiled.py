"""The compiled book: the package and the catalog as one file in the user's cache folder.

Each provider is kept as bytes of its own and decoded when somebody asks for it, so that to load
the book costs a few milliseconds however many models it lists.
"""

import functools
import hashlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from farthing.catalog import cache, files
from farthing.pricing import kept
from farthing.pricing.rows import Clause, Provider, Sku, Struct

FILE_NAME: Final = "book.msgpack"
_HERE: Final = Path(__file__)
_SHAPE: Final = (
    "rows.py", "genai.py", "genai_file.py", "own.py", "windows.py", "exchange.py", "compiled.py",
    "litellm_map.py", "litellm_keys.py", "litellm_names.py", "second.py",
)  # fmt: skip
_PACKAGE: Final = "genai_prices"


class Head(Struct, frozen=True, kw_only=True):
    """A provider without its models, which stay encoded in `skus`."""

    id: str
    name: str = ""
    match: Clause | None = None
    model_match: Clause | None = None
    lends: tuple[str, ...] = ()
    skus: msgspec.Raw


class Compiled(Struct, frozen=True, kw_only=True):
    """Every provider, the package's release, the days on which its prices change, a name for it all."""

    hash: str
    package: str
    starts: tuple[int, ...] = ()
    heads: Mapping[str, Head]

    def skus(self, provider: str) -> tuple[Sku, ...]:
        """The models of a provider, decoded."""
        return _decoded(bytes(self.heads[provider].skus))


_SKUS: Final = msgspec.msgpack.Decoder(tuple[Sku, ...])


@functools.lru_cache(maxsize=256)
def _decoded(skus: bytes) -> tuple[Sku, ...]:
    """Decoded once, however many contracts lie over a book: what they have in common are the same rows."""
    return _SKUS.decode(skus)


_FILE: Final = msgspec.msgpack.Decoder(Compiled)


def load(data: Path = files.DATA) -> Compiled:
    """The compiled book of a data folder, from the cache when nothing changed.

    Raises CatalogError for facts that are wrong.
    """
    key = _key(data)
    if (content := cache.fetch(key, FILE_NAME)) is not None:
        try:
            return _FILE.decode(content)
        except msgspec.DecodeError:
            pass
    made = compile_book(data)
    cache.store(key, msgspec.msgpack.encode(made), FILE_NAME)
    return made


def compile_book(data: Path = files.DATA) -> Compiled:
    """Read the package or what is kept in its place, and the catalog. Looks at no cache of books."""
    from farthing.pricing import genai, second

    newer, more = kept.providers(), kept.second()
    listed = genai.providers() if newer is None else newer
    release = genai.release() if newer is None else f"{genai.SOURCE} as updated"
    made = from_sources(listed, release, data)
    return made if more is None else second.joined(made, more)


def from_sources(listed: tuple[Provider, ...], release: str, data: Path = files.DATA) -> Compiled:
    """A book of the package's providers and a catalog."""
    from farthing.catalog.load import catalog
    from farthing.pricing import own

    return of_providers(own.merged(listed, catalog(data)), release)


def of_providers(providers: tuple[Provider, ...], release: str) -> Compiled:
    """A book of nothing but these providers."""
    heads = {provider.id: _head(provider) for provider in providers}
    starts = {row.start for provider in providers for sku in provider.skus for row in sku.rows if row.dated}
    return Compiled(hash=hash_of(heads), package=release, starts=tuple(sorted(starts)), heads=heads)


def hash_of(heads: Mapping[str, Head]) -> str:
    """The name of a book: a digest of all it holds."""
    return f"sha256:{hashlib.sha256(msgspec.msgpack.encode(heads)).hexdigest()}"


def _head(provider: Provider) -> Head:
    return Head(
        id=provider.id,
        name=provider.name,
        match=provider.match,
        model_match=provider.model_match,
        lends=provider.lends,
        skus=msgspec.Raw(msgspec.msgpack.encode(provider.skus)),
    )


def _key(data: Path) -> bytes:
    """What a compiled book depends on: the facts, the package, and how both are read."""
    shape = "".join(_HERE.with_name(name).read_text("utf-8") for name in _SHAPE)
    return f"{files.digest(data)}\0{_package_state()}\0{kept.state()}\0{shape}".encode()


def _package_state() -> str:
    """Size and age of the package's data file, found without importing it."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return "absent"
    about = Path(spec.origin).with_name("data.py").stat()
    return f"{spec.origin}:{about.st_size}:{about.st_mtime_ns}"
