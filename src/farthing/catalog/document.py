"""Read one YAML file of facts as plain text values that remember their lines.

Scalars stay text: the Struct that receives them decides what they are, so `no` is never false
by accident and `3.35e12` is a number. Anchors, tags and huge or deep files are refused, because
facts need none of them and they are how a small file becomes a large one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from farthing.catalog.entries import Route, Tree
from farthing.catalog.files import LARGEST_FILE_BYTE
from farthing.units.problem import Problem

DEEPEST_NESTING = 12

_CONTENT = (yaml.NodeEvent, yaml.CollectionEndEvent)
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser where it was built


@dataclass(frozen=True, slots=True)
class Document:
    """Values of a file, the line of each route into it, and what was wrong on the way."""

    value: Tree
    lines: dict[Route, int]
    problems: tuple[Problem, ...]


def read(path: Path, label: str) -> Document:
    """Parse `path`; `label` names it in problems. A file that cannot be used has value None."""
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTE:
        return _refused(label, f"The file has {size:,} bytes", "Split it into smaller files.")
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        return _refused(label, f"The file is not UTF-8 ({error.reason})", "Save it as UTF-8.")
    return parse(text, label)


def parse(text: str, label: str) -> Document:
    """Parse YAML text; `label` names it in problems."""
    builder = _Builder(label)
    try:
        value = builder.build(text)
    except _RefusedError as refusal:
        return Document(None, builder.lines, (*builder.problems, refusal.problem))
    except yaml.YAMLError as error:
        return _refused(_place(label, error), f"This is not YAML: {_reason(error)}", "Correct it.")
    return Document(value, builder.lines, tuple(builder.problems))


class _RefusedError(Exception):
    """Ends the reading of one file."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.what)
        self.problem = problem


class _Builder:
    """Builds plain values from parse events."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.lines: dict[Route, int] = {}
        self.problems: list[Problem] = []

    def build(self, text: str) -> Tree:
        events = iter(yaml.parse(text, Loader=_PARSER))
        nodes = (event for event in events if isinstance(event, _CONTENT))
        first = next(nodes, None)
        value = None if first is None else self._node(first, nodes, ())
        second = next(nodes, None)
        if second is not None:
            raise self._refusal(second, "The file holds two documents", "Keep one.")
        return value

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], route: Route) -> Tree:
        self.lines.setdefault(route, _line(event))
        if len(route) > DEEPEST_NESTING:
            raise self._refusal(event, f"More than {DEEPEST_NESTING} levels", "Flatten it.")
        if getattr(event, "anchor", None) is not None:
            raise self._refusal(event, "Anchors and aliases are not allowed", "Write it out.")
        if getattr(event, "tag", None) not in (None, "!"):
            raise self._refusal(event, "Tags are not allowed", "Remove the word after '!'.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, route)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, route)
        return _text(event)

    def _sequence(self, events: Iterator[yaml.Event], route: Route) -> list[Tree]:
        items: list[Tree] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*route, len(items))))
        return items

    def _mapping(self, events: Iterator[yaml.Event], route: Route) -> dict[str, Tree]:
        items: dict[str, Tree] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in items:
                self.problems.append(self._duplicate(event, key, (*route, key)))
            self.lines.setdefault((*route, key), _line(event))
            items.setdefault(key, self._node(next(events), events, (*route, key)))
        return items

    def _key(self, event: yaml.Event) -> str:
        key = _text(event) if isinstance(event, yaml.ScalarEvent) else None
        if key is None or getattr(event, "anchor", None) is not None:
            raise self._refusal(event, "A key must be plain text", "Write a word before ':'.")
        return key

    def _duplicate(self, event: yaml.Event, key: str, route: Route) -> Problem:
        return Problem(
            code="duplicate-key",
            severity="error",
            where=f"{self.label}:{_line(event)}",
            what=f"The key '{key}' is written twice",
            why=f"it first stands in line {self.lines[route]}, and only one of them could count",
            fix="Remove or rename one of the two.",
        )

    def _refusal(self, event: yaml.Event, what: str, fix: str) -> _RefusedError:
        return _RefusedError(_problem(f"{self.label}:{_line(event)}", what, fix))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _text(event: yaml.Event) -> str | None:
    """The text of a scalar; None for one that is empty or plainly written as null."""
    value = str(getattr(event, "value", ""))
    plain = getattr(event, "implicit", (True,))[0]
    return None if plain and value in ("", "~", "null") else value


def _refused(where: str, what: str, fix: str) -> Document:
    return Document(None, {}, (_problem(where, what, fix),))


def _problem(where: str, what: str, fix: str) -> Problem:
    why = "facts are plain YAML: text, lists and mappings"
    return Problem(code="bad-file", severity="error", where=where, what=what, why=why, fix=fix)


def _place(label: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return label if mark is None else f"{label}:{mark.line + 1}"


def _reason(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
