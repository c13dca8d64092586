"""Values, moments and ids as OTLP's JSON writes them, and as protobuf's own JSON does."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final, TypeAlias

import msgspec

Plain: TypeAlias = str | int | float | bool
Said: TypeAlias = dict[str, Plain]
_HEX: Final = re.compile(r"[0-9a-fA-F]{16}|[0-9a-fA-F]{32}")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,30}")


class Value(msgspec.Struct, frozen=True, rename="camel"):
    """A value. Lists, maps and bytes are not read."""

    string_value: str | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    bool_value: bool | None = None

    @property
    def plain(self) -> Plain | None:
        """The value itself, null where it is of a kind that is not read; whole numbers may be text."""
        for given in (self.string_value, self.bool_value, self.double_value):
            if given is not None:
                return given
        return None if self.int_value is None else integer(self.int_value)


class Attribute(msgspec.Struct, frozen=True):
    """A named value."""

    key: str
    value: Value | None = None


def said(attributes: Sequence[Attribute]) -> Said:
    """Attributes by their names; of equal names the last counts."""
    found = {one.key: one.value.plain for one in attributes if one.value is not None}
    return {key: value for key, value in found.items() if value is not None and value != ""}


def integer(written: Plain) -> Plain:
    """A whole number from its text, or from a float that is one; anything else as it is."""
    if isinstance(written, str) and _INTEGER.fullmatch(written):
        return int(written)
    return int(written) if isinstance(written, float) and written.is_integer() else written


def microseconds(nanoseconds: int | str) -> str:
    """A moment as Unix time in microseconds, empty where there is none."""
    given = integer(nanoseconds)
    return str(given // 1000 or "") if isinstance(given, int) else str(given)


def identifier(written: str) -> str:
    """The id of a trace or a span in hexadecimal digits: protobuf's own JSON has it in base64."""
    if _HEX.fullmatch(written):
        return written.lower()
    try:
        decoded = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return written
    return decoded.hex() if len(decoded) in (8, 16) else written
