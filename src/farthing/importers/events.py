"""Plain events: a file whose columns are those of the ledger's events, as CSV, JSONL, JSON or Parquet.

`at` is ISO 8601 (UTC where it names no zone) or Unix time; counts that are missing are 0. `tag:NAME`
columns and the keys of a `tags` object are tags, those of the seven that are columns fill them. Other
columns are left alone, prompts among them; one that is nearly called like a column is refused with its
file, because its numbers would be lost.
"""

import difflib
from collections.abc import Iterable
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.files import UnusableFileError
from farthing.importers.format import LIKELY, NO, Format, Head, Source
from farthing.importers.map_facts import EVERY, Made, Map, Spec
from farthing.importers.map_paths import spelled
from farthing.importers.map_query import query, reads
from farthing.importers.map_rows import documents
from farthing.importers.readers import header, name, text
from farthing.ledger.events import BY_NAME, COUNTS, TAG_NAMES
from farthing.units.problem import quoted

_TAG: Final = "tag:"
_FILLED: Final = ("batch", "day", "source", "tags")  # what the import fills, and what is read apart
_COLUMNS: Final = tuple(column for column in BY_NAME if column not in _FILLED)
_NAME: Final = "events"
_TITLE: Final = "Plain events: a column for each of the ledger's (CSV, JSONL, JSON, Parquet)"
_ANY: Final = Map(name=_NAME, title=_TITLE, columns={})
_LONGEST: Final = 30
_MOST_COMPARED: Final = 500
_SAME_WORD: Final = 0.88  # input_token for input_tokens, but not total_tokens for output_tokens


def _match(head: Head) -> int:
    """A file with moments and with what was used, named as the ledger names them."""
    counts = {column.name for column in COUNTS}
    for one in (head.columns, *head.objects):
        names = {name.lower() for name in one}
        if "at" in names and names & {"event_id", "provider", "model"} and names & counts:
            return LIKELY
    return NO


def _read(connection: DuckDBPyConnection, source: Source) -> str:
    if reads(_ANY, source) != "json":
        _refuse_misspelled(names := header(source))
        return query(_map(names), connection, source)
    _refuse_misspelled(key for one in source.head.objects for key in one)
    keys = _keys(connection, source)
    rows = query(_map(keys - {_TAG}), connection, source)
    return _with_keys(connection, rows) if _TAG in keys else rows


def _keys(connection: DuckDBPyConnection, source: Source) -> set[str]:
    """The keys of a JSON file that are an event's, `tag:` for those that begin so.

    Looking for them first costs less than reading sixty columns of which ten are there.
    """
    known = f"lower(key) IN {(*_COLUMNS, 'tags')}"
    keys = f"SELECT DISTINCT unnest(json_keys(doc)) AS key FROM ({documents(_ANY, source)})"
    spelled_ = f"CASE WHEN starts_with(lower(key), '{_TAG}') THEN '{_TAG}' WHEN {known} THEN key END"
    found = connection.execute(f"SELECT DISTINCT {spelled_} FROM ({keys})").fetchall()
    return {"at", *(str(row[0]) for row in found if row[0] is not None)}


def _with_keys(connection: DuckDBPyConnection, rows: str) -> str:
    """Rows of JSON with the tags that are keys `tag:NAME` of theirs."""
    held = {str(row[0]) for row in connection.execute(f"DESCRIBE {rows}").fetchall()}
    every = "map_entries(TRY_CAST(TRY_CAST(raw AS JSON) AS MAP(VARCHAR, VARCHAR)))"
    named = f"{{'key': substr(e.key, {len(_TAG) + 1}), 'value': e.value}}"
    meant = f"starts_with(lower(e.key), '{_TAG}') AND e.value <> ''"
    found = f"map_from_entries(list_transform(list_filter({every}, lambda e: {meant}), lambda e: {named}))"
    others = f"map_from_entries(list_filter(map_entries(keyed), lambda e: e.key NOT IN {TAG_NAMES}))"
    given = "COALESCE(tags, MAP {})" if "tags" in held else "MAP {}"
    twice = "CASE WHEN keyed IS NULL AND aside IS NULL THEN 'two of its keys are alike' END"
    made = {tag: f"keyed[{text(tag)}]" for tag in TAG_NAMES}
    made |= {tag: f"COALESCE({name(tag)}, {made[tag]})" for tag in TAG_NAMES if tag in held}
    made |= {"tags": f"NULLIF(map_concat({given}, {others}), MAP {{}})", "aside": f"COALESCE(aside, {twice})"}
    kept = ", ".join(name(column) for column in held if column not in made)
    listed = ", ".join(f"{sql} AS {name(column)}" for column, sql in made.items())
    return f"SELECT {kept}, {listed} FROM (SELECT *, TRY({found}) AS keyed FROM ({rows}))"


def _map(names: Iterable[str]) -> Map:
    """The map of a file with these columns: each to the column or the tag of its name."""
    columns: dict[str, Spec] = {}
    tags: dict[str, Spec] = {}
    for column in names:
        if (plain := column.lower()) in _COLUMNS:
            columns[plain] = spelled(column)
        elif plain.startswith(_TAG):
            tags[column[len(_TAG) :]] = spelled(column)
        elif plain == "tags":
            tags[EVERY] = spelled(column)
    for tag in set(TAG_NAMES) & set(tags):
        columns[tag] = Made(first=(*((columns[tag],) if tag in columns else ()), tags.pop(tag)))
    columns["requests"] = Made(first=(columns.get("requests", "requests"), Made(value="1")))
    return Map(name=_NAME, title=_TITLE, columns=columns, tags=tags)


def _refuse_misspelled(names: Iterable[str]) -> None:
    """Refuse a column that is nearly called like one of ours which the file lacks."""
    given = dict.fromkeys(column.lower() for column in names)
    missing = {_letters(column): column for column in _COLUMNS if column not in given}
    others = [column for column in given if column not in _COLUMNS and len(column) <= _LONGEST]
    for column in others[:_MOST_COMPARED]:
        for near in difflib.get_close_matches(_letters(column), missing, 1, _SAME_WORD):
            what = f"its column {quoted(column)} is none of an event's: rename it to {missing[near]}"
            raise UnusableFileError(f"{what}, or to something that is not so like it")


def _letters(column: str) -> str:
    return "".join(letter for letter in column.lower() if letter.isalnum())


FORMAT: Final = Format(_NAME, _TITLE, _match, _read)
