"""Ids of responses: those that name one response in the whole world, and those of one format alone."""

from typing import Final

from farthing.importers.readers import text

WORLDWIDE: Final = "^(msg_|chatcmpl-|resp_|gen-)[A-Za-z0-9_.-]{20,}$"
"""Anthropic's own ids and those of OpenAI's form, which gateways make alike."""


def event_id(prefix: str, given: str, otherwise: str = "''") -> str:
    """SQL: the id of an event whose response has the id `given`; where it has none, `otherwise`."""
    return (
        f"CASE WHEN regexp_matches({given}, '{WORLDWIDE}') THEN {given}"
        f" WHEN {given} <> '' THEN {text(prefix + ':')} || {given} ELSE {otherwise} END"
    )
