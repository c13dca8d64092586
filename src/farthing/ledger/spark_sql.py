"""Questions in the DuckDB dialect, said so that Spark gives the same answer to the last digit."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import sqlglot
from sqlglot import exp

from farthing.ledger.columns import Column, Kind

# What SQLGlot passes on as it is, though Spark calls it otherwise.
_FUNCTIONS: Final[Mapping[str, str]] = {
    "epoch_us": "UNIX_MICROS",
    "list_position": "ARRAY_POSITION",
    "make_timestamptz": "TIMESTAMP_MICROS",
}
_WHOLE_KINDS: Final = frozenset({"count", "whole"})
# Whole where their parts are.
_KEEPS_WHOLE: Final = (exp.Add, exp.Sub, exp.Mul, exp.Paren, exp.Neg, exp.Greatest, exp.Least, exp.Coalesce)
_SPARK_TYPES: Final[Mapping[Kind, str]] = {
    "text": "STRING",
    "count": "BIGINT",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "money": "DECIMAL(38,18)",
    "duration": "DECIMAL(18,3)",
    "time": "TIMESTAMP",
    "day": "DATE",
    "map": "MAP<STRING, STRING>",
    "list": "ARRAY<BIGINT>",
}


def said_to_spark(sql: str, views: Mapping[str, str], columns: Sequence[Column]) -> str:
    """The question in Spark's dialect, about `views` in place of the tables they are given for.

    `columns` are those of the tables.
    """
    whole = {column.name for column in columns if column.kind in _WHOLE_KINDS}
    tree = sqlglot.parse_one(sql, read="duckdb").transform(_node, views, whole)
    return tree.sql("spark", identify=True, comments=False)


def spark_schema(columns: Sequence[Column]) -> str:
    """The columns as Spark declares them."""
    return ", ".join(f"{spark_name(column.name)} {_SPARK_TYPES[column.kind]}" for column in columns)


def spark_name(title: str) -> str:
    """A name in Spark's SQL.

    >>> spark_name("at")
    '`at`'
    """
    return "`" + title.replace("`", "``") + "`"


def _node(node: exp.Expression, views: Mapping[str, str], whole: Collection[str]) -> exp.Expression:
    if isinstance(node, exp.Anonymous) and node.name.lower() in _FUNCTIONS:
        return exp.Anonymous(this=_FUNCTIONS[node.name.lower()], expressions=node.expressions)
    if isinstance(node, exp.DataType) and node.is_type(exp.DataType.Type.INT128):
        return _wide()
    if isinstance(node, exp.Sum) and _is_whole(node.this, whole):
        # DuckDB adds integers up in 128 bits, Spark in 64 and then it fails.
        return exp.Sum(this=exp.Cast(this=node.this, to=_wide()))
    if isinstance(node, exp.Table) and node.name in views and not node.db:
        alias = exp.TableAlias(this=exp.to_identifier(node.alias_or_name, quoted=True))
        return exp.Table(this=exp.to_identifier(views[node.name], quoted=True), alias=alias)
    return node


def _is_whole(node: exp.Expression, whole: Collection[str]) -> bool:
    """Whether an expression is made of integers alone."""
    if isinstance(node, exp.Column):
        return node.name in whole
    if isinstance(node, exp.Literal):
        return node.is_int
    if isinstance(node, _KEEPS_WHOLE):
        return all(_is_whole(part, whole) for part in node.iter_expressions())
    if isinstance(node, exp.Case):
        ends = [
            *(branch.args["true"] for branch in node.args["ifs"]),
            *filter(None, [node.args.get("default")]),
        ]
        return all(_is_whole(end, whole) for end in ends)
    return False


def _wide() -> exp.DataType:
    return exp.DataType.build("DECIMAL(38, 0)")
