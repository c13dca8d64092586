"""The tags of a bill line: the well-known ones have columns of their own, the rest stay tags."""

from collections.abc import Mapping
from typing import Final

from farthing.importers.readers import text

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "team": ("team",),
    "project": ("project",),
    "customer": ("customer",),
    "environment": ("environment", "env"),
}
"""Which tags are which column, the first that a line has; case and AWS's prefix `user:` do not matter."""
CLASS_TAG: Final = "charge_class"
CATEGORY_TAG: Final = "commitment_category"
TYPE_TAG: Final = "commitment_type"
"""Tags in which charges keep what FOCUS has columns for and the ledger none."""
NONE: Final = "CAST(MAP {} AS MAP(VARCHAR, VARCHAR))"
_KEY: Final = "regexp_replace(lower(tag.key), '^user[:_]', '')"


def columns(tags: str) -> dict[str, str]:
    """SQL of the columns, `tags` included, that a map of tags fills; `tags` is an SQL expression."""
    found = {column: _first(tags, names) for column, names in COLUMNS.items()}
    known = ", ".join(text(name) for names in COLUMNS.values() for name in names)
    return found | {"tags": _only(tags, f"{_KEY} NOT IN ({known})")}


def of_json(written: str) -> str:
    """SQL of a map from a JSON object; from anything else one with the text as the tag `Tags`."""
    found = f"TRY_CAST(TRY_CAST({written} AS JSON) AS MAP(VARCHAR, VARCHAR))"
    is_nothing = f"COALESCE({written}, '') IN ('', 'null', '{{}}')"
    return f"CASE WHEN {is_nothing} THEN {NONE} ELSE COALESCE({found}, MAP {{'Tags': {written}}}) END"


def of_columns(values: Mapping[str, str]) -> str:
    """SQL of a map from expressions by the names of their tags; what is empty is left out."""
    if not values:
        return NONE
    made = ", ".join(f"{text(tag)}: CAST({value} AS VARCHAR)" for tag, value in values.items())
    return _only(f"MAP {{{made}}}", "tag.value <> ''")


def of_pairs(pairs: str) -> str:
    """SQL of a map from a column, a list of structs of `key` and `value`: of equal keys it is the first."""
    keys = f"list_transform({pairs}, lambda pair: pair.key)"
    first = f"list_position({keys}, tag.key) = place"
    kept = f"list_filter({pairs}, lambda tag, place: tag.key IS NOT NULL AND {first})"
    # list_distinct leaves out what is null, which is no key either; looking for the first takes long.
    is_plain = f"len(list_distinct({keys})) = len({pairs})"
    return f"COALESCE(CASE WHEN {is_plain} THEN {_map(pairs)} ELSE {_map(kept)} END, {NONE})"


def _map(pairs: str) -> str:
    value = "{'key': CAST(tag.key AS VARCHAR), 'value': CAST(tag.value AS VARCHAR)}"
    return f"map_from_entries(list_transform({pairs}, lambda tag: {value}))"


def without_prefix(tags: str) -> str:
    """SQL of a map's pairs without AWS's prefix of the tags that people made, `user_team` or `user:team`."""
    bare = "{'key': regexp_replace(tag.key, '^user[:_]', ''), 'value': tag.value}"
    return f"list_transform(map_entries({tags}), lambda tag: {bare})"


def both(first: str, second: str) -> str:
    """SQL of two maps in one; where both have a tag it is the second's."""
    return f"map_concat({first}, {second})"


def _first(tags: str, names: tuple[str, ...]) -> str:
    wanted = ", ".join(text(name) for name in names)
    return f"list_filter(map_entries({tags}), lambda tag: {_KEY} IN ({wanted}))[1].value"


def _only(tags: str, condition: str) -> str:
    kept = f"list_filter(map_entries({tags}), lambda tag: tag.value IS NOT NULL AND {condition})"
    return f"map_from_entries({kept})"
