"""The book with files laid over it, each known by what it holds, not by its name.

A YAML file is a contract; a JSON object of models is LiteLLM's map, and the word `litellm` means the
map of the installed package; a JSON list, wheel or archive of genai-prices takes the package's place; a
locked book takes the place of everything before it.
"""

import functools
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from farthing.catalog.files import LARGEST_FILE_BYTE
from farthing.catalog.load import catalog
from farthing.pricing import compiled, contracts, genai_file, laid, litellm_map, lock, second
from farthing.pricing.book import Book, book
from farthing.pricing.contract_facts import KINDS
from farthing.pricing.exchange import exchange
from farthing.pricing.kept import MAP, PACKAGE
from farthing.pricing.rows import Overlay
from farthing.units.money import Rate
from farthing.units.problem import InputError, Problem

INSTALLED: Final = "litellm"
CONTRACT, LOCK = "contract", "lock"
LARGEST_BYTE: Final = 64 * 1024 * 1024
_INSTEAD: Final = (LOCK, PACKAGE)
_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b")


@dataclass(frozen=True, slots=True)
class Layer:
    """A file that was read: its name, what kind it is, what it holds."""

    label: str
    kind: str
    content: bytes

    @property
    def overlay(self) -> Overlay:
        """The file as a book remembers it."""
        digest = hashlib.sha256(self.content).hexdigest()
        return Overlay(label=self.label, kind=self.kind, digest=f"sha256:{digest}")


def book_with(paths: tuple[str, ...], rates: Iterable[Rate] = ()) -> Book:
    """The book of this installation with files over it, in their order; `rates` as given by `--fx`.

    What takes the place of other prices comes first, wherever it is named.

    Raises InputError with everything that is wrong; what is odd is in the book's `problems`.
    """
    layers = sorted(map(read, paths), key=lambda layer: layer.kind not in _INSTEAD)
    return _laid(tuple(layers), tuple(rates)) if layers else book()


def read(path: str) -> Layer:
    """A file and its kind. Raises InputError for one that cannot be read."""
    found = Path(path)
    if path == INSTALLED and not found.is_file():
        installed = litellm_map.installed()
        if installed is None:
            what, fix = "litellm is not installed here", "install it, or give the path of its JSON file"
            raise InputError([Problem("no-file", "error", path, what, "", fix)])
        found = installed
    content = _content(found)
    return Layer(found.name, kind_of(content, found.name), content)


def kind_of(content: bytes, label: str) -> str:
    """What a file holds. Raises InputError for JSON that is neither of the two known kinds."""
    start = content.lstrip()[:1]
    if lock.is_lock(content):
        return LOCK
    if start == b"[" or content.startswith(_ARCHIVES):
        return PACKAGE
    if start != b"{":
        return CONTRACT
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return CONTRACT  # YAML may begin with a brace too, and its reader says what is wrong
    if litellm_map.is_map(document):
        return MAP
    return CONTRACT if isinstance(document, dict) and KINDS.keys() & document.keys() else _nobody(label)


@functools.lru_cache(maxsize=8)
def _laid(layers: tuple[Layer, ...], rates: tuple[Rate, ...]) -> Book:
    made = book()
    for layer in layers:
        made = _over(made, layer, rates)
    return made


def _over(below: Book, layer: Layer, rates: tuple[Rate, ...]) -> Book:
    if layer.kind == CONTRACT:
        if len(layer.content) > LARGEST_FILE_BYTE:
            raise InputError([_too_large(layer.label, LARGEST_FILE_BYTE)])
        contract = contracts.read_text(layer.content, layer.label)
        return laid.lay(below, contract, exchange(catalog().fx.values(), rates))
    if layer.kind == LOCK:
        return lock.open_lock(layer.content, layer.label)[0]
    try:
        if layer.kind == MAP:
            return second.filled(below, litellm_map.skus(layer.content), layer.overlay)
        return _instead(layer)
    except ValueError as error:
        raise InputError([_unreadable(layer, error)]) from error


def _instead(layer: Layer) -> Book:
    """A book in which the package's place is taken."""
    release = f"genai-prices {layer.overlay.digest[:19]}"
    base = compiled.from_sources(genai_file.read(layer.content), release)
    return Book(base, base.hash, overlays=(layer.overlay,))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTE:
            raise InputError([_too_large(str(path), LARGEST_BYTE)])
        return path.read_bytes()
    except OSError as error:
        what = f"it cannot be read ({error.strerror or error})"
        raise InputError([Problem("no-file", "error", str(path), what, "", "correct the path")]) from None


def _too_large(label: str, most: int) -> Problem:
    what, fix = f"it has more than {most:,} bytes", "split it, or give the price list as it was published"
    return Problem("bad-file", "error", label, what, "", fix)


def _nobody(label: str) -> str:
    what, why = "it is JSON, but no price list known here", "LiteLLM's map and genai-prices' data are known"
    fix = f"write a contract with the keys {', '.join(KINDS)}"
    raise InputError([Problem("bad-file", "error", label, what, why, fix)])


def _unreadable(layer: Layer, error: ValueError) -> Problem:
    what = f"it cannot be read as {layer.kind}: {error}"
    return Problem("bad-file", "error", layer.label, what, "", "take the file as it was published")
