"""Where farthing keeps what belongs to a user and cannot be made again."""

import os
from pathlib import Path


def data_folder() -> Path:
    """The data folder: FARTHING_DATA, else the system's place for it.

    Raises RuntimeError when no home folder is known.
    """
    if own := os.environ.get("FARTHING_DATA"):
        return Path(own)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "farthing"
