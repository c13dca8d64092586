"""Whether a name is meant by a clause."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from farthing.pricing.rows import Clause


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


_RELATIONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "equals": lambda name, text: name == text,
    "starts_with": lambda name, text: name.startswith(text),
    "ends_with": lambda name, text: name.endswith(text),
    "contains": lambda name, text: text in name,
    "regex": lambda name, text: _pattern(text).search(name) is not None,
}


def matches(clause: Clause, name: str) -> bool:
    """Whether a clause means a name, whatever its case. Texts of clauses are lower case but for patterns."""
    if clause.relation == "or":
        return any(matches(part, name) for part in clause.parts)
    if clause.relation == "and":
        return all(matches(part, name) for part in clause.parts)
    return _RELATIONS[clause.relation](name.lower(), clause.text)


def spelled(clause: Clause | None) -> Iterator[str]:
    """The names that a clause spells out in full."""
    if clause is not None and clause.relation == "equals":
        yield clause.text
    for part in clause.parts if clause is not None and clause.relation == "or" else ():
        yield from spelled(part)
