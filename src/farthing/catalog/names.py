"""When two spellings are the same name."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_SEPARATORS = re.compile(r"[^0-9a-z.]|(?<!\d)\.|\.(?!\d)")


def key(name: str) -> str:
    """What is left of a name without case, spaces and punctuation.

    A point between digits stays: GPT-3 1.3B is not GPT-3 13B.

    >>> key("NVIDIA H100-SXM5-80GB") == key("nvidia h100 sxm5 (80 GB)")
    True
    >>> key("Llama 3.1 8B")
    'llama3.18b'
    """
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name).casefold())


def loose_key(name: str) -> str:
    """The same without points, for those who type llama-3-1.

    >>> loose_key("Llama 3.1 8B") == loose_key("llama-3-1-8b")
    True
    """
    return key(name).replace(".", "")


def spellings(name: str, fact: object) -> Iterable[str]:
    """Every way to write an entry: its id, its name, its aliases, its bare names."""
    yield name
    if title := getattr(fact, "name", ""):
        yield title
    yield from getattr(fact, "aliases", ())
    yield from getattr(fact, "default_for", ())


def index(entries: Mapping[str, object]) -> dict[str, set[str]]:
    """Ids by key of every spelling; sound facts have one id for each."""
    found: dict[str, set[str]] = {}
    for name, fact in entries.items():
        for spelling in spellings(name, fact):
            found.setdefault(key(spelling), set()).add(name)
    return found
