"""The columns of a FOCUS file as SQL: whatever their case, their version's names, and how nothing is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from farthing.importers.bill_tags import NONE, of_json
from farthing.importers.readers import name

RENAMED: Final[Mapping[str, tuple[str, ...]]] = {
    # 1.3 split ProviderName in two, and 1.4 dropped it and PublisherName.
    "ServiceProviderName": ("ServiceProviderName", "ProviderName", "PublisherName"),
}
# In CSV a text that a spreadsheet would run is guarded by an apostrophe that is not its own.
_GUARDED: Final = r"^''(['' ]*[=+\-@\t\r\n＝＋－＠])"
_SLASHED: Final = "[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}.*"
_SLASHED_FORMS: Final = "['%m/%d/%y', '%m/%d/%Y', '%m/%d/%y %H:%M', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S']"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file has, with their DuckDB types, by their names in small letters."""

    types: Mapping[str, tuple[str, str]]
    is_guarded: bool

    @classmethod
    def of(cls, described: Mapping[str, str], *, is_guarded: bool) -> "Columns":
        """From names and types as the file has them; `is_guarded` says that it is a CSV file."""
        types = {column.lower(): (column, type_) for column, type_ in described.items()}
        return cls(types, is_guarded)

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
            pair = "{'key': tag.key, 'value': CAST(tag.value AS VARCHAR)}"
            return f"COALESCE(map_from_entries(list_transform({given}, lambda tag: {pair})), {NONE})"
        return f"COALESCE({of_json(self.text(column))}, {NONE})"

    def properties(self, column: str) -> str:
        """SQL of a JSON object, null where there is none."""
        found = self._found(column)
        if found is not None and found[1].startswith(("MAP", "STRUCT")):
            return f"to_json({name(found[0])})"
        return f"TRY_CAST({self.text(column)} AS JSON)"

    def own(self) -> list[str]:
        """The columns that a provider added, whose names begin with x_."""
        return [column for key, (column, _) in self.types.items() if key.startswith("x_")]

    def whole_row(self) -> str:
        """SQL of all that a row says, as one text."""
        return f"concat_ws(chr(31), {', '.join(name(column) for column, _ in self.types.values())})"

    def _found(self, column: str) -> tuple[str, str] | None:
        names = RENAMED.get(column, (column,))
        return next((self.types[one.lower()] for one in names if one.lower() in self.types), None)
