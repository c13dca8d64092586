"""Single values against the column model of FOCUS."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from farthing.track.focus_model import ColumnRule
from farthing.units.problem import quoted

Fault: TypeAlias = tuple[str, str]
"""The kind of a fault, and what is wrong."""
_DECIMAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_WORD: Final = r"[A-Za-z][A-Za-z0-9 ]*"
_UNIT: Final = re.compile(rf"([1-9][0-9]* )?{_WORD}(-{_WORD})*(/([1-9][0-9]* )?{_WORD}(-{_WORD})*)?")


def fault(value: str | None, rule: ColumnRule) -> Fault | None:
    """What is wrong with a value of a column, None where nothing is."""
    if value is None:
        return None if rule.can_be_empty else ("empty", "it is empty, and must not be")
    return _TYPES[rule.type](value) or _form(value, rule) or _allowed(value, rule)


def is_unit(value: str) -> bool:
    """Whether a unit is written as FOCUS writes units: Tokens, GB-Months, 1000000 Tokens, GB/Hour.

    >>> is_unit("1000 Tokens"), is_unit("1K tokens")
    (True, False)
    """
    return _UNIT.fullmatch(value) is not None


def _decimal(value: str) -> Fault | None:
    return None if _DECIMAL.fullmatch(value) else ("type", f"{quoted(value)} is no decimal number")


def _time(value: str) -> Fault | None:
    said = ("type", f"{quoted(value)} is no moment such as 2026-05-01T00:00:00Z")
    if not _MOMENT.fullmatch(value):
        return said
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return said
    return None


def _json(value: str) -> Fault | None:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    return None if isinstance(found, dict) else ("type", f"{quoted(value)} is no JSON object")


def _text(_value: str) -> Fault | None:
    return None


def _form(value: str, rule: ColumnRule) -> Fault | None:
    what = _FORMS[rule.form](value) if rule.form in _FORMS else ""
    return ("form", f"{quoted(value)} {what}") if what else None


def _currency(value: str) -> str:
    return "" if _CURRENCY.fullmatch(value) else "is no currency code of three letters"


def _unit(value: str) -> str:
    return "" if is_unit(value) else "is no unit such as Tokens, GB-Months or 1000000 Tokens"


def _pairs(value: str) -> str:
    nested = any(isinstance(one, dict | list) for one in json.loads(value).values())
    return "has a value that is neither text, a number, true, false nor null" if nested else ""


def _non_negative(value: str) -> str:
    return "is negative" if value.startswith("-") and float(value) else ""


def _allowed(value: str, rule: ColumnRule) -> Fault | None:
    if not rule.allowed or value in rule.allowed:
        return None
    return "allowed", f"{quoted(value)} is none of the words that are allowed"


_TYPES: Final[Mapping[str, Callable[[str], Fault | None]]] = MappingProxyType({
    "decimal": _decimal,
    "time": _time,
    "json": _json,
    "text": _text,
})  # fmt: skip
_FORMS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType({
    "currency": _currency,
    "unit": _unit,
    "pairs": _pairs,
    "non-negative": _non_negative,
})  # fmt: skip
