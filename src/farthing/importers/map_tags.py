"""The tags of a map as SQL: single ones, and all keys of an object or of a list of keys and values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from farthing.importers.checked import LONGEST_TAGS
from farthing.importers.map_facts import EVERY, Spec
from farthing.importers.map_paths import Fields
from farthing.importers.map_steps import said
from farthing.importers.readers import name, text

_TYPE: Final = "MAP(VARCHAR, VARCHAR)"


@dataclass(frozen=True, slots=True)
class Tags:
    """Tags as SQL: `inner` are columns that the others use, `wrong` says why a row cannot be used."""

    inner: Mapping[str, str]
    tags: str
    columns: Mapping[str, str]
    wrong: str


def tags(specs: Mapping[str, Spec], known: Sequence[str], fields: Fields) -> Tags:
    """The tags that a map names. Of those in an object, the `known` ones become columns of their own."""
    single = {tag: said(spec, fields, optional=True) for tag, spec in specs.items() if tag != EVERY}
    listed = ", ".join(f"{{'key': {text(tag)}, 'value': {value}}}" for tag, value in single.items())
    own = f"map_from_entries(list_filter([{listed}], lambda e: e.value IS NOT NULL))" if single else ""
    if EVERY not in specs:
        return Tags({}, _or_null(own) if own else "", {}, "")
    given = said(specs[EVERY], fields, optional=True)
    kept = f"e.key NOT IN ({', '.join(map(text, known))})"
    rest = f"list_filter(map_entries(every), lambda e: e.value IS NOT NULL AND {kept})"
    merged = f"map_from_entries(COALESCE({rest}, []))"
    return Tags(
        inner={"given": given, "every": _mapped("given")},
        tags=_or_null(f"map_concat({merged}, {own})" if own else merged),
        columns={column: f"NULLIF(every[{text(column)}], '')" for column in known},
        wrong=_wrong(),
    )


def _or_null(made: str) -> str:
    return f"NULLIF({made}, MAP {{}}::{_TYPE})"


def _mapped(given: str) -> str:
    """JSON as a map: an object, one without its braces as Azure writes it, or a list of keys and values."""
    braced = f"CASE WHEN left(ltrim({given}), 1) IN ('{{', '[') THEN {given} ELSE '{{' || {given} || '}}' END"
    document = f"TRY_CAST({braced} AS JSON)"
    elements = f"TRY_CAST(json_extract({document}, '$[*]') AS JSON[])"
    entry = f"{{'key': {_either('key', 'Key', 'name')}, 'value': {_either('value', 'Value')}}}"
    listed = f"TRY(map_from_entries(list_transform({elements}, lambda e: {entry})))"
    return (
        f"CASE WHEN length({given}) > {LONGEST_TAGS} THEN NULL WHEN json_type({document}) = 'ARRAY'"
        f" THEN {listed} ELSE TRY_CAST({document} AS {_TYPE}) END"
    )


def _either(*keys: str) -> str:
    listed = ", ".join(f"e->>'$.{key}'" for key in keys)
    return f"COALESCE({listed})"


def _wrong() -> str:
    long = f"its tags are longer than {LONGEST_TAGS:,} characters"
    return (
        f"CASE WHEN length(given) > {LONGEST_TAGS} THEN {text(long)} WHEN {name('every')} IS NULL AND given"
        " IS NOT NULL THEN 'its tags are no object whose names differ: ' || left(given, 40) END"
    )
