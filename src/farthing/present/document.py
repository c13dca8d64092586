"""Answers as JSON, exactly as the contract has it."""

from collections.abc import Sequence

import msgspec


def encode(answer: msgspec.Struct | Sequence[msgspec.Struct]) -> str:
    """A struct as indented JSON text."""
    return msgspec.json.format(msgspec.json.encode(answer), indent=1).decode()
