"""Which files may hold a key, remembered by one process: hashes of the keys of files looked at before.

A stored file never changes, so its keys need be read once. A key whose hash is in no file is in none; where
a hash meets, the file itself is asked. Twelve bytes a key.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from farthing.ledger.connection import text

Hashes: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.uint32]
MOST_KEYS: Final = 16_000_000
_FILES_AT_ONCE: Final = 256


class SeenKeys:
    """Hashes of the keys of files that were looked at."""

    def __init__(self) -> None:
        self._runs: list[tuple[Hashes, Places]] = []
        self._numbers: dict[str, int] = {}
        self._alive = np.zeros(0, dtype=np.bool_)

    def meeting(
        self,
        uris: Sequence[str],
        ours: Hashes,
        read: Callable[[Sequence[str]], tuple[Hashes, Places]],
    ) -> list[str]:
        """The files of these that may hold one of our keys.

        `read` gives the hashes of the keys of files, and for each the place of its file among them.
        """
        self._forget(frozenset(uris))
        fresh = [uri for uri in uris if uri not in self._numbers]
        for first in range(0, len(fresh), _FILES_AT_ONCE):
            self._learn(fresh[first : first + _FILES_AT_ONCE], read)
        wanted = np.unique(ours)
        met: set[int] = set()
        for hashes, places in self._runs:
            starts = np.searchsorted(hashes, wanted, "left")
            ends = np.searchsorted(hashes, wanted, "right")
            for start, end in zip(starts[hit := ends > starts], ends[hit], strict=True):
                met.update(places[start:end].tolist())
        return [uri for uri in uris if self._numbers[uri] in met]

    def _forget(self, current: frozenset[str]) -> None:
        """Leave files that are no longer there, and their keys once they are the half of all."""
        gone = [uri for uri in self._numbers if uri not in current]
        if not gone:
            return
        for uri in gone:
            self._alive[self._numbers.pop(uri)] = False
        kept = [self._alive[places] for _, places in self._runs]
        if sum(int(alive.sum()) for alive in kept) * 2 < sum(alive.size for alive in kept):
            self._runs = [
                (hashes[alive], places[alive])
                for (hashes, places), alive in zip(self._runs, kept, strict=True)
            ]

    def _learn(self, fresh: Sequence[str], read: Callable[[Sequence[str]], tuple[Hashes, Places]]) -> None:
        hashes, places = read(fresh)
        first = self._alive.size
        self._numbers |= {uri: first + place for place, uri in enumerate(fresh)}
        self._alive = np.concatenate([self._alive, np.ones(len(fresh), dtype=np.bool_)])
        self._runs.append(_sorted(hashes, places + np.uint32(first)))
        while len(self._runs) > 1 and self._runs[-2][0].size < 2 * self._runs[-1][0].size:
            late, early = self._runs.pop(), self._runs.pop()
            both = np.concatenate([early[0], late[0]]), np.concatenate([early[1], late[1]])
            self._runs.append(_sorted(*both))


def key_hashes(connection: duckdb.DuckDBPyConnection, key: str, uris: Sequence[str]) -> tuple[Hashes, Places]:
    """Hashes of the keys of stored files, and for each the place of its file; `key` is the column in SQL."""
    listed = ", ".join(text(uri) for uri in uris)
    found = connection.execute(
        f"SELECT hash({key}) AS hash, CAST(file_index AS UINTEGER) AS place FROM read_parquet([{listed}])"
    ).fetchnumpy()
    return found["hash"], found["place"]


def _sorted(hashes: Hashes, places: Places) -> tuple[Hashes, Places]:
    order = np.argsort(hashes, kind="stable")  # quick where it is two sorted parts
    return hashes[order], places[order]
