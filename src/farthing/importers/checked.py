"""A column of a query as a column of the ledger: its value in the right type, and when it cannot be used."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from farthing.importers.readers import name, text
from farthing.ledger.columns import Column

LARGEST_COUNT: Final = 10**15
LONGEST_NAME: Final = 1_000
LONGEST_TAG: Final = 10_000
LONGEST_TAGS: Final = 100_000
EARLIEST: Final = datetime(2015, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD: Final = timedelta(days=366)  # of the clock: what is dated later is a mistake
_WHOLE: Final = r"[+-]?[0-9]{1,18}(\.0*)?"
_INTEGERS: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_WIDE: Final = ("HUGEINT", "UBIGINT", "UHUGEINT")


@dataclass(frozen=True, slots=True)
class Checked:
    """A value as SQL, and conditions under which the row is set aside, each with its reason as SQL."""

    value: str
    checks: tuple[tuple[str, str], ...] = ()


def checked(column: Column, type_: str, latest: datetime) -> Checked:
    """The column of the same name in a query, of a DuckDB type, for a column of the ledger.

    `latest` is the last moment that an event may have.
    """
    given = name(column.name)
    if column.kind == "count":
        return _count(column, given, type_)
    if column.kind == "whole":
        found = _count(column, given, type_)
        return Checked(_whole(given, type_), found.checks)
    if column.kind == "time":
        return _time(column, given, type_, latest)
    if column.kind in ("money", "duration", "number"):
        return _number(column, given)
    if column.kind == "text":
        return _text(column, given)
    if column.kind == "map":
        what = text("its tags are longer than 100,000 characters")
        return Checked(given, ((f"length(CAST({given} AS VARCHAR)) > {LONGEST_TAGS}", what),))
    return Checked(f"TRY_CAST({given} AS {column.sql_type})")


def _count(column: Column, given: str, type_: str) -> Checked:
    value = f"COALESCE({_whole(given, type_)}, 0)"
    return Checked(value, tuple(_count_checks(column, given, type_, value)))


def _whole(given: str, type_: str) -> str:
    """A whole number in 64 bits, null where there is none."""
    if type_ in _INTEGERS:
        return f"CAST({given} AS BIGINT)"
    if type_ in _WIDE:
        return f"TRY_CAST({given} AS BIGINT)"
    written = f"CAST({given} AS VARCHAR)"
    plain = f"regexp_replace({written}, '\\.0*$', '')"
    return f"CASE WHEN regexp_full_match({written}, '{_WHOLE}') THEN TRY_CAST({plain} AS BIGINT) END"


def _count_checks(column: Column, given: str, type_: str, value: str) -> Iterator[tuple[str, str]]:
    if type_ not in _INTEGERS:
        written = f"CAST({given} AS VARCHAR)"
        what = f"{text(column.name + ' is no whole number: ')} || left({written}, 40)"
        yield f"{written} <> '' AND {_whole(given, type_)} IS NULL", what
    yield f"{value} < 0", f"{text(column.name + ' is negative: ')} || {value}"
    yield f"{value} > {LARGEST_COUNT}", f"{text(column.name + ' is beyond 10^15: ')} || {value}"


def _time(column: Column, given: str, type_: str, latest: datetime) -> Checked:
    value = given if type_ == "TIMESTAMP WITH TIME ZONE" else moment(f"CAST({given} AS VARCHAR)")
    if type_.startswith("TIMESTAMP") and type_ != "TIMESTAMP WITH TIME ZONE":
        value = f"make_timestamptz(epoch_us({given}))"
    written = f"left(CAST({given} AS VARCHAR), 40)"
    if column.name != "at":
        return Checked(value)
    outside = f"{value} < TIMESTAMPTZ '{EARLIEST}' OR {value} > TIMESTAMPTZ '{latest}'"
    return Checked(
        value,
        (
            (f"{value} IS NULL", f"{text('at is no moment: ')} || COALESCE({written}, 'nothing')"),
            (outside, f"{text(f'at lies before {EARLIEST:%Y} or after {latest:%Y-%m-%d}: ')} || {written}"),
        ),
    )


def moment(written: str) -> str:
    """Text as a moment: ISO 8601 (UTC where no zone is named), or Unix time in s, ms, us, ns by its size."""
    number = f"TRY_CAST({written} AS DOUBLE)"
    scale = (
        f"CASE WHEN {number} < 1e11 THEN 1e6 WHEN {number} < 1e14 THEN 1e3"
        f" WHEN {number} < 1e17 THEN 1e0 ELSE 1e-3 END"
    )
    unix = f"make_timestamptz(TRY_CAST(round({number} * {scale}) AS BIGINT))"
    numeric = f"regexp_full_match({written}, '[0-9]{{1,19}}(\\.[0-9]{{1,12}})?')"
    return f"CASE WHEN {numeric} THEN {unix} ELSE TRY_CAST({written} AS TIMESTAMPTZ) END"


def _number(column: Column, given: str) -> Checked:
    written = f"CAST({given} AS VARCHAR)"
    value = f"TRY_CAST(NULLIF({written}, '') AS {column.sql_type})"
    missing = f"{written} <> '' AND {value} IS NULL"
    checks = [(missing, f"{text(column.name + ' is no number: ')} || left({written}, 40)")]
    if column.kind == "number":
        checks.append((f"NOT isfinite({value})", f"{text(column.name + ' is no number: ')} || {written}"))
    if column.kind == "duration":
        checks.append((f"{value} < 0", f"{text(column.name + ' is negative: ')} || {written}"))
    return Checked(value, tuple(checks))


def _text(column: Column, given: str) -> Checked:
    longest = LONGEST_NAME if column.name in _NAMES else LONGEST_TAG
    value = f"COALESCE(CAST({given} AS VARCHAR), '')"
    what = f"{text(f'{column.name} is longer than {longest:,} characters: ')} || length({value})"
    return Checked(value, ((f"length({value}) > {longest}", what),))


_NAMES: Final = (
    "event_id",
    "charge_id",
    "provider",
    "model",
    "operation",
    "service_tier",
    "region",
    "status",
)
