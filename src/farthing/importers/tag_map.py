"""Tags out of fields in SQL: a map of those that have a value."""

from collections.abc import Mapping

from farthing.importers.readers import text


def entries(tags: Mapping[str, str]) -> str:
    """SQL: the names and the values of tags as a list, their values being SQL."""
    return "[" + ", ".join(f"{{'key': {text(tag)}, 'value': {value}}}" for tag, value in tags.items()) + "]"


def tag_map(tags: Mapping[str, str]) -> str:
    """SQL: a map of the tags that have a value, null where none has."""
    known = f"list_filter({entries(tags)}, lambda one: one.value <> '')"
    return f"CASE WHEN len({known}) > 0 THEN map_from_entries({known}) END"


def first_of_each(listed: str, apart: str = "NULL") -> str:
    """SQL: a map of tags in a list, of equal names the first; those whose name is `apart` left out."""
    names = f"list_transform({listed}, lambda one: one.key)"
    first = f"list_position({names}, one.key) = place AND NOT COALESCE(one.key IN ({apart}), false)"
    return f"map_from_entries(list_filter({listed}, lambda one, place: {first}))"
