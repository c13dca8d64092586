"""Where farthing keeps what belongs to a user and can be lost."""

import os
from pathlib import Path


def folder() -> Path:
    """The state folder: FARTHING_STATE, else the system's place for it."""
    if own := os.environ.get("FARTHING_STATE"):
        return Path(own)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "farthing"


def last_answer() -> Path:
    """The file of the last answer, there or not."""
    return folder() / "last.json"
