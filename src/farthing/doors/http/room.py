"""Memory for bodies: all that are being read or worked on share one bound."""

import threading
from typing import Final

from farthing.doors.http.refused import busy

_RETRY_S: Final = 2


class Room:
    """Counts bytes in memory; used from the event loop and from threads."""

    def __init__(self, most_byte: int) -> None:
        self._most_byte = most_byte
        self._held_byte = 0
        self._lock = threading.Lock()

    @property
    def held_byte(self) -> int:
        """Bytes that are held now."""
        return self._held_byte

    def take(self, size_byte: int) -> None:
        """Hold more. Raises RefusedError where there is no room, and holds nothing then."""
        with self._lock:
            if self._held_byte + size_byte > self._most_byte:
                raise busy("too many bodies are being read at once", _RETRY_S, 503)
            self._held_byte += size_byte

    def give(self, size_byte: int) -> None:
        """Hold so much less."""
        with self._lock:
            self._held_byte -= size_byte
