"""The reports of OpenAI and Anthropic on an organization's usage and costs: results in buckets of time.

A file holds what the API answered: one page or many, one a line or in a list, or their buckets alone.
"""

from collections.abc import Iterable, Mapping

from duckdb import DuckDBPyConnection

from farthing.importers.format import Source
from farthing.importers.json_rows import json_rows
from farthing.importers.readers import text


def results(
    connection: DuckDBPyConnection, source: Source, bucket: Mapping[str, str], result: Mapping[str, str]
) -> str:
    """A query of `line`, `flaw` and the fields of buckets and of their results, which are paths by names.

    `line` is the number of the bucket. All fields are text; `flaw` says why a bucket cannot be used.
    """
    # The field is called `result` in early answers of OpenAI.
    listed = "COALESCE(json_extract(doc, '$.results'), json_extract(doc, '$.result'))"
    known = (
        f"SELECT line, doc, {listed} AS listed,"
        f" CASE WHEN aside IS NOT NULL THEN aside WHEN json_type({listed}) IS DISTINCT FROM 'ARRAY'"
        " THEN 'it has no list of results: it is no bucket of a report' END AS flaw"
        f" FROM ({json_rows(connection, source, 'data')})"
    )
    each = "unnest(CASE WHEN flaw IS NULL THEN json_extract(listed, '$[*]') ELSE [NULL] END)"
    said = f"{_values('doc', bucket.values())} AS b, {_values('one', result.values())} AS r"
    fields = [f"b[{place}] AS {field}" for place, field in enumerate(bucket, 1)]
    fields += [f"r[{place}] AS {field}" for place, field in enumerate(result, 1)]
    return (
        f"SELECT line, flaw, {', '.join(fields)} FROM"
        f" (SELECT line, flaw, {said} FROM (SELECT line, flaw, doc, {each} AS one FROM ({known})))"
    )


def result_id(prefix: str, fields: Iterable[str]) -> str:
    """SQL: the id of a result: its bucket and what it was grouped by, without its counts.

    So a report that was fetched twice counts once, also where its last bucket has grown since.
    """
    told = ", ".join(f"COALESCE({field}, '')" for field in fields)
    return f"{text(prefix + ':')} || md5(concat_ws(chr(31), {told}))"


def lacking(*fields: str) -> str:
    """SQL: why a bucket or its result cannot be used: its flaw, or a field that it must have and has not."""
    missing = " ".join(
        f"WHEN COALESCE({field}, '') = '' THEN {text(f'it has no {field}')}" for field in fields
    )
    return f"CASE WHEN flaw IS NOT NULL THEN flaw {missing} END"


def _values(document: str, paths: Iterable[str]) -> str:
    return f"json_extract_string({document}, [{', '.join(text(path) for path in paths)}])"
