"""Files in the user's cache folder that keep what was compiled between runs: the catalog above all.

A file holds the key it was made for and a digest of what follows, so a stale, cut or damaged
one is simply not used. Nothing here ever fails: without a usable folder there is no cache.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

FILE_NAME = "catalog.msgpack"
_DIGEST_SIZE = 32


def folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where this system keeps files that may be deleted at any time.

    Raises RuntimeError when no home folder is known.
    """
    if given := environment.get("XDG_CACHE_HOME"):
        return Path(given) / "farthing"
    if platform == "win32" and (given := environment.get("LOCALAPPDATA")):
        return Path(given) / "farthing" / "cache"
    if platform == "darwin":
        return Path.home() / "Library" / "Caches" / "farthing"
    return Path.home() / ".cache" / "farthing"


def fetch(key: bytes, name: str = FILE_NAME) -> bytes | None:
    """What was stored under `key` in the file of that name, or None."""
    try:
        stored = (folder() / name).read_bytes()
    except (OSError, RuntimeError):
        return None
    head, content = stored[: 2 * _DIGEST_SIZE], stored[2 * _DIGEST_SIZE :]
    return content if head == _digest(key) + _digest(content) else None


def store(key: bytes, content: bytes, name: str = FILE_NAME) -> None:
    """Keep `content` under `key` in place of what was there; do nothing where that fails."""
    with contextlib.suppress(OSError, RuntimeError):
        target = folder()
        target.mkdir(parents=True, exist_ok=True)
        _replace(target / name, _digest(key) + _digest(content) + content)


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then rename: a reader sees the old or the new, never half."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
