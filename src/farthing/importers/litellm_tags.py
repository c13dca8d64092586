"""The tags of a request in LiteLLM's log: its own, those of the request, and who it belongs to."""

from collections.abc import Mapping
from typing import Final

from farthing.importers import tag_map
from farthing.importers.readers import text
from farthing.ledger.events import TAG_NAMES

_OWNERS: Final[Mapping[str, str]] = {
    "key": "COALESCE(NULLIF(key_alias, ''), api_key)",
    "team_alias": "team_alias",
    "organization": "organization_id",
    "agent": "agent_id",
    "session": "session_id",
}
# "jobID:214590dsff09fds" is a tag with a value; "User-Agent: claude-cli/1.0" is put there by LiteLLM.
_ENTRY: Final = (
    "CASE WHEN contains(tag, ':')"
    " THEN {'key': split_part(tag, ':', 1), 'value': trim(substr(tag, instr(tag, ':') + 1))}"
    " ELSE {'key': tag, 'value': 'true'} END"
)


def entries() -> str:
    """SQL: the names and values of all tags: of equal names the first counts."""
    own = "map_entries(TRY_CAST(TRY_CAST(own_tags AS JSON) AS MAP(VARCHAR, VARCHAR)))"
    asked = f"list_transform(TRY(json_extract_string(request_tags, '$[*]')), lambda tag: {_ENTRY})"
    listed = f"list_concat({tag_map.entries(_OWNERS)}, {own}, {asked})"
    return f"list_filter({listed}, lambda one: one.key <> '' AND one.value <> '')"


NAMES: Final = "list_transform(entries, lambda one: one.key)"


def column(tag: str) -> str:
    """SQL: the value of the tag that is a column of the ledger."""
    return f"entries[list_position(names, {text(tag)})].value"


def tags() -> str:
    """SQL: a map of the tags that are no columns; of `entries` and their `names`."""
    columns = ", ".join(text(tag) for tag in TAG_NAMES)
    first = "list_position(names, one.key) = place"
    rest = f"list_filter(entries, lambda one, place: {first} AND one.key NOT IN ({columns}))"
    return f"CASE WHEN len(entries) > 0 THEN map_from_entries({rest}) END"
