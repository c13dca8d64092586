"""A call of a model from the attributes of a span or a log record: what it was, whose, and what it used."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from farthing.importers.genai_usage import Row, first, text_of, usage
from farthing.importers.otlp_values import Plain, Said
from farthing.importers.provider_names import provider_named
from farthing.importers.worldwide_ids import WORLDWIDE
from farthing.ledger.events import TAG_NAMES

_OPERATION: Final = ("ai.operationId", "gen_ai.operation.name", "llm.request.type")
_OPERATIONS: Final[Mapping[str, str]] = {
    "chat": "chat",
    "completion": "completion",
    "text_completion": "completion",
    "generate_content": "chat",
    "responses": "chat",
    "messages": "chat",
    "embedding": "embeddings",
    "embeddings": "embeddings",
    "rerank": "rerank",
    "image_generation": "image_generation",
    "ai.generatetext.dogenerate": "chat",
    "ai.streamtext.dostream": "chat",
    "ai.generateobject.dogenerate": "chat",
    "ai.streamobject.dostream": "chat",
    "ai.embed.doembed": "embeddings",
    "ai.embedmany.doembed": "embeddings",
}
_AROUND_CALLS: Final = re.compile(
    # The AI SDK's outer spans have the usage of those within.
    r"ai\..*|execute_tool|invoke_agent|invoke_workflow|create_agent|retrieval|plan|fetch_response"
)
_SPAN_KIND: Final = ("openinference.span.kind", "traceloop.span.kind")
_SPAN_KINDS: Final[Mapping[str, str]] = {"llm": "chat", "embedding": "embeddings", "reranker": "rerank"}
_MODEL: Final = (
    "gen_ai.response.model",
    "llm.response.model_name",
    "llm.response.model",
    "ai.response.model",
    "llm.model_name",
    "gen_ai.request.model",
    "llm.request.model_name",
    "llm.request.model",
    "ai.model.id",
    "$ai_model",
)
_PROVIDER: Final = (
    "gen_ai.provider.name",
    "llm.provider",
    "gen_ai.system",
    "llm.system",
    "ai.model.provider",
    "$ai_provider",
)
_SERVER: Final = ("server.address", "gen_ai.server.address", "net.peer.name")
_RESPONSE: Final = ("gen_ai.response.id", "llm.response.id", "ai.response.id")
_TIER: Final = ("openai.response.service_tier", "gen_ai.openai.response.service_tier")
_TIERS: Final = ("batch", "fast", "flex", "priority")
_REGION: Final = ("cloud.region", "aws.region", "gcp.region")
_REPORTED: Final = (
    "gen_ai.usage.cost",
    "gen_ai.usage.total_cost",
    "gen_ai.cost.total_tokens",
    "llm.cost.total",
    "$ai_total_cost_usd",
    "operation.cost",
)
_OWNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "team": ("team.id", "team.name"),
    "project": ("project.id", "service.name"),
    "feature": ("gen_ai.workflow.name", "traceloop.workflow.name", "ai.telemetry.functionId"),
    "customer": ("customer.id", "customer_id", "tenant.id"),
    "user": ("user.account_uuid", "user.id", "enduser.id", "user_id", "userId"),
    "environment": ("deployment.environment.name", "deployment.environment"),
    "task": ("task.name",),
}
_TAGS: Final[Mapping[str, tuple[str, ...]]] = {
    "session": ("session.id", "gen_ai.conversation.id", "conversation.id", "session_id", "sessionId"),
    "agent": ("gen_ai.agent.name", "agent.name"),
    "service": ("service.name",),
}
_COLUMN_NAMES: Final = tuple((tag, (tag, *_OWNERS[tag])) for tag in TAG_NAMES)
_TAKEN: Final = {name for names in (*_OWNERS.values(), *_TAGS.values()) for name in names} | set(TAG_NAMES)
_OWN: Final = re.compile(r"(?:traceloop\.association\.properties|ai\.telemetry\.metadata|tag)\.(.+)")
# What OpenTelemetry itself says of the machine; the rest of a resource is what its owner added.
_MACHINE: Final = re.compile(
    r"(service|telemetry|process|host|os|container|k8s|cloud|deployment|device|faas|webengine|user|enduser"
    r"|browser|aws|gcp|azure|wsl|terminal|app|organization)[.]"
)


def call(given: Said, resource: Said) -> Row | None:
    """The columns of a call of a model, None for what is none, such as an agent around calls.

    `given` are the attributes of a span or log record, `resource` those of what sent it. Without a
    usage the columns have none of the counts.
    """
    operation, model = operation_of(given), model_of(given)
    if operation == "" or not model:
        return None
    counts = usage(given, claude="claude" in model.lower())
    if operation is None and not counts:
        return None
    tier = text_of(given, _TIER).lower()
    columns: Row = {
        "provider": provider_of(given),
        "model": model,
        "operation": operation or "chat",
        "service_tier": tier if tier in _TIERS else "",
        "region": text_of(given, _REGION),
    }
    return columns | counts | _cost(given) | owners(given, resource)


def operation_of(given: Said) -> str | None:
    """The operation, empty for one that is no call of a model, None where nothing says it."""
    kind = text_of(given, _SPAN_KIND).lower()
    if kind:
        return _SPAN_KINDS.get(kind, "")
    named = text_of(given, _OPERATION).lower()
    return _OPERATIONS.get(named, "" if _AROUND_CALLS.fullmatch(named) else None)


def model_of(given: Said) -> str:
    """The model that answered, or else the one that was asked for."""
    return text_of(given, _MODEL)


def provider_of(given: Said) -> str:
    """Who was called, in the price book's words."""
    return provider_named(text_of(given, _PROVIDER), text_of(given, _SERVER))


