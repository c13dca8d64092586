"""A column of the ledger: its name, its type in SQL, and what it says."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "text", "count", "whole", "number", "money", "duration", "time", "day", "map", "list"
]
SQL_TYPES: Final[dict[Kind, str]] = {
    "text": "VARCHAR",
    "count": "BIGINT",
    "whole": "BIGINT",
    "number": "DOUBLE",
    "money": "DECIMAL(38,18)",
    "duration": "DECIMAL(18,3)",
    "time": "TIMESTAMPTZ",
    "day": "DATE",
    "map": "MAP(VARCHAR, VARCHAR)",
    "list": "BIGINT[]",
}
MONEY_DECIMALS: Final = 18


@dataclass(frozen=True, slots=True)
class Column:
    """One column. A `count` or a `text` that is missing is 0 or "", anything else that is missing is null.

    `meter` names what a count is priced as; counts without one are for information.
    """

    name: str
    kind: Kind
    title: str
    meter: str = ""

    @property
    def sql_type(self) -> str:
        """Its type in the DuckDB dialect."""
        return SQL_TYPES[self.kind]

    @property
    def default(self) -> str:
        """What stands for a missing value, in SQL."""
        return {"text": "''", "count": "0"}.get(self.kind, "NULL")
