"""The last answer, kept in the user's state folder so that `why` can explain it."""

import contextlib
import os
import tempfile
from pathlib import Path

import msgspec

from farthing.app.state import last_answer
from farthing.estimate.answer import Estimate


def remember(answer: Estimate) -> None:
    """Keep an answer. A folder that cannot be written is no reason to fail: the answer was given."""
    with contextlib.suppress(OSError, RuntimeError):
        place = last_answer()
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".last-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(answer))
            Path(name).replace(place)
        except OSError:
            Path(name).unlink(missing_ok=True)


def recall() -> Estimate | None:
    """The last answer; None where there is none, or one that this version cannot read."""
    try:
        return msgspec.json.decode(last_answer().read_bytes(), type=Estimate)
    except (OSError, RuntimeError, msgspec.DecodeError):
        return None
