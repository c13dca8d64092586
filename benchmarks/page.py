"""The page of figures: each command renews its own section and leaves the others as they are."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = """\
# Speed
Nothing here is edited by hand: each section is written by the command that it names, in one run on one
machine. Read the ratios, not the seconds.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the page: what was expected beforehand, what came out, and the bar."""

    what: str
    expected: str
    found: str
    bar: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """Whether the bar was met; nothing where there is none or nothing was measured."""
        return {True: "met", False: "**missed**", None: ""}[self.met]


def machine() -> str:
    """What the figures were measured on, in words."""
    return f"{os.cpu_count()} processors, Python {platform.python_version()}"


def renew(title: str, told: Sequence[str], rows: Iterable[Measured], page: Path = PAGE) -> None:
    """Write a section of the page in place of the one of that title, or at the end."""
    written = page.read_text("utf-8") if page.exists() else ""
    page.write_text(renewed(written, title, section(title, told, rows)), "utf-8")


def section(title: str, told: Sequence[str], rows: Iterable[Measured]) -> str:
    """A section as Markdown."""
    table = ["", "| what | expected | found | bar | |", "|---|---:|---:|---:|---|"]
    body = [f"| {row.what} | {row.expected} | {row.found} | {row.bar} | {row.verdict} |" for row in rows]
    return "\n".join([f"## {title}", *told, *table, *body]) + "\n"


def renewed(written: str, title: str, new: str) -> str:
    """A page with one section renewed, at the place where it was."""
    sections = re.split(r"^(?=## )", written, flags=re.MULTILINE)[1:]
    mine = [place for place, one in enumerate(sections) if one.startswith(f"## {title}\n")]
    if mine:
        sections[mine[0]] = new
    else:
        sections.append(new)
    return "\n".join([HEAD, *(one.rstrip("\n") + "\n" for one in sections)])
