"""Plain events: a file whose columns are those of the ledger's events, as CSV, JSONL, JSON or Parquet.

`at` is ISO 8601 (UTC where it names no zone) or Unix time; counts that are missing are 0. `tag:NAME`
columns and the keys of a `tags` object are tags, those of the seven that are columns fill them. Other
columns are left alone, prompts among them; one that is nearly called like a column is refused with its
file, because its numbers would be lost.
"""

import difflib
import mmap
from collections.abc import Iterable, Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from farthing.importers.files import UnusableFileError
from farthing.importers.format import LIKELY, NO, Format, Head, Source
from farthing.importers.map_facts import EVERY, Made, Map, Spec
from farthing.importers.map_paths import spelled
from farthing.importers.map_query import query, reads
from farthing.importers.map_rows import documents
from farthing.importers.readers import header
from farthing.ledger.events import BY_NAME, COUNTS, TAG_NAMES
from farthing.units.problem import quoted

_TAG: Final = "tag:"
_FILLED: Final = ("batch", "day", "source", "tags")  # what the import fills, and what is read apart
_COLUMNS: Final = tuple(column for column in BY_NAME if column not in _FILLED)
_MOST_TAGS: Final = 1_000
_NAME: Final = "events"
_TITLE: Final = "Plain events: a column for each of the ledger's (CSV, JSONL, JSON, Parquet)"
_ANY: Final = Map(name=_NAME, title=_TITLE, columns={})
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
    if reads(_ANY, source) == "json":
        _refuse_misspelled(dict.fromkeys(name for one in source.head.objects for name in one))
        names = [*_COLUMNS, "tags", *_tags_in(connection, source)]
    else:
        _refuse_misspelled(names := header(source))
    return query(_map(names), connection, source)


def _map(names: Iterable[str]) -> Map:
    """The map of a file with these columns: each to the column or the tag of its name."""
    columns: dict[str, Spec] = {}
    tags: dict[str, Spec] = {}
    for name in names:
        if (plain := name.lower()) in _COLUMNS:
            columns[plain] = spelled(name)
        elif plain.startswith(_TAG):
            tags[name[len(_TAG) :]] = spelled(name)
        elif plain == "tags":
            tags[EVERY] = spelled(name)
    for tag in set(TAG_NAMES) & set(tags):
        columns[tag] = Made(first=(*((columns[tag],) if tag in columns else ()), tags.pop(tag)))
    columns["requests"] = Made(first=(columns.get("requests", "requests"), Made(value="1")))
    return Map(name=_NAME, title=_TITLE, columns=columns, tags=tags)


def _tags_in(connection: DuckDBPyConnection, source: Source) -> Sequence[str]:
    """The keys `tag:NAME` of a JSON file, looked for only where there is one."""
    with source.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(f'"{_TAG}'.encode()) < 0:
            return ()
    keys = f"SELECT DISTINCT unnest(json_keys(doc)) AS key FROM ({documents(_ANY, source)})"
    query_ = f"SELECT key FROM ({keys}) WHERE starts_with(key, '{_TAG}') ORDER BY key LIMIT {_MOST_TAGS + 1}"
    found = [str(row[0]) for row in connection.execute(query_).fetchall()]
    if len(found) > _MOST_TAGS:
        raise UnusableFileError(f"it has more than {_MOST_TAGS:,} different tags: is one of them an id?")
    return found


def _refuse_misspelled(names: Iterable[str]) -> None:
    """Refuse a column that is nearly called like one of ours which the file lacks."""
    given = {name.lower() for name in names}
    missing = [column for column in _COLUMNS if column not in given]
    for name in given.difference(_COLUMNS):
        if near := difflib.get_close_matches(_letters(name), map(_letters, missing), 1, _SAME_WORD):
            meant = next(column for column in missing if _letters(column) == near[0])
            what = f"its column {quoted(name)} is none of an event's: rename it to {meant}"
            raise UnusableFileError(f"{what}, or to something that is not so like it")


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


FORMAT: Final = Format(_NAME, _TITLE, _match, _read)
