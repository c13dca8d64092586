"""Plain text in columns: aligned, wrapped to a width, with color only where it is wanted."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Ink:
    """Emphasis on a terminal; everything stays plain where `color` is false."""

    color: bool

    def bold(self, text: str) -> str:
        """What is read first."""
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def dim(self, text: str) -> str:
        """What is there for those who look for it."""
        return f"\x1b[2m{text}\x1b[0m" if self.color else text

    def warn(self, text: str) -> str:
        """What needs attention."""
        return f"\x1b[33m{text}\x1b[0m" if self.color else text


def table(
    rows: Sequence[Sequence[str]], align: str, width: int, *, indent: int = 2, wrap: bool = True
) -> list[str]:
    """Rows in columns, `align` one of `<` or `>` for each.

    The last column is wrapped to the width, or cut to one line each where `wrap` is false.
    """
    if not rows:
        return []
    kept = [column for column in range(len(align)) if any(row[column] for row in rows)]
    sizes = [max(len(row[column]) for row in rows) for column in kept]
    margin = " " * indent
    before = indent + sum(sizes[:-1]) + len(_GAP) * (len(kept) - 1)
    lines: list[str] = []
    for row in rows:
        cells = [f"{row[c]:{align[c]}{size}}" for c, size in zip(kept[:-1], sizes[:-1], strict=True)]
        last = row[kept[-1]]
        room = max(24, width - before)
        tail = _last(last if wrap else _cut(last, room), align[kept[-1]], sizes[-1], room)
        lines.append((margin + _GAP.join([*cells, tail[0]])).rstrip())
        lines.extend(" " * before + more for more in tail[1:])
    return lines


def paragraph(text: str, width: int, indent: int = 0) -> list[str]:
    """Text wrapped to a width, long words kept whole."""
    margin = " " * indent
    return textwrap.wrap(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]


def section(title: str, lines: Iterable[str], ink: Ink) -> list[str]:
    """A titled block after an empty line; nothing at all where it has no lines."""
    body = list(lines)
    return ["", ink.bold(title), *body] if body else []


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 3].rstrip(' ,;:.')}..."


def _last(text: str, align: str, size: int, room: int) -> list[str]:
    if align == ">":
        return [f"{text:>{size}}"]
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