def response_id(given: Said) -> str:
    """The provider's own id of a response, empty unless it names one response in the whole world."""
    found = text_of(given, _RESPONSE)
    return found if re.search(WORLDWIDE, found) else ""


def owners(given: Said, resource: Said) -> Row:
    """Who a call was for: the tags that are columns, and `tags` with the others."""
    named = {name: value for key, value in given.items() if (name := _own_name(key))}
    own = named | given if named else given
    sender = _sender(tuple(resource.items()))
    columns: Row = {tag: text_of(own, names) or sender.columns[tag] for tag, names in _COLUMN_NAMES}
    tags = {tag: text_of(own, names) or sender.tags.get(tag, "") for tag, names in _TAGS.items()}
    tags |= {key: str(value) for key, value in (named | sender.others).items() if key not in _TAKEN}
    return columns | {"tags": {tag: value for tag, value in tags.items() if value}}


class _Sender(NamedTuple):
    """What a resource says for all of its calls."""

    columns: Mapping[str, str]
    tags: Mapping[str, str]
    others: Said


@lru_cache(1_000)
def _sender(resource: tuple[tuple[str, Plain], ...]) -> _Sender:
    known = dict(resource)
    columns = {tag: text_of(known, names) for tag, names in _COLUMN_NAMES}
    tags = {tag: text_of(known, names) for tag, names in _TAGS.items()}
    return _Sender(columns, tags, {key: value for key, value in known.items() if not _MACHINE.match(key)})


@lru_cache(10_000)
def _own_name(key: str) -> str:
    """The name of a tag that a program gave its calls, empty for every other attribute."""
    match = _OWN.fullmatch(key)
    return match[1] if match is not None else ""


def _cost(given: Said) -> Row:
    """What a provider charged, or what was calculated on the way."""
    amount, currency = (
        first(given, ["gen_ai.usage.cost.amount"]),
        text_of(given, ["gen_ai.usage.cost.currency"]),
    )
    if amount is not None and text_of(given, ["gen_ai.usage.cost.source"]) == "provider":
        return {"billed_amount": amount, "billed_currency": currency}
    if amount is not None and currency in ("", "USD"):
        return {"reported_usd": amount}
    reported = first(given, _REPORTED)
    return {} if reported is None else {"reported_usd": reported}
