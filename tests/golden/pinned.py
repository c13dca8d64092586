"""Texts that are pinned in `terminal/`. FARTHING_GOLDEN=write renews them."""

import os
from pathlib import Path

HERE = Path(__file__).parent


def as_it_was(name: str, made: str) -> str:
    """The pinned text of this name; where texts are renewed, the one that was made is kept first."""
    file = HERE / "terminal" / name
    if os.environ.get("FARTHING_GOLDEN") == "write":
        file.write_text(made, "utf-8")
    return file.read_text("utf-8")
