"""Whole numbers out of text in SQL, for queries that must count before the stage checks."""

from typing import Final

from farthing.importers.readers import text

_LONGEST: Final = 18
"""As many digits as can be added and subtracted a few times within 64 bits."""
_WHOLE: Final = r"[+-]?[0-9]+(\.0*)?"


def whole(given: str) -> str:
    """Text as a whole number of 64 bits, null where it is none or missing."""
    return f"CASE WHEN length({given}) <= {_LONGEST} THEN TRY_CAST({given} AS BIGINT) END"


def not_whole(label: str, given: str) -> tuple[str, str]:
    """The condition under which text is no whole number, and the reason that says so, both as SQL."""
    # A cast rounds fractions; the pattern is slower than a cast and looks at those alone.
    broken = f"contains({given}, '.') AND NOT regexp_full_match({given}, '{_WHOLE}')"
    found = f"{given} <> '' AND ({whole(given)} IS NULL OR ({broken}))"
    return found, f"{text(f'{label} is no whole number: ')} || left({given}, 40)"
