"""Responses inside of what keeps them: a log's record of request and response, a batch's result, a stream.

What keeps a response may say more of it: when it was, and for whom, in the ledger's own words.
"""

from collections.abc import Mapping
from typing import Final

from farthing.importers.readers import name, text

_PLACES: Final = (
    "$.response.body",  # a result of OpenAI's batches
    "$.result.message",  # and of Anthropic's
    "$.response",  # a log's record; an event of a Responses stream; a result of Gemini's batches
    "$.message",  # the first event of a Messages stream
)
OWNERS: Final = ("team", "project", "feature", "customer", "environment", "task")
_OUTER: Final[Mapping[str, tuple[str, ...]]] = {
    "custom_id": ("$.custom_id",),
    "batch_key": ("$.key",),
    "processed": ("$.processed_time",),
    "moment": (
        "$.timestamp", "$.created_at", "$.time", "$.ts", "$.at", "$.start_time", "$.processed_time",
    ),
    "said_provider": ("$.provider",),
    "asked_model": ("$.request.model", "$.body.model", "$.model"),
    "asked_user": ("$.user", "$.request.user", "$.request.safety_identifier"),
    "asked_tags": ("$.metadata", "$.request.metadata", "$.tags"),
    **{column: (f"$.{column}",) for column in OWNERS},
}  # fmt: skip
_ALL: Final = tuple(path for paths in _OUTER.values() for path in paths)


def unwrapped(rows: str) -> str:
    """SQL: `body`, the response itself, and `keeper`, what keeps it, which may be nothing."""
    places = ", ".join(text(place) for place in _PLACES)
    found = " ".join(
        f"WHEN kinds[{number}] = 'OBJECT' THEN json_extract(doc, {text(place)})"
        for number, place in enumerate(_PLACES, 1)
    )
    kept = "list_contains(kinds, 'OBJECT') OR event = 'message_delta'"
    return (
        f"SELECT line, aside, doc, event, CASE {found} ELSE doc END AS body,"
        f" CASE WHEN {kept} THEN doc END AS keeper"
        f" FROM (SELECT *, json_type(doc, [{places}]) AS kinds, doc->>'$.type' AS event FROM ({rows}))"
    )


def said(document: str) -> str:
    """SQL: the values of all paths of what keeps a response."""
    return f"json_extract_string({document}, [{', '.join(text(path) for path in _ALL)}])"


def fields(said_as: str) -> dict[str, str]:
    """SQL: each field out of those values."""
    return {
        name(field): f"COALESCE({', '.join(f'{said_as}[{_ALL.index(path) + 1}]' for path in paths)})"
        for field, paths in _OUTER.items()
    }
