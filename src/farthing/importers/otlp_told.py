"""What the files of the ledger tell of OpenTelemetry's calls and metrics, remembered file by file.

A stored file never changes, so each is read once for as long as this lives. What was read is in tables of the
connection, which spill.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final

import duckdb

from farthing.importers.otlp_senders import calls, metrics
from farthing.importers.readers import text
from farthing.ledger.remote import reach
from farthing.ledger.table import Table

_FILES_AT_ONCE: Final = 256
_MOST_ROWS: Final = 3_000_000


class Told:
    """Calls and metrics in the files of a ledger's events, as far as anybody asked for them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, events: Table) -> None:
        self._connection, self._events = connection, events
        self._numbers: dict[str, int] = {}
        self._with_calls: dict[str, set[str]] = defaultdict(set)
        self._with_metrics: set[str] = set()
        self._rows = 0
        sender = "file BIGINT, service VARCHAR, session VARCHAR, person VARCHAR"
        connection.execute(f"CREATE TEMP TABLE told_calls ({sender}, minute BIGINT, tokens BIGINT)")
        connection.execute(
            f"CREATE TEMP TABLE told_metrics ({sender}, event_id VARCHAR, first BIGINT, last BIGINT,"
            " tokens BIGINT)"
        )

    def calls(self, services: Collection[str], since: date, until: date) -> str:
        """Stored calls of services as a relation, at least of the days from `since` to before `until`."""
        self._forget()
        missing: dict[frozenset[str], list[str]] = defaultdict(list)
        uris = self._events.files(since, until).uris
        for service in services:
            lacking = frozenset(uri for uri in uris if uri not in self._with_calls[service])
            missing[lacking].append(service)
            self._with_calls[service] |= lacking
        for fresh, of in missing.items():
            listed = ", ".join(map(text, of))
            self._learn("told_calls", sorted(fresh), f"SELECT * FROM ({{}}) WHERE service IN ({listed})")
        return "told_calls"

    def metrics(self, since: date) -> str:
        """Stored points of metrics as a relation, those of the days from `since` on at least."""
        self._forget()
        fresh = [uri for uri in self._events.files(since).uris if uri not in self._with_metrics]
        self._learn("told_metrics", fresh, "{}")
        self._with_metrics.update(fresh)
        return "told_metrics"

    def _learn(self, into: str, fresh: Sequence[str], query: str) -> None:
        """Read files into a table; `query` is around the rows of a file."""
        facts = calls if into == "told_calls" else metrics
        for uri in fresh:
            self._numbers.setdefault(uri, len(self._numbers))
        for start in range(0, len(fresh), _FILES_AT_ONCE):
            some = fresh[start : start + _FILES_AT_ONCE]
            reach(self._connection, some)
            numbers = f"[{', '.join(str(self._numbers[uri]) for uri in some)}]"
            file = f"{numbers}[CAST(file_index AS BIGINT) + 1] AS file, "
            rows = facts(f"read_parquet([{', '.join(map(text, some))}])", file)
            found = self._connection.execute(f"INSERT INTO {into} BY NAME {query.format(rows)}").fetchone()
            self._rows += int(found[0]) if found else 0

    def _forget(self) -> None:
        """Leave files that the newest version does not have, and all where it has become too much."""
        current = frozenset(self._events.files().uris) if self._rows <= _MOST_ROWS else frozenset()
        looked_at: Iterable[set[str]] = (self._with_metrics, *self._with_calls.values())
        gone = {uri for uris in looked_at for uri in uris if uri not in current}
        if not gone:
            return
        listed = ", ".join(str(self._numbers[uri]) for uri in gone)
        for table in ("told_calls", "told_metrics"):
            gone_rows = self._connection.execute(f"DELETE FROM {table} WHERE file IN ({listed})").fetchone()
            self._rows -= int(gone_rows[0]) if gone_rows else 0
        for known in (self._with_metrics, *self._with_calls.values()):
            known.difference_update(gone)
