"""What OpenTelemetry's metrics add up and calls one by one tell as well, left out here and in the ledger."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import duckdb

from farthing.importers.otlp_senders import (
    AT_US,
    IS_CALL,
    IS_METRIC,
    LONGEST_CALL_MS,
    SINCE_US,
    calls,
    matched,
    metrics,
)
from farthing.importers.otlp_told import Told
from farthing.importers.readers import text
from farthing.ledger.table import Table

_DAY: Final = timedelta(days=1)
_NONE: Final = "SELECT NULL::VARCHAR AS key WHERE false"


@dataclass(frozen=True, slots=True)
class Span:
    """What metrics that were left out added up: tokens of a service, and the minutes that they cover."""

    service: str
    first: int
    last: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left out: how many staged rows, by their files, and a query of the ids of stored ones."""

    staged: Counter[int]
    stored: str
    spans: tuple[Span, ...]


def leave_out(connection: duckdb.DuckDBPyConnection, staged: str, told: Told) -> Left:
    """Take metrics out of staged events, and name those in the ledger, whose calls are told one by one."""
    row = connection.execute(
        f"SELECT min({SINCE_US}) FILTER (WHERE {IS_METRIC}), max({AT_US}) FILTER (WHERE {IS_METRIC}),"
        f" min({AT_US}) FILTER (WHERE {IS_CALL}) FROM {staged}"
    ).fetchone()
    assert row is not None, "extremes are always a row"
    since, until, first_call = row
    gone = [] if since is None else _staged_twice(connection, staged, told, since, until)
    files = Counter(file for file, *_ in gone)
    spans = [Span(service, first, last, tokens) for _, service, first, last, tokens in gone]
    if first_call is None:
        return Left(files, _NONE, tuple(spans))
    stored = matched(told.metrics(_day(first_call)), f"({calls(staged)})")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE told_again AS {stored}")
    listed = connection.execute(
        "SELECT service, first, last, tokens FROM told_metrics SEMI JOIN told_again USING (event_id)"
    ).fetchall()
    spans += [Span(*span) for span in listed]
    return Left(files, "SELECT event_id AS key FROM told_again", tuple(spans))


def _staged_twice(
    connection: duckdb.DuckDBPyConnection, staged: str, told: Told, since: int, until: int
) -> list[tuple[int, str, int, int, int]]:
    """Take staged metrics out: of each the file, the service, the minutes that it covers, and its tokens."""
    points = f"({metrics(staged, 'file, ')})"
    services = [
        str(one) for (one,) in connection.execute(f"SELECT DISTINCT service FROM {points}").fetchall()
    ]
    known = told.calls(services, _day(since - LONGEST_CALL_MS * 1000) - _DAY, _day(until) + 2 * _DAY)
    ours = f"SELECT * FROM ({calls(staged)}) WHERE service IN ({', '.join(map(text, services))})"
    every = f"(SELECT * EXCLUDE (file) FROM {known} UNION ALL BY NAME {ours})"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE told_before AS {matched(points, every)}")
    found = connection.execute(
        f"SELECT file, service, first, last, tokens FROM {points} SEMI JOIN told_before USING (event_id)"
    ).fetchall()
    connection.execute(
        f"DELETE FROM {staged} WHERE {IS_METRIC} AND event_id IN (SELECT event_id FROM told_before)"
    )
    return found


def take_back(
    connection: duckdb.DuckDBPyConnection, staged: str, told: Told, events: Table, seen: int, stored: int
) -> None:
    """Take metrics out of the ledger that were told twice because another process wrote meanwhile.

    `seen` is the version that was looked at before the staged rows were stored, as version `stored`.
    """
    if stored <= seen + 1:
        return
    left = leave_out(connection, staged, told)
    ids = [one for (one,) in connection.execute(left.stored).fetchall()]
    if left.staged:
        ids += [one for (one,) in connection.execute("SELECT event_id FROM told_before").fetchall()]
    if ids:
        events.remove(f"event_id IN ({', '.join(map(text, ids))})")


def _day(moment_us: int) -> date:
    return datetime.fromtimestamp(moment_us // 1_000_000, UTC).date()
