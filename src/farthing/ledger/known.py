"""Which keys a table has already, for who must say so before anything is appended."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from farthing.ledger.connection import connect, name, text
from farthing.ledger.remote import reach
from farthing.ledger.seen_keys import Hashes, SeenKeys, key_hashes
from farthing.ledger.table import Table

_MEMORY: Final = "200MB"
_DAY: Final = timedelta(days=1)


class Known:
    """Looks keys up in the files of their days, each of which is read once. For many threads."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._seen = SeenKeys()
        self._mutex = threading.Lock()
        self._connection = connect(_MEMORY, 1)

    def of(self, keys: Mapping[str, date]) -> set[str]:
        """Which of these keys the table has on the day that is given with each, or on one between."""
        if not keys:
            return set()
        with self._mutex:
            uris = self._table.files(min(keys.values()), max(keys.values()) + _DAY).uris
            if not uris:
                return set()
            reach(self._connection, uris)
            hashes = partial(key_hashes, self._connection, name(self._table.key))
            met = self._seen.meeting(uris, self._hashed(keys), hashes)
            return self._held(met, keys) if met else set()

    def close(self) -> None:
        """Let go of what it works with."""
        with self._mutex:
            self._connection.close()

    def _hashed(self, keys: Iterable[str]) -> Hashes:
        found = self._connection.execute("SELECT hash(unnest(?::VARCHAR[])) AS hash", [list(keys)])
        hashes: Hashes = found.fetchnumpy()["hash"]
        return hashes

    def _held(self, uris: Sequence[str], keys: Iterable[str]) -> set[str]:
        key, listed = name(self._table.key), ", ".join(map(text, uris))
        found = self._connection.execute(
            f"SELECT {key} FROM read_parquet([{listed}]) SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS {key})"
            f" USING ({key})",
            [list(keys)],
        )
        return {held for (held,) in found.fetchall()}
