"""The columns of a bill as SQL: whatever their case, their version's names, and how nothing is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from farthing.importers.bill_tags import NONE, of_json, of_pairs
from farthing.importers.readers import name

# In CSV a text that a spreadsheet would run is guarded by an apostrophe that is not its own.
_GUARDED: Final = r"^''(['' ]*[=+\-@\t\r\n＝＋－＠])"
_SLASHED: Final = "[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}.*"
_SLASHED_FORMS: Final = "['%m/%d/%y', '%m/%d/%Y', '%m/%d/%y %H:%M', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S']"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file has, with their DuckDB types, by what `key` makes of their names.

    `renamed` says under which names, the first that a file has, a column is found. `is_guarded` says that
    texts which a spreadsheet would run are guarded by an apostrophe.
    """

    types: Mapping[str, tuple[str, str]]
    key: Callable[[str], str]
    renamed: Mapping[str, tuple[str, ...]]
    is_guarded: bool = False

    @classmethod
    def of(
        cls,
        described: Mapping[str, str],
        key: Callable[[str], str],
        renamed: Mapping[str, tuple[str, ...]],
        *,
        is_guarded: bool = False,
    ) -> "Columns":
        """From names and types as the file has them."""
        types = {key(column): (column, type_) for column, type_ in described.items()}
        return cls(types, key, renamed, is_guarded)

    def text(self, column: str) -> str:
        """SQL of a text: null where it is empty or the word NULL, which some writers use for nothing."""
        found = self._found(column)
        if found is None:
            return "CAST(NULL AS VARCHAR)"
        written = f"CAST({name(found[0])} AS VARCHAR)"
        bare = f"regexp_replace({written}, '{_GUARDED}', '\\1')" if self.is_guarded else written
        return f"CASE WHEN trim({written}) NOT IN ('', 'NULL') THEN {bare} END"

    def amount(self, column: str) -> str:
        """SQL of a number as it is written: exact, as many decimals as it has."""
        found = self._found(column)
        if found is None:
            return "CAST(NULL AS VARCHAR)"
        written = f"trim(CAST({name(found[0])} AS VARCHAR))"
        return f"CASE WHEN {written} NOT IN ('', 'NULL') THEN {written} END"

    def moment(self, column: str) -> str:
        """SQL of a moment: typed as it is in the file, else its text, with 5/31/25 as 2025-05-31."""
        found = self._found(column)
        if found is not None and found[1].startswith(("TIMESTAMP", "DATE")):
            return name(found[0])
        written = self.text(column)
        read = f"CAST(try_strptime({written}, {_SLASHED_FORMS}) AS VARCHAR)"
        slashed = f"regexp_full_match({written}, '{_SLASHED}')"
        return f"CASE WHEN {slashed} THEN COALESCE({read}, {written}) ELSE {written} END"

    def tags(self, column: str) -> str:
        """SQL of a map: from JSON, a map, or a list of keys with values."""
        found = self._found(column)
        if found is None:
            return NONE
        given, type_ = name(found[0]), found[1]
        if type_.startswith("MAP"):
            return f"COALESCE(TRY_CAST({given} AS MAP(VARCHAR, VARCHAR)), {NONE})"
        if type_.startswith("STRUCT(") and type_.endswith("[]"):
            return of_pairs(given)
        return f"COALESCE({of_json(self.text(column))}, {NONE})"

    def properties(self, column: str) -> str:
        """SQL of a JSON object, null where there is none."""
        found = self._found(column)
        if found is not None and found[1].startswith(("MAP", "STRUCT")):
            return f"to_json({name(found[0])})"
        return f"TRY_CAST({self.text(column)} AS JSON)"

    def beginning(self, start: str) -> list[str]:
        """The columns whose names begin so, in any case."""
        return [column for column, _ in self.types.values() if column.lower().startswith(start)]

    def whole_row(self) -> str:
        """SQL of all that a row says, as one text."""
        return f"concat_ws(chr(31), {', '.join(name(column) for column, _ in self.types.values())})"

    def _found(self, column: str) -> tuple[str, str] | None:
        keys = map(self.key, self.renamed.get(column, (column,)))
        return next((self.types[one] for one in keys if one in self.types), None)
