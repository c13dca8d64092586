"""Whether a file holds raw responses: by what its first objects have."""

import re
from typing import Final

from farthing.importers.format import LIKELY, MAYBE, NO, SURE, Head, JsonObject

_COUNTS: Final = frozenset({"prompt_tokens", "input_tokens", "output_tokens"})
_SIGNS: Final = frozenset({"object", "choices", "data", "text"})
_OBJECTS: Final = ("chat.completion", "chat.completion.chunk", "response")
_TYPES: Final = ("message", "message_delta")
_KEEPERS: Final = (("response", "body"), ("result", "message"), ("message", ""))
_BATCH: Final = frozenset({"response", "result"})
# Of a file that is no JSONL, or whose first line is longer than what is looked at.
_TEXT_SIGNS: Final = re.compile(
    r'"object"\s*:\s*"(chat\.completion(\.chunk)?|response)"|"usageMetadata"\s*:|"stop_reason"[^\n]*"usage"'
)

# A record that begins with a long request has its response beyond what is looked at.
_KEPT_SIGNS: Final = re.compile(r'"request"\s*:\s*\{|"custom_id"\s*:')
_NEAR: Final = 2_000


def match(head: Head) -> int:
    """How sure it is that a file holds raw responses."""
    if not head.is_json:
        return NO
    if any(_keeps_one(one) for one in head.objects):
        return SURE
    if head.objects:
        return NO
    if _TEXT_SIGNS.search(head.text):
        return LIKELY
    return MAYBE if _KEPT_SIGNS.search(head.text[:_NEAR]) else NO


def _keeps_one(one: JsonObject) -> bool:
    """Whether an object is a response, or a record or the result of a batch that holds one."""
    if "custom_id" in one and _BATCH & set(one):
        return True
    inside = [one]
    for outer, inner in _KEEPERS:
        kept = one.get(outer)
        if isinstance(kept, dict):
            body = kept.get(inner)
            inside += [kept, body] if isinstance(body, dict) else [kept]
    return any(_is_one(each) for each in inside)


def _is_one(one: JsonObject) -> bool:
    usage = one.get("usage")
    if isinstance(usage, dict) and _COUNTS & set(usage):
        return bool(_SIGNS & set(one)) or one.get("type") in _TYPES
    return bool({"usageMetadata", "usage_metadata"} & set(one)) or one.get("object") in _OBJECTS
