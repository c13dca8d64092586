"""Calls of models among the log records of an OTLP request: those of coding agents and GenAI's own events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from farthing.importers.genai_attributes import call, owners, response_id
from farthing.importers.genai_usage import Row, disjoint
from farthing.importers.otlp_values import (
    Attribute,
    Plain,
    Said,
    Value,
    identifier,
    integer,
    microseconds,
)

_TIERS: Final = ("batch", "fast", "flex", "priority")


class LogRecord(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of a log record; of its body only a name that it may be."""

    time_unix_nano: int | str = 0
    observed_time_unix_nano: int | str = 0
    event_name: str = ""
    body: Value | None = None
    attributes: list[Attribute] = []
    trace_id: str = ""
    span_id: str = ""


@dataclass(frozen=True, slots=True)
class _Agent:
    """How a coding agent logs a response: the names of its counts, by our kinds.

    `input_beside` are kinds that are input and no part of its count, `output_beside` the same of output;
    `only` is which other attributes such a record has.
    """

    provider: str
    counts: Mapping[str, str]
    input_beside: tuple[str, ...] = ()
    output_beside: tuple[str, ...] = ()
    only: Mapping[str, str] = field(default_factory=dict)


_AGENTS: Final[Mapping[str, _Agent]] = {
    "claude_code.api_request": _Agent(
        "anthropic",
        {
            "input": "input_tokens",
            "output": "output_tokens",
            "cache_read": "cache_read_tokens",
            "cache_write": "cache_creation_tokens",
        },
        input_beside=("cache_read", "cache_write"),
    ),
    "codex.sse_event": _Agent(
        "openai",
        {
            "input": "input_token_count",
            "output": "output_token_count",
            "cache_read": "cached_token_count",
            "cache_write": "cache_write_token_count",
            "reasoning": "reasoning_token_count",
        },
        only={"event.kind": "response.completed"},
    ),
    "gemini_cli.api_response": _Agent(
        "google",
        {
            "input": "input_token_count",
            "output": "output_token_count",
            "cache_read": "cached_content_token_count",
            "reasoning": "thoughts_token_count",
            "tools": "tool_token_count",
        },
        input_beside=("tools",),
        output_beside=("reasoning",),
    ),
}


def log_row(record: LogRecord, given: Said, resource: Said) -> Row | None:
    """The call that a log record with these attributes tells of, None where it tells of none."""
    name = _name(record, given)
    agent = _AGENTS.get(name)
    if agent is None:
        return _genai_row(record, given, resource) if name.startswith("gen_ai.") else None
    if any(given.get(key) != value for key, value in agent.only.items()):
        return None
    return _agent_row(agent, name, record, given, resource)


def _name(record: LogRecord, given: Said) -> str:
    """The name of an event: agents leave their own out of the attribute and write it in the body."""
    body = record.body.plain if record.body else None
    names = [record.event_name, str(body or ""), str(given.get("event.name", ""))]
    return next((name for name in names if name in _AGENTS), next((name for name in names if name), ""))


def _genai_row(record: LogRecord, given: Said, resource: Said) -> Row | None:
    columns = call(given, resource)
    if columns is None or not any(name.endswith("_tokens") for name in columns):
        return None  # a message, or a call whose span has the usage
    place = f"otlp:{identifier(record.trace_id)}:{identifier(record.span_id)}"
    failed = str(given.get("error.type", ""))
    event_id = response_id(given) or (place if record.span_id else "")
    return columns | {"event_id": event_id, "at": _moment(record), "status": failed or "ok"}


def _agent_row(agent: _Agent, name: str, record: LogRecord, given: Said, resource: Said) -> Row:
    counts: dict[str, Plain] = {
        kind: integer(given[key]) for kind, key in agent.counts.items() if key in given
    }
    tier = str(given.get("speed") or given.get("service_tier") or "").lower()
    columns: Row = {
        "event_id": _event_id(name, record, given),
        "at": _moment(record),
        "provider": agent.provider,
        "model": given.get("model", ""),
        "operation": "chat",
        "service_tier": tier if tier in _TIERS else "",
        "status": "ok",
        "duration_ms": given.get("duration_ms"),
    }
    reported: Row = {"reported_usd": given["cost_usd"]} if "cost_usd" in given else {}
    return columns | reported | disjoint(_whole(agent, counts)) | owners(given, resource)


def _whole(agent: _Agent, counts: Mapping[str, Plain]) -> dict[str, Plain]:
    """Counts whose input and output hold all their parts; those that are no numbers stay as they are."""
    found = dict(counts)
    for kind, beside in (("input", agent.input_beside), ("output", agent.output_beside)):
        parts = [counts.get(part, 0) for part in (kind, *beside)]
        if beside and all(isinstance(part, int) for part in parts):
            found[kind] = sum(part for part in parts if isinstance(part, int))
    return found


def _event_id(name: str, record: LogRecord, given: Said) -> str:
    """What tells one request from others: the provider's id of it, else its place in its session."""
    if request := given.get("request_id"):
        return f"otlp:{request}"
    session = given.get("session.id") or given.get("conversation.id") or ""
    place = given.get("event.sequence") or given.get("prompt_id") or ""
    return f"otlp:{name}:{session}:{place}:{_moment(record)}"


def _moment(record: LogRecord) -> str:
    return microseconds(record.time_unix_nano) or microseconds(record.observed_time_unix_nano)


def log_rows(records: Sequence[tuple[LogRecord, Said, Said]]) -> Iterator[Row]:
    """The calls that log records tell of; each comes with its attributes and those of its resource."""
    return (row for record, *said in records if (row := log_row(record, *said)) is not None)
