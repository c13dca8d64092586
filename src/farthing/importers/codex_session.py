"""What a session of Codex bills, from its lines in their order.

A session writes what a response used as a `token_usage_record` (newer versions do) and, after it and at
many other occasions, as a `token_count` with the session's running total. Where there are records they
count; before them a `token_count` counts when its total has moved (ccusage#1288).

A session that was forked, or spawned by another, begins with a copy of the other's lines, which that one's
own file bills. The copy ends where the file says so (`subagent_history_start_ordinal`); in files that do
not, copied lines are older than the session, or were written in one go when it was made.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final, TypeAlias

import msgspec

from farthing.importers.disjoint import without
from farthing.importers.worldwide_ids import WORLDWIDE

Row: TypeAlias = dict[str, object]
Usage: TypeAlias = dict[str, object]

_COUNTED: Final = ("input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens")
_ALL_COUNTED: Final = (*_COUNTED, "reasoning_output_tokens")
_TIERS: Final = ("flex", "priority", "fast", "batch")
# No response is asked for and ended within a second; the lines of a copy follow each other in milliseconds.
_BETWEEN_COPIES: Final = timedelta(seconds=1)


class Line(msgspec.Struct, frozen=True):
    """A line of a session; `payload` is read only where its type is of interest."""

    type: str = ""
    timestamp: str = ""
    ordinal: int | None = None
    payload: msgspec.Raw = msgspec.Raw(b"{}")


class _Git(msgspec.Struct, frozen=True):
    branch: str | None = None


class _Meta(msgspec.Struct, frozen=True):
    id: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    model_provider: str | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    subagent_history_start_ordinal: int | None = None
    source: object = None
    git: _Git | None = None


class _Turn(msgspec.Struct, frozen=True):
    model: str | None = None
    cwd: str | None = None


class _Record(msgspec.Struct, frozen=True):
    usage: Usage
    response_id: str | None = None
    thread_id: str | None = None


class _Info(msgspec.Struct, frozen=True):
    last_token_usage: Usage | None = None
    total_token_usage: Usage | None = None


class _Settings(msgspec.Struct, frozen=True):
    model: str | None = None
    service_tier: str | None = None


class _Event(msgspec.Struct, frozen=True):
    type: str = ""
    info: _Info | None = None
    thread_settings: _Settings | None = None


_META: Final = msgspec.json.Decoder(_Meta)
_TURN: Final = msgspec.json.Decoder(_Turn)
_RECORD: Final = msgspec.json.Decoder(_Record)
_EVENT: Final = msgspec.json.Decoder(_Event)


@dataclass
class Session:
    """What is known of a session so far. `name` stands for its id until a line says it."""

    name: str
    model: str = ""
    tier: str = ""
    project: str = ""
    _meta: _Meta | None = None
    _total: Usage | None = None
    _has_records: bool = False
    _copying: bool = False
    _copied_at: datetime | None = None
    _tags: dict[str, str] = field(default_factory=dict)

    def heard(self, line: Line) -> Row | None:
        """What a line bills as columns of the ledger, None where it bills nothing.

        Raises msgspec.ValidationError for a line that is not as Codex writes it.
        """
        match line.type:
            case "session_meta":
                self._begin(_META.decode(line.payload), line)
            case "turn_context":
                turn = _TURN.decode(line.payload)
                self.model, self.project = turn.model or self.model, _last(turn.cwd) or self.project
            case "token_usage_record":
                return self._recorded(_RECORD.decode(line.payload), line)
            case "event_msg":
                return self._event(_EVENT.decode(line.payload), line)
        return None

    def _begin(self, meta: _Meta, line: Line) -> None:
        """Take what the first such line says: a later one is copied or says it again."""
        if self._meta is not None:
            return
        self._meta = meta
        self.name, self.project = meta.id or self.name, _last(meta.cwd) or self.project
        spawned = _spawned(meta.source)
        forked = meta.forked_from_id or meta.parent_thread_id or spawned.get("parent_thread_id")
        self._copying = bool(forked) and meta.subagent_history_start_ordinal is None
        self._copied_at = _moment(line.timestamp) or _moment(meta.timestamp)
        branch = meta.git.branch if meta.git else None
        agent = spawned.get("agent_role") or spawned.get("agent_nickname")
        tags = {"session": self.name, "branch": branch, "agent": agent, "parent": forked}
        self._tags = {tag: str(value) for tag, value in tags.items() if value}

    def _event(self, event: _Event, line: Line) -> Row | None:
        if event.type == "thread_settings_applied" and event.thread_settings:
            asked = event.thread_settings
            self.model = self.model or asked.model or ""
            self.tier = asked.service_tier if asked.service_tier in _TIERS else ""
        if event.type == "token_count" and event.info:
            return self._counted(event.info, line)
        return None

    def _recorded(self, record: _Record, line: Line) -> Row | None:
        own = not record.thread_id or record.thread_id == self.name
        if not own or self._is_copied(line):
            return None
        self._has_records = True
        where = record.response_id or line.timestamp
        event_id = where if re.search(WORLDWIDE, where) else f"codex:{self.name}:{where}"
        return self._row(record.usage, event_id, line) if any(_values(record.usage)) else None

    def _counted(self, info: _Info, line: Line) -> Row | None:
        before, total = self._total, info.total_token_usage
        repeated = total is not None and total == before
        self._total = total or before
        used = info.last_token_usage or (_difference(total, before or {}) if total else None)
        copied = self._is_copied(line)
        if repeated or copied or self._has_records or not used or not any(_values(used)):
            return None
        # Within a session the running total tells responses apart; copies of the file have it too.
        place = "-".join(map(str, _values(total))) if total else line.timestamp
        return self._row(used, f"codex:{self.name}:{place}", line)

    def _is_copied(self, line: Line) -> bool:
        """Whether a line that bills was copied from the session that this one was forked from."""
        if self._meta is None:
            return False
        until, moment = self._meta.subagent_history_start_ordinal, _moment(line.timestamp)
        if until is not None and line.ordinal is not None:
            return line.ordinal < until
        made = _moment(self._meta.timestamp)
        if moment and made and moment < made:
            return True
        if self._copying and moment and self._copied_at:
            self._copying = moment - self._copied_at < _BETWEEN_COPIES
            self._copied_at = moment
        return self._copying

    def _row(self, used: Usage, event_id: str, line: Line) -> Row:
        cached, written = used.get("cached_input_tokens"), used.get("cache_write_input_tokens")
        provider = self._meta.model_provider if self._meta else None
        return {
            "event_id": event_id,
            "at": line.timestamp,
            "provider": provider or "openai",
            "model": self.model,
            "operation": "chat",
            "service_tier": self.tier,
            "status": "ok",
            "input_tokens": without(used.get("input_tokens"), cached, written),
            "cache_read_tokens": cached,
            "cache_write_5m_tokens": written,
            "output_tokens": used.get("output_tokens"),
            "reasoning_tokens": used.get("reasoning_output_tokens"),
            "project": self.project,
            "tags": self._tags,
        }


def _values(usage: Usage) -> list[object]:
    return [usage.get(count) or 0 for count in _COUNTED]


def _difference(total: Usage, before: Usage) -> Usage:
    """What a running total grew by; where it fell it has begun anew and is all there is."""
    grown = {count: without(total.get(count), before.get(count)) for count in _ALL_COUNTED}
    fell = any(isinstance(value, int) and value < 0 for value in grown.values())
    return total if fell else grown


def _spawned(source: object) -> dict[str, object]:
    """What the source of a session says of its being spawned by another."""
    for key in ("subagent", "thread_spawn"):
        source = source.get(key) if isinstance(source, dict) else None
    return source if isinstance(source, dict) else {}


def _last(folder: str | None) -> str:
    """The last part of a path of either kind."""
    folder = folder or ""
    return (PureWindowsPath(folder) if "\\" in folder else PurePosixPath(folder)).name


def _moment(written: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
