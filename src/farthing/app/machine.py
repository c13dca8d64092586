"""What lies on this machine that farthing could use. Looks whether it is there, never inside."""

import os
from dataclasses import dataclass
from pathlib import Path

from farthing.app.state import last_answer
from farthing.catalog.data_folder import data_folder


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found: what it is, where it lies, and what can be done with it."""

    what: str
    where: str
    use: str


def look_around() -> tuple[Found, ...]:
    """Everything that was found; nothing is opened and nothing leaves the machine."""
    places = (
        ("the last answer", last_answer(), "farthing why NAME explains it"),
        ("newer prices than those that ship", data_folder() / "prices", "farthing catalog prices uses them"),
        ("a ledger", _ledger(), "farthing spend reads it"),
        ("Claude Code logs", Path.home() / ".claude" / "projects", "farthing import brings them in"),
        ("Codex logs", Path.home() / ".codex" / "sessions", "farthing import brings them in"),
    )
    return tuple(Found(what, str(path), use) for what, path, use in places if _there(path))


def _ledger() -> Path:
    own = os.environ.get("FARTHING_LEDGER")
    base = os.environ.get("XDG_DATA_HOME")
    data = Path(base) if base else Path.home() / ".local" / "share"
    return Path(own) if own else data / "farthing" / "ledger"


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
