"""Whether calls one by one tell of less than the metrics that were left out for them: sampled traces."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import duckdb

from farthing.importers.otlp_told import Told
from farthing.importers.otlp_twice import Span
from farthing.units.problem import Problem, quoted

_HOUR_MIN: Final = 60
# So many minutes after an hour its calls are thought to have arrived.
_LATE_MIN: Final = 10
_LEAST_SHARE: Final = 0.8


class Sampled:
    """What was left out of each service, hour by hour, until its calls can be compared with it."""

    def __init__(self) -> None:
        self._hours: dict[tuple[str, int], Span] = {}
        self._newest = 0

    def add(self, spans: Iterable[Span]) -> None:
        """Take down what was left out."""
        for span in spans:
            hour = span.service, span.last // _HOUR_MIN
            known = self._hours.get(hour, Span(span.service, span.first, span.last, 0))
            self._hours[hour] = Span(
                span.service,
                min(known.first, span.first),
                max(known.last, span.last),
                known.tokens + span.tokens,
            )
            self._newest = max(self._newest, span.last)

    def problems(self, connection: duckdb.DuckDBPyConnection, told: Told, staged: str = "") -> list[Problem]:
        """Services of whose hours, now over, the calls tell too little. An hour is looked at once.

        Where calls are `staged` (a relation as `otlp_senders.calls`), nothing more is waited for.
        """
        over = [key for key in self._hours if staged or (key[1] + 1) * _HOUR_MIN + _LATE_MIN <= self._newest]
        found: list[Problem] = []
        for span in sorted((self._hours.pop(key) for key in over), key=lambda one: (one.service, one.first)):
            tokens = sum(_tokens(connection, calls, span) for calls in (_stored(told, span), staged) if calls)
            if tokens < _LEAST_SHARE * span.tokens:
                found.append(_problem(span, tokens))
        return found


def _stored(told: Told, span: Span) -> str:
    """The calls of a service in the ledger, those of the span among them."""
    first, last = (datetime.fromtimestamp(minute * 60, UTC).date() for minute in (span.first, span.last))
    return told.calls([span.service], first - timedelta(days=1), last + timedelta(days=1))


def _tokens(connection: duckdb.DuckDBPyConnection, calls: str, span: Span) -> int:
    """How many tokens the calls of a span's service and time took."""
    row = connection.execute(
        f"SELECT coalesce(sum(tokens), 0) FROM {calls} WHERE service = ? AND minute BETWEEN ? AND ?",
        [span.service, span.first, span.last],
    ).fetchone()
    return 0 if row is None else int(row[0])


def _problem(span: Span, told: int) -> Problem:
    since, until = (
        f"{datetime.fromtimestamp(minute * 60, UTC):%Y-%m-%d %H:%M}" for minute in (span.first, span.last)
    )
    what = (
        f"from {since} to {until} UTC its metrics told of {span.tokens:,} tokens and its calls one by one"
        f" of {told:,}: the metrics were left out"
    )
    return Problem(
        "sampled-calls", "warning", f"service {quoted(span.service)}", what,
        "who sends both is counted by the calls, and these seem to be a sample of them",
        "Send every call's span or log record, or send metrics alone.",
    )  # fmt: skip
