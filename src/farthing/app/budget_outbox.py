"""Alerts that are to be sent and those that were: kept on disk, so that each goes out once.

One SQLite file in the user's state folder. An alert is kept before it is sent, and recorded as sent while
the lock is held under which it was: two processes never send the same one, and one that dies between the
sending and the record sends it again, with the same id. Addresses and keys are never kept.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from farthing.app.budget_alert import Alert

_FILE: Final = "budget-alerts.sqlite"
_WAIT_S: Final = 30.0
_REMEMBERED: Final = timedelta(days=800)
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS alerts (
        alert_id TEXT PRIMARY KEY, target TEXT NOT NULL, what TEXT NOT NULL, body BLOB NOT NULL,
        kept_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tried_at REAL NOT NULL DEFAULT 0,
        not_before REAL NOT NULL DEFAULT 0, sent_at REAL
    )
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """An alert that waits: to which target it goes, how often it was tried, and until when to leave it."""

    alert_id: str
    target: str
    what: str
    body: bytes
    tries: int
    tried_at: datetime
    not_before: datetime


class Outbox:
    """The alerts of one user, in a folder. What writes raises sqlite3.Error or OSError where it cannot."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def sent(self, alerts: Iterable[Alert]) -> frozenset[str]:
        """The ids of those that were sent. Waits for nobody, and makes nothing."""
        if not self._path.exists():
            return frozenset()
        with closing(sqlite3.connect(self._path)) as connection, suppress(sqlite3.Error):
            known = {name for (name,) in connection.execute("SELECT alert_id FROM alerts WHERE sent_at > 0")}
            return frozenset(alert.alert_id for alert in alerts) & known
        return frozenset()

    def keep(self, alerts: Iterable[Alert], now: datetime) -> None:
        """Keep those that are new, and forget what was sent before any period that can still run."""
        rows = [
            (alert.alert_id, alert.target.key, alert.what, alert.body, now.timestamp()) for alert in alerts
        ]
        with self._open() as connection:
            connection.execute("DELETE FROM alerts WHERE sent_at < ?", ((now - _REMEMBERED).timestamp(),))
            connection.executemany(
                "INSERT OR IGNORE INTO alerts (alert_id, target, what, body, kept_at) VALUES (?, ?, ?, ?, ?)",
                rows,
            )

    def waiting(self, targets: Collection[str]) -> list[Kept]:
        """Alerts that were not sent, for some targets, the oldest first."""
        if not self._path.exists():
            return []
        with self._open() as connection:
            return [one for one in _waiting(connection) if one.target in targets]

    @contextmanager
    def turn(self, alert_id: str) -> Iterator["Turn | None"]:
        """Hold an alert that is still to be sent while it is; None where another process was quicker."""
        with self._open() as connection:
            held = [one for one in _waiting(connection) if one.alert_id == alert_id]
            yield Turn(connection, held[0]) if held else None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection that alone may write until it is left; what was written then holds."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        with closing(sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to send one alert."""

    connection: sqlite3.Connection
    alert: Kept

    def was_sent(self, now: datetime) -> None:
        """Record that it arrived."""
        self.connection.execute(
            "UPDATE alerts SET sent_at = ?, tries = tries + 1 WHERE alert_id = ?",
            (now.timestamp(), self.alert.alert_id),
        )

    def failed(self, now: datetime, not_before: datetime | None) -> None:
        """Record that it did not, and until when the receiver asked to be left alone."""
        until = 0.0 if not_before is None else not_before.timestamp()
        self.connection.execute(
            "UPDATE alerts SET tries = tries + 1, tried_at = ?, not_before = ? WHERE alert_id = ?",
            (now.timestamp(), until, self.alert.alert_id),
        )


def _waiting(connection: sqlite3.Connection) -> Iterator[Kept]:
    rows = connection.execute(
        "SELECT alert_id, target, what, body, tries, tried_at, not_before FROM alerts"
        " WHERE sent_at IS NULL ORDER BY kept_at, alert_id"
    )
    for name, target, what, body, tries, tried_at, not_before in rows.fetchall():
        yield Kept(name, target, what, body, tries, _moment(tried_at), _moment(not_before))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
