"""The steps of a map's column as SQL: text in, text out, null where there is nothing.

What a step cannot work with it hands on unchanged, so that the check of the column sets the row aside
and shows what stood there. Sums and products are exact decimals of 18 places.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from farthing.importers.map_facts import EVERY, Made, Spec
from farthing.importers.map_paths import Fields, json_path, parts
from farthing.importers.readers import text

_EXACT: Final = "DECIMAL(38,18)"
_TOO_LARGE: Final = "'more than 38 digits'"


def said(spec: Spec, fields: Fields, *, optional: bool = False) -> str:
    """What a column's spec says of a row. Raises UnusableFileError where a needed column is missing."""
    if isinstance(spec, str):
        return fields.text_or_null(spec) if optional else fields.text(spec)
    if spec.value is not None:
        return text(spec.value)
    found = _base(spec, fields, optional=optional)
    if spec.sum:
        found = _summed(found, spec.sum)
    if spec.pattern:
        found = _matched(found, spec.pattern)
    if spec.words:
        found = _reworded(found, spec.words)
    if spec.minus or spec.plus or spec.times is not None:
        less = [said(one, fields, optional=optional) for one in spec.minus]
        more = [said(one, fields, optional=optional) for one in spec.plus]
        found = _calculated(found, less, more, spec.times)
    return found


def _base(spec: Made, fields: Fields, *, optional: bool) -> str:
    if spec.from_ is not None:
        return said(spec.from_, fields, optional=optional)
    return f"COALESCE({', '.join(said(one, fields, optional=True) for one in spec.first)})"


def _number(value: str) -> str:
    return f"TRY_CAST({value} AS {_EXACT})"


def _summed(value: str, path: str) -> str:
    """The sum over a list of objects of the number that each has at a path."""
    document = f"TRY_CAST({value} AS JSON)"
    found = f"json_extract_string({document}, {text('$[*]' + json_path(parts(path))[1:])})"
    wrong = f"list_filter({found}, lambda x: x IS NOT NULL AND {_number('x')} IS NULL)[1]"
    total = f"TRY(COALESCE(list_sum(list_transform({found}, lambda x: {_number('x')})), 0))"
    return (
        f"CASE WHEN {value} IS NULL THEN NULL"
        f" WHEN COALESCE(json_type({document}), '') <> 'ARRAY' THEN {value}"
        f" ELSE COALESCE({wrong}, CAST({total} AS VARCHAR), {_TOO_LARGE}) END"
    )


def _matched(value: str, pattern: str) -> str:
    """The first group of a pattern, or all that it matches where it has none."""
    group = min(re.compile(pattern).groups, 1)
    return f"NULLIF(regexp_extract({value}, {text(pattern)}, {group}), '')"


def _reworded(value: str, words: Mapping[str, str]) -> str:
    """Words for other words, whatever their case; `*` is for all that are not listed."""
    cases = " ".join(
        f"WHEN {text(word.lower())} THEN {text(ours)}" for word, ours in words.items() if word != EVERY
    )
    rest = f"CASE WHEN {value} IS NOT NULL THEN {text(words[EVERY])} END" if EVERY in words else value
    return f"NULLIF(CASE lower({value}) {cases} ELSE {rest} END, '')" if cases else f"NULLIF({rest}, '')"


def _calculated(value: str, less: Sequence[str], more: Sequence[str], times: str | None) -> str:
    """A number less and plus others, times a factor. One that is missing is 0, unless all are."""
    every = (value, *less, *more)
    signs = ("", *("- " for _ in less), *("+ " for _ in more))
    total = " ".join(f"{sign}COALESCE({_number(one)}, 0)" for sign, one in zip(signs, every, strict=True))
    product = f"({total})" if times is None else f"({total}) * {_factor(times)}"
    wrong = f"COALESCE({', '.join(_unusable(one) for one in every)})"
    return (
        f"CASE WHEN {_none(every)} THEN NULL"
        f" ELSE COALESCE({wrong}, CAST(TRY({product}) AS VARCHAR), {_TOO_LARGE}) END"
    )


def _none(values: Iterable[str]) -> str:
    return " AND ".join(f"{value} IS NULL" for value in values)


def _unusable(value: str) -> str:
    return f"CASE WHEN {value} IS NOT NULL AND {_number(value)} IS NULL THEN {value} END"


def _factor(times: str) -> str:
    """A factor with as few digits as it has: a product's places are those of both."""
    plain = f"{Decimal(times):f}"
    whole, _, places = plain.lstrip("-").partition(".")
    return f"CAST({text(plain)} AS DECIMAL({len(whole) + len(places)},{len(places)}))"
