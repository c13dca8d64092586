"""How deep JSON is nested, told without reading it: a reader that recurses must not be sent too deep."""

import re
from typing import Final

from farthing.doors.http.refused import refused

# Possessive and content with a text that never ends, so that no byte is looked at twice.
_TEXT: Final = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")
_PAIRS: Final = re.compile(rb"\[\]|\{\}")


def check_depth(body: bytes, most: int) -> None:
    """Raises RefusedError where brackets are open more than `most` deep, or do not match.

    Texts are taken out first; then each pass takes away the innermost pairs, so that there are as many
    passes as there are levels, and never more than `most`.
    """
    if body.count(b"[") + body.count(b"{") <= most:
        return
    left = _TEXT.sub(b"", body).translate(None, _NO_BRACKETS)
    for _ in range(most):
        left, closed = _PAIRS.subn(b"", left)
        if not left:
            return
        if not closed:
            raise refused(400, "bad-json", "the brackets of the JSON do not match")
    raise refused(400, "too-deep", f"the JSON is nested more than {most} deep", "flatten it")
