"""Langfuse's usage of an observation, a map from kinds of tokens to counts, as counts of the ledger.

The kinds are meant to be disjoint, but some that write them put all input into `input` and all output into
`output`, the parts beside them once more (langfuse#5568, #10592). The `total` tells which: it is what the
provider counted. It is no kind itself; without one, or with one that is no sum, the kinds are taken as they
are meant.
"""

from typing import Final

from farthing.importers.readers import text

_WHOLE: Final = r"[0-9]{1,15}(\.0*)?"
# In this order: the first pattern that a kind's name, in small letters, fits.
_KINDS: Final = (
    ("total", "^total"),
    ("input", "^(input|prompt)(_?tokens)?$"),
    ("output", "^(output|completion)(_?tokens)?$"),
    ("write_5m", "(cache|ephemeral).*5m"),
    ("write_1h", "(cache|ephemeral).*1h"),
    ("write", "cache_?(creation|write)"),
    ("read_audio", "cache.*audio|audio.*cache"),
    ("read", "cache"),
    ("input_audio", "^(input|prompt).*audio"),
    ("input_image", "^(input|prompt).*image"),
    ("input_video", "^(input|prompt).*video"),
    ("output_audio", "^(output|completion).*audio"),
    ("output_image", "^(output|completion).*image"),
    ("reasoning", "reasoning|thought|thinking"),
    ("other_input", "^(input|prompt)_"),
    ("other_output", "^(output|completion)_"),
)
_INPUT_PARTS: Final = (
    "read", "read_audio", "write_5m", "write_1h", "write", "input_audio", "input_image", "input_video",
    "other_input",
)  # fmt: skip
_OUTPUT_PARTS: Final = ("reasoning", "output_audio", "output_image", "other_output")
# Two names for the same tokens, such as what was read from a cache: the larger one, not their sum.
_SAME: Final = ("read", "read_audio", "reasoning", "total", "input", "output")
NOTHING_TOLD: Final = "whole + input_parts + output_parts = 0"
"""SQL: whether no kind that is billed has a count, over the columns of `usage_of`."""


def usage_of(given: str, rows: str) -> str:
    """A query of `rows` and of what their usage says; `given` is the SQL of the usage as JSON text.

    A column for the count of each kind, `misfit` for one that is no count, and `includes`: which of
    input and output hold their parts.
    """
    counted = ", ".join(f"COALESCE({_count(kind)}, 0) AS {kind}_count" for kind, _ in _KINDS)
    known = (
        f"SELECT *, {counted}, {_MISFIT} AS misfit FROM (SELECT *, {_parts(given)} AS parts FROM ({rows}))"
    )
    # Anthropic's whole of what was written to caches may stand beside its two parts.
    twice = "CASE WHEN write_count = write_5m_count + write_1h_count THEN 0 ELSE write_count END"
    once = f"SELECT * REPLACE ({twice} AS write_count) FROM ({known})"
    sums = f"{_added(_INPUT_PARTS)} AS input_parts, {_added(_OUTPUT_PARTS)} AS output_parts"
    whole = f"SELECT *, {sums}, input_count + output_count AS whole FROM ({once})"
    return f"SELECT *, {_INCLUDES} AS includes FROM ({whole})"


def counts() -> dict[str, str]:
    """SQL of the ledger's counts, over the columns of `usage_of`."""
    apart = "output_audio_count - output_image_count"
    return {
        "input_tokens": "input_count + CASE WHEN includes IN ('both', 'input')"
        " THEN other_input_count - input_parts ELSE other_input_count END",
        "cache_read_tokens": "read_count",
        "cache_read_audio_tokens": "read_audio_count",
        "cache_write_5m_tokens": "write_count + write_5m_count",
        "cache_write_1h_tokens": "write_1h_count",
        "output_tokens": f"output_count - {apart} + CASE WHEN includes IN ('both', 'output')"
        " THEN 0 ELSE output_parts END",
        "reasoning_tokens": "reasoning_count",
    } | {
        f"{kind}_tokens": f"{kind}_count"
        for kind in ("input_audio", "input_image", "input_video", "output_audio", "output_image")
    }


_MISFIT: Final = (
    "list_filter(parts, lambda one: one.kind IS NOT NULL AND one.given IS NOT NULL AND one.count IS NULL)"
    "[1].said"
)
_INCLUDES: Final = (
    "CASE NULLIF(total_count, 0) WHEN whole THEN 'both' WHEN whole + input_parts + output_parts THEN 'none'"
    " WHEN whole + output_parts THEN 'input' WHEN whole + input_parts THEN 'output' ELSE 'none' END"
)


def _parts(given: str) -> str:
    """The entries of a usage, each with its kind, null for one that is not billed, and its count."""
    cases = " ".join(
        f"WHEN regexp_matches(lower(one.key), {text(pattern)}) THEN {text(kind)}" for kind, pattern in _KINDS
    )
    entries = f"map_entries(TRY_CAST(TRY_CAST({given} AS JSON) AS MAP(VARCHAR, VARCHAR)))"
    number = f"CASE WHEN regexp_full_match(one.value, '{_WHOLE}') THEN TRY_CAST(one.value AS BIGINT) END"
    return (
        f"list_transform({entries}, lambda one: {{'kind': CASE {cases} END, 'count': {number},"
        " 'said': concat(one.key, ' = ', left(one.value, 40)), 'given': one.value})"
    )


def _count(kind: str) -> str:
    function = "list_max" if kind in _SAME else "list_sum"
    of_kind = f"list_filter(parts, lambda one: one.kind = {text(kind)})"
    return f"CAST({function}(list_transform({of_kind}, lambda one: one.count)) AS BIGINT)"


def _added(kinds: tuple[str, ...]) -> str:
    return " + ".join(f"{kind}_count" for kind in kinds)
