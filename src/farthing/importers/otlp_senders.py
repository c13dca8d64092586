"""Calls that OpenTelemetry tells twice: one by one, as spans or log records, and added up in metrics.

One rule, whichever comes first and by whichever way: a point of a metric is left out where calls one by one
of the same sender lie in the time that it covers. The sender is the service; where both name a session it is
that session, and else where both name a user, that user. Time is counted in minutes, with one more on either
side: a call is logged a little before or after it is counted. A point that does not say when its time begins
covers an hour. What nobody else tells is kept.
"""

from typing import Final

from farthing.importers import otlp
from farthing.importers.readers import name

_OTLP: Final = f"source = '{otlp.FORMAT.name}'"
IS_CALL: Final = f"{_OTLP} AND COALESCE(tags['signal'], '') <> 'metrics'"
IS_METRIC: Final = f"{_OTLP} AND COALESCE(tags['signal'], '') = 'metrics'"
_MINUTE_US: Final = 60_000_000
_LONGEST_EXPORT_US: Final = 3_600_000_000
LONGEST_CALL_MS: Final = 23 * 3_600_000
AT_US: Final = f"epoch_us({name('at')})"
_TOKENS: Final = (
    "input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens + output_tokens"
)
_SENDER: Final = (
    f"COALESCE(tags['service'], '') AS service, COALESCE(tags['session'], '') AS session,"
    f" COALESCE({name('user')}, '') AS person"
)
_ENDED: Final = f"{AT_US} + 1000 * least(greatest(COALESCE(duration_ms, 0), 0), {LONGEST_CALL_MS})"
SINCE_US: Final = (
    f"least({AT_US}, COALESCE(TRY_CAST(tags['since'] AS BIGINT), {AT_US} - {_LONGEST_EXPORT_US}))"
)
# What a call may be looked up by, and what a metric looks for: any of its service, its session, its user.
_KEYS_OF_CALL: Final = (
    "[{'kind': 'any', 'who': ''}, {'kind': 'session', 'who': session}, {'kind': 'user', 'who': person},"
    " {'kind': CASE WHEN session = '' THEN 'lone user' ELSE 'any' END,"
    " 'who': CASE WHEN session = '' THEN person ELSE '' END}]"
)
_KEYS_OF_METRIC: Final = (
    "CASE WHEN session = '' AND person = '' THEN [{'kind': 'any', 'who': ''}]"
    " WHEN session = '' THEN [{'kind': 'user', 'who': person}, {'kind': 'user', 'who': ''}]"
    " WHEN person = '' THEN [{'kind': 'session', 'who': session}, {'kind': 'session', 'who': ''}]"
    " ELSE [{'kind': 'session', 'who': session}, {'kind': 'lone user', 'who': person},"
    " {'kind': 'lone user', 'who': ''}] END"
)


def calls(rows: str, also: str = "") -> str:
    """Calls one by one among rows: sender, the minute of their end, tokens; `also` are further columns."""
    return (
        f"SELECT {also}{_SENDER}, ({_ENDED}) // {_MINUTE_US} AS minute,"
        f" CAST(sum({_TOKENS}) AS BIGINT) AS tokens FROM {rows} WHERE {IS_CALL} GROUP BY ALL"
    )


def metrics(rows: str, also: str = "") -> str:
    """Points of metrics among rows: id, sender, the first and the last minute that they cover, tokens."""
    return (
        f"SELECT {also}event_id, {_SENDER}, {SINCE_US} // {_MINUTE_US} - 1 AS first,"
        f" {AT_US} // {_MINUTE_US} + 1 AS last, {_TOKENS} AS tokens"
        f" FROM {rows} WHERE {IS_METRIC}"
    )


def matched(points: str, told: str) -> str:
    """A query of the ids of those `points` (as `metrics` has them) whose calls `told` (as `calls`) tells."""
    wanted = (
        f"SELECT event_id, service, first, last, key.kind AS kind, key.who AS who"
        f" FROM (SELECT *, unnest({_KEYS_OF_METRIC}) AS key FROM {points})"
    )
    held = (
        "SELECT DISTINCT service, minute, key.kind AS kind, key.who AS who"
        f" FROM (SELECT *, unnest({_KEYS_OF_CALL}) AS key FROM {told})"
    )
    return (
        f"WITH wanted AS MATERIALIZED ({wanted}), held AS ("
        f"SELECT * FROM ({held}) SEMI JOIN wanted USING (service, kind, who))"
        " SELECT DISTINCT event_id FROM wanted ASOF JOIN held ON wanted.service = held.service"
        " AND wanted.kind = held.kind AND wanted.who = held.who AND wanted.first <= held.minute"
        " WHERE held.minute <= wanted.last"
    )
